"""No test here sees the machine it runs on."""

from __future__ import annotations

from tests.cli.own_machine import own_home

__all__ = ["own_home"]

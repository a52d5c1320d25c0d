"""Billing Lens: who pays for Claude Code, before it runs."""

__version__ = "0.1.0"

"""Made-up machines whose stored login or account is not what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from tests.machines import MadeUpMachine
from tests.rules.reviewed import LOGIN, STATE
from tests.rules.spots import login_only

LONG_AGO = 1_700_000_000_000
"""November 2023, in milliseconds since 1970."""


def with_login(
    machine: MadeUpMachine | None = None, left_out: Sequence[str] = (), **members: object
) -> MadeUpMachine:
    """Return a machine whose login has these members, and not those left out."""
    machine = machine or login_only()
    stored = cast("dict[str, dict[str, object]]", machine.files[LOGIN])["claudeAiOauth"]
    return machine.with_files({LOGIN: {"claudeAiOauth": _changed(stored, left_out, members)}})


def with_account(
    machine: MadeUpMachine | None = None, left_out: Sequence[str] = (), **members: object
) -> MadeUpMachine:
    """Return a machine whose account in the state file has these members, and not those."""
    machine = machine or login_only()
    state = cast("dict[str, object]", machine.files[STATE])
    known = cast("dict[str, object]", state["oauthAccount"])
    return remembering(machine, oauthAccount=_changed(known, left_out, members))


def remembering(machine: MadeUpMachine, **members: object) -> MadeUpMachine:
    """Return `machine` with these members added to Claude Code's state file, or replaced."""
    state = cast("dict[str, object]", machine.files[STATE])
    return machine.with_files({STATE: {**state, **members}})


def _changed(
    known: dict[str, object], left_out: Sequence[str], members: dict[str, object]
) -> dict[str, object]:
    return {name: it for name, it in known.items() if name not in left_out} | members


EXPIRED = with_login(left_out=["refreshToken"], expiresAt=LONG_AGO)
NO_TOKEN = with_login(accessToken="")
NO_PLAN = with_login(subscriptionType=None)

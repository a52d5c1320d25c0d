"""Billing Lens as a user runs it: the command line on a made-up machine, understood by its JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from tests.claude_code.observe import BILLED_AS_API, BILLED_AS_API_LOGIN
from tests.machines import BuiltMachine, Source

_FINDINGS = 1
"""The exit code of ``check`` with findings, and of ``fix`` when something is left to put right."""


class LensError(Exception):
    """The command line did not do what its contract says; the message is what it printed."""


@dataclass(frozen=True)
class Route:
    """Who pays, as Billing Lens says it."""

    source: Source
    billing: str
    label: str
    plan: str | None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Route:
        """The route of a JSON document."""
        return cls(*(document[name] for name in ("source", "billing", "label", "plan")))

    @property
    def banner(self) -> str:
        """How Claude Code's start screen words this route."""
        if self.source == "claude_ai_login" and self.plan:
            return f"Claude {self.plan.title()}"
        if self.source in ("claude_ai_login", "oauth_token"):
            return BILLED_AS_API_LOGIN
        return BILLED_AS_API


@dataclass(frozen=True)
class Routes:
    """Who pays in each mode."""

    headless: Route
    interactive: Route

    @property
    def summary(self) -> str:
        """Both modes on one line."""
        return "; ".join(
            f"{mode} {route.label} by {route.source}"
            for mode, route in (("headless", self.headless), ("interactive", self.interactive))
        )


@dataclass(frozen=True)
class Status:
    """What ``billing-lens status`` says."""

    routes: Routes
    as_expected: bool | None


@dataclass(frozen=True)
class OfferedFix:
    """A fix that ``billing-lens check`` offers, and who it says will pay after it."""

    id: str
    title: str
    promised: Routes


def status(machine: BuiltMachine, version: str) -> Status:
    """What Billing Lens says now."""
    document = _json(machine, version, "status", "--json", "--mode", "headless")
    routes = Routes(Route.of(document["route"]), Route.of(document["otherMode"]["route"]))
    return Status(routes, document["asExpected"])


def offered_fixes(machine: BuiltMachine, version: str) -> tuple[OfferedFix, ...]:
    """Every fix of every finding, once."""
    headless = _fixes(machine, version, "headless")
    interactive = _fixes(machine, version, "interactive")
    if headless.keys() != interactive.keys():
        raise LensError(f"not the same fixes in both modes: {[*headless]}, {[*interactive]}")
    return tuple(
        OfferedFix(
            identifier,
            fix["title"],
            Routes(
                Route.of(fix["resultingRoute"]),
                Route.of(interactive[identifier]["resultingRoute"]),
            ),
        )
        for identifier, fix in headless.items()
    )


def apply(machine: BuiltMachine, version: str, fix: str, mode: str = "interactive") -> str:
    """Applies the fix of this id to the machine's files and returns what was printed."""
    return _run(machine, version, "fix", "--fix", fix, "--yes", "--mode", mode)


def _fixes(machine: BuiltMachine, version: str, mode: str) -> dict[str, dict[str, Any]]:
    document = _json(machine, version, "check", "--format", "json", "--mode", mode)
    return {fix["id"]: fix for finding in document["findings"] for fix in finding["fixes"]}


def _json(machine: BuiltMachine, version: str, *command: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(_run(machine, version, *command)))


def _run(machine: BuiltMachine, version: str, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "billing_lens", *command, *machine.options(version)],
        cwd=machine.cwd,
        env=_environment(machine),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    allowed = (0, _FINDINGS) if command[0] in ("check", "fix") else (0,)
    if done.returncode not in allowed:
        raise LensError(f"billing-lens {command[0]}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def _environment(machine: BuiltMachine) -> dict[str, str]:
    """What Python needs to find the package, and the made-up home for backups of fixed files."""
    path = [os.path.abspath(entry) for entry in sys.path if entry]
    return {
        "HOME": str(machine.home),
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONUTF8": "1",
    }

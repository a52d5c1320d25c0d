"""Compares what Billing Lens says and promises with what the real Claude Code says and does."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.claude_code import lens
from tests.claude_code.lens import OfferedFix, Route, Routes
from tests.claude_code.observe import (
    Observation,
    observe_interactive,
    observe_status,
    observe_wire,
)
from tests.claude_code.sources import Billed, UnknownSourceError, claimed_sources, source_of
from tests.machines import BuiltMachine, MadeUpMachine, Source, headline

PROFILE_NAMED = {"ANTHROPIC_PROFILE": "default"}
"""Makes the profile explicit, so that it pays in 2.1.330 too."""


@dataclass(frozen=True)
class Stage:
    """A machine and the version of Claude Code it runs."""

    version: str
    machine: MadeUpMachine

    @property
    def title(self) -> str:
        """The version and the variables, in words."""
        variables = " ".join(f"{name}={value}" for name, value in self.machine.env.items())
        return f"Claude Code {self.version}" + (f" with {variables}" if variables else "")


_LOGO = re.compile(r"^\W+|\s+$")
"""What is drawn left of the words on the start screen, and blanks after them."""

_OWNERS: Mapping[Source, str] = {
    "auth_token": "ANTHROPIC_AUTH_TOKEN",
    "api_key": "ANTHROPIC_API_KEY",
    "api_key_helper": "apiKeyHelper",
    "oauth_token": "CLAUDE_CODE_OAUTH_TOKEN",
    "federation": "the federation variables",
    "profile": "the ant profile",
    "claude_ai_login": "the claude.ai login",
    "managed_key": "the managed key",
}

STAGES = (
    Stage("2.1.146", headline()),
    Stage("2.1.330", headline()),
    Stage("2.1.330", headline().with_env(**PROFILE_NAMED)),
)


@dataclass(frozen=True)
class Comparison:
    """One thing that Billing Lens said and that was then looked at."""

    asked: str
    """The command that was run."""
    words: str
    """What it said or did, in its own words as far as it has any."""
    said: str
    seen: str

    @property
    def agrees(self) -> bool:
        """Whether what was seen is what was said."""
        return self.said == self.seen


@dataclass(frozen=True)
class Scene:
    """A machine before any fix, or after one."""

    title: str
    label: str
    """Who pays, as Billing Lens says or promised it."""
    comparisons: tuple[Comparison, ...]
    fix: OfferedFix | None = None

    @property
    def agrees(self) -> bool:
        """Whether Claude Code does all that was said."""
        return all(comparison.agrees for comparison in self.comparisons)


def prove(stage: Stage) -> Iterator[Scene]:
    """The stage's machine as it is, then a fresh copy of it after each offered fix."""
    with _fresh(stage) as built:
        status = lens.status(built, stage.version)
        fixes = lens.offered_fixes(built, stage.version)
        seen = _compare_with_program(stage, built, status.routes)
    if status.as_expected is False:
        seen += (_a_fix_reaches_the_subscription(fixes),)
    yield Scene("Before", status.routes.headless.label, seen)
    for fix in fixes:
        yield _after(stage, fix)


def _after(stage: Stage, fix: OfferedFix) -> Scene:
    with _fresh(stage) as built:
        lens.apply(built, stage.version, fix.id)
        now = lens.status(built, stage.version).routes
        promise = Comparison(
            "billing-lens status", now.headless.label, fix.promised.summary, now.summary
        )
        seen = (promise, *_compare_with_program(stage, built, fix.promised))
    return Scene(fix.title, fix.promised.headless.label, seen, fix)


def _a_fix_reaches_the_subscription(fixes: tuple[OfferedFix, ...]) -> Comparison:
    reaching = [fix for fix in fixes if fix.promised.headless.billing == "subscription"]
    words = f"{len(reaching)} of {len(fixes)} offered fixes promise the subscription"
    return Comparison(
        "billing-lens check", words, "a way back", "a way back" if reaching else "no way back"
    )


def _compare_with_program(
    stage: Stage, built: BuiltMachine, said: Routes
) -> tuple[Comparison, ...]:
    status = observe_status(built, stage.version)
    wire = observe_wire(built, stage.version)
    screen = observe_interactive(built, stage.version)
    return (
        _claim(status, said.headless),
        _sent("claude -p hi", stage.machine, wire, status, said.headless),
        _start_screen(screen, said.interactive),
        _sent("claude, asked hi", stage.machine, screen, status, said.interactive),
    )


def _claim(status: Observation, said: Route) -> Comparison:
    words = status.text.splitlines()[0] if status.text else "(nothing)"
    claimed = " and ".join(claimed_sources(status)) or "no source"
    return Comparison("claude auth status", words, said.source, claimed)


def _sent(
    asked: str,
    machine: MadeUpMachine,
    traffic: Observation,
    status: Observation,
    said: Route,
) -> Comparison:
    try:
        billed = source_of(machine, traffic, status)
    except UnknownSourceError as reason:
        return Comparison(asked, str(reason), said.source, "cannot tell")
    is_proven = billed.basis == "wire" or billed.source == "none"
    seen = billed.source if is_proven else "no model request"
    return Comparison(asked, _credential_sent(billed, traffic), said.source, seen)


def _credential_sent(billed: Billed, traffic: Observation) -> str:
    """The kind of credential and whose it is, never the credential."""
    if billed.basis == "status":
        return f"sends no model request: {traffic.stdout or traffic.stderr or 'hangs'}"
    kind = "bearer token" if traffic.model_requests[0].bearer else "x-api-key"
    return f"sends the {kind} of {_OWNERS[billed.source]}"


def _start_screen(screen: Observation, said: Route) -> Comparison:
    shown = [cell for line in screen.screen for cell in line.split("│")]
    words = [_LOGO.sub("", cell) for cell in shown if screen.banner and screen.banner in cell]
    return Comparison(
        "claude", words[0] if words else "(no banner)", said.banner, screen.banner or "no banner"
    )


@contextmanager
def _fresh(stage: Stage) -> Generator[BuiltMachine]:
    with tempfile.TemporaryDirectory(prefix="billing-lens-proof-") as root:
        yield stage.machine.build(Path(root))

"""What holds for every rule on a variable, wherever the variable is set."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from billing_lens.billing.place import Place
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from billing_lens.review import Review, ReviewedFinding
from tests.machines import (
    CANARY,
    CONSOLE_ORGANIZATION,
    MadeUpMachine,
    headline,
)
from tests.rules.reviewed import mark_of, reviewed
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_SETTINGS,
    IN_TERMINAL,
    IN_USER,
    IN_VSCODE,
    IN_WORKSPACE,
    KEY,
    LOCAL,
    MANAGED,
    NEWEST,
    PLAN,
    SPOTS,
    TO_THE_LOGIN,
    USER,
    Spot,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    related_to,
)
from tests.rules.stored import remembering

NOT_OF_PROJECTS = (IN_USER, IN_VSCODE, IN_WORKSPACE, IN_TERMINAL)

Severity = Callable[[Spot | None, Mode], str]
"""How severe a finding on the variable is at a spot (None: the process) in a mode."""


def usual(spot: Spot | None, mode: Mode) -> str:
    """An error, or a warning where the editor alone is told the variable."""
    return "warning" if spot and spot.in_editor else "error"


def of_headless_runs(spot: Spot | None, mode: Mode) -> str:
    """As `usual`, but of headless runs alone."""
    return usual(spot, mode) if mode is Mode.HEADLESS else "warning"


def of_addresses(spot: Spot | None, mode: Mode) -> str:
    """A project's address counts interactively in the editor alone."""
    return (of_headless_runs if spot in (IN_PROJECT, IN_LOCAL) else usual)(spot, mode)


@dataclass(frozen=True)
class Variable:
    """A rule, a variable that it is about, and the machine on which the variable makes it fire."""

    rule: str
    name: str
    value: str
    machine: MadeUpMachine
    counts: tuple[Spot, ...] = SPOTS
    severity: Severity = usual
    words: str = "Claude Code bills API usage instead of your Claude Max login: "
    """What the message says, beside the run and who sets the variable."""
    managed_until: str = NEWEST
    related: tuple[tuple[str, str], ...] = tuple(TO_THE_LOGIN)
    names_setter: bool = True
    """Whether the message says who sets the variable."""
    names_run: bool = True
    """Whether it says which run is meant, where that is not the one asked for."""

    def __str__(self) -> str:
        return self.rule

    def at(self, spot: Spot) -> MadeUpMachine:
        """Return the machine with the variable set there."""
        return self.machine.with_files({spot.path: spot.text(self.name, self.value)})

    def in_shell(self) -> MadeUpMachine:
        """Return the machine with the variable in the process."""
        return self.machine.with_env(**{self.name: self.value})

    def in_settings(self, path: str, name: str, value: str) -> MadeUpMachine:
        """Return the machine with `name` in settings, and where it is empty, the variable set."""
        machine = self.machine if value else self.in_shell()
        return machine.with_files({path: {"env": {name: value}}})

    def found_in(self, seen: Review) -> ReviewedFinding:
        """Return the one finding of the rule on the variable."""
        found = [it for it in seen.findings if it.rule.id == self.rule]
        of_variable, *more = [it for it in found if it.finding.place.variable == self.name] or [
            None
        ]
        assert of_variable, (
            f"{self.rule} does not report {self.name} here; does it count? See `counts`"
        )
        assert not more
        assert is_readable(of_variable)
        return of_variable


def answering(**answers: list[str]) -> MadeUpMachine:
    """Return a machine that remembers what was said to the question about the key."""
    return remembering(
        login_only(), customApiKeyResponses={"approved": [], "rejected": [], **answers}
    )


BILLS_ORGANIZATION = "bills API usage (organization 2222…) instead of your Claude Max login: "
FEDERATION = "ANTHROPIC_FEDERATION_RULE_ID"
ORGANIZATION = {"ANTHROPIC_ORGANIZATION_ID": CONSOLE_ORGANIZATION}
TOKEN = {"ANTHROPIC_IDENTITY_TOKEN": f"eyJhbGciOiJIUzI1NiJ9.{CANARY}"}
POLICY = {"proj/.billing-lens.toml": '[allowed]\nsources = ["claude_ai_login"]\n'}

VARIABLES = (
    Variable("api-key-overrides-login", "ANTHROPIC_API_KEY", KEY, answering(approved=[KEY[-20:]])),
    Variable(
        "api-key-headless-only",
        "ANTHROPIC_API_KEY",
        KEY,
        answering(rejected=[KEY[-20:]]),
        IN_SETTINGS,
        of_headless_runs,
        "`claude -p` and CI bill API usage instead of your Claude Max login: ",
        names_setter=False,
        related=((".claude.json", "/customApiKeyResponses/rejected"), *TO_THE_LOGIN),
    ),
    Variable("auth-token-overrides-login", "ANTHROPIC_AUTH_TOKEN", f"t-{CANARY}", login_only()),
    Variable(
        "base-url-redirects-login",
        "ANTHROPIC_BASE_URL",
        f"https://me:{CANARY}@proxy.example.com:8443/?key={CANARY}",
        login_only(),
        severity=of_addresses,
        words="sends your subscription's token to proxy.example.com",
    ),
    Variable(
        "cloud-provider-overrides-login",
        "CLAUDE_CODE_USE_BEDROCK",
        "true",
        login_only(),
        words="Claude Code bills Amazon Bedrock instead of your Claude Max login: ",
    ),
    Variable(
        "federation-overrides-login",
        FEDERATION,
        "fdrl_made_up",
        login_only().with_env(**ORGANIZATION, **TOKEN),
        NOT_OF_PROJECTS,
        words=f"{BILLS_ORGANIZATION}workload identity federation is set up by ",
        managed_until="2.1.256",
    ),
    Variable(
        "federation-incomplete",
        FEDERATION,
        "fdrl_made_up",
        login_only().with_env(**ORGANIZATION),
        NOT_OF_PROJECTS,
        words="identity token",
        managed_until="2.1.256",
        related=(),
        names_run=False,
    ),
    Variable(
        "oauth-token-overrides-login",
        "CLAUDE_CODE_OAUTH_TOKEN",
        KEY,
        login_only(),
        NOT_OF_PROJECTS,
        lambda spot, mode: "info",
        "instead of your Claude Max login",
    ),
    Variable(
        "profile-from-environment",
        "ANTHROPIC_PROFILE",
        "default",
        headline(),
        NOT_OF_PROJECTS,
        words=f"{BILLS_ORGANIZATION}ANTHROPIC_PROFILE, set by ",
        managed_until="2.1.256",
    ),
    Variable(
        "source-not-allowed",
        "ANTHROPIC_AUTH_TOKEN",
        f"t-{CANARY}",
        login_only().with_files(POLICY),
        words="uses ANTHROPIC_AUTH_TOKEN, which your team does not allow. Allowed: claude_ai_",
        names_setter=False,
        related=(("proj/.billing-lens.toml", ""),),
    ),
)

UNREAD = ".claude/settings.local.json"

each_variable = pytest.mark.parametrize("variable", VARIABLES, ids=str)
each_mode = pytest.mark.parametrize("mode", list(Mode))


def each_spot(*, counted: bool) -> pytest.MarkDecorator:
    """Run a test for each variable at each spot where it counts, or where it does not."""
    pairs = [(it, spot) for it in VARIABLES for spot in SPOTS if (spot in it.counts) is counted]
    params = [pytest.param(it, spot, id=f"{it}-{spot}") for it, spot in pairs]
    return pytest.mark.parametrize(("variable", "spot"), params)


@each_mode
@each_spot(counted=True)
def test_it_is_marked_wherever_it_counts(
    variable: Variable, spot: Spot, mode: Mode, tmp_path: Path
) -> None:
    seen = reviewed(variable.at(spot), tmp_path, NEWEST, mode)

    found = variable.found_in(seen)
    marked = mark_of(found, seen)
    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(variable.name))
    assert marked.text == spot.marked(variable.name, variable.value)
    assert marked.severity == variable.severity(spot, mode)
    assert spot.run in found.finding.message or not variable.names_run
    assert variable.words in found.finding.message
    assert (f"by {spot.setter}" in found.finding.message) is variable.names_setter
    assert related_to(found, seen) == list(variable.related)


@each_mode
@each_spot(counted=False)
def test_it_is_not_marked_where_it_does_not_count(
    variable: Variable, spot: Spot, mode: Mode, tmp_path: Path
) -> None:
    assert not is_marked(variable, reviewed(variable.at(spot), tmp_path, NEWEST, mode))


@each_mode
@each_spot(counted=True)
def test_switching_it_off_keeps_its_value_under_another_name(
    variable: Variable, spot: Spot, mode: Mode, tmp_path: Path
) -> None:
    seen = reviewed(variable.at(spot), tmp_path, NEWEST, mode)

    best, *others = variable.found_in(seen).fixes

    name, text = variable.name, spot.text(variable.name, variable.value)
    assert (best.id, best.safety) == (f"switch-off:{name}@{spot.nickname}", Safety.SAFE)
    assert best.title.endswith(f": bills {PLAN}")
    assert changed_texts(best, seen) == {spot.path: text.replace(f'"{name}"', f'"{name}_OFF"')}
    assert [it.id for it in others] == [f"cancel:{name}@local"] * (spot == IN_PROJECT)
    assert_all_is_well(variable, after_fix(best, seen))


@pytest.mark.parametrize("variable", [it for it in VARIABLES if IN_PROJECT in it.counts], ids=str)
def test_a_projects_can_be_cancelled_without_touching_the_shared_file(
    variable: Variable, tmp_path: Path
) -> None:
    machine = variable.at(IN_PROJECT).with_files({LOCAL: {"model": "opus"}})
    seen = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS)

    _, cancel = variable.found_in(seen).fixes

    assert cancel.safety is Safety.SAFE
    ((path, text),) = changed_texts(cancel, seen).items()
    assert (path, json.loads(text or "")) == (LOCAL, {"model": "opus", "env": {variable.name: ""}})
    assert_all_is_well(variable, after_fix(cancel, seen))


@each_mode
@pytest.mark.parametrize("settings", [{}, {"model": "opus", "env": {"KEPT": "1"}}])
@each_variable
def test_in_the_shell_it_is_cancelled_for_claude_code_and_its_line_is_named(
    variable: Variable, settings: dict[str, dict[str, str]], mode: Mode, tmp_path: Path
) -> None:
    name = variable.name
    files = {".zshrc": f"# mine\nexport {name}={variable.value}\n"}
    machine = variable.in_shell().with_files(files)
    machine = machine.with_files({USER: settings}) if settings else machine
    seen = reviewed(machine, tmp_path, NEWEST, mode)

    found = variable.found_in(seen)

    assert found.finding.place == Place(variable=name)
    assert found.finding.severity.value == variable.severity(None, mode)
    assert variable.words in found.finding.message
    assert ("by your shell" in found.finding.message) is variable.names_setter
    assert related_to(found, seen) == list(variable.related)
    assert commands_of(found) == [f"unset {name}"]
    assert f"{seen.machine.home}/.zshrc, line 2" in found.finding.commands[0].purpose
    (best,) = found.fixes
    assert (best.id, best.safety) == (f"cancel:{name}@user", Safety.SAFE)
    assert best.title.endswith(f": bills {PLAN}")
    ((path, text),) = changed_texts(best, seen).items()
    cancelled = {**settings, "env": {**settings.get("env", {}), name: ""}}
    assert (path, text and text.rstrip("\n")) == (USER, json.dumps(cancelled, indent=2))
    assert_all_is_well(variable, after_fix(best, seen))


@pytest.mark.parametrize("version", ["2.1.256", "2.1.257", NEWEST])
@each_variable
def test_what_an_administrator_sets_no_fix_takes_back(
    variable: Variable, version: str, tmp_path: Path
) -> None:
    machine = variable.machine.with_files({MANAGED: {"env": {variable.name: variable.value}}})
    seen = reviewed(machine, tmp_path, version, Mode.HEADLESS)

    if version > variable.managed_until:
        assert not is_marked(variable, seen)
        return
    found = variable.found_in(seen)
    place = found.finding.place
    assert place.path == f"{seen.machine.managed_directory}/managed-settings.json"
    assert place.pointer == f"/env/{variable.name}"
    assert found.finding.severity.value == variable.severity(None, Mode.HEADLESS)
    by = "by your administrator's managed settings"
    assert (by in found.finding.message) is variable.names_setter
    assert (fixes_of(found), commands_of(found)) == ([], [])


@each_variable
def test_what_is_given_on_the_command_line_is_told_but_not_edited(
    variable: Variable, tmp_path: Path
) -> None:
    given = json.dumps({"env": {variable.name: variable.value}})
    machine = variable.machine.with_args("--settings", given)

    found = variable.found_in(reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS))

    assert found.finding.place.path == "--settings"
    by = "by the settings given by --settings"
    assert (by in found.finding.message) is variable.names_setter
    assert fixes_of(found) == []


NOT_SET: dict[str, Callable[[Variable], MadeUpMachine]] = {
    "not there": lambda it: it.machine,
    "blank": lambda it: it.machine.with_env(**{it.name: " "}),
    "cancelled": lambda it: it.in_settings(USER, it.name, ""),
    "renamed": lambda it: it.in_settings(USER, f"{it.name}_OFF", it.value),
    "in .env": lambda it: it.machine.with_files({"proj/.env": f"{it.name}={it.value}\n"}),
    "in a file Claude Code does not read": lambda it: it.in_settings(UNREAD, it.name, it.value),
}


@each_mode
@pytest.mark.parametrize("change", NOT_SET.values(), ids=NOT_SET)
@each_variable
def test_it_is_silent_where_the_variable_is_not_set(
    variable: Variable, change: Callable[[Variable], MadeUpMachine], mode: Mode, tmp_path: Path
) -> None:
    assert not is_marked(variable, reviewed(change(variable), tmp_path, NEWEST, mode))


def is_marked(variable: Variable, seen: Review) -> bool:
    """Return whether the rule reports the variable."""
    found = [it.finding.place for it in seen.findings if it.rule.id == variable.rule]
    return any(place.variable == variable.name for place in found)


def assert_all_is_well(variable: Variable, after: Review) -> None:
    """Fail unless the login pays in both modes, and nothing is said to stand in its way."""
    assert (after.route.label, after.other.label) == (PLAN, PLAN)
    assert (after.route.host, after.as_expected) == (None, True)
    assert [it.rule.id for it in after.findings if it.rule.explains_route] == []
    assert not is_marked(variable, after)

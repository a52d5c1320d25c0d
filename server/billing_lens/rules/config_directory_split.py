"""Rule config-directory-split: Claude Code's files lie in two places, and it reads only one."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.login import state_file
from billing_lens.billing.place import Place
from billing_lens.config.paths import claude_paths
from billing_lens.fixes.profile_fixes import set_aside
from billing_lens.machine.machine import Machine
from billing_lens.rules.login_diagnosis import runs_lacking_login, severity_of_login
from billing_lens.rules.rule import Finding, Related, Verdict, rule
from billing_lens.rules.wrong_payer import commands_for
from billing_lens.wishes.severity import Severity

VARIABLE = "CLAUDE_CONFIG_DIR"


@rule(
    "config-directory-split",
    severity=Severity.ERROR,
    evidence=("CONFIG_DIR empty", "legacy + .claude.json", "#88601", "#83832", "#20549"),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Claude Code's files lie in two places: the login or the account it shows is in the other."""
    yield from _moved(machine, verdict)
    legacy = machine.existing(machine.claude.legacy_state)
    usual = machine.existing(machine.claude.state)
    if legacy and usual and legacy is state_file(machine) and usual.entry.data.strip():
        yield Finding(
            Severity.HINT,
            "Claude Code reads this old state file, and not .claude.json beside it. "
            "Account, keys and answers of the other one do not count.",
            Place(legacy.path, ""),
            (Related(Place(usual.path, ""), "This state file is not read."),),
            (set_aside(machine, legacy, "retire-legacy-state", "the old state file"),),
        )


def _moved(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    usual = claude_paths(machine.home, machine.cwd, {})
    pairs = (
        (usual.credentials, machine.claude.credentials, "login"),
        (usual.state, machine.claude.state, "account"),
    )
    left = [
        (what, there)
        for there, here, what in pairs
        if there != here and machine.entry(str(there)).exists
        if machine.file(here) is None or not machine.existing(here)
    ]
    if not left:
        return
    place = Place(*machine.variables_set_in.get(VARIABLE, (None, None)), VARIABLE)
    lost_login = any(what == "login" for what, _ in left)
    severity = severity_of_login(verdict) if lost_login else Severity.HINT
    names = " and ".join(f"the {what} in {there}" for what, there in left)
    yield Finding(
        severity,
        f"CLAUDE_CONFIG_DIR makes Claude Code read {machine.claude.directory} only, so it does "
        f"not see {names}.",
        place,
        tuple(Related(Place(str(there), ""), f"The {what} is here.") for what, there in left),
        commands=tuple(commands_for(machine, place)),
        leftover=severity is Severity.HINT,
        explains=runs_lacking_login(verdict) if lost_login else (),
    )

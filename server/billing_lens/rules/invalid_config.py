"""Rule invalid-config: a file that Claude Code cannot read as it was meant."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.place import Place
from billing_lens.billing.profile import EMPTY_CREDENTIALS_HANG
from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import DECLARING_KINDS, Kind
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import RULES, Finding, Verdict, rule
from billing_lens.text.positions import Span
from billing_lens.wishes.file_wishes import WHOSE, did_you_mean, named
from billing_lens.wishes.own_files import OwnFile
from billing_lens.wishes.severity import Severity

CONSEQUENCES = {
    Kind.ANTHROPIC_PROFILE: "Claude Code and ant cannot use this profile.",
    Kind.ANTHROPIC_CREDENTIALS: "Claude Code hangs or fails when it uses this profile.",
    Kind.ANTHROPIC_ACTIVE_CONFIG: "No profile is selected by it.",
    Kind.CLAUDE_STATE: "Claude Code does not start, or starts with nothing remembered.",
    Kind.CLAUDE_CREDENTIALS: "Claude Code sees no login here.",
}
"""What Claude Code does with a broken file of each kind (facts of the recorded runs "creds …",
"antvar[…] invalid JSON …", "~/.claude.json …")."""


@rule(
    "invalid-config",
    severity=Severity.ERROR,
    evidence=("creds truncated JSON", "antvar[ant only] invalid JSON config", "~/.claude.json []"),
    reads_text=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A file that decides who pays cannot be read as it was meant."""
    for file in machine.files.values():
        if file.kind in CONSEQUENCES:
            for problem in file.problems:
                yield _finding(machine, file, problem)
        elif file.kind in DECLARING_KINDS and file.mentions_claude:
            yield from _not_understood(file)
    for own in verdict.own_files:
        yield from _in_ours(own)
    policy = verdict.own_files.policy
    if policy and policy.wish and not verdict.own_files.trusts_policy:
        yield Finding(
            Severity.INFO,
            "What is expected here does not count before this folder is trusted. Start `claude`"
            " in it once and say that you trust it.",
            policy.place(policy.wishes.expected_span),
        )


def _in_ours(own: OwnFile) -> Iterator[Finding]:
    """Yield all that is wrong with a file of ours; which rules there are is known only here."""
    wishes = own.wishes
    problems = [(problem.message, problem.span) for problem in wishes.problems]
    for identifier, span in wishes.rules.items():
        if identifier in RULES:
            continue
        said = f"There is no rule {named(identifier)}.{did_you_mean(identifier, RULES)}"
        unheeded = f"This part of {WHOSE[own.file.kind]} does not count."
        problems.append((f"{said} {unheeded}", span))
    for message, span in sorted(problems, key=lambda it: it[1] or Span(0, 0)):
        yield Finding(Severity.ERROR, message, own.place(span))


def _not_understood(file: ConfigFile) -> Iterator[Finding]:
    """Yield why we cannot read what the project declares; an information, for others may read it.

    Only of files that mention Claude or Anthropic: what else is wrong with a workflow is not our
    affair.
    """
    for problem in file.problems:
        yield Finding(
            Severity.INFO,
            f"{problem.message} What this file sets for Claude Code is not known.",
            Place(file.path, "", span=problem.span),
        )


def _finding(machine: Machine, file: ConfigFile, problem: Problem) -> Finding:
    spoiled = file.says_nothing and file.entry.state is not FileState.OUTSIDE_HOME
    consequence = f" {_consequence(machine, file)}" if spoiled else ""
    return Finding(
        Severity.WARNING,
        f"{problem.message}{consequence}",
        Place(file.path, problem.pointer or "", span=problem.span),
    )


def _consequence(machine: Machine, file: ConfigFile) -> str:
    falls_back = not file.entry.data and machine.version not in EMPTY_CREDENTIALS_HANG
    if file.kind is Kind.ANTHROPIC_CREDENTIALS and falls_back:
        return "Claude Code passes over this profile."
    return CONSEQUENCES[file.kind]

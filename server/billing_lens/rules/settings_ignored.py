"""Rule settings-ignored: one mistake, and Claude Code ignores a settings file as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.billing.environment import is_ignored
from billing_lens.billing.place import Place
from billing_lens.config.file import ConfigFile, Problem, name_of
from billing_lens.config.kinds import Kind, Scope
from billing_lens.fixes.settings_fixes import settings_fixes
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Finding, Verdict, rule
from billing_lens.wishes.severity import Severity


@rule(
    "settings-ignored",
    severity=Severity.WARNING,
    evidence=("user settings.json invalid JSON", "user settings.json one bad field + env apikey"),
    reads_text=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """One mistake makes Claude Code ignore a settings file as a whole, without a word."""
    del verdict
    for file in machine.files_of(Kind.CLAUDE_SETTINGS):
        ignored = is_ignored(file, machine)
        fixes = tuple(settings_fixes(machine, file)) if ignored else ()
        for problem in (*file.problems, *_wrong_fields(file, machine)):
            yield Finding(
                Severity.WARNING,
                f"{problem.message} {_consequence(file, ignored=ignored)}",
                Place(file.path, problem.pointer or "", span=problem.span),
                fixes=fixes,
            )


def _wrong_fields(file: ConfigFile, machine: Machine) -> Iterator[Problem]:
    if file.is_broken:
        return
    for pointer, message in file.wrong_settings(machine.version.numbers):
        name = name_of(pointer)
        yield Problem("wrong-type", f"{name} {message}.", file.span_of(pointer), pointer)


def _consequence(file: ConfigFile, *, ignored: bool) -> str:
    if file.scope is Scope.MANAGED:
        return (
            "Claude Code does not start until this is mended."
            if ignored
            else "Claude Code leaves this field out."
        )
    return "Claude Code ignores the whole file because of it, without a word."

"""Rule secret-in-project: a token or key stands in a file that the project shares."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import cast

from billing_lens.billing.credential import Place
from billing_lens.config.concern import concerns_claude
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.config.places import project_places
from billing_lens.config.secrets import SECRET_NAME, holds_a_token
from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Severity, Verdict, rule
from billing_lens.text.edits import remove_properties, set_property
from billing_lens.text.json_pointer import parts_of, pointer_of


@rule(
    "secret-in-project",
    severity=Severity.WARNING,
    evidence=("apikey @ proj trusted",),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A token or key stands in a file that is shared with the project."""
    del verdict
    for file in machine.files.values():
        reason = _shared(machine, file)
        for pointer, value in _texts(file) if reason else ():
            name = parts_of(pointer)[-1]
            if _is_secret(name, value):
                yield Finding(
                    "secret-in-project",
                    Severity.WARNING,
                    f"A secret stands here in plain text, and {reason}. "
                    "Move it out, and revoke it if anyone else may have seen it.",
                    Place(file.path, pointer),
                    fixes=tuple(_move(machine, file, pointer, name, value)),
                    commands=tuple(_untrack(file)),
                )
        if reason and file.kind in DECLARING_KINDS and concerns_claude(file):
            yield from _declared(file, reason)


def _declared(file: ConfigFile, reason: str) -> Iterator[Finding]:
    """Yield the secrets in what says how the project runs elsewhere."""
    from billing_lens.rules.declared_secret import (  # noqa: PLC0415 few projects have such files
        reference_to,
        secrets_in,
        storing,
    )

    for place, name in secrets_in(file):
        reference = reference_to(file, name)
        instead = f"Write {reference} instead" if reference else "Move it out"
        yield Finding(
            "secret-in-project",
            Severity.WARNING,
            f"A secret stands here in plain text, and {reason}. "
            f"{instead}, and revoke it if anyone else may have seen it.",
            place,
            commands=(*storing(file, name), *_untrack(file)),
        )


def _shared(machine: Machine, file: ConfigFile) -> str:
    """Return why others see the file, empty when they do not."""
    if not file.exists:
        return ""
    if file.path in machine.tracked:
        return "git tracks this file"
    if file.scope is Scope.PROJECT or file.kind in DECLARING_KINDS - {Kind.DOTENV}:
        return "this file is meant to be shared with the project"
    workspace = machine.path(file.path).parent == machine.cwd / ".vscode"
    shared = file.kind is Kind.VSCODE_SETTINGS and workspace
    return "the workspace's settings are shared with the project" if shared else ""


def _texts(file: ConfigFile) -> Iterator[tuple[str, str]]:
    """Yield each text of `env` or VS Code's lists of variables, with its pointer."""
    if file.kind not in (Kind.CLAUDE_SETTINGS, Kind.VSCODE_SETTINGS) or file.is_broken:
        return
    root = file.value
    for key, section in cast("dict[str, object]", root).items() if isinstance(root, dict) else ():
        if key == "apiKeyHelper" and isinstance(section, str):
            yield pointer_of(key), section
        elif key == "env" or key.startswith("terminal.integrated.env."):
            members = cast("dict[str, object]", section) if isinstance(section, dict) else {}
            for name, value in members.items():
                if isinstance(value, str):
                    yield pointer_of(key, name), value


def _is_secret(name: str, value: str) -> bool:
    """Whether it is a secret itself, not a reference to one such as ``${env:TOKEN}``."""
    if name == "apiKeyHelper":
        return holds_a_token(value)
    return bool(value.strip()) and "$" not in value and SECRET_NAME.search(name) is not None


def _move(machine: Machine, file: ConfigFile, pointer: str, name: str, value: str) -> Iterator[Fix]:
    """Move a variable to the settings of the project that only this user has."""
    path = str(project_places(machine.cwd).local_settings)
    local = machine.file(path)
    if file.scope is not Scope.PROJECT or not file.can_be_edited or path in machine.tracked:
        return
    change = _setting(local, path, pointer, value)
    if change:
        yield Fix(
            f"move-to-local:{name}",
            f"Move {name} to .claude/settings.local.json, which is not shared",
            (change, EditFile(file.path, remove_properties(file.document, (pointer,)))),
            effort=1,
        )


def _setting(local: ConfigFile | None, path: str, pointer: str, value: str) -> Change | None:
    if local is None or not local.exists:
        wrapped: object = value
        for part in reversed(parts_of(pointer)):
            wrapped = {part: wrapped}
        return CreateFile(path, (json.dumps(wrapped, indent=2) + "\n").encode(), mode=0o600)
    if not local.can_be_edited or local.document.node(pointer) is not None:
        return None
    return EditFile(path, (set_property(local.document, pointer, value),))


def _untrack(file: ConfigFile) -> Iterator[Command]:
    if file.scope is Scope.LOCAL or file.kind is Kind.DOTENV:
        yield Command(
            f"git rm --cached {shlex.quote(file.path)}", "Lets git forget it, but keeps the file."
        )

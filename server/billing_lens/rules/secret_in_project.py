"""Rule secret-in-project: a token or key stands in a file that the project shares."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from billing_lens.billing.editor_runs import EXTENSION_VARIABLES
from billing_lens.billing.place import Place
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Scope
from billing_lens.config.paths import project_paths
from billing_lens.config.secrets import SECRET_NAME, holds_a_token
from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Verdict, rule
from billing_lens.text.json_node import JsonNode
from billing_lens.text.json_pointer import parts_of
from billing_lens.text.removal import remove_properties
from billing_lens.text.setting import set_property
from billing_lens.wishes.severity import Severity

STORED = {
    Kind.CLAUDE_CREDENTIALS: ("/claudeAiOauth/accessToken", "/claudeAiOauth/refreshToken"),
    Kind.ANTHROPIC_CREDENTIALS: ("/access_token", "/refresh_token"),
    Kind.CLAUDE_STATE: ("/primaryApiKey",),
}
"""Where Claude Code and ``ant`` keep secrets; one that is there stands for the whole file."""


@rule(
    "secret-in-project",
    severity=Severity.WARNING,
    evidence=("apikey @ proj trusted",),
    reads_text=True,
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """A token or key stands in a file that is shared with the project."""
    del verdict
    for file in machine.files.values():
        reason = _shared(machine, file)
        for name, node in _secrets(file) if reason else ():
            yield Finding(
                Severity.WARNING,
                f"A secret stands here in plain text, and {reason}. "
                "Move it out, and revoke it if anyone else may have seen it.",
                Place(file.path, node.pointer),
                fixes=tuple(_move(machine, file, name, node)),
                commands=tuple(_untrack(machine, file)),
            )
        if reason and file.kind in DECLARING_KINDS and file.mentions_claude:
            yield from _declared(machine, file, reason)


def _declared(machine: Machine, file: ConfigFile, reason: str) -> Iterator[Finding]:
    """Yield the secrets in what says how the project runs elsewhere."""
    from billing_lens.rules.declared_secrets import (  # noqa: PLC0415 few projects have such files
        reference_to,
        secrets_in,
        storing,
    )

    for place, name in secrets_in(file):
        reference = reference_to(file, name)
        instead = f"Write {reference} instead" if reference else "Move it out"
        yield Finding(
            Severity.WARNING,
            f"A secret stands here in plain text, and {reason}. "
            f"{instead}, and revoke it if anyone else may have seen it.",
            place,
            commands=(*storing(file, name), *_untrack(machine, file)),
        )


def _shared(machine: Machine, file: ConfigFile) -> str:
    """Return why others see the file, empty when they do not."""
    if not file.exists:
        return ""
    if file.path in machine.tracked:
        return "git tracks this file"
    if file.scope is Scope.PROJECT or file.kind in DECLARING_KINDS - {Kind.DOTENV}:
        return "this file is meant to be shared with the project"
    if _is_of_workspace(machine, file):
        return "the workspace's settings are shared with the project"
    return ""


def _is_of_the_project(machine: Machine, file: ConfigFile) -> bool:
    """Whether git is meant to track the file."""
    declares = file.kind in DECLARING_KINDS - {Kind.DOTENV}
    return declares or _is_of_workspace(machine, file)


def _is_of_workspace(machine: Machine, file: ConfigFile) -> bool:
    if file.kind is not Kind.VSCODE_SETTINGS:
        return False
    return machine.path(file.path).parent == machine.cwd / ".vscode"


def _secrets(file: ConfigFile) -> Iterator[tuple[str, JsonNode]]:
    """Yield each secret with the name of what it is for. A broken file shows its secrets too."""
    if file.kind in STORED:
        found = (file.document.node(pointer) for pointer in STORED[file.kind])
        stored = (node for node in found if node and isinstance(node.value, str) and node.value)
        yield from ((parts_of(node.pointer)[-1], node) for node in [*stored][:1])
    elif file.kind in (Kind.CLAUDE_SETTINGS, Kind.VSCODE_SETTINGS):
        named = {node.pointer: (name, node) for name, node in _settings(file)}
        for name, node in named.values():
            if isinstance(node.value, str) and _is_secret(name, node.value):
                yield name, node


def _settings(file: ConfigFile) -> Iterator[tuple[str, JsonNode]]:
    """Yield each value that sets a variable, and apiKeyHelper, with its name."""
    root = file.document.root
    for section in root.members() if root else ():
        key = section.key or ""
        if key == "apiKeyHelper":
            yield key, section
        elif key == "env" or key.startswith("terminal.integrated.env."):
            yield from ((member.key or "", member) for member in section.members())
        elif key == EXTENSION_VARIABLES:
            for entry in section.elements():
                name, value = entry.child("name"), entry.child("value")
                if name and value:
                    yield str(name.value), value


_SETTING = r"[\d.]+|true|false|yes|no|on|off"
"""The value of ``MAX_THINKING_TOKENS`` and the like."""

_PLACE = r"_(file|path|dir|url|uri|endpoint|name)$"
"""How names end of variables that hold a path or an address, not a secret."""

_WORD = r"[a-z]+"
"""No token or key is a plain word; ``ollama`` is what a gateway without keys is given."""


def _is_secret(name: str, value: str) -> bool:
    """Whether it is a secret itself, not a reference to one such as ``${env:TOKEN}``."""
    if holds_a_token(value):
        return True
    if name == "apiKeyHelper" or "$" in value or not SECRET_NAME.search(name):
        return False
    if "headers" in name.lower():
        return SECRET_NAME.search(value.replace("-", "_")) is not None
    value, name = value.strip().lower(), name.lower()
    is_word = re.fullmatch(_WORD, value) and not re.search("passw|secret", name)
    is_harmless = re.fullmatch(_SETTING, value) or re.search(_PLACE, name) or is_word
    return bool(value) and not is_harmless


def _move(machine: Machine, file: ConfigFile, name: str, node: JsonNode) -> Iterator[Fix]:
    """Move a variable to the settings of the project that only this user has."""
    path = _local_settings(machine)
    if file.scope is not Scope.PROJECT or not file.can_be_edited or path in machine.tracked:
        return
    change = _setting(machine.file(path), path, node.pointer, str(node.value))
    if change:
        yield Fix(
            f"move-to-local:{name}",
            f"Move {name} to .claude/settings.local.json, which is not shared",
            (change, EditFile(file.path, remove_properties(file.document, (node.pointer,)))),
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
    try:
        return EditFile(path, (set_property(local.document, pointer, value),))
    except ValueError:
        return None


def _local_settings(machine: Machine) -> str:
    return str(project_paths(machine.cwd).local_settings)


def _untrack(machine: Machine, file: ConfigFile) -> Iterator[Command]:
    """Yield how git stops tracking one's own file, or the one that the secret could move to."""
    local = _local_settings(machine)
    if file.scope is Scope.PROJECT:
        if local in machine.tracked:
            purpose = "Lets git forget your local settings, so that the secret can move there."
            yield Command(f"git rm --cached {shlex.quote(local)}", purpose)
    elif file.path in machine.tracked and not _is_of_the_project(machine, file):
        purpose = "Lets git forget it, but keeps the file."
        yield Command(f"git rm --cached {shlex.quote(file.path)}", purpose)

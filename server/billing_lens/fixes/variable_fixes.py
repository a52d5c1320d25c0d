"""Fixes that stop a variable or a setting from counting, without losing its value.

A key renamed inside its file keeps its value and is no longer known to Claude Code; an unknown
setting is left alone (case "user settings.json unknown key"). An empty string in the user's
settings cancels what the shell sets (facts on where a setting counts, case "apikey user '' vs
process").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from billing_lens.billing.place import Place
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind, Scope
from billing_lens.config.paths import project_paths
from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix
from billing_lens.machine.machine import FLAG_SETTINGS_PATH, Machine
from billing_lens.text.edits import TextEdit
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_pointer import parts_of, pointer_of
from billing_lens.text.setting import set_property


def variable_fixes(machine: Machine, place: Place) -> Iterator[Fix]:
    """Yield the fixes for a variable or setting that should not count, at the place that sets it.

    What an administrator or the command line sets cannot be switched off by editing a file of the
    user's, so nothing is yielded for it.
    """
    file = machine.existing(place.path) if place.path else None
    if file is None:
        # What a job's own variables set is changed where the job is set up, not in its files.
        if place.variable and place.path is None and not machine.in_ci:
            yield from _cancel(machine, place.variable, Scope.USER)
        return
    yield from _switch_off(machine, file, place)
    if file.scope is Scope.PROJECT and place.variable:
        yield from _cancel(machine, place.variable, Scope.LOCAL)


def _switch_off(machine: Machine, file: ConfigFile, place: Place) -> Iterator[Fix]:
    name = place.variable or parts_of(place.pointer or "")[-1]
    aside = name_aside(name)
    pointer = place.pointer or ""
    edit = _renaming(file, pointer, aside) if is_the_users(file) and file.can_be_edited else None
    if edit:
        yield Fix(
            f"switch-off:{name}@{_nickname(machine, file, place)}",
            f"Switch {name} off in {file_name(file)} (rename it to {aside})",
            (EditFile(file.path, (edit,)),),
            effort=1,
        )


def name_aside(name: str) -> str:
    """Return what a key is renamed to, so that Claude Code does not know it any more."""
    return f"{name}_OFF" if name.isupper() else f"{name}Off"


def is_the_users(file: ConfigFile) -> bool:
    """Whether a fix may edit the file: settings on the disk, and no administrator's.

    Where Claude Code keeps a login or a key itself, nothing is ever written.
    """
    on_disk = file.entry.state is FileState.REGULAR and file.path != FLAG_SETTINGS_PATH
    settings = file.kind in (Kind.CLAUDE_SETTINGS, Kind.VSCODE_SETTINGS)
    return settings and on_disk and file.scope is not Scope.MANAGED


def _renaming(file: ConfigFile, pointer: str, aside: str) -> TextEdit | None:
    """Return the edit that renames what `pointer` leads to, None where there is no such text.

    In VS Code's list of variables the pointer leads to the value, and the name stands beside it.
    """
    *above, last = parts_of(pointer)
    listed = file.document.node(pointer_of(*above, "name")) if last == "value" else None
    if listed is not None:
        return TextEdit(listed.span, json.dumps(aside))
    return key_renaming(file.document, pointer, aside)


def key_renaming(document: JsonDocument, pointer: str, aside: str) -> TextEdit | None:
    """Return the edit that renames a key; None where there is none, or the name is taken."""
    *above, _ = parts_of(pointer)
    node = document.node(pointer)
    if node is None or node.key_span is None or document.node(pointer_of(*above, aside)):
        return None
    return TextEdit(node.key_span, json.dumps(aside))


def _nickname(machine: Machine, file: ConfigFile, place: Place) -> str:
    """Return a short name that no other place of the same variable has."""
    if file.scope:
        return file.scope.value
    path = machine.path(file.path)
    product = "workspace" if path.parent == machine.cwd / ".vscode" else path.parts[-3].lower()
    words = ["vscode"] if product == "code" else ["vscode", *re.findall(r"[a-z0-9]+", product)]
    in_terminal = (place.pointer or "").startswith("/terminal.")
    return "-".join([*words, "terminal"] if in_terminal else words)


def file_name(file: ConfigFile) -> str:
    """Return what a settings file is called in a sentence: "the user settings"."""
    kind = "VS Code's settings" if file.kind is Kind.VSCODE_SETTINGS else "settings"
    return f"the {file.scope.value} {kind}" if file.scope else kind


def _cancel(machine: Machine, name: str, scope: Scope) -> Iterator[Fix]:
    """Cancel a variable by an empty one in settings that come before whatever sets it."""
    places = {
        Scope.USER: machine.claude.user_settings,
        Scope.LOCAL: project_paths(machine.cwd).local_settings,
    }
    path = str(places[scope])
    change = _setting(machine.file(path), path, pointer_of("env", name))
    if change:
        yield Fix(
            f"cancel:{name}@{scope.value}",
            f"Cancel {name} for Claude Code in the {scope.value} settings",
            (change,),
            effort=2,
        )


def _setting(file: ConfigFile | None, path: str, pointer: str) -> Change | None:
    if file is None or file.entry.state is FileState.MISSING:
        *_, name = parts_of(pointer)
        text = json.dumps({"env": {name: ""}}, indent=2) + "\n"
        return CreateFile(path, text.encode(), mode=0o644)
    editable = is_the_users(file) and file.can_be_edited
    if not editable or file.document.node(pointer) is not None:
        return None
    try:
        return EditFile(path, (set_property(file.document, pointer, ""),))
    except ValueError:
        return None

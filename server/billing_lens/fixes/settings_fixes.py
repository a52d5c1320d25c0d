"""The fix that makes Claude Code read a settings file again which it ignores as a whole.

Strict JSON has neither comments nor trailing commas, and a field of the wrong type spoils the file
as well; under a name that Claude Code does not know it does no harm (cases "user settings.json
invalid JSON", "user settings.json one bad field + env apikey", "user settings.json unknown key").
"""

from __future__ import annotations

from collections.abc import Iterator

from billing_lens.config.file import ConfigFile, name_of
from billing_lens.config.settings_types import wrong_settings
from billing_lens.fixes.fix import EditFile, Fix
from billing_lens.fixes.variable_fixes import file_name, is_the_users, key_renaming, name_aside
from billing_lens.machine.machine import Machine
from billing_lens.text.edits import TextEdit
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.json_pointer import parts_of
from billing_lens.text.removal import remove_extras
from billing_lens.text.trivia import extras


def settings_fixes(machine: Machine, file: ConfigFile) -> Iterator[Fix]:
    """Yield one fix that mends all that is wrong with a settings file, where edits can do that.

    It changes more than who pays, for everything else in the file counts again too.
    """
    data = file.document.data
    lenient = JsonDocument.parse(data, Dialect.JSONC)
    is_object = lenient.root is not None and lenient.root.kind == "object"
    if file.scope is None or not is_the_users(file) or lenient.problems or not is_object:
        return
    wrong = tuple(dict(wrong_settings(lenient.value(), machine.version.numbers)))
    aside = _asides(lenient, wrong)
    if aside is None or not (aside or file.document.problems):
        return
    yield Fix(
        f"mend-settings:{file.scope.value}",
        f"{_what_is_done(data, wrong)} in {file_name(file)}, so that they count again",
        (EditFile(file.path, (*remove_extras(data), *aside)),),
        effort=1,
        changes_more=True,
    )


def _asides(document: JsonDocument, wrong: tuple[str, ...]) -> tuple[TextEdit, ...] | None:
    """Return the edits that rename the fields of the wrong type; None when one cannot be renamed.

    Only a field of the file itself can: below it an unknown name may be what spoils the file.
    """
    edits = [
        key_renaming(document, pointer, name_aside(parts_of(pointer)[0]))
        for pointer in wrong
        if len(parts_of(pointer)) == 1
    ]
    renamed = tuple(edit for edit in edits if edit)
    return renamed if len(renamed) == len(wrong) else None


def _what_is_done(data: bytes, wrong: tuple[str, ...]) -> str:
    found = [extra.code for extra in extras(data)]
    removed = [
        _counted(found.count("comment"), "comment"),
        _counted(found.count("trailing-comma"), "trailing comma"),
    ]
    steps = [f"remove {' and '.join(filter(None, removed))}"] if found else []
    steps += [f"rename {name_of(it)} to {name_aside(parts_of(it)[0])}" for it in wrong]
    text = ", ".join(steps)
    return text[:1].upper() + text[1:]


def _counted(number: int, what: str) -> str:
    if number == 0:
        return ""
    return f"the {what}" if number == 1 else f"{number} {what}s"

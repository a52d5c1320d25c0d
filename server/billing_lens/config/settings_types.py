"""Which values make Claude Code ignore a settings file as a whole, judged by `settings_fields`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from billing_lens.config.hook_settings import Path, Version, wrong_hooks
from billing_lens.config.settings_fields import Field, patterns
from billing_lens.text.json_pointer import pointer_of

NEWEST: Version = (2, 1, 330)


def wrong_settings(value: object, version: Version = NEWEST) -> tuple[tuple[str, str], ...]:
    """Return (JSON Pointer, message) for every value that makes Claude Code ignore the whole file.

    `value` is the parsed settings file. Messages name types and known words, never the value.
    """
    if not isinstance(value, dict):
        return (("", "should be a JSON object"),)
    settings = cast("dict[str, object]", value)
    wrong = [*_wrong_fields(settings, version), *wrong_hooks(settings.get("hooks"), version)]
    return tuple((pointer_of(*path), message) for path, message in wrong)


def _wrong_fields(settings: dict[str, object], version: Version) -> Iterator[tuple[Path, str]]:
    for pattern, field in patterns(version):
        if pattern[0] in settings:
            for path, value in _found(settings, pattern):
                message = _complaint(field, value)
                if message:
                    yield path, message


def _found(value: object, pattern: tuple[str, ...]) -> Iterator[tuple[Path, object]]:
    """Yield every value that a pattern leads to, with its path."""
    if not pattern:
        yield (), value
        return
    for name, child in _named(value, pattern[0]):
        for path, found in _found(child, pattern[1:]):
            yield (name, *path), found


def _named(value: object, name: str) -> Iterable[tuple[str | int, object]]:
    if name == "*":
        return _children(value)
    members = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    return ((name, members[name]),) if name in members else ()


def _children(value: object) -> Iterator[tuple[str | int, object]]:
    if isinstance(value, dict):
        yield from cast("dict[str, object]", value).items()
    elif isinstance(value, list):
        yield from enumerate(cast("list[object]", value))


def _complaint(field: Field, value: object) -> str:
    """Return what is wrong with a value, nothing when it is right."""
    kind = _json_type(value)
    if kind not in field.types:
        return f"should be {' or '.join(_WITH_ARTICLE[name] for name in field.types)}"
    if isinstance(value, str) and field.words and value not in field.words:
        return f"should be one of {', '.join(field.words)}"
    if isinstance(value, dict):
        missing = [name for name in field.required if name not in cast("dict[str, object]", value)]
        return f"needs {' and '.join(missing)}" if missing else ""
    if kind == "number" and not _is_within(field, cast("float", value)):
        return "is out of range"
    return ""


def _is_within(field: Field, number: float) -> bool:
    above = field.above is None or number > field.above
    below = field.at_most is None or 0 <= number <= field.at_most
    return above and below and (not field.whole or float(number).is_integer())


_WITH_ARTICLE = {
    "null": "null",
    "boolean": "true or false",
    "number": "a number",
    "string": "a string",
    "array": "a list",
    "object": "a JSON object",
}


def _json_type(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"

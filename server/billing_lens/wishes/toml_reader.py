"""Reading our own TOML files: what they want, and what in them could not be understood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from billing_lens.billing.expectation import ANY, Wish
from billing_lens.billing.place import Place
from billing_lens.billing.sources import Billing
from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.file_entry import FileState
from billing_lens.rules.rule import RULES
from billing_lens.text.positions import Span
from billing_lens.wishes.severity import Severity

OFF = "off"
EXPECTABLE = (
    *(Billing.SUBSCRIPTION, Billing.API_USAGE, Billing.CLOUD_PROVIDER, Billing.GATEWAY),
    ANY,
)
"""What can be expected to pay."""

Severities = Mapping[str, Severity | None]
"""The severity wanted of a rule, by its id; None means that it is off."""

_LEVELS = (OFF, *(severity.value for severity in Severity))


def severities_in(section: Mapping[str, object]) -> dict[str, Severity | None]:
    """Return the rules' severities in a mapping; ids and values nobody knows are left out."""
    wanted: dict[str, Severity | None] = {}
    for identifier, value in section.items():
        if identifier in RULES and value in _LEVELS:
            wanted[identifier] = None if value == OFF else Severity(value)
    return wanted


class TomlReader:
    """Reads one file section by section; what is wrong with it gathers in `problems`."""

    def __init__(self, file: ConfigFile, sections: Sequence[str]) -> None:
        """Parse `file`, in which only `sections` are known."""
        self._file = file
        self._content: Mapping[str, object] = {}
        self.problems: list[Problem] = list(file.problems)
        if file.entry.state is FileState.REGULAR:
            self._parse()
        for name in self._content:
            if name not in sections:
                known = _listed(sections)
                self.wrong(name, f"There is no section '{name}'; there are {known}.")

    def section(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, object]:
        """Return a table, empty when it is not there; `keys` are those that are known in it."""
        found = self._content.get(name, {})
        if not isinstance(found, dict):
            self.wrong(name, f"'{name}' should be a table.")
            return {}
        table = cast("dict[str, object]", found)
        for key in table:
            if keys is not None and key not in keys:
                verb = "are" if len(keys) > 1 else "is"
                self.wrong(key, f"'{key}' is not known; there {verb} {_listed(keys)}.")
        return table

    def wish(self, origin: str) -> Wish | None:
        """Return what the section ``[expected]`` says should pay."""
        section = self.section("expected", ("billing", "organization"))
        billing, organization = section.get("billing"), section.get("organization")
        if billing is not None and billing not in EXPECTABLE:
            self.wrong("billing", f"billing is one of {', '.join(map(_text, EXPECTABLE))}.")
            billing = None
        if organization is not None and not isinstance(organization, str):
            self.wrong("organization", "organization should be a string.")
        named = organization.strip() if isinstance(organization, str) else ""
        span = self.span_of("billing" if billing else "organization")
        place = Place(self._file.path, "", span=span)
        wish = Wish(str(billing) if billing else None, named or None, origin, place)
        return wish if wish.billing or wish.organization else None

    def severities(self) -> Severities:
        """Return what the section ``[rules]`` says."""
        section = self.section("rules")
        for identifier, value in section.items():
            if identifier not in RULES:
                self.wrong(identifier, f"There is no rule '{identifier}'.")
            elif value not in _LEVELS:
                self.wrong(identifier, f"A rule is one of {', '.join(_LEVELS)}.")
        return severities_in(section)

    def wrong(self, key: str, message: str) -> None:
        """Note that what stands under `key` does not count."""
        self.problems.append(Problem("preferences", message, self.span_of(key)))

    def span_of(self, key: str) -> Span | None:
        """Return the bytes of the line that has `key` as its key or its table."""
        pattern = re.compile(
            rf"""^[ \t]*(?:\[\s*)?["']?{re.escape(key)}["']?\s*[=\].].*$""", re.MULTILINE
        )
        found = pattern.search(self._file.buffer.text)
        return _bytes_of(self._file.buffer.text, found.start(), found.end()) if found else None

    def _parse(self) -> None:
        from tomlkit import parse  # noqa: PLC0415 most machines have no such file
        from tomlkit.exceptions import ParseError, TOMLKitError  # noqa: PLC0415

        text = self._file.buffer.text.removeprefix("\ufeff")
        try:
            self._content = cast("dict[str, object]", parse(text).unwrap())
        except TOMLKitError as error:
            line = error.line if isinstance(error, ParseError) else 0
            said = f"This is no TOML: {str(error).rstrip('.')}."
            self.problems.append(Problem("toml", said, self._span_of_line(line)))

    def _span_of_line(self, number: int) -> Span | None:
        """Return the bytes of a line, counted from 1."""
        lines = self._file.buffer.text.split("\n")
        if not 0 < number <= len(lines):
            return None
        start = sum(len(line) + 1 for line in lines[: number - 1])
        return _bytes_of(self._file.buffer.text, start, start + len(lines[number - 1]))


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _text(value: str | Billing) -> str:
    return value.value if isinstance(value, Billing) else value


def _bytes_of(text: str, start: int, end: int) -> Span:
    before, inside = text[:start], text[start:end].rstrip("\r")
    length = len(before.encode("utf-8", "surrogatepass"))
    return Span(length, length + len(inside.encode("utf-8", "surrogatepass")))

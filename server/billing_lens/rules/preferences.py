"""What the user wants of the rules, from ``config.toml``: who should pay, and what to leave out.

```toml
[expected]
billing = "subscription"
organization = "11111111-1111-4111-8111-111111111111"

[rules]
organization-changed = "off"
credentials-exposed = "error"
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from billing_lens.billing.expectation import ANY, Wish
from billing_lens.billing.route import Billing
from billing_lens.config.entry import FileState
from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.kinds import Kind
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import RULES, Severity
from billing_lens.text.positions import Span

OFF = "off"
EXPECTABLE = (
    *(Billing.SUBSCRIPTION, Billing.API_USAGE, Billing.CLOUD_PROVIDER, Billing.GATEWAY),
    ANY,
)
"""What can be expected to pay."""

Severities = Mapping[str, Severity | None]
"""The severity wanted of a rule, by its id; None means that it is off."""


@dataclass(frozen=True)
class Preferences:
    """What ``config.toml`` says; `problems` are the parts of it that could not be understood."""

    wish: Wish | None = None
    severities: Severities = field(default_factory=dict[str, "Severity | None"])
    problems: tuple[Problem, ...] = ()


def preferences_file_of(machine: Machine) -> ConfigFile | None:
    """Return the file, also where it is not there yet; None for a machine without a place."""
    return next((it for it in machine.files.values() if it.kind is Kind.PREFERENCES), None)


def preferences_of(machine: Machine) -> Preferences:
    """Return what the user's ``config.toml`` says; wrong parts are left out and told."""
    file = preferences_file_of(machine)
    if file is None or file.entry.state is not FileState.REGULAR:
        return Preferences(problems=file.problems if file else ())
    from tomlkit import parse  # noqa: PLC0415 most machines have no such file
    from tomlkit.exceptions import ParseError, TOMLKitError  # noqa: PLC0415

    try:
        content = cast("dict[str, object]", parse(file.buffer.text.removeprefix("\ufeff")).unwrap())
    except ParseError as error:
        line = _span_of_line(file, error.line)
        return Preferences(problems=(Problem("toml", f"This is no TOML: {_reason(error)}.", line),))
    except TOMLKitError as error:
        return Preferences(problems=(Problem("toml", f"This is no TOML: {_reason(error)}."),))
    return _Reader(file, content).read()


def _reason(error: Exception) -> str:
    return str(error).rstrip(".")


def severities_in(section: Mapping[str, object]) -> dict[str, Severity | None]:
    """Return the rules' severities in a mapping; ids and values nobody knows are left out."""
    wanted: dict[str, Severity | None] = {}
    for identifier, value in section.items():
        if identifier in RULES and value in _LEVELS:
            wanted[identifier] = None if value == OFF else Severity(value)
    return wanted


_LEVELS = (OFF, *(severity.value for severity in Severity))


class _Reader:
    def __init__(self, file: ConfigFile, content: Mapping[str, object]) -> None:
        self._file = file
        self._content = content
        self._problems: list[Problem] = []

    def read(self) -> Preferences:
        for name in self._content:
            if name not in ("expected", "rules"):
                self._wrong(name, f"There is no section '{name}'; there are expected and rules.")
        wish = self._wish(self._section("expected"))
        rules = self._section("rules")
        for identifier, value in rules.items():
            if identifier not in RULES:
                self._wrong(identifier, f"There is no rule '{identifier}'.")
            elif value not in _LEVELS:
                self._wrong(identifier, f"A rule is one of {', '.join(_LEVELS)}.")
        return Preferences(wish, severities_in(rules), tuple(self._problems))

    def _section(self, name: str) -> Mapping[str, object]:
        section = self._content.get(name, {})
        if isinstance(section, dict):
            return cast("dict[str, object]", section)
        self._wrong(name, f"'{name}' should be a table.")
        return {}

    def _wish(self, section: Mapping[str, object]) -> Wish | None:
        for name in section:
            if name not in ("billing", "organization"):
                self._wrong(name, f"'{name}' is not known; there are billing and organization.")
        billing, organization = section.get("billing"), section.get("organization")
        if billing is not None and billing not in EXPECTABLE:
            self._wrong("billing", f"billing is one of {', '.join(map(_text, EXPECTABLE))}.")
            billing = None
        if organization is not None and not isinstance(organization, str):
            self._wrong("organization", "organization should be a string.")
        named = organization.strip() if isinstance(organization, str) else ""
        wish = Wish(str(billing) if billing else None, named or None, "your config.toml")
        return wish if wish.billing or wish.organization else None

    def _wrong(self, key: str, message: str) -> None:
        self._problems.append(Problem("preferences", message, _span_of_key(self._file, key)))


def _text(value: str | Billing) -> str:
    return value.value if isinstance(value, Billing) else value


def _span_of_key(file: ConfigFile, key: str) -> Span | None:
    """Return the bytes of the line that has `key` as its key or its table."""
    pattern = re.compile(
        rf"""^[ \t]*(?:\[\s*)?["']?{re.escape(key)}["']?\s*[=\].].*$""", re.MULTILINE
    )
    found = pattern.search(file.buffer.text)
    return _bytes_of(file.buffer.text, found.start(), found.end()) if found else None


def _span_of_line(file: ConfigFile, number: int) -> Span | None:
    """Return the bytes of a line, counted from 1."""
    lines = file.buffer.text.split("\n")
    if not 0 < number <= len(lines):
        return None
    start = sum(len(line) + 1 for line in lines[: number - 1])
    return _bytes_of(file.buffer.text, start, start + len(lines[number - 1]))


def _bytes_of(text: str, start: int, end: int) -> Span:
    before, inside = text[:start], text[start:end].rstrip("\r")
    length = len(before.encode("utf-8", "surrogatepass"))
    return Span(length, length + len(inside.encode("utf-8", "surrogatepass")))

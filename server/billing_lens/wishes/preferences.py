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

from msgspec import Struct, field

from billing_lens.billing.expectation import Wish
from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.kinds import Kind
from billing_lens.machine.machine import Machine
from billing_lens.wishes.severity import Severity
from billing_lens.wishes.toml_reader import Severities, TomlReader


class Preferences(Struct, frozen=True):
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
    if file is None or not file.exists:
        return Preferences()
    reader = TomlReader(file, ("expected", "rules"))
    wish, severities = reader.wish("your config.toml"), reader.severities()
    return Preferences(wish, severities, tuple(reader.problems))

"""What ``check`` says of many homes: a line for each that needs a look, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from billing_lens.output.findings_text import SEVERITY_STYLES
from billing_lens.output.places_text import command_lines
from billing_lens.output.terminal import Screen, printable
from billing_lens.wishes.severity import Severity

_COLUMNS = 12
"""How far a home's path is indented: behind the longest of the words before it."""


class CheckedHome(Struct, frozen=True):
    """What was found in one home, the worst first; it holds no secret."""

    path: str
    found: tuple[tuple[Severity, str], ...]
    """The severity and the rule of each finding."""
    document: str = ""
    """All of it as one line of JSON, where that is wanted."""
    again: str = ""
    """The command that looks at this home alone, where text is wanted."""

    @property
    def serious(self) -> tuple[tuple[Severity, str], ...]:
        """What is more than a hint on what changes nothing now."""
        return tuple(it for it in self.found if it[0] is not Severity.HINT)


class UnreadHome(Struct, frozen=True):
    """A home that could not be checked; `message` says which and why."""

    path: str
    message: str
    document: str


Home = CheckedHome | UnreadHome


def homes_text(homes: Sequence[Home], screen: Screen, *, verbose: bool = False) -> str:
    """Return a line for each home with findings or without an answer, the counts, what to do next.

    Clean homes and hints have a line too when `verbose`.
    """
    checked = [home for home in homes if isinstance(home, CheckedHome)]
    lines = [line for home in homes for line in home_lines(home, screen, verbose=verbose)]
    found = [home for home in checked if home.serious]
    counts = (
        f"{len(homes)} {'home' if len(homes) == 1 else 'homes'}",
        f"{len(checked) - len(found)} clean",
        f"{len(found)} with findings",
        f"{len(homes) - len(checked)} unreadable",
    )
    lines.append(f"{', '.join(counts)}.")
    if found:
        lines.append("To see what is wrong in one of them, and what helps:")
        lines += command_lines(found[0].again, screen.paint)
    return "\n".join(lines)


def home_lines(home: Home, screen: Screen, *, verbose: bool = False) -> Iterator[str]:
    """Yield the line of one home; none for a clean one, unless `verbose`."""
    if isinstance(home, UnreadHome):
        yield from _line("unreadable", "bold red", printable(home.message), screen)
        return
    found = home.found if verbose else home.serious
    path = screen.links(printable(home.path), home.path)
    if found:
        worst = found[0][0]
        rules = ", ".join(dict.fromkeys(rule for _, rule in found))
        yield from _line(worst.value, SEVERITY_STYLES[worst], f"{path}: {rules}", screen)
    elif verbose:
        yield from _line("clean", "green", path, screen)


def _line(word: str, style: str, text: str, screen: Screen) -> Iterator[str]:
    lead = screen.paint(style, word) + " " * (_COLUMNS - len(word))
    yield from screen.prose(text, " " * _COLUMNS, lead)

"""What ``spent`` says in a terminal: a table by payer, the groups asked for, how it is known."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo

from msgspec import UNSET, Struct

from billing_lens.output.amount_words import (
    confidence_words,
    counted,
    local_minute,
    price_of,
    short_count,
    token_total,
)
from billing_lens.output.contract.spent import Group, PayerTotal, SessionPart, Spent
from billing_lens.output.places_text import short_path
from billing_lens.output.terminal import WIDEST, Screen, printable, width_of
from billing_lens.usage.accounting import By
from billing_lens.usage.signals import Payer

PAYER_STYLES = {
    Payer.SUBSCRIPTION: "green",
    Payer.USAGE_CREDITS: "yellow",
    Payer.API_USAGE: "red",
    Payer.CLOUD_PROVIDER: "blue",
    Payer.GATEWAY: "cyan",
    Payer.UNCLEAR: "dim",
}
_GAP = 2
_BAR_COLUMNS = 24
_LEAST_BAR = 6
_ID_SHOWN = 8
_MOST_REASONS = 3
_LEAST_CUT = 20
"""How much of a folder is left at least."""


class _Column(Struct, frozen=True):
    """A column of a table; the one with the highest `spare` goes first where room is short."""

    head: str
    cells: Sequence[str]
    spare: int = 0
    right: bool = False
    cut: bool = False
    """Whether its cells may be cut in the middle."""

    @property
    def width(self) -> int:
        return max(map(width_of, (self.head, *self.cells)))


def spent_text(said: Spent, screen: Screen, home: str, zone: tzinfo | None) -> str:
    """Return the whole answer. `zone` None is this machine's time zone."""
    return "\n".join(_lines(said, screen, home, zone))


def _lines(said: Spent, screen: Screen, home: str, zone: tzinfo | None) -> Iterator[str]:
    directory = short_path(said.logs.directory, home)
    if not said.payers:
        yield from screen.prose(_nothing(said, directory))
        yield from _passed_over(said, screen, home)
        return
    span = said.since if said.since == said.until else f"{said.since} to {said.until}"
    yield from screen.prose(
        f"{screen.paint('bold', 'Who paid for Claude Code')}, {span}, as its session logs tell"
    )
    yield ""
    yield from _table(_totals(said.payers), [it.payer for it in said.payers], screen)
    if said.groups is not UNSET:
        yield ""
        columns = _group_columns(said, said.groups, home, zone)
        yield from _table(columns, [it.payer for it in said.groups], screen, said.groups)
    yield ""
    yield from _how(said, screen)
    yield from _reach(said, screen, directory, zone)
    yield from _passed_over(said, screen, home)


def _nothing(said: Spent, directory: str) -> str:
    if not said.logs.found:
        return f"No session logs: there is no {directory}."
    if said.logs.oldest is None:
        return f"No request in {counted(said.logs.files, 'session log')} below {directory}."
    first = said.logs.oldest[:10]
    return f"No request in that time or project; the logs below {directory} begin on {first}."


def _totals(totals: Sequence[PayerTotal]) -> list[_Column]:
    return [
        _Column("payer", [it.label for it in totals]),
        *_sums(totals),
        _Column("", [confidence_words(it) for it in totals], spare=1),
    ]


def _sums(totals: Sequence[PayerTotal]) -> list[_Column]:
    tokens = [short_count(token_total(it.tokens)) for it in totals]
    return [
        _Column("sessions", [f"{it.sessions:,}" for it in totals], spare=4, right=True),
        _Column("requests", [f"{it.requests:,}" for it in totals], spare=2, right=True),
        _Column("tokens", tokens, spare=3, right=True),
        _Column("list price", [price_of(it) for it in totals], right=True),
    ]


def _group_columns(
    said: Spent, groups: Sequence[Group], home: str, zone: tzinfo | None
) -> list[_Column]:
    payers = _Column("payer", [it.label for it in groups])
    sums = [it for it in _sums(groups) if it.head != "sessions" or said.by is not By.SESSION]
    if said.by is not By.SESSION:
        shown = [short_path(it.key, home) or "(none)" for it in groups]
        return [_Column(said.by.value, _once(shown), cut=True), payers, *sums]
    parts = {(it.id, it.payer): it for it in reversed(said.sessions)}
    own: list[SessionPart] = [parts[it.key, it.payer] for it in groups]
    return [
        _Column("start", [local_minute(it.start, zone) for it in own]),
        _Column("session", [printable(it.id[:_ID_SHOWN]) for it in own], spare=1),
        _Column("project", [short_path(it.project, home) for it in own], spare=1, cut=True),
        payers,
        *sums,
    ]


def _once(names: Sequence[str]) -> list[str]:
    """Return the names without those that only repeat the one above."""
    return [name if not at or names[at - 1] != name else "" for at, name in enumerate(names)]


def _table(
    columns: Sequence[_Column],
    payers: Sequence[Payer],
    screen: Screen,
    groups: Sequence[Group] = (),
) -> Iterator[str]:
    """Yield a table that fits the screen, with a bar for each of `groups` where there is room."""
    room = sys.maxsize if screen.width is None else min(screen.width, WIDEST) - _GAP
    shown = [it for it in columns if it.head or any(it.cells)]
    while _width(shown, _LEAST_CUT) > room and any(it.spare for it in shown):
        shown.remove(max(shown, key=lambda it: it.spare))
    shown = [_cut(it, room - _width(shown)) if it.cut else it for it in shown]
    bars = _bars(groups, room - _width(shown) - _GAP)
    yield screen.paint("dim", _row(shown, [it.head.upper() for it in shown]).rstrip())
    for at, payer in enumerate(payers):
        cells = [it.cells[at] for it in shown]
        line = _row(shown, cells, lambda it, payer=payer: screen.paint(PAYER_STYLES[payer], it))
        bar = screen.paint(PAYER_STYLES[payer], bars[at]) if bars else ""
        yield f"{line}{' ' * _GAP}{bar}" if bar else line.rstrip()


def _row(
    columns: Sequence[_Column], cells: Sequence[str], of_payer: Callable[[str], str] = str
) -> str:
    fields = list[str]()
    for column, cell in zip(columns, cells, strict=True):
        padding = " " * (column.width - width_of(cell))
        text = of_payer(cell) if column.head == "payer" else cell
        fields.append(padding + text if column.right else text + padding)
    return " " * _GAP + (" " * _GAP).join(fields)


def _width(columns: Sequence[_Column], most_of_cut: int = sys.maxsize) -> int:
    widths = (min(it.width, most_of_cut) if it.cut else it.width for it in columns)
    return sum(widths) + _GAP * (len(columns) - 1)


def _cut(column: _Column, spare: int) -> _Column:
    """Return a column whose cells are cut in the middle where `spare` columns are too few."""
    most = max(column.width + min(spare, 0), _LEAST_CUT)
    cells = [
        it if width_of(it) <= most else f"{it[: most // 2 - 1]}…{it[most // 2 - most :]}"
        for it in column.cells
    ]
    return _Column(column.head, cells)


def _bars(groups: Sequence[Group], room: int) -> list[str]:
    most = max((it.list_price for it in groups), default=0.0)
    columns = min(room, _BAR_COLUMNS)
    if not most or columns < _LEAST_BAR:
        return []
    return ["█" * round(columns * it.list_price / most) or "▏" for it in groups]


def _how(said: Spent, screen: Screen) -> Iterator[str]:
    payers = {it.payer for it in said.payers}
    if Payer.SUBSCRIPTION in payers:
        yield from screen.prose(
            "A subscription is not billed by use: its list price is what it would have cost.",
        )
    for total in said.payers:
        reasons = _reasons(said, total.payer)
        lead = screen.paint(PAYER_STYLES[total.payer], total.label) + ": "
        yield from screen.prose(f"{'; or '.join(reasons)}.", "  ", lead)
    unpriced = sum(it.unpriced for it in said.payers)
    if unpriced:
        names = sorted({model for it in said.sessions if it.unpriced for model in it.models})
        yield from screen.prose(
            f"{counted(unpriced, 'request')} of a model whose price is not known here"
            f" ({printable(', '.join(names))}): left out of the list price."
        )


def _reasons(said: Spent, payer: Payer) -> list[str]:
    """Return the evidence for a payer, that of the most sessions first."""
    counts = dict[str, int]()
    for session in said.sessions:
        for words in session.evidence if session.payer is payer else ():
            counts[words] = counts.get(words, 0) + 1
    return sorted(counts, key=lambda it: -counts[it])[:_MOST_REASONS]


def _reach(said: Spent, screen: Screen, directory: str, zone: tzinfo | None) -> Iterator[str]:
    if said.logs.oldest:
        since = local_minute(said.logs.oldest, zone)[:10]
        yield from screen.prose(
            f"The logs below {directory} reach back to {since}; Claude Code deletes old ones"
            " (cleanupPeriodDays, 30 days unless set)."
        )


def _passed_over(said: Spent, screen: Screen, home: str) -> Iterator[str]:
    passed = said.logs.passed_over
    told = [
        words
        for count, words in (
            (passed.broken, counted(passed.broken, "broken line")),
            (
                passed.foreign,
                counted(passed.foreign, "line of an unknown form", "lines of an unknown form"),
            ),
            (
                passed.too_long,
                counted(passed.too_long, "line that is too long", "lines that are too long"),
            ),
            (
                passed.vanished,
                counted(passed.vanished, "file that went away", "files that went away"),
            ),
        )
        if count
    ]
    if told:
        yield from screen.prose(f"Not counted: {', '.join(told)}.")
    for path in passed.unreadable:
        yield from screen.prose(f"Not counted: {short_path(path, home)}, which may not be read.")

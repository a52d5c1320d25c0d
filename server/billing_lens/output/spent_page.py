"""What was spent as one HTML page: no script, no network, for light, dark and paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta, tzinfo
from html import escape
from string import Template

from msgspec import UNSET

from billing_lens.output.amount_words import (
    confidence_words,
    counted,
    local_minute,
    money,
    price_of,
    short_count,
    token_total,
)
from billing_lens.output.contract.spent import Group, PayerTotal, Spent
from billing_lens.output.terminal import printable
from billing_lens.usage.signals import Payer

_WIDTH, _HEIGHT, _LEFT, _BELOW = 900, 220, 64, 24
_MOST_DAYS = 400
"""A longer time is drawn from its end."""
_DATES_SHOWN = 8

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Who paid for Claude Code</title>
<style>
:root { --ink: #1b1f24; --dim: #59636e; --line: #d1d9e0; --paper: #fff;
  --subscription: #0f7b5f; --usage_credits: #b7791f; --api_usage: #c2410c;
  --cloud_provider: #2563a8; --gateway: #7c4dab; --unclear: #8b949e }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --line: #3d444d;
  --paper: #0d1117; --subscription: #3fb68b; --usage_credits: #e3b341; --api_usage: #f0824f;
  --cloud_provider: #6cb0f5; --gateway: #bc8cf2; --unclear: #7d8590 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin-top: 2rem }
p, li, figcaption, summary { max-width: 46rem } .dim { color: var(--dim) }
.wide { overflow-x: auto } figure { margin: 1rem 0 } svg { width: 100%; height: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top } th { color: var(--dim); font-weight: 600 }
.number { text-align: right; white-space: nowrap }
td:first-child { white-space: nowrap }
.key { display: inline-block; width: .75em; height: .75em; margin-right: .45em;
  border-radius: 2px }
text { font-size: 12px; fill: var(--dim) } .axis { stroke: var(--line) }
$colours
@media print { body { margin: 0; max-width: none; font-size: 11px } tr { break-inside: avoid }
  * { print-color-adjust: exact } }
</style>
</head>
<body>
$content
</body>
</html>
""")


def spent_page(said: Spent, days: Spent, zone: tzinfo | None) -> str:
    """Return the page; `days` is the same by day. `zone` None is this machine's time zone."""
    colours = "\n".join(
        f".{it.value} {{ fill: var(--{it.value}); background: var(--{it.value}) }}" for it in Payer
    )
    content = "\n".join(_content(said, () if days.groups is UNSET else days.groups, zone))
    return _PAGE.substitute(colours=colours, content=content)


def _content(said: Spent, days: Sequence[Group], zone: tzinfo | None) -> Iterator[str]:
    yield "<h1>Who paid for Claude Code</h1>"
    yield f'<p class="dim">{escape(f"{said.since} to {said.until}" if said.since else "")}</p>'
    if not said.payers:
        yield f"<p>No requests in the session logs below {_shown(said.logs.directory)}.</p>"
        return
    yield from _table(_SUMS, ((*_sums(it), confidence_words(it)) for it in said.payers))
    if any(it.payer is Payer.SUBSCRIPTION for it in said.payers):
        yield "<p>A subscription is not billed by use: its list price is what it would have cost."
        yield "</p>"
    yield "<h2>Day by day</h2>"
    yield from _chart(days)
    yield "<details><summary>The days as a table</summary>"
    yield from _table(("day", *_SUMS[:-1]), ((it.key, *_sums(it)) for it in days))
    yield "</details>"
    if said.groups is not UNSET and said.by.value not in ("day", "session"):
        yield f"<h2>By {said.by.value}</h2>"
        yield from _table(
            (said.by.value, *_SUMS[:-1]), ((it.key, *_sums(it)) for it in said.groups)
        )
    yield "<h2>Sessions</h2>"
    yield from _table(
        ("start", "session", "project", "payer", "requests", "list price"),
        (
            (
                local_minute(it.start, zone),
                it.id[:8],
                it.project,
                it.payer,
                f"{it.request_count:,}",
                "not known" if it.unpriced == it.request_count else money(it.list_price),
            )
            for it in said.sessions
        ),
    )
    yield from _method(said)


_SUMS = ("payer", "sessions", "requests", "tokens", "list price", "how sure")
_NUMBERS = {"sessions", "requests", "tokens", "list price"}


def _sums(total: PayerTotal) -> tuple[str | Payer, ...]:
    tokens = short_count(token_total(total.tokens))
    return (total.payer, f"{total.sessions:,}", f"{total.requests:,}", tokens, price_of(total))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str | Payer]]) -> Iterator[str]:
    numbers = [' class="number"' if head in _NUMBERS else "" for head in heads]
    yield '<div class="wide"><table><thead><tr>'
    yield "".join(f"<th{n}>{head}</th>" for n, head in zip(numbers, heads, strict=True))
    yield "</tr></thead><tbody>"
    for row in rows:
        cells = zip(numbers, map(_cell, row), strict=True)
        yield f"<tr>{''.join(f'<td{n}>{cell}</td>' for n, cell in cells)}</tr>"
    yield "</tbody></table></div>"


def _cell(value: str | Payer) -> str:
    if isinstance(value, Payer):
        return f'<span class="key {value.value}"></span>{value.label}'
    return _shown(value)


def _shown(text: str) -> str:
    return escape(printable(text))


def _chart(groups: Sequence[Group]) -> Iterator[str]:
    """Yield a stacked bar for each day, the days without a request left empty."""
    by_day = dict[str, list[Group]]()
    for group in groups:
        by_day.setdefault(group.key, []).append(group)
    first, last = (date.fromisoformat(it) for it in (min(by_day), max(by_day)))
    first = max(first, last - timedelta(days=_MOST_DAYS - 1))
    days = [(first + timedelta(days=it)).isoformat() for it in range((last - first).days + 1)]
    sums = [sum(it.list_price for it in by_day.get(day, ())) for day in days]
    most = max(sums) or 1.0
    step = (_WIDTH - _LEFT) / len(days)
    label = f"List price by day and payer, at most {money(most)} a day"
    yield f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT + _BELOW + 8}" role="img"'
    yield f' aria-label="{escape(label)}">'
    for part in (0.0, 0.5, 1.0):
        y = 8 + _HEIGHT * (1 - part)
        yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:g}" y2="{y:g}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:g}" text-anchor="end">{money(most * part)}</text>'
    every = -(-len(days) // _DATES_SHOWN)
    for at, day in enumerate(days):
        x, y = _LEFT + at * step, 8.0 + _HEIGHT
        for group in by_day.get(day, ()):
            height = _HEIGHT * group.list_price / most
            y -= height
            yield (
                f'<rect class="{group.payer.value}" x="{x + step * 0.1:.2f}" y="{y:.2f}"'
                f' width="{min(step * 0.8, 48):.2f}" height="{height:.2f}">'
                f"<title>{day}, {group.label}: {price_of(group)}</title></rect>"
            )
        if at % every == 0:
            yield f'<text x="{x:.2f}" y="{_HEIGHT + _BELOW}">{day[5:]}</text>'
    yield "</svg></figure>"


def _method(said: Spent) -> Iterator[str]:
    yield "<h2>How it is known</h2><ul>"
    for total in said.payers:
        reasons = dict.fromkeys(
            words for it in said.sessions if it.payer is total.payer for words in it.evidence
        )
        yield f"<li>{total.label}: {escape('; or '.join(reasons))}.</li>"
    yield "</ul>"
    logs, passed = said.logs, said.logs.passed_over
    lines = passed.broken + passed.foreign + passed.too_long
    yield f"<p>From {counted(logs.files, 'session log')} below {_shown(logs.directory)},"
    yield f"which reach back to {escape(str(logs.oldest)[:10])}: Claude Code deletes old ones."
    yield f"Not counted: {counted(lines, 'line')} and {passed.vanished + len(passed.unreadable)}"
    yield "files. No log names the payer; it is told from how the requests were made. Prices are"
    yield "Anthropic's list prices in US dollars, or Claude Code's own sum where a log has one of"
    yield "the same tokens; a bill can differ.</p>"

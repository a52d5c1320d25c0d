"""What was spent as CSV, one row for each group and payer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from msgspec import UNSET

from billing_lens.output.contract.spent import PayerTotal, Spent
from billing_lens.output.terminal import printable

COLUMNS = (
    "payer",
    "confidence",
    "sessions",
    "requests",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "list_price_usd",
    "unpriced_requests",
)
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the start of a formula."""


def spent_csv(said: Spent) -> str:
    """Return the rows of the groups, or of the payers where no groups were asked for."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    if said.groups is UNSET:
        rows.writerow(COLUMNS)
        rows.writerows(_cells(it) for it in said.payers)
    else:
        rows.writerow((said.by.value, *COLUMNS))
        rows.writerows((_plain(it.key), *_cells(it)) for it in said.groups)
    return file.getvalue()


def _cells(total: PayerTotal) -> Iterable[object]:
    tokens = total.tokens
    yield from (total.payer.value, total.confidence.value, total.sessions, total.requests)
    yield from (tokens.input, tokens.output, tokens.cache_read)
    yield from (tokens.cache_write_5m, tokens.cache_write_1h)
    yield from (f"{total.list_price:.6f}", total.unpriced)


def _plain(text: str) -> str:
    text = printable(text)
    return f"'{text}" if text.startswith(_FORMULA) else text

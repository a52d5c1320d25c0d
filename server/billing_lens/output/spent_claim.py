"""The evidence for a refund as Markdown: what was expected, what paid, and each request of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from billing_lens.billing.sources import Billing
from billing_lens.machine.machine import Machine
from billing_lens.output.amount_words import CONFIDENCE_WORDS, counted, money
from billing_lens.output.contract.reports import Report
from billing_lens.output.report import for_strangers
from billing_lens.output.report_markdown import markdown_table, place_words
from billing_lens.output.spent import dollars, instant
from billing_lens.output.terminal import printable
from billing_lens.usage.accounting import By, Spent, amount_of, groups_of
from billing_lens.usage.attribution import Stretch
from billing_lens.usage.requests import Request, Tokens
from billing_lens.usage.signals import Payer

_PAID_BY_USE = frozenset((Payer.API_USAGE, Payer.USAGE_CREDITS))
"""What Anthropic bills by use, and so could give back."""


def spent_claim(spent: Spent, report: Report, machine: Machine, zone: tzinfo | None) -> str:
    """Return the claim, fit for strangers; its request ids are whole, as support looks them up.

    `report` is that of the machine as it is now. `zone` None is this machine's time zone.
    """
    expected = report.expected.billing if report.expected else None
    claimed = [it for it in spent.parts if _is_unexpected(it.verdict.payer, expected)]
    lines = (*_facts(spent, claimed, report, zone), *_details(claimed), *_method(claimed))
    return for_strangers(machine)("\n".join(map(printable, lines))) + "\n"


def _is_unexpected(payer: Payer, expected: Billing | None) -> bool:
    return payer in _PAID_BY_USE and (expected is None or payer.value != expected.value)


def _facts(
    spent: Spent, claimed: Sequence[Stretch], report: Report, zone: tzinfo | None
) -> Iterator[str]:
    requests = _requests_of(claimed)
    yield "## Requests that were paid by use"
    yield ""
    if not requests:
        yield "The session logs show none in this time."
        yield ""
    else:
        amount = amount_of(requests)
        total = money(dollars(amount.list_price))
        yield (
            f"{counted(amount.requests, 'request')} in {counted(amount.sessions, 'session')},"
            f" {total} by Anthropic's list price"
            + (f", {amount.unpriced} of them without a known price." if amount.unpriced else ".")
        )
        yield ""
    route, expected = report.route, report.expected
    verdict = {True: "as expected", False: "not as expected", None: "nothing is expected"}
    versions = sorted({it.version for it in requests})
    organizations = sorted({it.organization for it in requests if it.organization})
    rows = [
        ("expected", f"{expected.label} (from {expected.origin})" if expected else "-"),
        ("first such request", instant(requests[0].at) if requests else "-"),
        ("last such request", instant(requests[-1].at) if requests else "-"),
        ("organization of the login then", ", ".join(organizations) or "not recorded"),
        ("Claude Code then", ", ".join(versions) or "-"),
        ("pays now", f"{route.label}, {verdict[report.as_expected]}"),
        ("why", route.reason),
        ("where", place_words(route.location)),
    ]
    change = report.last_account_change
    if change:
        rows.append(("account changed after", f"{change.after}: {change.now.label}"))
    rows += [("changed with Billing Lens", f"{it.at}: {it.title}") for it in report.changes]
    yield from markdown_table(("", ""), rows)
    serious = [it for it in report.findings if it.severity.value in ("error", "warning")]
    for found in serious:
        yield f"- `{found.rule}` at {place_words(found.location)}: {found.message}"
    if serious:
        yield ""
    yield "All that the logs have of this time, by payer:"
    yield ""
    yield from markdown_table(
        ("payer", "how sure", "sessions", "requests", "list price"),
        [
            (
                it.payer.label,
                CONFIDENCE_WORDS[it.confidence],
                it.amount.sessions,
                it.amount.requests,
                money(dollars(it.amount.list_price)),
            )
            for it in groups_of(spent.parts, By.PAYER, zone)
        ],
    )


def _details(claimed: Sequence[Stretch]) -> Iterator[str]:
    if not claimed:
        return
    yield "### Sessions"
    yield ""
    yield from markdown_table(
        ("start (UTC)", "session", "payer", "how sure", "requests", "list price"),
        [
            (
                instant(it.requests[0].at),
                it.requests[0].session,
                it.verdict.payer.label,
                CONFIDENCE_WORDS[it.verdict.confidence],
                len(it.requests),
                money(dollars(amount_of(it.requests).list_price)),
            )
            for it in claimed
        ],
    )
    yield "<details><summary>Each request</summary>"
    yield ""
    yield from markdown_table(
        ("time (UTC)", "request", "model", "input", "output", "cache read", "cache write", "USD"),
        [
            (
                instant(it.at),
                it.request_id or f"(message {it.message_id})",
                it.model,
                *_counts(it.tokens),
                "not known" if it.price is None else f"{it.price:.6f}",
            )
            for it in _requests_of(claimed)
        ],
    )
    yield "</details>"
    yield ""


def _counts(tokens: Tokens) -> tuple[int, ...]:
    written = tokens.cache_write_5m + tokens.cache_write_1h
    return (tokens.input, tokens.output, tokens.cache_read, written)


def _method(claimed: Sequence[Stretch]) -> Iterator[str]:
    yield "### How it is known"
    yield ""
    reasons = dict.fromkeys(
        (it.verdict.payer, why) for it in claimed for why in it.verdict.evidence
    )
    yield from (f"- {payer.label}: {why}." for payer, why in reasons)
    yield "- Times, ids and tokens are those of Claude Code's own session logs. No log names the"
    yield '  payer: where it says "looks like it", that is told from how the requests were made.'
    yield "- Prices are list prices in US dollars, or Claude Code's own sum where it wrote one of"
    yield "  the same tokens. What was billed can differ."


def _requests_of(parts: Sequence[Stretch]) -> list[Request]:
    return sorted((it for part in parts for it in part.requests), key=lambda it: it.at)

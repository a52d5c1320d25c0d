"""What was spent as a document of the contract, fit for its reader."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from msgspec import UNSET
from msgspec.structs import replace

from billing_lens.machine.machine import Machine
from billing_lens.output.contract import spent as contract
from billing_lens.output.contract.reports import RecentUse
from billing_lens.output.redaction import Redactor, with_texts
from billing_lens.usage.accounting import Amount, By, Group, Spent, amount_of, day_of, groups_of
from billing_lens.usage.attribution import Stretch
from billing_lens.usage.requests import Tokens

_DIGITS = 6
"""After the point of a sum in US dollars: more than anything is billed to."""


def spent_document(
    spent: Spent, machine: Machine, by: By, zone: tzinfo | None, *, redact: bool = False
) -> contract.Spent:
    """Return what was spent without secrets; with `redact` without what tells projects apart too.

    `zone` None is this machine's time zone.
    """
    logs, passed = spent.logs, spent.logs.passed
    since, until = _days(spent, zone)
    said = contract.Spent(
        since=since,
        until=until,
        payers=tuple(_total(it) for it in groups_of(spent.parts, By.PAYER, zone)),
        by=by,
        groups=UNSET
        if by is By.PAYER
        else tuple(_group(it) for it in groups_of(spent.parts, by, zone)),
        sessions=tuple(_session(it, spent.own_sums) for it in spent.parts),
        logs=contract.LogsRead(
            directory=logs.directory,
            found=logs.found,
            files=logs.files,
            bytes=logs.bytes,
            oldest=instant(logs.requests[0].at) if logs.requests else None,
            passed_over=contract.PassedOver(
                broken=passed.broken,
                foreign=passed.foreign,
                too_long=passed.too_long,
                vanished=passed.vanished,
                unreadable=tuple(passed.unreadable),
            ),
        ),
    )
    if redact:
        from billing_lens.output.report import for_strangers  # noqa: PLC0415 most runs do without

        said = _without_projects(said)
        return with_texts(said, for_strangers(machine))
    return with_texts(said, Redactor(machine).text)


def recent_use(spent: Spent, zone: tzinfo | None) -> tuple[RecentUse, ...]:
    """Return what a report says of it, by payer."""
    return tuple(
        RecentUse(
            payer=it.payer.value,
            label=it.payer.label,
            confidence=it.confidence.value,
            requests=it.amount.requests,
            list_price=dollars(it.amount.list_price),
        )
        for it in groups_of(spent.parts, By.PAYER, zone)
    )


def instant(at: datetime) -> str:
    """Return a time in UTC, to the millisecond."""
    return at.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dollars(amount: Decimal) -> float:
    """Return a sum as JSON has it."""
    return float(round(amount, _DIGITS))


def _days(spent: Spent, zone: tzinfo | None) -> tuple[str | None, str | None]:
    requests = [request for part in spent.parts for request in part.requests]
    start = spent.span.start or min((it.at for it in requests), default=None)
    # The span ends before its last moment: a month's last day is the one before the next month.
    last = spent.span.end - timedelta(microseconds=1) if spent.span.end else None
    end = last or max((it.at for it in requests), default=None)
    return day_of(start, zone) if start else None, day_of(end, zone) if end else None


def _total(group: Group) -> contract.PayerTotal:
    amount = group.amount
    return contract.PayerTotal(
        payer=group.payer,
        label=group.payer.label,
        confidence=group.confidence,
        sessions=amount.sessions,
        requests=amount.requests,
        tokens=_tokens(amount.tokens),
        list_price=dollars(amount.list_price),
        unpriced=amount.unpriced,
    )


def _group(group: Group) -> contract.Group:
    total = _total(group)
    members = {name: getattr(total, name) for name in total.__struct_fields__}
    return contract.Group(key=group.key, **members)


def _tokens(tokens: Tokens) -> contract.TokenCounts:
    return contract.TokenCounts(
        input=tokens.input,
        output=tokens.output,
        cache_read=tokens.cache_read,
        cache_write_5m=tokens.cache_write_5m,
        cache_write_1h=tokens.cache_write_1h,
    )


def _session(part: Stretch, own_sums: Mapping[str, Decimal]) -> contract.SessionPart:
    requests, first = part.requests, part.requests[0]
    amount: Amount = amount_of(requests)
    own = own_sums.get(first.session)
    return contract.SessionPart(
        id=first.session,
        project=first.project,
        start=instant(first.at),
        end=instant(requests[-1].at),
        versions=tuple(dict.fromkeys(it.version for it in requests)),
        models=tuple(dict.fromkeys(it.model for it in requests)),
        payer=part.verdict.payer,
        confidence=part.verdict.confidence,
        evidence=part.verdict.evidence,
        organization=first.organization,
        requests=tuple(dict.fromkeys(it.request_id for it in requests if it.request_id)),
        request_count=amount.requests,
        tokens=_tokens(amount.tokens),
        list_price=dollars(amount.list_price),
        unpriced=amount.unpriced,
        own_sum=None if own is None else dollars(own),
    )


def _without_projects(said: contract.Spent) -> contract.Spent:
    """Return it with a number in place of each project's folder."""
    folders = dict.fromkeys(it.project for it in said.sessions)
    names = {folder: f"project {at}" for at, folder in enumerate(folders, 1)}
    sessions = tuple(replace(it, project=names[it.project]) for it in said.sessions)
    groups = said.groups
    if said.by is By.PROJECT and groups is not UNSET:
        groups = tuple(_renamed(groups, names))
    passed = replace(said.logs.passed_over, unreadable=())
    logs = replace(said.logs, directory=os.path.basename(said.logs.directory), passed_over=passed)
    return replace(said, sessions=sessions, groups=groups, logs=logs)


def _renamed(groups: tuple[contract.Group, ...], names: dict[str, str]) -> Iterator[contract.Group]:
    for group in groups:
        yield replace(group, key=names.get(group.key, "another project"))

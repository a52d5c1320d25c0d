"""What was used, by payer, day, session, model or project: pure sums over requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import Enum
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.usage.attribution import Stretch, stretches
from billing_lens.usage.log_lines import ModelCost
from billing_lens.usage.prices import list_price, plain_model
from billing_lens.usage.reading import Logs
from billing_lens.usage.requests import Request, Tokens, sum_of
from billing_lens.usage.signals import Confidence, Payer
from billing_lens.usage.span import Span

NOTHING = Decimal(0)
_SMALLEST = Decimal("1e-9")
"""US dollars; what Claude Code writes is a binary number with more digits than it means."""


class By(str, Enum):
    """What sums are grouped by."""

    PAYER = "payer"
    DAY = "day"
    SESSION = "session"
    MODEL = "model"
    PROJECT = "project"


class Amount(Struct, frozen=True):
    """What some requests come to."""

    sessions: int
    requests: int
    tokens: Tokens
    list_price: Decimal
    """US dollars, of the requests whose price is known."""
    unpriced: int
    """Requests whose price is not known."""


class Group(Struct, frozen=True):
    """What one payer paid for one day, session, model or project."""

    key: str
    payer: Payer
    confidence: Confidence
    """That of its least sure part."""
    amount: Amount


class Spent(Struct, frozen=True):
    """What was used in a span of time, with the logs it is from."""

    logs: Logs
    parts: Sequence[Stretch]
    """In the order of time; a session has one for each payer in turn."""
    span: Span
    own_sums: Mapping[str, Decimal]
    """Claude Code's own sum in US dollars, of each session that has one."""


def spent_of(
    logs: Logs,
    *,
    span: Span = Span(),  # noqa: B008 it is frozen
    project: PurePath | None = None,
    confounders: Collection[str] = (),
) -> Spent:
    """Return what was used in `span`, and below the folder `project` if one is given.

    Who paid is told from whole sessions, whatever part of them is asked for.
    """
    sessions = defaultdict[str, list[Request]](list)
    for request in logs.requests:
        sessions[request.session].append(request)
    parts = list[Stretch]()
    for session, requests in sessions.items():
        priced = _priced(requests, logs.own_sums.get(session, {}))
        for part in stretches(priced, confounders):
            kept = [it for it in part.requests if it.at in span and _is_below(it.project, project)]
            if kept:
                parts.append(replace(part, requests=kept))
    parts.sort(key=lambda it: it.requests[0].at)
    sums = {
        session: sum((it.costUSD or NOTHING for it in own.values()), NOTHING).quantize(_SMALLEST)
        for session, own in logs.own_sums.items()
    }
    return Spent(logs, parts, span, sums)


def _is_below(path: str, folder: PurePath | None) -> bool:
    return folder is None or type(folder)(path).is_relative_to(folder)


def _priced(requests: Sequence[Request], own: Mapping[str, ModelCost]) -> list[Request]:
    """Return the requests of one session with their prices.

    Where Claude Code's own sum of a model is of exactly these tokens, it is shared out to them.
    """
    priced = [replace(it, price=list_price(it)) for it in requests]
    sums = {plain_model(model): sum_ for model, sum_ in own.items()}
    by_model = defaultdict[str, list[int]](list)
    for at, request in enumerate(priced):
        by_model[plain_model(request.model)].append(at)
    for model, places in by_model.items():
        theirs = sums.get(model)
        if (
            theirs
            and theirs.costUSD is not None
            and _is_sum_of(theirs, [requests[at] for at in places])
        ):
            shares = _shared_out(theirs.costUSD.quantize(_SMALLEST), [priced[at] for at in places])
            for at, price in zip(places, shares, strict=True):
                priced[at] = replace(priced[at], price=price)
    return priced


def _is_sum_of(own: ModelCost, requests: Sequence[Request]) -> bool:
    tokens = sum_of(it.tokens for it in requests)
    return (tokens.input, tokens.output, tokens.cache_read) == (
        own.inputTokens or 0,
        own.outputTokens or 0,
        own.cacheReadInputTokens or 0,
    ) and tokens.cache_write_5m + tokens.cache_write_1h == (own.cacheCreationInputTokens or 0)


def _shared_out(whole: Decimal, requests: Sequence[Request]) -> Iterator[Decimal]:
    """Yield a share of `whole` for each request: by list price, by tokens where none is known."""
    prices = [it.price for it in requests]
    known = [it for it in prices if it is not None]
    by_price = len(known) == len(prices) and any(known)
    weights = known if by_price else [Decimal(it.tokens.total) for it in requests]
    total, left = sum(weights, NOTHING) or Decimal(1), whole
    for weight in weights[:-1]:
        share = (whole * weight / total).quantize(_SMALLEST)
        left -= share
        yield share
    yield left


def amount_of(requests: Collection[Request]) -> Amount:
    """Return what requests come to."""
    return Amount(
        sessions=len({it.session for it in requests}),
        requests=len(requests),
        tokens=sum_of(it.tokens for it in requests),
        list_price=sum((it.price for it in requests if it.price is not None), NOTHING),
        unpriced=sum(it.price is None for it in requests),
    )


def groups_of(parts: Iterable[Stretch], by: By, zone: tzinfo | None) -> list[Group]:
    """Return the groups: days and sessions in the order of time, others the dearest first."""
    key = None if by is By.PAYER else key_of(by, zone)
    found = defaultdict[tuple[str, Payer], list[Request]](list)
    sure = dict[tuple[str, Payer], Confidence]()
    for part in parts:
        payer, confidence = part.verdict.payer, part.verdict.confidence
        places = [(key(it) if key else payer.value, payer) for it in part.requests]
        for place, request in zip(places, part.requests, strict=True):
            found[place].append(request)
        for place in set(places):
            sure[place] = max(sure.get(place, confidence), confidence, key=lambda it: it.rank)
    groups = [
        Group(name, payer, sure[name, payer], amount_of(requests))
        for (name, payer), requests in found.items()
    ]
    order = list(Payer).index
    if by is By.DAY:
        return sorted(groups, key=lambda it: (it.key, order(it.payer)))
    if by is By.SESSION:
        return groups
    cost = defaultdict[str, Decimal](Decimal)
    for group in groups:
        cost[group.key] += group.amount.list_price
    return sorted(groups, key=lambda it: (-cost[it.key], it.key, order(it.payer)))


def key_of(by: By, zone: tzinfo | None) -> Callable[[Request], str]:
    """Return what puts a request in its group; a payer is no matter of a request alone."""
    keys: Mapping[By, Callable[[Request], str]] = {
        By.DAY: lambda it: day_of(it.at, zone),
        By.SESSION: lambda it: it.session,
        By.MODEL: lambda it: plain_model(it.model),
        By.PROJECT: lambda it: it.project,
    }
    return keys[by]


def day_of(at: datetime, zone: tzinfo | None) -> str:
    """Return the day in a time zone, None for this machine's."""
    return at.astimezone(zone).date().isoformat()

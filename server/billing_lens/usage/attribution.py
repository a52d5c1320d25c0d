"""Who paid: for one request by its marks, for a session by its main conversation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import asdict, replace

from billing_lens.machine.version import ClaudeVersion, parse_version
from billing_lens.usage.requests import Marks, Request
from billing_lens.usage.signals import READINGS, SIGNALS, Confidence, Payer

_KINDS_OF_REQUESTS = 4096
"""Far more than the combinations of marks and versions that one person's logs have."""


class Verdict(Struct, frozen=True):
    """Who paid, how sure that is, and why, in words."""

    payer: Payer
    confidence: Confidence
    evidence: tuple[str, ...]


class Stretch(Struct, frozen=True):
    """Requests of one session, in the order of time, that one payer paid for."""

    verdict: Verdict
    requests: Sequence[Request]


@lru_cache(_KINDS_OF_REQUESTS)
def verdict_on(marks: Marks, version: str, confounders: frozenset[str] = frozenset()) -> Verdict:
    """Return who paid for a request with these marks, made by this version of Claude Code.

    `confounders` are the variables and settings of `signals.CONFOUNDERS` that are set.
    """
    made_by = _version(version)
    said = {
        name: value
        for name, value in asdict(marks).items()
        if name not in SIGNALS or (made_by is not None and made_by in SIGNALS[name])
    }
    for row in READINGS:
        fits = all(said.get(name) == value for name, value in row.marks.items())
        if fits and (not row.versions.text or (made_by is not None and made_by in row.versions)):
            break
    else:
        raise AssertionError("the last row fits everything")
    confusing = [name for name in row.confused_by if name in confounders]
    if not confusing:
        return Verdict(row.payer, row.confidence, (row.evidence,))
    doubt = f"{' and '.join(confusing)} is set here, which changes that without a change of payer"
    return Verdict(row.payer, Confidence.UNCLEAR, (row.evidence, doubt))


def _version(text: str) -> ClaudeVersion | None:
    try:
        return parse_version(text)
    except ValueError:
        return None


def stretches(requests: Sequence[Request], confounders: Collection[str] = ()) -> Iterator[Stretch]:
    """Yield the stretches of one session, whose requests are in the order of time.

    A subagent asks for another cache than the main conversation, and some requests for none: they
    count to the payer of the main conversation at that time. Without one they speak for themselves.
    """
    set_here = frozenset(confounders)
    spoken: list[tuple[Request, Verdict | None]] = []
    main = [it for it in requests if not it.side_chain]
    heard = {id(it) for it in main or requests}
    for request in requests:
        verdict = verdict_on(request.marks, request.version, set_here)
        counts = id(request) in heard and verdict.payer is not Payer.UNCLEAR
        spoken.append((request, verdict if counts else None))
    first = next((verdict for _, verdict in spoken if verdict), None)
    if first is None:
        if requests:
            reasons = [verdict_on(it.marks, it.version, set_here) for it in main or requests]
            yield Stretch(_together(reasons), requests)
        return
    current, said, part = first.payer, list[Verdict](), list[Request]()
    for request, verdict in spoken:
        if verdict and verdict.payer is not current:
            yield Stretch(_together(said), part)
            current, said, part = verdict.payer, [], []
        part.append(request)
        if verdict:
            said.append(verdict)
    yield Stretch(_together(said), part)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return verdicts of one payer as one: as sure as the least sure of them."""
    least_sure = max(verdicts, key=lambda it: it.confidence.rank)
    evidence = tuple(dict.fromkeys(words for it in verdicts for words in it.evidence))
    return replace(least_sure, evidence=evidence)

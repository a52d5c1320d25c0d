"""What ``compare`` reads and prints: two statuses, the first difference, and the others."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence

import msgspec

from billing_lens.billing.comparison import Comparison, Difference, Side, Standing
from billing_lens.billing.credential import Credential, describe_source
from billing_lens.billing.place import Place
from billing_lens.billing.runs import Payer
from billing_lens.billing.sources import Billing, Source
from billing_lens.output.contract import SCHEMA, reports, status
from billing_lens.output.redaction import with_texts
from billing_lens.output.terminal import Paint, Screen


class NoStatusError(ValueError):
    """A document is no status, or one that this version does not know."""


class _Numbered(msgspec.Struct):
    schema: int


def saved_run(text: bytes) -> status.Run:
    """Return the run that a saved ``status --json`` tells of, whichever version wrote it.

    Raises:
        NoStatusError: it is none, broken, or of another schema. The message quotes nothing of it.
    """
    try:
        said = msgspec.json.decode(text.removeprefix(BOM_UTF8))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NoStatusError("is no JSON") from None
    try:
        number = msgspec.convert(said, _Numbered).schema
        if number == SCHEMA:
            return msgspec.convert(said, status.Run)
    except msgspec.ValidationError:
        raise NoStatusError("is not what `billing-lens status --json` prints") from None
    raise NoStatusError(f"has schema {number}; this version knows schema {SCHEMA}")


def side_of(name: str, run: status.Run) -> Side:
    """Return what is told of a run, perhaps by another machine, as the side `name`."""
    run = with_texts(run, _plain)
    route = run.route
    organization = route.organization.id if route.organization else None
    return Side(
        name,
        run.mode,
        run.claude_code.version,
        Payer(route.billing, organization, route.provider, route.host),
        route.label,
        route.reason,
        route.works,
        tuple(map(_standing, run.credentials)),
    )


def _standing(found: status.Credential) -> Standing:
    named = Credential(found.source, Place(), profile=found.profile, provider=found.provider)
    return Standing(
        found.source,
        describe_source(named),
        found.state,
        found.reason,
        found.organization,
        _place(found.location) if found.location else "",
    )


def _place(location: status.Location) -> str:
    """Return a location as a person reads it, with lines and columns counted from 1."""
    in_file = location.set_in if location.variable else location
    if not in_file or not in_file.path:
        return "the environment" if location.variable else "the keychain"
    start = in_file.range.start if in_file.range else None
    position = f":{start.line + 1}:{start.character + 1}" if start else ""
    return in_file.path + position


def _plain(text: str) -> str:
    """Return a text that another machine wrote without what could move a terminal's cursor."""
    return "".join(it for it in text if it.isprintable())


def comparisons_text(comparisons: Sequence[Comparison], screen: Screen) -> str:
    """Return all comparisons for a person, and which sides differ where there are several."""
    lines = [line for it in comparisons for line in (*_lines(it, screen), "")]
    if len(comparisons) > 1:
        differing = [it.one.name for it in comparisons if not it.same_payer]
        others = comparisons[0].other.name
        said = f"Paid differently from {others}: {', '.join(differing)}."
        lines += screen.prose(said if differing else f"All are paid as {others}.")
    return "\n".join(lines).rstrip()


def comparisons_of(comparisons: Sequence[Comparison]) -> reports.Comparisons:
    """Return what ``compare --json`` prints."""
    return reports.Comparisons(
        same_payer=all(it.same_payer for it in comparisons),
        comparisons=tuple(
            reports.Comparison(
                a=_side(it.one),
                b=_side(it.other),
                same_payer=it.same_payer,
                differences=tuple(map(_difference, it.differences)),
            )
            for it in comparisons
        ),
    )


def _difference(it: Difference) -> reports.Difference:
    a, b = (place or None for place in it.places)
    places = reports.Places(a, b)
    return reports.Difference(what=it.what, a=it.one, b=it.other, effect=it.effect, places=places)


def _side(side: Side) -> reports.Side:
    payer = side.payer
    return reports.Side(
        name=side.name,
        mode=side.mode,
        version=side.version,
        billing=payer.billing,
        label=side.label,
        works=side.works,
        source=side.active.source if side.active else Source.NONE,
        organization=payer.organization,
        provider=payer.provider,
        host=payer.host,
    )


def _lines(comparison: Comparison, screen: Screen) -> Iterator[str]:
    one, other, paint = comparison.one, comparison.other, screen.paint
    width = max(len(one.name), len(other.name))
    for side in (one, other):
        active = f" ({side.active.name})" if side.active else ""
        failing = ", which does not work" if side.works is False and side.active else ""
        yield f"{side.name:<{width}}  {paint('bold', side.label)}{active}{failing}"
    yield ""
    yield _verdict(comparison, paint)
    for first in comparison.differences[:1]:
        yield ""
        yield f"First difference, in Claude Code's order: {paint('bold', first.what)}"
        for side, said, place in zip(
            (one, other), (first.one, first.other), first.places, strict=True
        ):
            yield f"  {side.name:<{width}}  {said}" + (f" ({place})" if place else "")
        yield f"  {first.effect}"
    others = comparison.differences[1:]
    if others:
        yield ""
        yield "Also different:"
        for it in others:
            yield from screen.prose(_in_one_line(it, one, other), "    ", "  ")


def _verdict(comparison: Comparison, paint: Paint) -> str:
    sides = (comparison.one, comparison.other)
    idle = [it.name for it in sides if it.payer.billing is Billing.NONE]
    if len(idle) == 1:
        return paint("yellow", f"Nobody pays in {idle[0]}: there is no credential.")
    if not comparison.same_payer:
        return paint("yellow", "They are paid differently.")
    if comparison.one.payer == comparison.other.payer:
        return paint("green", "The same one pays.")
    unknown = [it.name for it in sides if not it.payer.organization]
    note = f" The organization in {unknown[0]} is not known." if unknown else ""
    return paint("green", "The same kind of payment.") + note


def _in_one_line(it: Difference, one: Side, other: Side) -> str:
    return f"{it.what}: {it.one} in {one.name}; {it.other} in {other.name}"

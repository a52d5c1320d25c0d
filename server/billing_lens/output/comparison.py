"""What ``compare`` prints: who pays on each side, the first difference, and the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from billing_lens.billing.comparison import Comparison, Difference, Side
from billing_lens.billing.sources import Billing
from billing_lens.output.json import SCHEMA, Document
from billing_lens.output.terminal import Paint, Screen


def comparisons_text(comparisons: Sequence[Comparison], screen: Screen) -> str:
    """Return all comparisons for a person, and which sides differ where there are several."""
    lines = [line for it in comparisons for line in (*_lines(it, screen), "")]
    if len(comparisons) > 1:
        differing = [it.one.name for it in comparisons if not it.same_payer]
        others = comparisons[0].other.name
        said = f"Paid differently from {others}: {', '.join(differing)}."
        lines += screen.prose(said if differing else f"All are paid as {others}.")
    return "\n".join(lines).rstrip()


def comparisons_document(comparisons: Sequence[Comparison]) -> Document:
    """Return what ``compare --json`` prints."""
    return {
        "schema": SCHEMA,
        "samePayer": all(it.same_payer for it in comparisons),
        "comparisons": [
            {
                "a": _side(it.one),
                "b": _side(it.other),
                "samePayer": it.same_payer,
                "differences": [_difference(one) for one in it.differences],
            }
            for it in comparisons
        ],
    }


def _difference(it: Difference) -> Document:
    places = [place or None for place in it.places]
    return {
        "what": it.what,
        "a": it.one,
        "b": it.other,
        "effect": it.effect,
        "places": {"a": places[0], "b": places[1]},
    }


def _side(side: Side) -> Document:
    payer = side.payer
    return {
        "name": side.name,
        "mode": side.mode,
        "version": side.version,
        "billing": payer.billing.value,
        "label": side.label,
        "works": side.works,
        "source": side.active.source.value if side.active else "none",
        "organization": payer.organization,
        "provider": payer.provider,
        "host": payer.host,
    }


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

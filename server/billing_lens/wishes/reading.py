"""From the bytes of one of our own files to what it wishes. Importing this imports pydantic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from billing_lens.billing.sources import Source
from billing_lens.config.file import Problem
from billing_lens.config.kinds import Kind
from billing_lens.config.secrets import holds_a_token
from billing_lens.text.positions import Span
from billing_lens.text.toml_document import TomlDocument, TomlFault, toml_values
from billing_lens.wishes.file_wishes import WHOSE, FileWishes, did_you_mean, named
from billing_lens.wishes.models import MODELS, Config, Policy
from billing_lens.wishes.severity import severity_of

_SHOULD_BE = {"string_type": "text in quotes", "list_type": "a list"}
"""What a value of the wrong type should be; a table where it is not named."""


def read_wishes(kind: Kind, data: bytes) -> FileWishes:
    """Return what the bytes of a file wish, with all that is wrong with it. Never raises.

    What is wrong is left out and the rest counts, but for a text that is no TOML.
    """
    values = toml_values(data)
    if isinstance(values, TomlFault):
        said = f"This is no TOML: {values.message}. Nothing in {WHOSE[kind]} counts."
        return FileWishes(problems=(Problem("toml", said, values.span),))
    rules = values.get("rules")
    names = list(cast("dict[str, object]", rules)) if isinstance(rules, dict) else []
    model, faults = _valid(MODELS[kind], values)
    return _wishes(kind, TomlDocument(data), names, model, faults)


def _valid(model: type[Config], values: dict[str, object]) -> tuple[Config, Sequence[ErrorDetails]]:
    """Return what is valid of some values, from which the rest is taken out, and what is not."""
    try:
        return model.model_validate(values), ()
    except ValidationError as error:
        faults = error.errors(include_url=False)
    for fault in faults:
        table, key = values, str(fault["loc"][0])
        for part in fault["loc"][1:]:
            inner = table.get(key)
            if isinstance(part, str) and isinstance(inner, dict):
                table, key = cast("dict[str, object]", inner), part
        table.pop(key, None)
    return model.model_validate(values), faults


def _wishes(
    kind: Kind,
    document: TomlDocument,
    rules: Iterable[str],
    said: Config,
    faults: Iterable[ErrorDetails],
) -> FileWishes:
    expected = said.expected
    first = document.nearest(("expected", "billing" if expected.billing else "organization"))
    allowed = said.allowed if isinstance(said, Policy) else None
    is_listed = allowed is not None and "sources" in allowed.model_fields_set
    problems = [_problem(kind, document, fault) for fault in faults]
    spans = {identifier: _key(document, "rules", identifier) for identifier in rules}
    for token in filter(holds_a_token, list(spans)):
        # What is kept of a file holds no secret, so this one is judged before the others.
        message = f"There is no rule {named(token)}. {_unheeded(kind)}"
        problems.append(Problem("wish", message, spans.pop(token)))
    return FileWishes(
        billing=expected.billing or None,
        organization=expected.organization or None,
        expected_span=first and Span(first.key.start, first.value.end),
        severities={it: severity_of(level) for it, level in said.rules.items() if it in spans},
        rules=spans,
        sources=tuple(map(Source, allowed.sources)) if allowed and is_listed else None,
        sources_span=_key(document, "allowed", "sources") if is_listed else None,
        problems=tuple(sorted(problems, key=lambda it: it.span or Span(0, 0))),
    )


def _unheeded(kind: Kind) -> str:
    return f"This part of {WHOSE[kind]} does not count."


def _problem(kind: Kind, document: TomlDocument, fault: ErrorDetails) -> Problem:
    path = [str(part) for part in fault["loc"]]
    found = document.nearest(path)
    is_key = fault["type"] == "extra_forbidden"
    span = found and (found.key if is_key else found.value)
    message = _unknown(kind, path) if is_key else _wrong(path, fault)
    consequence = (
        "Until that is right, the policy allows every source."
        if path[:2] == ["allowed", "sources"]
        else _unheeded(kind)
    )
    return Problem("wish", f"{message} {consequence}", span)


def _unknown(kind: Kind, path: Sequence[str]) -> str:
    """Return what is said of a section or key that there is none of."""
    *above, name = path
    table: type[BaseModel] = MODELS[kind]
    for part in above:
        table = cast("type[BaseModel]", table.model_fields[part].annotation)
    *first, last = table.model_fields
    there_are = f"are {', '.join(first)} and {last}" if first else f"is {last}"
    what = "key" if above else "section"
    return (
        f"There is no {what} {named(name)}; there {there_are}.{did_you_mean(name, (*first, last))}"
    )


def _wrong(path: Sequence[str], fault: ErrorDetails) -> str:
    """Return what is said of a value that is none of a key's, without the value."""
    if fault["type"] == "word":
        given, words = fault["input"], str(fault.get("ctx", {}).get("words"))
        suggestion = did_you_mean(given, words.split(", ")) if isinstance(given, str) else ""
        return f"{fault['msg']}{suggestion}"
    if fault["type"] == "token":
        return fault["msg"]
    return f"'{path[-1]}' should be {_SHOULD_BE.get(fault['type'], 'a table')}."


def _key(document: TomlDocument, *path: str) -> Span | None:
    found = document.nearest(path)
    return found and found.key

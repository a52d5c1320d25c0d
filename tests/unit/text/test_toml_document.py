"""Values and places in TOML texts, valid and broken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import cast

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_lens.text.positions import Span
from billing_lens.text.toml_document import TomlDocument, TomlFault, toml_values

EVERYTHING = """\
top = 1 # mine
[a]
key = "in a"
"quoted \\u0065" = 'x'
dotted.b . "c d" = true
[b.c]
key = "é😀"
inline = { key = 1, more.of = "it" }
list = [ "x", # first
  [2], ]
[[tables]]
key = 1
"""


def places(text: str) -> dict[str, tuple[str, str]]:
    """The text of the key and of the value, by the path."""
    data = text.encode()
    return {
        "/".join(it.path): (at(data, it.key), at(data, it.value))
        for it in TomlDocument(data).entries()
    }


def at(data: bytes, span: Span) -> str:
    return data[span.start : span.end].decode()


@pytest.mark.parametrize(
    "text", [EVERYTHING, EVERYTHING.replace("\n", "\r\n"), f"\ufeff{EVERYTHING}"]
)
def test_every_key_and_element_has_its_place(text: str) -> None:
    assert places(text) == {
        "top": ("top", "1"),
        "a": ("a", "a"),
        "a/key": ("key", '"in a"'),
        "a/quoted e": ('"quoted \\u0065"', "'x'"),
        "a/dotted": ("dotted", "dotted"),
        "a/dotted/b": ("b", "b"),
        "a/dotted/b/c d": ('"c d"', "true"),
        "b": ("b", "b"),
        "b/c": ("c", "c"),
        "b/c/key": ("key", '"é😀"'),
        "b/c/inline": ("inline", '{ key = 1, more.of = "it" }'),
        "b/c/inline/key": ("key", "1"),
        "b/c/inline/more": ("more", "more"),
        "b/c/inline/more/of": ("of", '"it"'),
        "b/c/list": ("list", text[text.index("[ ") : text.index(", ]") + 3]),
        "b/c/list/0": ('"x"', '"x"'),
        "b/c/list/1": ("[2]", "[2]"),
        "b/c/list/1/0": ("2", "2"),
        "tables": ("tables", "tables"),
        "tables/key": ("key", "1"),
    }


@pytest.mark.parametrize("broken", ["x", "x =", "[", "= 1", "\x00", 'x = "', "x = [1,"])
def test_a_line_that_is_broken_by_typing_hides_no_other_section(broken: str) -> None:
    found = places(f'[before]\na = "1"\n[here]\n{broken}\n\n[after]\nb = "2"\n')

    assert found["before/a"] == ("a", '"1"')
    is_open = broken.endswith(('"', ","))
    assert is_open or '"2"' in {value for _, value in found.values()}


def test_what_stands_on_the_way_is_nearest_to_what_is_not_there() -> None:
    document = TomlDocument(b"[a]\nb = 1\n")

    assert (nearest := document.nearest(("a", "c", "d"))) is not None
    assert nearest.path == ("a",)
    assert document.nearest(("c",)) is None


FAULTS = [
    ("a = \n", "a value is missing, or quotes around it", "a ="),
    ("a = text # mine\n", "a value is missing, or quotes around it", "text"),
    ('x = 1\n  a = "text \n', "a closing quote is missing", 'a = "text'),
    ('a = """text\n\n', "a closing quote is missing", 'a = """text'),
    ("[a", "expected ']' at the end of a table declaration", "[a"),
    ("[a]\r\nb\r\n", "expected '=' after a key in a key/value pair", "b"),
    ("é = 1", "this is neither a section nor a key", "é = 1"),
    ("\ufeffok = 1\n\ufeffa = 1", "this is neither a section nor a key", "\ufeffa = 1"),
    ("a = 1\na = 2 # again\n", "a key or table stands twice", "a = 2 # again"),
    ("[a]\n[a]\n", "a key or table stands twice", "[a]"),
    ("a = {b = 1, b = 2}", "a key or table stands twice", "a = {b = 1, b = 2}"),
    (f"a = {'9' * 5000}", "a number is too long", None),
    (f"a = {'[' * 5000}", "it is nested too deeply", None),
    (f"{'a.' * 30_000}a = 1", "a key has more than 100 parts", "a." * 100),
]


@pytest.mark.parametrize(("text", "message", "marked"), FAULTS)
def test_a_text_that_is_no_toml_says_why_and_where(
    text: str, message: str, marked: str | None
) -> None:
    fault = toml_values(text.encode())

    assert isinstance(fault, TomlFault)
    assert fault.message == message
    assert (at(text.encode(), fault.span) if fault.span else None) == marked


def test_bytes_that_are_no_utf_8_are_marked_as_the_character_that_replaces_them() -> None:
    assert toml_values(b"# caf\xe9\n") == TomlFault("this is not valid UTF-8", Span(5, 8))


def test_many_dots_in_a_comment_or_text_are_fine() -> None:
    dots = "a." * 500

    assert toml_values(f'# {"." * 500}\nb = "{"." * 500}"\n'.encode()) == {"b": "." * 500}
    assert isinstance(toml_values(f"{dots}b = 1".encode()), TomlFault)


names = st.text(min_size=1, max_size=6).filter(lambda it: "\r" not in it and it.isprintable())
scalars = st.one_of(
    st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=8), st.dates(), st.floats(0, 1)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(names, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(names, values, max_size=5)


def leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from leaves(inner, (*path, name))
    elif not isinstance(value, list):
        yield path, value


@given(documents)
@settings(deadline=None)
def test_at_each_place_stands_its_value(document: dict[str, object]) -> None:
    data = tomlkit.dumps(document).encode()
    document_ = TomlDocument(data)

    for path, value in leaves(toml_values(data)):
        entry = document_.nearest(path)
        assert entry is not None
        assert entry.path == path
        assert toml_values(f"x = {at(data, entry.value)}".encode()) == {"x": value}
        assert entry.text is None or isinstance(value, str)
        assert isinstance(value, (bool, int, float, str, dt.date))


marks = st.text("[].=\"'\r\n #{},\\\ufeffa1é\ud800\0\u2028", max_size=60)
texts = st.one_of(
    st.binary(max_size=200), marks.map(lambda text: text.encode("utf-8", "surrogatepass"))
)


@given(texts)
@settings(deadline=None, max_examples=300)
def test_any_bytes_have_places_inside_of_them(data: bytes) -> None:
    for entry in TomlDocument(data).entries():
        for span in (entry.key, entry.value):
            assert 0 <= span.start < span.end <= len(data)

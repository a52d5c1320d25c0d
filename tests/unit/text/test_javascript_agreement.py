"""A text has no problems exactly when Node's ``JSON.parse`` accepts it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_lens.text.json_document import JsonDocument
from tests.unit.text.json_texts import (
    VALUES,
    elements_of,
    is_array,
    is_object,
    members_of,
    texts,
    wild_texts,
)

SCRIPT = """
require("readline").createInterface({input: process.stdin}).on("line", line => {
  const text = Buffer.from(line, "base64").toString("utf8").replace(/^\\ufeff/, "");
  let answer;
  try { answer = "accepted " + JSON.stringify(JSON.parse(text)); } catch { answer = "refused"; }
  process.stdout.write(answer + "\\n");
});
"""
SYNTAX = st.sampled_from(
    [
        *("{", "}", "[", "]", ",", ":", '"', "\\", " ", "\n", "\r", "\t", "'", "//", "/*", "*/"),
        *("\x00", "\x1f", "\x7f", "\x0b", "\u00a0", "\u2028", "\ufeff", "é", "😀", "١"),
        *("null", "true", "nul", "NaN", "Infinity", "-", "+", "0", "00", "1", ".", "e", "E+"),
        *("-0", "1e999", "0x1", "1_0", r"\u", r"\ud800", r"\udc00", r"\u00e9", r"\/", r"\q"),
    ]
)
CORPUS = [
    *("", " ", "\ufeff", "\ufeff1", "\ufeff\ufeff1", "1 2", "{}{}", "[1,]", '{"a":1,}', "[,1]"),
    *("01", "-01", "1.", ".5", "1e", "1e+", "-", "--1", "+1", "0x10", "1e400", "-1e400", "1E+2"),
    *("1" * 400, "1" * 5000, "-" + "9" * 5000, "0." + "3" * 5000, "1e-9999999", "٣", "1\x00"),
    *('"\x7f"', '"\x1f"', '"\t"', '"\n"', '"\\\n"', '"\u2028"', "\u20281", "\x0b1", "\x0c1"),
    *(r'"\ud800"', r'"\udc00\ud800"', r'"\ud83d\ude00"', r'"\ud800\u"', r'"\u12"', r'"\u12_4"'),
    *(r'"\U0001f600"', r'"\x41"', r'"\/\b\f\n\r\t\"\\"', r'"\'"', '"', '"\\', r'"\u', "'a'", "-0"),
    *("NaN", "Infinity", "-Infinity", "[NaN]", '{"a":-Infinity}', "nan", "True", "None"),
    *('{"a":1,"a":2}', '{"":{"":[]}}', "{1:2}", "{a:1}", '{"a"}', '{"a":}', "{,}", "[[]", "[]]"),
    *("1 // c", "/* c */ 1", "[1 /* c */]", "#1", "true false", "truefalse", "[true false]"),
    *("nulll", "}", "\u00a01", "undefined", "[" * 400 + "]" * 400),
]


@dataclass
class Node:
    """A running Node that answers one text after the other."""

    asked: IO[bytes]
    answers: IO[bytes]

    def parse(self, text: bytes) -> str | None:
        """Return what ``JSON.parse`` made of `text`, as JSON, None when it refused."""
        self.asked.write(base64.b64encode(text) + b"\n")
        self.asked.flush()
        answer = self.answers.readline().decode().rstrip("\n")
        assert answer, "node has ended"
        return None if answer == "refused" else answer.removeprefix("accepted ")


pytestmark = pytest.mark.skipif(
    shutil.which("node") is None and "CI" not in os.environ,
    reason="needs node, whose JSON.parse is what is compared with",
)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    program = shutil.which("node")
    assert program, "node is missing"
    with subprocess.Popen(
        [program, "-e", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        yield Node(process.stdin, process.stdout)
        process.stdin.close()


def assert_agreement(node: Node, text: bytes) -> None:
    parsed = JsonDocument.parse(text)
    theirs = node.parse(text)
    assert (parsed.problems == ()) == (theirs is not None)
    if theirs is not None:
        assert as_javascript(parsed.value()) == as_javascript(json.loads(theirs))


def as_javascript(value: object) -> object:
    """Return `value` with its numbers rounded, and null for what JSON.stringify writes so."""
    if is_object(value):
        return {key: as_javascript(inner) for key, inner in members_of(value).items()}
    if is_array(value):
        return [as_javascript(inner) for inner in elements_of(value)]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = float(value) if abs(value) < 2**1024 - 2**970 else float("inf")
        return None if abs(number) == float("inf") else number
    return value


@pytest.mark.parametrize("text", CORPUS, ids=lambda text: repr(text)[:40])
def test_corpus(node: Node, text: str) -> None:
    assert_agreement(node, text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("text", [b'"\xff"', b"\xff", b'"\xed\xa0\x80"', b'{"\xc3":1}', b"[1\xc2]"])
def test_bytes_that_are_not_utf8(node: Node, text: bytes) -> None:
    assert (JsonDocument.parse(text).problems == ()) == (node.parse(text) is not None)


@settings(max_examples=50)
@given(text=VALUES.flatmap(texts))
def test_valid_texts(node: Node, text: str) -> None:
    assert node.parse(text.encode()) is not None
    assert_agreement(node, text.encode())


@settings(max_examples=300)
@given(
    text=VALUES.flatmap(texts) | VALUES.flatmap(lambda value: wild_texts(value, comments=True)),
    changes=st.lists(
        st.tuples(st.integers(0, 80), st.integers(0, 3), SYNTAX | st.just("")), max_size=3
    ),
)
def test_mutated_texts(node: Node, text: str, changes: list[tuple[int, int, str]]) -> None:
    for start, length, new in changes:
        text = text[:start] + new + text[start + length :]
    assert_agreement(node, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300)
@given(pieces=st.lists(SYNTAX, max_size=8))
def test_texts_made_of_syntax(node: Node, pieces: list[str]) -> None:
    assert_agreement(node, "".join(pieces).encode())

"""YAML with positions: what stands where in real texts, broken ones included."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.text.yaml_document import YamlDocument, YamlNode

WORKFLOW = """\
# é 😀 a comment
name: "Claude 😀"
on: [push, 'pull_request']
env:
  PLAIN: é x # not part of it
  "QUOTED": 'it''s'
  EMPTY:
  TILDE: ~
  NUMBER: 1
jobs:
  a/b~c:
    steps:
      - run: |
          claude -p hi
          exit

      - uses: anthropics/claude-code-action@v1
"""


def document(text: str) -> YamlDocument:
    return YamlDocument(text.encode())


def at(found: YamlDocument, pointer: str) -> YamlNode:
    node = found.node(pointer)
    assert node is not None
    return node


def marked(found: YamlDocument, pointer: str) -> str:
    node = at(found, pointer)
    start, end = node.member_span or node.span
    return found.data[start:end].decode()


@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["no BOM", "BOM"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(
    ("pointer", "text", "source"),
    [
        ("/name", "Claude 😀", 'name: "Claude 😀"'),
        ("/on/1", "pull_request", "'pull_request'"),
        ("/env/PLAIN", "é x", "PLAIN: é x"),
        ("/env/QUOTED", "it's", "\"QUOTED\": 'it''s'"),
        ("/env/EMPTY", "", "EMPTY:"),
        ("/env/NUMBER", "1", "NUMBER: 1"),
        ("/jobs/a~1b~0c/steps/1/uses", "anthropics/claude-code-action@v1", None),
    ],
)
def test_every_value_is_found_where_it_stands(
    bom: str, line_break: str, pointer: str, text: str, source: str | None
) -> None:
    found = document(bom + WORKFLOW.replace("\n", line_break))

    assert at(found, pointer).text == text
    assert marked(found, pointer) == (source or f"uses: {text}")
    assert found.problems == ()


def test_a_block_is_marked_without_the_empty_lines_after_it() -> None:
    found = document(WORKFLOW)

    assert at(found, "/jobs/a~1b~0c/steps/0/run").text == "claude -p hi\nexit\n"
    assert marked(found, "/jobs/a~1b~0c/steps/0/run").endswith("exit")


def test_only_what_is_not_quoted_can_be_null() -> None:
    found = document("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: no\n")

    assert [at(found, f"/{name}").kind for name in "abcdef"] == [*["null"] * 3, *["string"] * 3]


def test_an_alias_stands_where_it_is_written_and_its_content_at_the_anchor() -> None:
    found = document("base: &b {KEY: x}\njob: *b\n")

    assert marked(found, "/job") == "job: *b"
    assert marked(found, "/job/KEY") == "KEY: x"


def test_a_mappings_own_members_come_before_those_it_merges() -> None:
    text = "one: &1 {A: 1, B: 1}\ntwo: &2 {B: 2, C: 2}\njob:\n  <<: [*1, *2]\n  A: own\n"
    found = document(text)

    members = {it.key: it.text for it in at(found, "/job").members()}
    assert members == {"A": "own", "B": "1", "C": "2"}
    assert marked(found, "/job/C") == "C: 2"


def test_of_equal_keys_the_last_counts() -> None:
    found = document("a: 1\nb: 2\na: 3\n")

    assert at(found, "/a").text == "3"


def test_of_several_documents_the_last_counts() -> None:
    found = document("spec: {inputs: {}}\n---\njob: &x {script: claude}\n")

    assert found.node("/spec") is None
    assert at(found, "/job/script").text == "claude"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1, 2\nb: 3\n", ":"),
        ("a: 1\n\tb: 2\n", "\t"),
        ("a: 'sk-ant", "t"),
        ("a: \x00", "\x00"),
        ("é: \x07", "\x07"),
        ("é: *nowhere\nb: 1\n", "*nowhere"),
        ("%YAML 9.9\n---\na: 1\n", "%"),
        ("[" * 5000, "["),
        ("a: b: c", ":"),
        ("@a", "@"),
    ],
)
def test_what_is_no_yaml_is_told_at_its_place(text: str, where: str) -> None:
    found = document(text)

    (problem,) = found.problems
    assert found.data[problem.span.start : problem.span.end].decode() == where
    assert problem.message.startswith("This is no valid YAML")
    assert "sk-ant" not in problem.message


def test_half_a_surrogate_pair_is_no_yaml() -> None:
    found = YamlDocument("a: \ud800".encode("utf-8", "surrogatepass"))

    assert len(found.problems) == 1


def test_what_stands_before_a_mistake_is_still_found() -> None:
    found = document("env:\n  A: 1\njobs:\n  a: [\n")

    assert marked(found, "/env/A") == "A: 1"
    nearest = found.nearest("/jobs/a/0")
    assert nearest is not None


@pytest.mark.parametrize("text", ["", " ", "# nothing\n", "---\n...\n", "\ufeff"])
def test_a_text_of_nothing_has_no_value_or_null(text: str) -> None:
    found = document(text)

    assert found.root is None or found.root.kind == "null"
    assert found.node("/a") is None
    assert found.problems == ()


def test_nested_aliases_cost_no_more_than_their_text() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    started = time.process_time()

    found = document("\n".join(lines))

    assert at(found, "/a59/1/2/3").kind == "array"
    assert time.process_time() - started < 1


def test_what_contains_itself_ends() -> None:
    found = document("a: &a\n  b: *a\n  <<: *a\n  c: 1\n")

    assert at(found, "/a/b/b/b/c").text == "1"
    assert {it.key for it in at(found, "/a").members()} == {"b", "c"}


def test_tags_make_nothing() -> None:
    found = document("a: !!python/object/apply:os.system ['false']\nb: !reference [.x, script]\n")

    assert at(found, "/a/0").text == "false"
    assert at(found, "/b/1").text == "script"


@pytest.mark.parametrize("pointer", ["a", "/a~2"])
def test_what_is_no_pointer_is_refused(pointer: str) -> None:
    with pytest.raises(ValueError, match="not a JSON Pointer"):
        document("a: 1").node(pointer)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.dictionaries(WORDS, WORDS, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_double_quoted_texts_of_any_characters_are_marked_exactly(
    values: dict[str, str], line_break: str
) -> None:
    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    lines = [f"{quoted(name)}: {quoted(value)}" for name, value in values.items()]
    found = document(line_break.join(lines))
    if found.problems:  # U+FEFF and the like, which YAML allows nowhere
        return

    for member in found.root.members() if found.root else ():
        start, end = member.member_span or (0, 0)
        assert found.data[start:end].decode() in lines


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_it_fail(data: bytes) -> None:
    found = YamlDocument(data.decode("utf-8", "replace").encode())

    for problem in found.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(found.data)
    assert found.nearest("/a/0") is None or found.root is not None

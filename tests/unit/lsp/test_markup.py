"""Texts in the client's format: nothing from a file is markup, nothing secret is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from billing_lens.lsp.markup import Writer, bullets, wants_markdown
from billing_lens.output.redaction import Redactor
from tests.machines import CANARY, assert_no_canary, headline
from tests.unit.machine.snapshot import snapshot

MARKDOWN, PLAIN = types.MarkupKind.Markdown, types.MarkupKind.PlainText


def writer(root: Path, *, markdown: bool) -> Writer:
    machine = snapshot(headline(), root)
    return Writer(Redactor(machine), markdown, str(machine.home))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](command:x)", r"\[a\](command:x)"),
        ("**b** `c` <d>", r"\*\*b\*\* \`c\` \<d\>"),
        ("_e_ ANTHROPIC_API_KEY", r"\_e\_ ANTHROPIC_API_KEY"),
        ("\\[f", r"\\\[f"),
        ("two\n\n# lines\r\n\tx", "two # lines x"),
    ],
)
def test_what_a_file_says_is_no_markup(tmp_path: Path, text: str, shown: str) -> None:
    assert writer(tmp_path / "a", markdown=True).text(text) == shown
    plain = writer(tmp_path / "b", markdown=False).text(text)
    assert plain == " ".join(text.split())


def test_code_cannot_be_left_by_a_name(tmp_path: Path) -> None:
    assert writer(tmp_path, markdown=True).code("a`b\nc") == "`a'b c`"


@pytest.mark.parametrize("markdown", [True, False])
def test_secrets_are_masked_before_anything_is_escaped(tmp_path: Path, markdown: bool) -> None:
    write = writer(tmp_path, markdown=markdown)
    secret = f"sk-ant-oat01-login-{CANARY}"
    for shown in (write.text(secret), write.code(secret), write.bold(secret)):
        assert_no_canary(shown)
        assert CANARY[-4:] in shown


def test_a_place_is_a_link_to_its_line_or_plain_words(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    path = str(home / "a (b)" / "é.json")
    linked = writer(tmp_path / "a", markdown=True).place(path, 7)
    assert linked == f"[~/a (b)/é.json:7]({(home / 'a (b)').as_uri()}/%C3%A9.json#L7)"
    assert writer(tmp_path / "b", markdown=False).place(path, 7) == f"{path}:7"


def test_our_own_code_marks_go_where_nobody_shows_them(tmp_path: Path) -> None:
    assert writer(tmp_path / "a", markdown=True).ours("Run `claude`.") == "Run `claude`."
    assert writer(tmp_path / "b", markdown=False).ours("Run `claude`.") == "Run claude."


def test_a_list_reads_the_same_in_both() -> None:
    assert bullets(["a", "b"]) == "- a\n- b"


@pytest.mark.parametrize(
    ("formats", "markdown"),
    [
        (None, False),
        ([], False),
        ([MARKDOWN], True),
        ([PLAIN], False),
        ([MARKDOWN, PLAIN], True),
        ([PLAIN, MARKDOWN], False),
    ],
)
def test_the_format_that_the_client_prefers(
    formats: list[types.MarkupKind] | None, markdown: bool
) -> None:
    assert wants_markdown(formats) is markdown

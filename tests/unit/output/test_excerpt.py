"""The excerpt: the exact text marked, whatever stands around it, and no secret in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.output.excerpt import Excerpt, cut_around, excerpt, excerpt_lines
from billing_lens.output.redaction import Redactor
from billing_lens.output.terminal import Paint, width_of
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.positions import PositionEncoding, Span
from tests.machines import CANARY, MadeUpMachine, assert_no_canary
from tests.unit.machine.snapshot import snapshot

KEY = f"sk-ant-api03-{CANARY}"
PLAIN = Paint(on=False)


@pytest.fixture(scope="module")
def redactor(tmp_path_factory: pytest.TempPathFactory) -> Redactor:
    return Redactor(snapshot(MadeUpMachine({}), tmp_path_factory.mktemp("machine")))


def lines_of(redactor: Redactor, text: str, marked: str, columns: int = 80) -> list[str]:
    data = text.encode()
    start = data.index(marked.encode())
    buffer = TextBuffer(data)
    range_ = buffer.range(Span(start, start + len(marked.encode())), PositionEncoding.UTF8)
    line = excerpt(buffer, range_, redactor)
    return list(excerpt_lines(line, columns, PLAIN)) if line else []


def marked_text(lines: list[str]) -> str:
    """What stands above the carets, by columns, where each character takes one."""
    shown, signs = lines[1], lines[2]
    return shown[signs.index("^") : signs.rindex("^") + 1]


def test_the_exact_text_is_marked_behind_the_number_of_its_line(redactor: Redactor) -> None:
    lines = lines_of(redactor, '{\n  "a": 1,\n  "b": 2\n}', '"b": 2')

    assert lines == ["  |", '3 |   "b": 2', "  |   ^^^^^^"]


@pytest.mark.parametrize("before", ["\t", "\t\t", " \t "])
def test_tabs_are_as_wide_everywhere(redactor: Redactor, before: str) -> None:
    lines = lines_of(redactor, f'{{\n{before}"b":\t2, "c": 1}}', '"c": 1')

    assert "\t" not in "".join(lines)
    assert marked_text(lines) == '"c": 1'


@pytest.mark.parametrize("wide", ["日本", "😀", "👩\u200d👩\u200d👧", "e\u0301"])
def test_the_mark_stands_under_its_text_behind_wide_characters(
    redactor: Redactor, wide: str
) -> None:
    lines = lines_of(redactor, f'{{"n": "{wide}", "b": 2}}', '"b": 2')

    before = lines[1][: lines[1].index('"b"')]
    assert lines[2].index("^") == width_of(before)


def test_a_wide_text_has_a_mark_as_wide(redactor: Redactor) -> None:
    lines = lines_of(redactor, '{"名前": "日本"}', '"名前": "日本"')

    assert lines[2].count("^") == 14


def test_control_characters_are_shown_and_not_obeyed(redactor: Redactor) -> None:
    lines = lines_of(redactor, '{"a": "\x1b[2J\x07", "b": 2}', '"b": 2')

    assert "␛[2J␇" in lines[1]
    assert marked_text(lines) == '"b": 2'


def test_a_text_over_several_lines_says_where_it_ends(redactor: Redactor) -> None:
    lines = lines_of(redactor, '{"a": {\n"b": 1\n}}', '{\n"b": 1\n}')

    assert lines[2].endswith("^ to line 3")


@pytest.mark.parametrize("text", ["", "\n", "   \n"])
def test_where_nothing_stands_nothing_is_shown(redactor: Redactor, text: str) -> None:
    assert excerpt(TextBuffer(text), TextBuffer(text).range(Span(0, 0)), redactor) is None


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            f'{{"env": {{"ANTHROPIC_API_KEY": "{KEY}", "b": 2}}}}',
            f'{{"env": {{"MY_PASSWORD": "no known form {CANARY}", "b": 2}}}}',
            f'{{"apiKeyHelper": "echo {CANARY}", "b": 2',
            f'[{{"name": "A_TOKEN",\n "value": "odd {CANARY}", "b": 2}}]',
            f'{{"u": "https://me:{CANARY}@host/", "b": 2}}',
            f'"b": 2 # ANTHROPIC_API_KEY: {CANARY}-odd',
            f'"b": 2; export MY_TOKEN={CANARY}-odd',
            f'"b": 2; x=1 MY_TOKEN={CANARY}-odd',
        ],
    )
    def test_beside_the_mark_are_masked_and_the_mark_is_right(
        self, redactor: Redactor, text: str
    ) -> None:
        lines = lines_of(redactor, text, '"b": 2', columns=200)

        assert "••••" in lines[1]
        assert_no_canary("\n".join(lines))
        assert marked_text(lines) == '"b": 2'

    @pytest.mark.parametrize("columns", range(20, 90, 7))
    def test_within_the_mark_are_masked_and_marked(self, redactor: Redactor, columns: int) -> None:
        member = f'"ANTHROPIC_API_KEY": "{KEY}"'
        lines = lines_of(redactor, f'{{"a": 1, {member}, "b": 2}}', member, columns)

        assert_no_canary("\n".join(lines))
        assert marked_text(lines).startswith('"ANTH')

    @pytest.mark.parametrize("at", [0, 4, 12, len(KEY) - 4, len(KEY)])
    def test_of_which_only_a_part_is_marked_do_not_show(self, redactor: Redactor, at: int) -> None:
        text = f'{{"ANTHROPIC_API_KEY": "{KEY}"}}'
        start = text.index(KEY)
        buffer = TextBuffer(text)
        line = excerpt(buffer, buffer.range(Span(start + at, len(text) - 1)), redactor)

        assert line
        assert_no_canary(line.text)

    def test_a_reference_to_a_secret_is_none(self, redactor: Redactor) -> None:
        text = "anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}"

        assert text in lines_of(redactor, text, "anthropic_api_key")[1]

    def test_known_ones_are_masked_wherever_they_stand(self, tmp_path: Path) -> None:
        machine = snapshot(MadeUpMachine({}, env={"A_TOKEN": f"odd {CANARY}"}), tmp_path)

        lines = lines_of(Redactor(machine), f'{{"note": "odd {CANARY}", "b": 2}}', '"b": 2')

        assert_no_canary("\n".join(lines))


class TestLongLines:
    def test_are_cut_around_the_mark(self, redactor: Redactor) -> None:
        text = f'{{"a": "{"x" * 500}", "b": 2, "c": "{"y" * 500}"}}'
        lines = lines_of(redactor, text, '"b": 2', columns=60)

        assert len(lines[1]) == 60
        assert lines[1].count("…") == 2
        assert marked_text(lines) == '"b": 2'

    def test_keep_a_short_beginning(self, redactor: Redactor) -> None:
        lines = lines_of(redactor, f'{{\n  "a": "{"x" * 500}"\n}}', f'"a": "{"x" * 500}"', 60)

        assert lines[1].startswith('2 |   "a": "xxx')
        assert lines[1].endswith("x…")
        assert len(lines[1]) == len(lines[2]) == 60

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize("piece", ["x", '\\"', "{", "a=", "MY_TOKEN=", "\\", "://", "日"])
    def test_of_many_megabytes_take_no_time(self, redactor: Redactor, piece: str) -> None:
        noise = piece * (4_000_000 // len(piece))
        text = f'{{"a": "{noise}", "b": 2, "c": "{noise}"}}'

        assert "^" in lines_of(redactor, text, '"b": 2')[2]

    @given(
        st.text(alphabet="a日😀é ", max_size=200),
        st.text(alphabet="b本", min_size=1, max_size=200),
        st.text(alphabet="c語 ", max_size=200),
        st.integers(10, 120),
    )
    def test_never_exceed_the_columns_and_always_show_the_mark(
        self, before: str, mark: str, after: str, columns: int
    ) -> None:
        line = Excerpt(1, before + mark + after, len(before), len(before + mark), 1)

        text, start, end = cut_around(line, columns)

        assert width_of(text) <= columns
        assert text[start:end].removesuffix("…")
        assert mark.startswith(text[start:end].removesuffix("…"))

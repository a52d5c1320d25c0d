"""What is wrong with a config file is said at its exact place, and never raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_lens.config.file import ConfigFile, Problem
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Kind
from billing_lens.config.models import ClaudeState, Profile
from billing_lens.text.positions import Position, Range
from tests.machines import CANARY, assert_no_canary

BOM = b"\xef\xbb\xbf"


def config_file(data: bytes | str, kind: Kind = Kind.ANTHROPIC_PROFILE) -> ConfigFile:
    raw = data if isinstance(data, bytes) else data.encode()
    return ConfigFile("/x.json", kind, FileEntry("/x.json", FileState.REGULAR, raw, 0o600))


def marked(file: ConfigFile, problem: Problem) -> str:
    """Return the text a problem marks."""
    assert problem.span is not None
    return file.buffer.data[problem.span.start : problem.span.end].decode()


@pytest.mark.parametrize(
    ("text", "code", "marked_text"),
    [
        ('{"a": 1,}', "syntax-trailing-comma", ","),
        ('{"a": 1 // c\n}', "syntax-comment", "// c"),
        ('{"a": tru}', "syntax-syntax", "tru"),
        ('{"a": 1} {}', "syntax-two-values", "{"),
        ('{"a": NaN}', "syntax-not-a-number", "NaN"),
        ('{"a": "x\ty"}', "syntax-control-character", "\t"),
        ('{"a": "\\q"}', "syntax-escape", "\\q"),
        ('{"a": "x', "syntax-unterminated-string", '"x'),
    ],
)
def test_a_syntax_error_is_marked_where_it_is(text: str, code: str, marked_text: str) -> None:
    file = config_file(text)

    assert [problem.code for problem in file.problems] == [code]
    assert marked(file, file.problems[0]) == marked_text
    assert file.is_broken
    assert file.value is None


@pytest.mark.parametrize(
    ("text", "code"), [("", "syntax-empty"), (" \n", "syntax-empty"), ("{", "syntax-incomplete")]
)
def test_an_empty_or_cut_off_text_is_a_problem(text: str, code: str) -> None:
    assert [problem.code for problem in config_file(text).problems] == [code]


def test_a_wrong_type_is_marked_with_its_key_and_named_by_its_pointer() -> None:
    file = config_file('{\n  "organization_id": 12,\n  "authentication": []\n}')

    second, first = sorted(file.problems, key=lambda problem: problem.pointer or "")
    assert (first.code, first.pointer) == ("wrong-type", "/organization_id")
    assert first.message == "`organization_id` should be a string."
    assert marked(file, first) == '"organization_id": 12'
    assert file.range_of("/organization_id") == Range(Position(1, 2), Position(1, 23))
    assert (second.code, second.pointer) == ("wrong-type", "/authentication")
    assert marked(file, second) == '"authentication"'


def test_wrong_types_are_listed_in_the_order_of_the_text() -> None:
    file = config_file('{"organization_id": 12, "authentication": []}')

    pointers = [problem.pointer for problem in file.problems]
    assert pointers == ["/organization_id", "/authentication"]


def test_positions_count_utf_16_code_units() -> None:
    file = config_file('{"😀": 1, "organization_id": "x"}')

    assert file.range_of("/organization_id") == Range(Position(0, 10), Position(0, 32))


def test_a_text_that_is_no_object_is_wrong_as_a_whole() -> None:
    file = config_file("[1]")

    assert [(problem.code, problem.pointer) for problem in file.problems] == [("wrong-type", "")]
    assert file.problems[0].message == "The file should be a JSON object."
    assert file.model(Profile) == Profile()


@pytest.mark.parametrize("kind", [Kind.CLAUDE_STATE, Kind.CLAUDE_SETTINGS])
def test_a_byte_order_mark_is_fine_where_claude_code_accepts_it(kind: Kind) -> None:
    file = config_file(BOM + b'{"primaryApiKey": "x", "env": {}}', kind)

    assert file.problems == ()
    assert file.value is not None


@pytest.mark.parametrize(
    "kind", [Kind.ANTHROPIC_PROFILE, Kind.ANTHROPIC_CREDENTIALS, Kind.CLAUDE_CREDENTIALS]
)
def test_a_byte_order_mark_hides_the_file_where_claude_code_chokes_on_it(kind: Kind) -> None:
    file = config_file(BOM + b"{}", kind)

    assert [(problem.code, problem.span) for problem in file.problems] == [
        ("byte-order-mark", (0, 3))
    ]
    assert file.value is None


@pytest.mark.parametrize(
    "state",
    [
        FileState.DIRECTORY,
        FileState.NOT_REGULAR,
        FileState.DANGLING_LINK,
        FileState.UNREADABLE,
        FileState.OUTSIDE_HOME,
    ],
)
@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_no_file_is_one_problem_of_the_whole(kind: Kind, state: FileState) -> None:
    file = ConfigFile("/x.json", kind, FileEntry("/x.json", state))

    (problem,) = file.problems
    assert problem.code == state.value
    assert problem.message.endswith(".")
    assert problem.span is None
    assert file.value is None


def test_the_reason_a_file_cannot_be_read_is_told() -> None:
    entry = FileEntry("/x", FileState.UNREADABLE, reason="The file cannot be read: because.")

    (problem,) = ConfigFile("/x", Kind.CLAUDE_STATE, entry).problems
    assert problem.message == "The file cannot be read: because."


@pytest.mark.parametrize("kind", list(Kind))
def test_a_missing_file_is_no_problem(kind: Kind) -> None:
    file = ConfigFile("/x", kind, FileEntry("/x", FileState.MISSING))

    assert file.problems == ()
    assert not file.exists
    assert file.value is None


def test_invalid_utf_8_is_marked_and_read_as_replacement_characters() -> None:
    file = config_file(b'{"organization_id": "a\xffb"}')

    (problem,) = file.problems
    assert problem.code == "invalid-utf-8"
    assert problem.span is not None
    assert problem.span.start == 22
    model = file.model(Profile)
    assert model is not None
    assert model.organization_id == "a\ufffdb"


def test_of_equal_keys_the_last_counts_and_is_marked() -> None:
    file = config_file('{"organization_id": "a", "organization_id": "b"}')

    model = file.model(Profile)
    assert model is not None
    assert model.organization_id == "b"
    assert file.range_of("/organization_id") == Range(Position(0, 25), Position(0, 47))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("closed", [True, False])
def test_100_000_levels_of_nesting_are_a_problem_and_no_crash(
    opening: str, closing: str, closed: bool
) -> None:
    depth = 100_000
    text = opening * depth + "1" + closing * (depth if closed else 0)
    file = config_file('{"oauthAccount": ' + text + ("}" if closed else ""), Kind.CLAUDE_STATE)

    assert file.problems
    assert file.value is None
    assert file.model(ClaudeState) is None
    file.range_of("/oauthAccount")


def test_an_active_config_is_plain_text() -> None:
    file = config_file(BOM + b"  work \r\n", Kind.ANTHROPIC_ACTIVE_CONFIG)

    assert file.text == "work"
    assert file.problems == ()
    assert file.range_of("") == Range(Position(0, 0), Position(0, 7))


def test_comments_are_fine_in_vs_codes_settings_only() -> None:
    text = '// c\n{"a": 1,}'

    assert config_file(text, Kind.VSCODE_SETTINGS).problems == ()
    assert config_file(text, Kind.CLAUDE_SETTINGS).problems != ()


@given(
    st.sampled_from(list(Kind)),
    st.binary(max_size=60) | st.text(alphabet='{}[]":,\\/*1tfn \n', max_size=40).map(str.encode),
)
def test_no_bytes_at_all_make_it_raise(kind: Kind, data: bytes) -> None:
    file = config_file(data, kind)

    for problem in file.problems:
        assert problem.message
        if problem.span is not None:
            start, end = problem.span
            assert 0 <= start <= end <= max(len(file.buffer.data), len(data))
    assert file.value is None or not file.is_broken
    file.range_of("/a/b")


@given(
    st.dictionaries(
        st.sampled_from(["oauthAccount", "primaryApiKey", "customApiKeyResponses"]),
        st.just([CANARY]),
    )
)
def test_no_problem_shows_a_value(value: dict[str, object]) -> None:
    file = config_file(json.dumps(value), Kind.CLAUDE_STATE)

    assert len(file.problems) == len(value)
    assert_no_canary("\n".join(problem.message for problem in file.problems))


def test_each_version_judges_the_fields_of_settings_by_itself() -> None:
    file = config_file('{"disableReplyCheck": 1}', Kind.CLAUDE_SETTINGS)
    assert file.wrong_settings((2, 1, 146)) == ()
    assert file.wrong_settings((2, 1, 330)) != ()


@pytest.mark.parametrize(
    ("text", "is_the_same"),
    [
        ('{"theme": "light", "model": "opus"}', True),
        ('{"thema": "dark", "model": "opus"}', False),
        ('{"theme": "dark", "model": "haiku"}', False),
        ('{"theme": "dark", "model": 1}', False),
        ("[]", False),
        ("", False),
    ],
)
def test_settings_mean_the_same_while_no_field_that_matters_differs(
    text: str, *, is_the_same: bool
) -> None:
    one = config_file('{"theme": "dark", "model": "opus"}', Kind.CLAUDE_SETTINGS)
    other = config_file(text, Kind.CLAUDE_SETTINGS)
    assert other.means_the_same_as(one, (2, 1, 330)) == is_the_same

"""What our own files wish, and all that is wrong with them, each at its exact place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_lens.billing.sources import Source
from billing_lens.config.kinds import Kind
from billing_lens.text.buffer import TextBuffer
from billing_lens.wishes.file_wishes import FileWishes
from billing_lens.wishes.reading import read_wishes
from billing_lens.wishes.severity import Severity
from tests.machines import CANARY, assert_no_canary

WHOLE = """\
[expected]
billing = "subscription"
organization = " 1-1 "

[allowed]
sources = ["oauth_token", "profile"]

[rules]
profile-drift = "off"
no-such-rule = "hint"
"""


def policy(text: str) -> FileWishes:
    return read_wishes(Kind.TEAM_POLICY, text.encode())


def told(text: str, kind: Kind = Kind.TEAM_POLICY) -> list[tuple[str, str]]:
    """The text that each problem marks, and what is said of it."""
    data = text.encode()
    return [
        (data[it.span.start : it.span.end].decode() if it.span else "", it.message)
        for it in read_wishes(kind, data).problems
    ]


@pytest.mark.parametrize("text", [WHOLE, f"\ufeff{WHOLE}", WHOLE.replace("\n", "\r\n")])
def test_a_whole_file_is_understood_with_its_places(text: str) -> None:
    wishes = policy(text)

    assert (wishes.billing, wishes.organization) == ("subscription", "1-1")
    assert wishes.severities == {"profile-drift": None, "no-such-rule": Severity.HINT}
    assert wishes.sources == (Source.OAUTH_TOKEN, Source.PROFILE)
    assert wishes.problems == ()
    spans = (wishes.expected_span, wishes.sources_span, *wishes.rules.values())
    assert [text.encode()[it.start : it.end].decode() for it in spans if it] == [
        'billing = "subscription"',
        "sources",
        "profile-drift",
        "no-such-rule",
    ]


def test_an_empty_file_wishes_nothing() -> None:
    assert policy("") == FileWishes()
    assert policy("[allowed]\n").sources is None
    assert policy("allowed.sources = []\n").sources == ()


PART = "This part of the policy does not count."
NOTHING = "Nothing in the policy counts."
SECTIONS = "there are expected, rules and allowed"
BILLINGS = "subscription, api_usage, cloud_provider, gateway, any"
LEVELS = "A rule is one of off, error, warning, info, hint."


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ('[expected]\nbilling = "free"', '"free"', f"billing is one of {BILLINGS}. {PART}"),
        (
            'expected = { billing = "Subscripton" }',
            '"Subscripton"',
            f"billing is one of {BILLINGS}. Did you mean 'subscription'? {PART}",
        ),
        ("expected.organization = 7", "7", f"'organization' should be text in quotes. {PART}"),
        ("[rules]\n'profile-drift' = false", "false", f"{LEVELS} {PART}"),
        ('rules = "off"', '"off"', f"'rules' should be a table. {PART}"),
        ("[[expected]]", "expected", f"'expected' should be a table. {PART}"),
        (
            '[expect]\nbilling = "any"',
            "expect",
            f"There is no section 'expect'; {SECTIONS}. Did you mean 'expected'? {PART}",
        ),
        (
            "[expected]\n'who' = 1",
            "'who'",
            f"There is no key 'who'; there are billing and organization. {PART}",
        ),
        (
            "[allowed]\nsource = []",
            "source",
            f"There is no key 'source'; there is sources. Did you mean 'sources'? {PART}",
        ),
        (
            "[rules\n",
            "[rules",
            f"This is no TOML: expected ']' at the end of a table declaration. {NOTHING}",
        ),
    ],
)
def test_a_mistake_is_told_in_words_where_it_stands(text: str, marked: str, message: str) -> None:
    assert told(text) == [(marked, message)]


def test_a_persons_file_allows_nothing_and_is_called_by_its_name() -> None:
    [(marked, message)] = told("[allowed]\nsources = []\n", Kind.PREFERENCES)

    assert marked == "allowed"
    assert message.startswith("There is no section 'allowed'; there are expected and rules.")
    assert message.endswith("This part of your preferences does not count.")


def test_one_name_in_two_tables_is_marked_in_the_wrong_one() -> None:
    text = '[rules]\nbilling = "off"\n[expected]\nbilling = "subs"\n'

    [problem] = policy(text).problems

    assert problem.span
    assert TextBuffer(text).range(problem.span).start == (3, 10)


def test_all_that_is_wrong_is_told_in_the_order_of_the_text_and_the_rest_counts() -> None:
    text = (
        '[rules]\na = "of"\nprofile-drift = "off"\n[expected]\nbilling = 1\n'
        'organization = "1-1"\nx = 2\n[more]\n'
    )

    assert [marked for marked, _ in told(text)] == ['"of"', "1", "x", "more"]
    wishes = policy(text)
    assert (wishes.billing, wishes.organization) == (None, "1-1")
    assert wishes.severities == {"profile-drift": None}
    assert list(wishes.rules) == ["a", "profile-drift"], "whether there is a rule 'a' is not known"


def test_what_is_allowed_by_a_list_that_is_not_understood_is_everything() -> None:
    text = '[allowed]\nsources = ["login", "oauth_token", "none", 3]\n'

    assert policy(text).sources is None
    words = ", ".join(it.value for it in Source if it is not Source.NONE)
    until = "Until that is right, the policy allows every source."
    assert told(text) == [
        ('"login"', f"A source is one of {words}. Did you mean 'claude_ai_login'? {until}"),
        ('"none"', f"A source is one of {words}. {until}"),
        ("3", f"A source is one of {words}. {until}"),
    ]
    assert told('[allowed]\nsources = "profile"\n') == [
        ('"profile"', f"'sources' should be a list. {until}")
    ]


TOKEN = f"sk-ant-api03-{CANARY}"


@pytest.mark.parametrize("value", [f'"{TOKEN}"', f'["{TOKEN}"]', f'{{ a = "{TOKEN}" }}'])
@pytest.mark.parametrize(
    "line",
    [
        "@",
        "other = @",
        "[other]\nkey = @",
        "expected = @",
        "[expected]\nother = @",
        "[expected]\nbilling = @",
        "[expected]\norganization = @",
        "[allowed]\nsources = @",
        "[allowed]\nsources = [@]",
        "[rules]\nprofile-drift = @",
        '[rules]\n"key" = @',
        f"{TOKEN} = @",
        f"[{TOKEN}]",
        f"[expected]\n{TOKEN} = 1",
        f'[rules]\n{TOKEN} = "off"',
        f"[rules.{TOKEN}]",
        f"a = 1\n{TOKEN} = {TOKEN}",
        f"[{TOKEN}]\n[{TOKEN}]",
    ],
)
def test_no_value_is_shown_and_no_token_in_the_place_of_a_key(line: str, value: str) -> None:
    wishes = read_wishes(Kind.TEAM_POLICY, line.replace("@", value).encode())

    assert wishes.problems
    assert_no_canary(repr(wishes))


names = ["expected", "rules", "allowed", "billing", "organization", "sources", "profile-drift"]
values = ['"subscription"', '"off"', '["profile"]', "1", "2020-01-01"]
marks = list("[]{}=.,#\"' \n\r\ufeff\ud800\0é")
pieces = st.sampled_from([*names, *values, *marks, "[[", "]]", "\r\n", " = "])
headers = st.sampled_from(names).map("[{}]".format)
members = st.tuples(st.sampled_from(names), st.sampled_from(values)).map(" = ".join)
any_bytes = st.one_of(
    st.binary(max_size=200),
    st.lists(st.one_of(headers, members), max_size=8).map(lambda it: "\n".join(it).encode()),
    st.lists(pieces, max_size=30).map(lambda it: "".join(it).encode("utf-8", "surrogatepass")),
)


@given(any_bytes, st.sampled_from([Kind.PREFERENCES, Kind.TEAM_POLICY]))
@settings(deadline=None, max_examples=400)
def test_no_bytes_are_too_strange_and_every_place_lies_in_the_text(data: bytes, kind: Kind) -> None:
    wishes = read_wishes(kind, data)

    length = len(TextBuffer(data).data)
    spans = [it.span for it in wishes.problems]
    for span in (*spans, wishes.expected_span, wishes.sources_span, *wishes.rules.values()):
        assert span is None or 0 <= span.start <= span.end <= length
    for problem in wishes.problems:
        assert problem.message.endswith((" count.", " counts.", "every source."))
        assert not re.search(r"pydantic|type=|input|dict|str\b|None|validation", problem.message)

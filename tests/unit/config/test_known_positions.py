"""Where known keys stand: exactly, only where asked, in every kind of file."""

from __future__ import annotations

import pytest

from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Kind
from billing_lens.config.known_key import Sort
from billing_lens.config.known_positions import LONGEST_BROKEN_TEXT, known_positions, touch
from billing_lens.text.positions import Span


def file_of(text: str, kind: Kind) -> ConfigFile:
    entry = FileEntry("/x", FileState.REGULAR, text.encode())
    return ConfigFile("/x", kind, entry)


def found(file: ConfigFile, within: Span | None = None) -> dict[str, tuple[str | None, str]]:
    """The text of the key and of the value, by pointer."""
    data = file.buffer.data

    def text(span: Span | None) -> str | None:
        return data[span.start : span.end].decode() if span else None

    return {
        it.pointer: (text(it.key_span), text(it.value_span) or "")
        for it in known_positions(file, within)
        if not it.is_container
    }


def test_keys_of_a_profile() -> None:
    text = '{"organization_id": "é😀", "authentication": {"type": "user_oauth"}, "mine": 1}'
    assert found(file_of(text, Kind.ANTHROPIC_PROFILE)) == {
        "/organization_id": ('"organization_id"', '"é😀"'),
        "/authentication/type": ('"type"', '"user_oauth"'),
    }


def test_keys_of_our_own_file_however_they_are_written() -> None:
    text = """
expected = { billing = 'any', organization = "é😀" }
rules."profile-drift" = "off" # known
[rules.more]
x = 1
[other]
billing = "no"
[allowed]
sources = ["profile"]
billing =
"""
    assert found(file_of(text, Kind.TEAM_POLICY)) == {
        "/expected/billing": ("billing", "'any'"),
        "/expected/organization": ("organization", '"é😀"'),
        "/rules/profile-drift": ('"profile-drift"', '"off"'),
    }


def test_each_element_of_a_list_has_a_place() -> None:
    text = '{"forceLoginOrgUUID": ["a", "b"], "env": {"ANTHROPIC_API_KEY": 1, "OTHER": "x"}}'
    assert found(file_of(text, Kind.CLAUDE_SETTINGS)) == {
        "/forceLoginOrgUUID/0": (None, '"a"'),
        "/forceLoginOrgUUID/1": (None, '"b"'),
        "/env/ANTHROPIC_API_KEY": ('"ANTHROPIC_API_KEY"', "1"),
    }


def test_variables_that_vs_code_lists_are_known_by_their_name() -> None:
    text = """{
      // JSON with comments
      "claudeCode.environmentVariables": [
        {"name": "OTHER", "value": "x"},
        {"value": "v", "name": "ANTHROPIC_API_KEY"}, {"name": "ANTHROPIC_PROFILE"}, {"name": 1}, 7
      ],
      "terminal.integrated.env.windows": {"CLAUDE_CODE_USE_VERTEX": "1"},
    }"""
    assert found(file_of(text, Kind.VSCODE_SETTINGS)) == {
        "/claudeCode.environmentVariables/1/value": ('"ANTHROPIC_API_KEY"', '"v"'),
        "/claudeCode.environmentVariables/2/name": ('"ANTHROPIC_PROFILE"',) * 2,
        "/terminal.integrated.env.windows/CLAUDE_CODE_USE_VERTEX": (
            '"CLAUDE_CODE_USE_VERTEX"',
            '"1"',
        ),
    }


@pytest.mark.parametrize("text", ["  work \n", "work", "\ufeffwork\r\n"])
def test_a_plain_name_is_found_without_what_surrounds_it(text: str) -> None:
    assert found(file_of(text, Kind.ANTHROPIC_ACTIVE_CONFIG)) == {"": (None, "work")}


def test_keys_of_our_own_file() -> None:
    text = """# é
    [expected]
    billing = "subscription"  # comment
    organization='o'
    mine = "x"
    [rules]
    profile-drift = "off"
    """
    assert found(file_of(text, Kind.PREFERENCES)) == {
        "/expected/billing": ("billing", '"subscription"'),
        "/expected/organization": ("organization", "'o'"),
        "/rules/profile-drift": ("profile-drift", '"off"'),
    }


def test_what_a_team_allows() -> None:
    text = '[allowed]\nsources = [\n  "claude_ai_login",\n]\n'
    [place] = known_positions(file_of(text, Kind.TEAM_POLICY))
    assert (place.pointer, place.is_container) == ("/allowed/sources", True)


DECLARED = [
    (Kind.DOTENV, "A=1\nexport ANTHROPIC_API_KEY='k'\n", ("ANTHROPIC_API_KEY", "'k'")),
    (
        Kind.DEVCONTAINER,
        '{ // c\n "containerEnv": {"ANTHROPIC_API_KEY": "k", "A": "1"}}',
        ('"ANTHROPIC_API_KEY"', '"k"'),
    ),
    (
        Kind.COMPOSE,
        "services:\n  a:\n    environment:\n      - é=1\n      - ANTHROPIC_API_KEY=k\n",
        (None, "ANTHROPIC_API_KEY=k"),
    ),
    (
        Kind.GITHUB_WORKFLOW,
        "jobs: {a: {env: {ANTHROPIC_API_KEY: k, anthropic_api_key: no}}}",
        ("ANTHROPIC_API_KEY", "k"),
    ),
    (
        Kind.GITHUB_WORKFLOW,
        "jobs: {a: {steps: [{with: {anthropic_api_key: k}}]}}",
        ("anthropic_api_key", "k"),
    ),
]


@pytest.mark.parametrize(("kind", "text", "tokens"), DECLARED)
def test_variables_that_the_project_sets_elsewhere(
    kind: Kind, text: str, tokens: tuple[str | None, str]
) -> None:
    file = file_of(text, kind)
    assert list(found(file).values()) == [tokens]
    [place] = known_positions(file)
    assert (place.variable, place.value) == ("ANTHROPIC_API_KEY", "k")


def test_files_that_do_not_concern_claude_have_no_places() -> None:
    assert found(file_of("XDG_CONFIG_HOME=/x\n", Kind.DOTENV)) == {}


def test_only_what_touches_the_span_is_found() -> None:
    text = '{"workspace_id": "w", "organization_id": "o"}'
    file = file_of(text, Kind.ANTHROPIC_PROFILE)
    for offset in range(len(text) + 1):
        inside = found(file, Span(offset, offset))
        for pointer in ("/workspace_id", "/organization_id"):
            node = file.document.node(pointer)
            assert node
            assert node.member_span
            assert (pointer in inside) is touch(node.member_span, Span(offset, offset))


def test_only_the_sorts_asked_for_are_found() -> None:
    text = '{"organization_id": "o", "authentication": {"credentials_path": "/p"}}'
    places = known_positions(file_of(text, Kind.ANTHROPIC_PROFILE), sorts=(Sort.PATH,))
    assert [it.name for it in places] == ["credentials_path"]


def test_what_is_broken_is_found_as_far_as_it_is_understood() -> None:
    text = '{"organization_id": "o", "workspace_id": "w" "x'
    assert found(file_of(text, Kind.ANTHROPIC_PROFILE))["/organization_id"] == (
        '"organization_id"',
        '"o"',
    )


def test_a_large_text_is_not_looked_into_while_it_is_broken() -> None:
    text = '{"oauthAccount": {"organizationUuid": "o"}, "x": "' + "x" * LONGEST_BROKEN_TEXT + '"}'
    assert found(file_of(text, Kind.CLAUDE_STATE))
    assert found(file_of(text[:-1], Kind.CLAUDE_STATE)) == {}


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '"text"', "7", "[" * 3000])
@pytest.mark.parametrize("kind", Kind)
def test_no_text_makes_it_fail(kind: Kind, text: str) -> None:
    assert all(it.name for it in known_positions(file_of(text, kind)))


def test_a_file_that_is_not_there_has_no_places() -> None:
    file = ConfigFile("/x", Kind.CLAUDE_STATE, FileEntry("/x", FileState.MISSING))
    assert list(known_positions(file)) == []

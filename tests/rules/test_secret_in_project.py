"""Rule secret-in-project: when it fires, on which text, and when it must not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Mode
from billing_lens.review import Review, review
from tests.machines import MadeUpMachine, assert_no_canary, headline
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN, STATE, as_json, marked_by, reviewed
from tests.rules.spots import (
    IN_LOCAL,
    IN_PROJECT,
    IN_USER,
    IN_WORKSPACE,
    KEY,
    LISTED,
    LOCAL,
    NEWEST,
    PROJECT,
    TERMINAL,
    USER,
    VSCODE,
    WORKSPACE,
    Spot,
    after_fix,
    changed_texts,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    rules_of,
)
from tests.unit.machine.git_program import git, repository
from tests.unit.machine.snapshot import reader_of

RULE = "secret-in-project"
NAME = "MADE_UP_API_KEY"
"""No variable of Claude Code's, so that no other rule has a say."""

IN_WORKSPACE_TERMINAL = Spot(WORKSPACE, TERMINAL, "workspace-terminal", "VS Code's settings")
SHARED = (IN_PROJECT, IN_WORKSPACE, IN_WORKSPACE_TERMINAL)


def in_git(machine: MadeUpMachine, root: Path, *tracked: str, version: str = "2") -> Review:
    """Return what is said of a machine in whose working directory git tracks these files."""
    built = machine.build(root)
    repository(built.cwd, *tracked, version=version)
    seen = review(reader_of(built, NEWEST).read(), Mode.INTERACTIVE)
    assert_no_canary(as_json(seen))
    return seen


def setting(path: str, name: str, value: object) -> MadeUpMachine:
    """Return a machine on which one file of settings sets a variable."""
    return login_only().with_files({path: {"env": {name: value}}})


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("spot", SHARED, ids=str)
def test_it_marks_a_key_in_what_is_shared_by_its_nature(
    tmp_path: Path, spot: Spot, mode: Mode
) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, KEY)})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST, mode))

    assert (marked.path, marked.pointer) == (spot.path, spot.pointer(NAME))
    assert (marked.text, marked.severity) == (spot.marked(NAME, KEY), "warning")
    assert "shared with the project" in marked.found.finding.message
    assert "revoke it" in marked.found.finding.message
    assert is_readable(marked.found)


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("spot", [*SHARED, IN_LOCAL], ids=str)
def test_it_marks_a_key_in_what_git_tracks(tmp_path: Path, spot: Spot, version: str) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, KEY)})
    inside = spot.path.removeprefix("proj/")

    (marked,) = marked_by(RULE, in_git(machine, tmp_path, "README.md", inside, version=version))

    assert (marked.path, marked.text) == (spot.path, spot.marked(NAME, KEY))
    assert "git tracks this file" in marked.found.finding.message


def test_a_worktree_tracks_its_own_files(tmp_path: Path) -> None:
    text = IN_LOCAL.text(NAME, KEY)
    built = login_only().with_files({LOCAL: text, "main/README.md": ""}).build(tmp_path)
    main = repository(built.home / "main", "README.md")
    git(main, "commit", "--message", "Begin")
    git(main, "worktree", "add", str(built.home / "tree"))
    (built.cwd / ".git").write_text((built.home / "tree" / ".git").read_text())
    git(built.cwd, "add", "--force", IN_LOCAL.path.removeprefix("proj/"))

    (marked,) = marked_by(RULE, review(reader_of(built, NEWEST).read(), Mode.INTERACTIVE))

    assert (marked.path, marked.text) == (LOCAL, IN_LOCAL.marked(NAME, KEY))


@pytest.mark.parametrize("spot", [IN_LOCAL, IN_USER], ids=str)
def test_a_file_of_ones_own_that_git_does_not_track_is_no_ones_business(
    tmp_path: Path, spot: Spot
) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, KEY)})

    assert RULE not in rules_of(in_git(machine, tmp_path, "README.md"))


@pytest.mark.parametrize("path", [VSCODE, USER, ".claude/settings.local.json"])
def test_it_is_silent_on_what_is_outside_the_project(tmp_path: Path, path: str) -> None:
    machine = login_only().with_files({path: {"env": {NAME: KEY}, TERMINAL: {NAME: KEY}}})

    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANTHROPIC_AUTH_TOKEN", "s3cr3t-of-the-gateway"),
        ("ANTHROPIC_AUTH_TOKEN", "of-the-gateway"),
        ("GITHUB_TOKEN", "ghp_0123456789"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"),
        ("DB_PASSWORD", "swordfish"),
        ("ANTHROPIC_CUSTOM_HEADERS", "X-Team: blue\nAuthorization: Bearer 0123456789"),
        ("ANTHROPIC_CUSTOM_HEADERS", "x-api-key: 0123456789"),
        ("HARMLESS", KEY),
        ("ANTHROPIC_CUSTOM_HEADERS", f"X-Whatever: {KEY}"),
        ("TOKEN_URL", f"https://example.com/?{KEY}"),
        ("MIXED_TOKEN", f"$PREFIX {KEY}"),
    ],
)
def test_a_value_that_is_a_secret_is_told(tmp_path: Path, name: str, value: str) -> None:
    (marked,) = marked_by(RULE, reviewed(setting(PROJECT, name, value), tmp_path, NEWEST))

    assert marked.pointer == f"/env/{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_THINKING_TOKENS", "31999"),
        ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "32000"),
        ("CLAUDE_CODE_API_KEY_HELPER_TTL_MS", "3600000"),
        ("USE_TOKEN", "true"),
        ("ANTHROPIC_AUTH_TOKEN", "ollama"),
        ("ANTHROPIC_AUTH_TOKEN", "${TOKEN}"),
        ("ANTHROPIC_AUTH_TOKEN", "${env:TOKEN}"),
        ("ANTHROPIC_AUTH_TOKEN", "$TOKEN"),
        ("ANTHROPIC_API_KEY", ""),
        ("ANTHROPIC_API_KEY", " "),
        ("ANTHROPIC_API_KEY", 5),
        ("ANTHROPIC_API_KEY", None),
        ("ANTHROPIC_IDENTITY_TOKEN_FILE", "/run/token-1"),
        ("SSH_PRIVATE_KEY_PATH", "/home/dev/.ssh/id_1"),
        ("TOKEN_URL", "https://example.com/1"),
        ("ANTHROPIC_CUSTOM_HEADERS", "X-Team: blue"),
        ("ANTHROPIC_MODEL", "claude-opus-4-1"),
        ("ANTHROPIC_BASE_URL", "https://llm.example.com"),
    ],
)
def test_a_value_that_is_none_is_not(tmp_path: Path, name: str, value: object) -> None:
    assert RULE not in rules_of(reviewed(setting(PROJECT, name, value), tmp_path, NEWEST))


@pytest.mark.parametrize(
    ("helper", "found"),
    [
        (f"echo {KEY}", True),
        ("./key.sh", False),
        ("cat ~/.api_key", False),
        ("echo $API_KEY", False),
    ],
)
def test_a_helper_is_told_when_the_key_stands_in_its_command(
    tmp_path: Path, helper: str, found: bool
) -> None:
    machine = login_only().with_files({PROJECT: {"apiKeyHelper": helper}})

    marked = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert [it.pointer for it in marked] == ["/apiKeyHelper"] * found


def test_a_broken_file_is_not_edited(tmp_path: Path) -> None:
    machine = login_only().with_files({PROJECT: f'{{"env": {{"{NAME}": "{KEY}",}}}}'})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []


def test_each_secret_of_a_file_is_told_once(tmp_path: Path) -> None:
    text = f'{{"env": {{"{NAME}": "{KEY}", "A_TOKEN": "t-0123456789", "{NAME}": "{KEY}"}}}}'
    machine = login_only().with_files({PROJECT: text})

    marked = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert [it.pointer for it in marked] == [f"/env/{NAME}", "/env/A_TOKEN"]


@pytest.mark.parametrize(
    "text",
    [
        f'{{\n// mine\n"env": {{"{NAME}": "{KEY}"}}\n}}',
        f'{{"env": {{"{NAME}": "{KEY}",}}}}',
        f'{{"env": {{"{NAME}": "{KEY}"}}',
        f'\ufeff{{"env": {{"{NAME}": "{KEY}"}}, "permissions": "nope"}}',
    ],
)
def test_what_claude_code_ignores_gives_its_secrets_away_all_the_same(
    tmp_path: Path, text: str
) -> None:
    (marked,) = marked_by(RULE, reviewed(login_only().with_files({PROJECT: text}), tmp_path))

    assert marked.text == f'"{NAME}": "{KEY}"'


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "null", "{", '"env"', f'{{"env": "{NAME}"}}', '{"env": ["A_TOKEN"]}'),
        *({"env": {"A_TOKEN": {"B": "x-1"}}}, {LISTED: {}}, {LISTED: [{}, 1, {"name": NAME}]}),
    ],
)
@pytest.mark.parametrize("path", [PROJECT, WORKSPACE])
def test_odd_settings_hold_no_secret(tmp_path: Path, path: str, content: object) -> None:
    machine = login_only().with_files({path: content})

    assert RULE not in rules_of(reviewed(machine, tmp_path, NEWEST))


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (LOGIN, "/claudeAiOauth/accessToken"),
        (CREDENTIALS, "/access_token"),
        (STATE, "/primaryApiKey"),
    ],
)
def test_a_home_that_git_tracks_gives_away_what_claude_code_keeps(
    tmp_path: Path, path: str, pointer: str
) -> None:
    state = cast("dict[str, object]", headline().files[STATE])
    machine = headline().with_files({STATE: {**state, "primaryApiKey": KEY}})
    home = MadeUpMachine(machine.files, cwd="")

    seen = in_git(home, tmp_path, path, "README.md")

    (marked,) = marked_by(RULE, seen)
    assert (marked.path, marked.pointer) == (path, pointer)
    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == [f"git rm --cached {seen.machine.home}/{path}"]


def test_a_home_that_git_tracks_may_have_all_else_in_it(tmp_path: Path) -> None:
    home = MadeUpMachine(headline().with_files({USER: {"model": "opus"}}).files, cwd="")

    assert RULE not in rules_of(in_git(home, tmp_path, STATE, CONFIG, USER))


def test_moving_it_makes_local_settings_where_there_are_none(tmp_path: Path) -> None:
    seen = reviewed(setting(PROJECT, NAME, KEY), tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    (best,) = marked.found.fixes

    assert (best.id, best.safety) == (f"move-to-local:{NAME}", Safety.SAFE)
    texts = changed_texts(best, seen)
    assert {path: json.loads(text or "") for path, text in texts.items()} == {
        PROJECT: {"env": {}},
        LOCAL: {"env": {NAME: KEY}},
    }
    assert rules_of(after_fix(best, seen)) == []
    assert commands_of(marked.found) == []


def test_moving_it_keeps_everything_else_as_it_stands(tmp_path: Path) -> None:
    text = IN_PROJECT.text(NAME, KEY)
    local = '{\n\t"env": {\n\t\t"OTHER": "ü"\n\t},\n\t"model": "opus"\n}\n'
    machine = login_only().with_files({PROJECT: text, LOCAL: local})
    seen = reviewed(machine, tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    (best,) = marked.found.fixes

    assert changed_texts(best, seen) == {
        PROJECT: text.replace(f", {IN_PROJECT.marked(NAME, KEY)}", ""),
        LOCAL: local.replace('"OTHER": "ü"', f'"OTHER": "ü",\n\t\t"{NAME}": "{KEY}"'),
    }


def test_a_helper_is_moved_too(tmp_path: Path) -> None:
    machine = login_only().with_files({PROJECT: {"apiKeyHelper": f"echo {KEY}", "model": "opus"}})
    seen = reviewed(machine, tmp_path, NEWEST)
    (marked,) = marked_by(RULE, seen)

    offers = {offer.id: offer for offer in marked.found.fixes}
    texts = changed_texts(offers["move-to-local:apiKeyHelper"], seen)

    assert json.loads(texts[PROJECT] or "") == {"model": "opus"}
    assert json.loads(texts[LOCAL] or "") == {"apiKeyHelper": f"echo {KEY}"}


def test_a_key_that_pays_wrongly_pays_as_wrongly_after_moving_it(tmp_path: Path) -> None:
    machine = setting(PROJECT, "ANTHROPIC_API_KEY", KEY)
    seen = reviewed(machine, tmp_path, NEWEST, Mode.HEADLESS)
    (marked,) = marked_by(RULE, seen)

    (best,) = marked.found.fixes

    assert (best.id, best.safety) == ("move-to-local:ANTHROPIC_API_KEY", Safety.UNSAFE)
    assert rules_of(after_fix(best, seen)) == ["api-key-overrides-login"]


@pytest.mark.parametrize(
    "local",
    [
        pytest.param({"env": {NAME: "another one"}}, id="it has one of its own"),
        pytest.param('{"env": {}', id="broken"),
        pytest.param({"env": []}, id="a list"),
        pytest.param({"env": "text"}, id="a text"),
        pytest.param([], id="no object"),
    ],
)
def test_local_settings_that_cannot_take_it_are_left_alone(tmp_path: Path, local: object) -> None:
    machine = setting(PROJECT, NAME, KEY).with_files({LOCAL: local})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert fixes_of(marked.found) == []


def test_a_secret_is_not_moved_into_a_file_that_git_tracks(tmp_path: Path) -> None:
    machine = setting(PROJECT, NAME, KEY).with_files({LOCAL: {}})

    seen = in_git(machine, tmp_path, ".claude/settings.json", ".claude/settings.local.json")

    (marked,) = marked_by(RULE, seen)
    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == [f"git rm --cached {seen.machine.home}/{LOCAL}"]
    assert "your local settings" in marked.found.finding.commands[0].purpose


def test_it_says_how_git_forgets_a_file_of_ones_own(tmp_path: Path) -> None:
    machine = setting(LOCAL, NAME, KEY)

    seen = in_git(machine, tmp_path, ".claude/settings.local.json")

    (marked,) = marked_by(RULE, seen)
    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == [f"git rm --cached {seen.machine.home}/{LOCAL}"]


def test_what_it_says_to_run_ends_it(tmp_path: Path) -> None:
    built = setting(LOCAL, NAME, KEY).build(tmp_path)
    repository(built.cwd, ".claude/settings.local.json")
    reader = reader_of(built, NEWEST)
    (marked,) = marked_by(RULE, review(reader.read(), Mode.INTERACTIVE))
    (command,) = commands_of(marked.found)

    git(built.cwd, *command.split()[1:])

    assert rules_of(review(reader.read(), Mode.INTERACTIVE)) == []
    assert (built.home / LOCAL).exists()


@pytest.mark.parametrize("spot", [IN_WORKSPACE, IN_WORKSPACE_TERMINAL], ids=str)
def test_the_editors_settings_are_told_but_not_edited(tmp_path: Path, spot: Spot) -> None:
    machine = login_only().with_files({spot.path: spot.text(NAME, KEY)})

    (marked,) = marked_by(RULE, in_git(machine, tmp_path, ".vscode/settings.json"))

    assert (fixes_of(marked.found), commands_of(marked.found)) == ([], [])

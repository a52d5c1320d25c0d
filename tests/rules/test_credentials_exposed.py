"""Rule credentials-exposed: when it fires, on which file, and when it must not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from billing_lens.config.kinds import Platform
from billing_lens.machine.machine import Mode
from billing_lens.review import review
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN, STATE, marked_by, reviewed
from tests.rules.spots import (
    KEY,
    NEWEST,
    commands_of,
    fixes_of,
    is_readable,
    login_only,
    rules_of,
)
from tests.unit.machine.snapshot import snapshot

RULE = "credentials-exposed"


def with_mode(path: str, mode: str, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    """Return a machine on which one file has these permissions."""
    machine = machine or headline()
    return machine.with_files({path: {"__file__": {"content": machine.files[path], "mode": mode}}})


def linked(path: str, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    """Return a machine on which one file is a link to where it really is."""
    machine = machine or headline()
    real = {"__file__": {"content": machine.files[path], "mode": "0600"}}
    link = {"__file__": {"link": "@HOME@/dotfiles/real.json"}}
    return machine.with_files({"dotfiles/real.json": real, path: link})


def holding_a_key() -> MadeUpMachine:
    """Return a machine whose state file holds a key of a Console login."""
    machine = headline()
    state = cast("dict[str, object]", machine.files[STATE])
    return machine.with_files({STATE: {**state, "primaryApiKey": KEY}})


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("permissions", ["0644", "0640", "0604", "0666"])
@pytest.mark.parametrize("path", [LOGIN, CREDENTIALS])
def test_it_marks_the_file_and_names_its_permissions(
    tmp_path: Path, path: str, permissions: str, mode: Mode
) -> None:
    seen = reviewed(with_mode(path, permissions), tmp_path, NEWEST, mode)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.pointer, marked.text) == (path, "", "{")
    assert marked.severity == "warning"
    assert f"(mode {permissions})" in marked.found.finding.message
    assert is_readable(marked.found)


def test_a_state_file_is_marked_when_it_holds_a_key(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(with_mode(STATE, "0644", holding_a_key()), tmp_path))

    assert (marked.path, marked.severity) == (STATE, "warning")


@pytest.mark.parametrize("permissions", ["0666", "0664", "0646", "0622"])
def test_a_profile_that_others_can_change_is_a_hint(tmp_path: Path, permissions: str) -> None:
    seen = reviewed(with_mode(CONFIG, permissions), tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert (marked.path, marked.severity) == (CONFIG, "hint")
    assert "Others can change this profile" in marked.found.finding.message
    assert is_readable(marked.found)
    assert commands_of(marked.found) == [f"chmod go-w {seen.machine.home}/{CONFIG}"]


def test_credentials_of_a_profile_that_are_a_link_are_a_hint(tmp_path: Path) -> None:
    (marked,) = marked_by(RULE, reviewed(linked(CREDENTIALS), tmp_path, NEWEST))

    assert (marked.path, marked.severity) == (CREDENTIALS, "hint")
    assert "symbolic link" in marked.found.finding.message
    assert is_readable(marked.found)
    assert commands_of(marked.found) == []


@pytest.mark.parametrize(
    "machine",
    [
        pytest.param(headline(), id="as the programs write them"),
        pytest.param(with_mode(LOGIN, "0400"), id="read by the owner alone"),
        pytest.param(with_mode(CREDENTIALS, "0700"), id="everything, for the owner alone"),
        pytest.param(with_mode(STATE, "0644"), id="a state file without a key"),
        pytest.param(holding_a_key(), id="a key that nobody else reads"),
        pytest.param(with_mode(CONFIG, "0644"), id="a profile others only read"),
        pytest.param(headline().without(LOGIN, CREDENTIALS), id="no credentials"),
        pytest.param(
            headline().with_files({LOGIN: {"__file__": {"link": "@HOME@/nowhere"}}}),
            id="a link to nothing",
        ),
    ],
)
def test_it_is_silent_when_nobody_else_can_get_at_them(
    tmp_path: Path, machine: MadeUpMachine
) -> None:
    assert RULE not in rules_of(reviewed(machine, tmp_path, "2.1.146"))


def test_it_is_silent_on_windows_where_modes_say_nothing(tmp_path: Path) -> None:
    on_linux = snapshot(with_mode(LOGIN, "0644", login_only()), tmp_path, NEWEST)
    on_windows = replace(on_linux, platform=Platform.WIN32)

    assert RULE in rules_of(review(on_linux, Mode.INTERACTIVE))
    assert RULE not in rules_of(review(on_windows, Mode.INTERACTIVE))


@pytest.mark.parametrize("path", [LOGIN, CREDENTIALS])
def test_it_changes_nothing_itself_and_says_what_to_run(tmp_path: Path, path: str) -> None:
    seen = reviewed(with_mode(path, "0644"), tmp_path, NEWEST)

    (marked,) = marked_by(RULE, seen)

    assert fixes_of(marked.found) == []
    assert commands_of(marked.found) == [f"chmod 600 {seen.machine.home}/{path}"]


def test_credentials_kept_elsewhere_are_looked_at_too(tmp_path: Path) -> None:
    config = cast("dict[str, object]", headline().files[CONFIG])
    sign_in = cast("dict[str, object]", config["authentication"])
    moved = {**config, "authentication": {**sign_in, "credentials_path": "@HOME@/keys.json"}}
    stored = {"__file__": {"content": headline().files[CREDENTIALS], "mode": "0644"}}
    machine = headline().with_files({CONFIG: moved, "keys.json": stored})

    (marked,) = marked_by(RULE, reviewed(machine, tmp_path, NEWEST))

    assert marked.path == "keys.json"

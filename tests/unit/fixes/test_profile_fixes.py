"""What each fix of a profile does, to the text and to the route."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from billing_lens.billing.route import resolve_route
from billing_lens.billing.sources import Source
from billing_lens.fixes.apply import apply_fix
from billing_lens.fixes.fix import CreateFile, EditFile, RenameFile, simulate
from billing_lens.fixes.journal import Journal, journal_directory
from billing_lens.machine.machine import Mode
from tests.machines import headline
from tests.unit.fixes.headline_fixes import (
    ACTIVE_CONFIG,
    CLEAR,
    CONFIG,
    OCCASION,
    RETIRE,
    case,
    fixes_of,
)
from tests.unit.machine.snapshot import reader_of

INDENTED = """{
  "version": "1.0",
  "organization_id": "22222222-2222-4222-8222-222222222222",
  "workspace_id": "wrkspc_1",
  "authentication": {
    "type": "user_oauth"
  },
  "base_url": "https://api.anthropic.com"
}
"""
CLEARED = """{
  "version": "1.0",
  "base_url": "https://api.anthropic.com"
}
"""
AT_THE_END = """{
    "version": "1.0",

    "base_url": "x",
    "authentication": {"type": "user_oauth"}, "organization_id": "2"
}"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(INDENTED, CLEARED, id="indented"),
        pytest.param(INDENTED.rstrip("\n"), CLEARED.rstrip("\n"), id="no newline at the end"),
        pytest.param(INDENTED + "\n\n", CLEARED + "\n\n", id="blank lines at the end"),
        pytest.param(
            INDENTED.replace("  ", "\t"), CLEARED.replace("  ", "\t"), id="indented by tabs"
        ),
        pytest.param(
            INDENTED.replace("\n", "\r\n"), CLEARED.replace("\n", "\r\n"), id="Windows newlines"
        ),
        pytest.param(
            '{"version":"1.0","authentication":{"type":"user_oauth"},"organization_id":"2"}',
            '{"version":"1.0"}',
            id="compact",
        ),
        pytest.param(
            '{"organization_id": "2", "authentication": {"type": "user_oauth"}, "a": 1}\n',
            '{"a": 1}\n',
            id="one line",
        ),
        pytest.param(
            AT_THE_END,
            '{\n    "version": "1.0",\n\n    "base_url": "x"\n}',
            id="at the end after a blank line",
        ),
        pytest.param(
            '{"é": "😀", "authentication": {"type": "user_oauth"}, "ü": 1}',
            '{"é": "😀", "ü": 1}',
            id="beyond ASCII",
        ),
    ],
)
def test_clearing_changes_the_sign_in_and_nothing_else(
    tmp_path: Path, before: str, after: str
) -> None:
    subject = case(tmp_path, {CONFIG: before})

    subject.apply(CLEAR)

    assert subject.config.read_bytes() == after.encode()
    assert subject.route_now().source is Source.CLAUDE_AI_LOGIN


def test_clearing_what_is_nothing_but_a_sign_in_leaves_an_empty_object(tmp_path: Path) -> None:
    subject = case(tmp_path, {CONFIG: '{"authentication": {"type": "user_oauth"}}'})

    subject.apply(CLEAR)

    assert json.loads(subject.config.read_bytes()) == {}


def test_clearing_removes_every_one_of_equal_keys(tmp_path: Path) -> None:
    text = '{"authentication": {"type": "user_oauth"}, "authentication": {"type": "user_oauth"}}'
    subject = case(tmp_path, {CONFIG: text})

    subject.apply(CLEAR)

    assert json.loads(subject.config.read_bytes()) == {}


def test_a_file_that_is_not_utf_8_is_renamed_but_not_edited(tmp_path: Path) -> None:
    """An edit could not keep the bytes elsewhere in it."""
    built = headline().build(tmp_path)
    text = b'{"a": "\xff", "authentication": {"type": "user_oauth"}}'
    (built.home / CONFIG).write_bytes(text)
    machine = reader_of(built, "2.1.146").read()

    fixes = fixes_of(machine)

    assert CLEAR not in fixes
    apply_fix(fixes[RETIRE], machine, Journal(journal_directory(built.home)), OCCASION)
    assert (built.home / f"{CONFIG}.off").read_bytes() == text


@pytest.mark.parametrize("version", ["2.1.118", "2.1.146", "2.1.153"])
@pytest.mark.parametrize("fix", [CLEAR, RETIRE])
@pytest.mark.parametrize("mode", list(Mode))
def test_the_simulation_is_what_the_disk_says_afterwards(
    tmp_path: Path, version: str, fix: str, mode: Mode
) -> None:
    subject = case(tmp_path, version=version)
    promised = resolve_route(simulate(fixes_of(subject.machine)[fix], subject.machine), mode)

    subject.apply(fix)

    assert promised.source is Source.CLAUDE_AI_LOGIN
    assert promised.label == "Claude Max 20x"
    found = subject.route_now()
    assert (found.source, found.label) == (promised.source, promised.label)


@pytest.mark.parametrize("fix", [CLEAR, RETIRE])
def test_an_explicitly_selected_profile_is_fixed_too(tmp_path: Path, fix: str) -> None:
    explicit = headline().with_env(ANTHROPIC_PROFILE="default")
    subject = case(tmp_path, machine=explicit, version="2.1.330")
    assert subject.route_now().source is Source.PROFILE

    subject.apply(fix)

    assert subject.route_now().source is Source.CLAUDE_AI_LOGIN


def test_retiring_keeps_the_file_under_another_name(tmp_path: Path) -> None:
    subject = case(tmp_path)
    before = subject.config.read_bytes()

    subject.apply(RETIRE)

    assert not subject.config.exists()
    assert (subject.config.parent / "default.json.off").read_bytes() == before


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        (["default.json.off"], "default.json.off.2"),
        (["default.json.off", "default.json.off.2"], "default.json.off.3"),
    ],
)
def test_retiring_never_overwrites_what_was_retired_before(
    tmp_path: Path, taken: list[str], name: str
) -> None:
    subject = case(tmp_path, {f".config/anthropic/configs/{other}": "kept" for other in taken})

    subject.apply(RETIRE)

    folder = subject.config.parent
    assert sorted(path.name for path in folder.iterdir()) == sorted([*taken, name])
    assert all((folder / other).read_text() == "kept" for other in taken)


def test_a_dangling_link_at_the_name_is_not_overwritten_either(tmp_path: Path) -> None:
    link = {"__file__": {"link": "nowhere"}}
    subject = case(tmp_path, {CONFIG + ".off": link})

    change = fixes_of(subject.machine)[RETIRE].changes[0]

    assert isinstance(change, RenameFile)
    assert Path(change.to).name == "default.json.off.2"


def test_a_broken_config_is_not_edited_but_can_be_retired(tmp_path: Path) -> None:
    subject = case(tmp_path, {CONFIG: '{"organization_id": "2", "authentication": '})

    assert set(fixes_of(subject.machine)) == {RETIRE}


def test_another_profile_can_be_selected_by_creating_the_selection(tmp_path: Path) -> None:
    subject = case(tmp_path, {".config/anthropic/configs/work.json": {"version": "1.0"}})
    fix = fixes_of(subject.machine)["select-profile:work"]

    assert isinstance(fix.changes[0], CreateFile)
    subject.apply("select-profile:work")

    active = subject.built.home / ACTIVE_CONFIG
    assert active.read_text() == "work\n"
    assert active.stat().st_mode & 0o777 == 0o644
    assert subject.route_now().source is Source.CLAUDE_AI_LOGIN


@pytest.mark.parametrize("text", ["default", "default\n", "", "  default\r\n", "\ufeffdefault"])
def test_another_profile_can_be_selected_by_changing_the_selection(
    tmp_path: Path, text: str
) -> None:
    subject = case(
        tmp_path,
        {ACTIVE_CONFIG: text, ".config/anthropic/configs/work.json": {"version": "1.0"}},
    )
    fix = fixes_of(subject.machine)["select-profile:work"]

    assert isinstance(fix.changes[0], EditFile)
    subject.apply("select-profile:work")

    assert (subject.built.home / ACTIVE_CONFIG).read_text() == "work\n"


def test_there_is_nothing_to_select_without_another_profile(tmp_path: Path) -> None:
    subject = case(tmp_path, {".config/anthropic/configs/work.json.off": {}})

    assert set(fixes_of(subject.machine)) == {CLEAR, RETIRE}


def test_the_less_a_fix_touches_the_earlier_it_comes(tmp_path: Path) -> None:
    subject = case(tmp_path, {".config/anthropic/configs/work.json": {"version": "1.0"}})

    ordered = sorted(fixes_of(subject.machine).values(), key=lambda fix: fix.effort)

    assert [fix.id for fix in ordered] == [CLEAR, "select-profile:work", RETIRE]

"""Reading a machine: which files are looked for, under which variables, and again and again."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path

import pytest

from billing_lens.config.document import document_of
from billing_lens.config.file import OpenText
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind, Platform, Scope
from billing_lens.machine.disk import LARGEST
from billing_lens.machine.machine import Machine
from billing_lens.text.buffer import TextBuffer
from tests.machines import CANARY, MadeUpMachine, headline
from tests.unit.machine.snapshot import reader_of, snapshot

CONFIG = ".config/anthropic/configs/default.json"


def found(machine: Machine) -> dict[str, tuple[Kind, Scope | None]]:
    """Return what exists, by path below the home or the managed directory."""
    roots = (str(machine.home), str(machine.managed_directory))
    names: dict[str, tuple[Kind, Scope | None]] = {}
    for path, file in machine.files.items():
        if file.exists:
            root = next(root for root in roots if path.startswith(root))
            names[path.removeprefix(root)] = (file.kind, file.scope)
    return names


def test_every_file_that_can_matter_is_found_with_its_kind_and_scope(tmp_path: Path) -> None:
    machine = headline().with_files(
        {
            ".claude/.config.json": {},
            ".claude/settings.json": {},
            "proj/.claude/settings.json": {},
            "proj/.claude/settings.local.json": {},
            "/etc/claude-code/managed-settings.json": {},
            "/etc/claude-code/managed-settings.d/b.json": {},
            "/etc/claude-code/managed-settings.d/a.json": {},
            "/etc/claude-code/managed-settings.d/README": "not JSON",
            ".config/anthropic/active_config": "default",
            ".config/anthropic/configs/work.json": {},
            ".config/anthropic/credentials/orphan.json": {},
            ".config/Code/User/settings.json": "{}",
            "proj/.vscode/settings.json": "{}",
            "flag.json": {},
            ".claude/unrelated.json": {},
        }
    )

    files = found(snapshot(machine.with_args("--settings", "@HOME@/flag.json"), tmp_path))

    assert files == {
        "/.claude.json": (Kind.CLAUDE_STATE, None),
        "/.claude/.config.json": (Kind.CLAUDE_STATE, None),
        "/.claude/.credentials.json": (Kind.CLAUDE_CREDENTIALS, None),
        "/.claude/settings.json": (Kind.CLAUDE_SETTINGS, Scope.USER),
        "/proj/.claude/settings.json": (Kind.CLAUDE_SETTINGS, Scope.PROJECT),
        "/proj/.claude/settings.local.json": (Kind.CLAUDE_SETTINGS, Scope.LOCAL),
        "/flag.json": (Kind.CLAUDE_SETTINGS, Scope.FLAG),
        "/managed-settings.json": (Kind.CLAUDE_SETTINGS, Scope.MANAGED),
        "/managed-settings.d/a.json": (Kind.CLAUDE_SETTINGS, Scope.MANAGED),
        "/managed-settings.d/b.json": (Kind.CLAUDE_SETTINGS, Scope.MANAGED),
        "/.config/anthropic/active_config": (Kind.ANTHROPIC_ACTIVE_CONFIG, None),
        "/.config/anthropic/configs/default.json": (Kind.ANTHROPIC_PROFILE, None),
        "/.config/anthropic/configs/work.json": (Kind.ANTHROPIC_PROFILE, None),
        "/.config/anthropic/credentials/default.json": (Kind.ANTHROPIC_CREDENTIALS, None),
        "/.config/anthropic/credentials/orphan.json": (Kind.ANTHROPIC_CREDENTIALS, None),
        "/.config/Code/User/settings.json": (Kind.VSCODE_SETTINGS, None),
        "/proj/.vscode/settings.json": (Kind.VSCODE_SETTINGS, None),
    }


def test_drop_ins_are_in_the_order_of_their_names_after_the_main_file(tmp_path: Path) -> None:
    drop_ins: dict[str, object] = {
        f"/etc/claude-code/managed-settings.d/{name}.json": {} for name in ("9", "10", "a")
    }
    machine = MadeUpMachine({"/etc/claude-code/managed-settings.json": {}, **drop_ins})

    files = snapshot(machine, tmp_path).files_of(Kind.CLAUDE_SETTINGS, Scope.MANAGED)

    names = [Path(file.path).name for file in files]
    assert names == ["managed-settings.json", "10.json", "9.json", "a.json"]


def test_settings_given_as_json_are_a_file_too(tmp_path: Path) -> None:
    machine = snapshot(MadeUpMachine({}).with_args("--settings", ' {"env": {"A": "b"}}'), tmp_path)

    (flag,) = machine.files_of(Kind.CLAUDE_SETTINGS, Scope.FLAG)
    assert flag.value == {"env": {"A": "b"}}


def test_a_directory_named_in_settings_is_looked_at_too(tmp_path: Path) -> None:
    machine = MadeUpMachine(
        {
            ".claude/settings.json": {"env": {"ANTHROPIC_CONFIG_DIR": "@HOME@/elsewhere"}},
            "elsewhere/configs/work.json": {},
        }
    )

    assert "/elsewhere/configs/work.json" in found(snapshot(machine, tmp_path))


def test_credentials_a_profile_names_elsewhere_are_looked_at_too(tmp_path: Path) -> None:
    config = {"authentication": {"type": "user_oauth", "credentials_path": "@HOME@/keys/x.json"}}
    machine = MadeUpMachine({CONFIG: config, "keys/x.json": {}})

    files = found(snapshot(machine, tmp_path))
    assert files["/keys/x.json"] == (Kind.ANTHROPIC_CREDENTIALS, None)


@pytest.mark.parametrize("name", ["../../../outside", "/etc/passwd", "..", "a/b"])
def test_an_active_profile_with_a_path_for_a_name_leads_nowhere_outside(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "outside.json").write_text("{}")
    machine = headline().with_files({".config/anthropic/active_config": name})

    read = snapshot(machine, tmp_path)

    for file in read.files.values():
        if not file.path.startswith((str(read.home), str(read.managed_directory))):
            assert (file.entry.state, file.entry.data) == (FileState.OUTSIDE_HOME, b"")


def test_a_file_that_leads_out_of_the_home_is_a_problem_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text(json.dumps({"organization_id": CANARY}))
    link = {"__file__": {"link": "@HOME@/../outside.json"}}

    machine = snapshot(headline().with_files({CONFIG: link}), tmp_path)

    file = machine.existing(machine.home / CONFIG)
    assert file is not None
    assert file.entry.data == b""
    assert [problem.code for problem in file.problems] == ["outside-home"]


def test_the_managed_directory_may_be_outside_the_home(tmp_path: Path) -> None:
    machine = MadeUpMachine({"/etc/claude-code/managed-settings.json": {"env": {"A": "b"}}})

    read = snapshot(machine, tmp_path)

    (managed,) = read.files_of(Kind.CLAUDE_SETTINGS, Scope.MANAGED)
    assert managed.value == {"env": {"A": "b"}}


def test_another_folder_is_the_same_machine_with_another_project(tmp_path: Path) -> None:
    settings = {".claude/settings.json": "{}", "other/.claude/settings.json": "{}"}
    reader = reader_of(headline().with_files(settings).build(tmp_path))
    here = reader.read()
    there = reader.read(cwd=tmp_path / "home/other")

    assert there.home == here.home
    assert there.cwd == here.home / "other"
    shared = here.files.keys() & there.files.keys()
    assert str(here.home / ".claude.json") in shared
    assert all(here.files[path] is there.files[path] for path in shared)
    assert there.files[str(there.cwd / ".claude/settings.json")].scope is Scope.PROJECT
    assert reader.read().cwd == here.cwd


def test_reading_again_gives_the_very_same_files(tmp_path: Path) -> None:
    """Those that are not there too, so that it can be told cheaply that nothing changed."""
    reader = reader_of(headline().build(tmp_path))
    first, second = reader.read(), reader.read()

    assert all(second.files[path] is file for path, file in first.files.items())


def opened(text: str, kind: Kind = Kind.CLAUDE_SETTINGS) -> OpenText:
    """Return the text of an editor's buffer."""
    buffer = TextBuffer(text)
    return OpenText(buffer, document_of(kind, buffer.data))


class TestUnderOpenTexts:
    """Reads of one reader with and without what an editor has open."""

    def test_by_turns_each_gives_the_very_same_files(self, tmp_path: Path) -> None:
        """So that the machine on the disk and the one in the editor are read from one cache."""
        built = headline().build(tmp_path)
        reader, path = reader_of(built), str(built.home / CONFIG)
        texts = {path: opened('{"organization_id": "typed"}', Kind.ANTHROPIC_PROFILE)}

        reads = [reader.read(each) for each in (None, texts, None, texts)]
        disk, editor = reads[:2]

        assert all(reads[2].files[path] is file for path, file in disk.files.items())
        assert all(reads[3].files[path] is file for path, file in editor.files.items())
        different = [path for path in disk.files if disk.files[path] is not editor.files[path]]
        assert different == [path]
        assert disk.files[path].opened is None
        assert editor.files[path].value == {"organization_id": "typed"}

    def test_so_it_is_with_a_text_that_is_too_large_to_be_read(self, tmp_path: Path) -> None:
        built = headline().with_files({"proj/.env": "A=1"}).build(tmp_path)
        reader, path = reader_of(built), str(built.cwd / ".env")
        texts = {path: opened("#" * (LARGEST[Kind.DOTENV] + 1), Kind.DOTENV)}

        disk, editor, disk_again, editor_again = (
            reader.read(each).files[path] for each in (None, texts, None, texts)
        )

        assert disk.entry.state is FileState.REGULAR
        assert editor.entry.state is FileState.UNREADABLE
        assert disk is disk_again
        assert editor is editor_again

    def test_nothing_of_one_read_is_left_in_the_next(self, tmp_path: Path) -> None:
        """Neither a directory and profile that open settings name, nor an open file itself."""
        built = headline().build(tmp_path)
        reader = reader_of(built)
        moved = {"CLAUDE_CONFIG_DIR": str(built.home / "moved")}
        profile = {"ANTHROPIC_PROFILE": "typed", "ANTHROPIC_CONFIG_DIR": str(built.home / "ant")}
        texts = {
            str(built.home / ".claude/settings.json"): opened(json.dumps({"env": moved})),
            str(built.cwd / ".claude/settings.json"): opened(json.dumps({"env": profile})),
            str(built.cwd / ".env"): opened("A=1", Kind.DOTENV),
        }
        before = reader.read()
        between = reader.read(texts)
        after = reader.read()

        assert between.claude.directory == between.home / "moved"
        assert between.variables_set_in
        assert str(built.home / "ant/configs/typed.json") in between.files
        assert str(built.cwd / ".env") in between.files
        assert after.files.keys() == before.files.keys()
        assert all(after.files[path] is file for path, file in before.files.items())
        assert (after.claude, after.variables_set_in) == (before.claude, {})

    def test_a_closed_text_is_let_go(self, tmp_path: Path) -> None:
        built = headline().build(tmp_path)
        reader, path = reader_of(built), str(built.home / ".claude/settings.json")
        file = weakref.ref(reader.read({path: opened("{}")}).files[path].buffer)
        reader.read()
        assert file() is not None

        reader.read({})
        gc.collect()

        assert file() is None


def test_settings_that_move_claude_code_are_those_of_the_directory_they_move_it_to(
    tmp_path: Path,
) -> None:
    moving = {"env": {"CLAUDE_CONFIG_DIR": "@HOME@/moved"}}
    files: dict[str, object] = {".claude/settings.json": moving, "moved/settings.json": {}}

    machine = snapshot(MadeUpMachine(files), tmp_path)

    (settings,) = machine.files_of(Kind.CLAUDE_SETTINGS, Scope.USER)
    assert settings.path == str(machine.home / "moved/settings.json")
    by, pointer = machine.variables_set_in["CLAUDE_CONFIG_DIR"]
    assert (by, pointer) == (str(machine.home / ".claude/settings.json"), "/env/CLAUDE_CONFIG_DIR")


def test_reading_again_sees_changes_and_keeps_what_did_not_change(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    reader = reader_of(built)
    first = reader.read()
    (built.home / CONFIG).write_text('{"organization_id": "new"}')
    (built.home / ".config/anthropic/configs/more.json").write_text("{}")
    (built.home / ".claude/.credentials.json").unlink()

    second = reader.read()

    config, state = str(built.home / CONFIG), str(built.home / ".claude.json")
    assert second.files[state] is first.files[state]
    assert second.files[config].value == {"organization_id": "new"}
    assert first.files[config].value != second.files[config].value
    assert "/.config/anthropic/configs/more.json" in found(second)
    assert "/.claude/.credentials.json" not in found(second)


@pytest.mark.parametrize("platform", [Platform.LINUX, Platform.DARWIN])
def test_a_mac_can_be_read_on_any_posix_machine(tmp_path: Path, platform: Platform) -> None:
    read = reader_of(headline().build(tmp_path), platform=platform).read()

    assert f"/{CONFIG}" in found(read)
    assert read.platform is platform


@pytest.mark.parametrize("directory", ["a\0b", "a\ud800b"])
def test_an_impossible_directory_in_settings_is_survived(tmp_path: Path, directory: str) -> None:
    settings = json.dumps({"env": {"ANTHROPIC_CONFIG_DIR": directory}})

    read = snapshot(headline().with_files({".claude/settings.json": settings}), tmp_path)

    assert "/.claude.json" in found(read)

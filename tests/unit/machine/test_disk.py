"""Looking at the disk: every kind of thing is told apart, nothing hangs, nothing is raised."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from billing_lens.config.file_entry import FileState
from billing_lens.machine.disk import Disk


def state_at(path: Path | str) -> FileState:
    return Disk().entry(str(path)).state


def test_a_regular_file_is_read_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xff\r\n")
    path.chmod(0o640)

    entry = Disk().entry(str(path))

    assert (entry.state, entry.data, entry.mode) == (FileState.REGULAR, b"\xff\r\n", 0o640)
    assert entry.link_target is None


def test_what_is_missing_is_told_from_what_points_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nowhere")

    assert state_at(tmp_path / "missing") is FileState.MISSING
    entry = Disk().entry(str(tmp_path / "dangling"))
    assert (entry.state, entry.link_target) == (FileState.DANGLING_LINK, "nowhere")
    assert not entry.exists


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")

    entry = Disk().entry(str(tmp_path / "link"))

    assert (entry.state, entry.data, entry.link_target) == (FileState.REGULAR, b"x", "real")


@pytest.mark.timeout(10)
def test_pipes_sockets_devices_and_directories_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A socket's path may have about a hundred characters only.
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")

    assert state_at(tmp_path / "pipe") is FileState.NOT_REGULAR
    assert state_at(tmp_path / "to-pipe") is FileState.NOT_REGULAR
    assert state_at(tmp_path / "socket") is FileState.NOT_REGULAR
    assert state_at("/dev/zero") is FileState.NOT_REGULAR
    assert state_at(tmp_path) is FileState.DIRECTORY


@pytest.mark.timeout(10)
def test_a_pipe_put_in_place_of_a_file_while_it_is_read_does_not_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_text("x")
    look = os.stat

    def look_then_swap(name: str) -> os.stat_result:
        seen = look(name)
        os.unlink(name)
        os.mkfifo(name)
        return seen

    monkeypatch.setattr(os, "stat", look_then_swap)

    assert state_at(path) is FileState.NOT_REGULAR


def test_a_file_that_vanishes_between_look_and_read_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_text("x")
    look = os.stat

    def look_then_remove(name: str) -> os.stat_result:
        seen = look(name)
        os.unlink(name)
        return seen

    monkeypatch.setattr(os, "stat", look_then_remove)

    assert state_at(path) is FileState.MISSING


def test_below_a_file_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    assert state_at(tmp_path / "file" / "below") is FileState.MISSING
    assert Disk().names(str(tmp_path / "file"), ".json") == []


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")

    loop = Disk().entry(str(tmp_path / "loop"))
    long_name = Disk().entry(str(tmp_path / ("x" * 300)))

    assert loop.state is long_name.state is FileState.UNREADABLE
    assert "symbolic links" in loop.reason
    assert "too long" in long_name.reason


@pytest.mark.parametrize("path", ["/a\0b", "/\ud800"])
def test_an_impossible_path_is_unreadable(path: str) -> None:
    assert state_at(path) is FileState.UNREADABLE


@pytest.mark.parametrize("path", ["/a\0b", "/\ud800"])
@pytest.mark.parametrize("confined", [True, False])
def test_an_impossible_directory_has_no_names(path: str, confined: bool) -> None:
    disk = Disk((Path("/"),) if confined else ())

    assert disk.names(path, ".json") == []


def test_names_are_sorted_and_filtered(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c.txt", "a.json.off"):
        (tmp_path / name).touch()

    assert Disk().names(str(tmp_path), ".json") == ["a.json", "b.json"]
    assert Disk().names(str(tmp_path)) == ["a.json", "a.json.off", "b.json", "c.txt"]


class TestConfined:
    """A disk that is confined to a home."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "x.json").write_text("secret")
        (tmp_path / "home-too").mkdir()
        (tmp_path / "home-too" / "x").write_text("secret")
        home = tmp_path / "home"
        home.mkdir()
        return home

    def test_what_is_inside_is_read(self, home: Path) -> None:
        (home / "x").write_text("x")
        (home / "link").symlink_to(home / "x")
        disk = Disk((home,))

        assert disk.entry(str(home / "x")).data == b"x"
        assert disk.entry(str(home / "link")).data == b"x"
        assert disk.entry(str(home / "missing")).state is FileState.MISSING

    @pytest.mark.parametrize(
        "target", ["../outside/x.json", "../outside/nothing", "/etc/passwd", "/dev/zero"]
    )
    def test_a_link_that_leads_out_is_not_followed(self, home: Path, target: str) -> None:
        (home / "link").symlink_to(target)

        entry = Disk((home,)).entry(str(home / "link"))

        assert (entry.state, entry.data) == (FileState.OUTSIDE_HOME, b"")

    def test_a_directory_that_leads_out_is_not_followed(self, home: Path) -> None:
        (home / "directory").symlink_to("../outside")
        disk = Disk((home,))

        assert disk.entry(str(home / "directory" / "x.json")).state is FileState.OUTSIDE_HOME
        assert disk.names(str(home / "directory"), ".json") == []

    @pytest.mark.parametrize("path", ["../outside/x.json", "../home-too/x", "../outside"])
    def test_a_path_outside_is_not_looked_at(self, home: Path, path: str) -> None:
        assert Disk((home,)).entry(str(home / path)).state is FileState.OUTSIDE_HOME
        assert Disk((home,)).names(str(home / path), "") == []

    def test_a_home_reached_through_a_link_is_inside_itself(self, home: Path) -> None:
        (home / "x").write_text("x")
        other_name = home.parent / "other-name"
        other_name.symlink_to(home)

        assert Disk((other_name,)).entry(str(other_name / "x")).data == b"x"


class TestRereading:
    """A disk that is asked again."""

    def test_an_unchanged_file_is_the_same_entry(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("x")
        disk = Disk()

        assert disk.entry(str(tmp_path / "x")) is disk.entry(str(tmp_path / "x"))

    def test_a_file_replaced_by_one_of_the_same_size_and_time_is_read_anew(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "x"
        path.write_text("a")
        times = path.stat()
        disk = Disk()
        disk.entry(str(path))

        (tmp_path / "new").write_text("b")
        os.utime(tmp_path / "new", ns=(times.st_atime_ns, times.st_mtime_ns))
        os.replace(tmp_path / "new", path)

        assert disk.entry(str(path)).data == b"b"

    def test_changes_of_every_kind_are_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        disk = Disk()
        assert disk.entry(str(path)).state is FileState.MISSING
        path.write_text("a")
        assert disk.entry(str(path)).data == b"a"
        path.write_text("bb")
        assert disk.entry(str(path)).data == b"bb"
        path.chmod(0o600)
        assert disk.entry(str(path)).mode == 0o600
        path.unlink()
        path.mkdir()
        assert disk.entry(str(path)).state is FileState.DIRECTORY
        path.rmdir()
        assert disk.entry(str(path)).state is FileState.MISSING

    def test_an_overlay_lies_over_the_file_and_keeps_its_mode(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        path.write_text("a")
        path.chmod(0o600)
        disk = Disk()

        entry = disk.entry(str(path), overlay=b"unsaved")

        assert (entry.data, entry.mode) == (b"unsaved", 0o600)
        assert disk.entry(str(path)).data == b"a"

"""What own files were found to wish is remembered as long as it holds."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest

from billing_lens.config.file import OpenText
from billing_lens.config.kinds import Kind
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.json_document import JsonDocument
from billing_lens.wishes import store as store_module
from billing_lens.wishes.file_wishes import FileWishes
from billing_lens.wishes.reading import read_wishes
from billing_lens.wishes.store import MOST_KEPT, WishStore
from tests.machines import CANARY, assert_no_canary
from tests.unit.wishes.made_up import file_at, written

WISHES = FileWishes(billing="gateway")
THEN = 1_700_000_000_000_000_000
EVERYTHING = """\
[expected]
billing = "gateway"
organization = "1-1"
[allowed]
sources = ["profile"]
[rules]
profile-drift = "off"
mine = "hint"
other = "of"
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state" / "wishes"


@pytest.fixture
def store(directory: Path) -> WishStore:
    return WishStore(directory)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_what_was_kept_is_found_by_another_run(directory: Path, config: Path) -> None:
    file = written(config, EVERYTHING)
    wishes = read_wishes(Kind.TEAM_POLICY, file.entry.data)
    assert wishes.problems
    assert wishes.sources

    WishStore(directory).keep(file, wishes)

    assert WishStore(directory).find(file_at(config)) == wishes


def test_it_holds_only_for_the_file_as_it_was_read(store: WishStore, config: Path) -> None:
    store.keep(written(config, EVERYTHING, THEN), WISHES)
    assert store.find(file_at(config)) == WISHES

    assert store.find(written(config, EVERYTHING, THEN + 1)) is None, "another time"
    assert store.find(written(config, f"{EVERYTHING}#", THEN)) is None, "another size"
    config.rename(config.with_name("old"))
    assert store.find(written(config, EVERYTHING, THEN)) is None, "another file"


def test_two_texts_written_within_one_tick_of_the_clock_are_two(
    store: WishStore, config: Path
) -> None:
    store.keep(written(config, "# a\n", THEN), WISHES)

    assert store.find(written(config, "# b\n", THEN)) is None


def test_it_holds_only_for_this_version(
    store: WishStore, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(config, "")
    store.keep(file, WISHES)

    monkeypatch.setattr(store_module, "__version__", "0.0.0")

    assert store.find(file) is None


def test_the_text_of_an_editor_is_neither_kept_nor_found(
    store: WishStore, directory: Path, config: Path
) -> None:
    file = written(config, "")
    open_text = OpenText(TextBuffer(""), JsonDocument.parse(b""))

    store.keep(file.opened_as(open_text), WISHES)
    assert not directory.exists()
    store.keep(file, WISHES)
    assert store.find(file.opened_as(open_text)) is None


def test_only_the_user_can_read_what_is_kept(
    store: WishStore, directory: Path, config: Path
) -> None:
    before = os.umask(0)
    try:
        store.keep(written(config, ""), WISHES)
    finally:
        os.umask(before)

    [kept] = directory.iterdir()
    modes = [stat.S_IMODE(it.stat().st_mode) for it in (directory.parent, directory, kept)]
    assert modes == [0o700, 0o700, 0o600]


def test_no_secret_is_kept(store: WishStore, directory: Path, config: Path) -> None:
    token = f"sk-ant-api03-{CANARY}"
    text = f'{token} = 1\na = "{token}"\n[rules]\n{token} = "off"\nb = "{token}"\n'
    text += f'[expected]\nbilling = "{token}"\norganization = "{token}"\n'
    file = written(config, text)

    store.keep(file, read_wishes(Kind.PREFERENCES, file.entry.data))

    [kept] = directory.iterdir()
    assert_no_canary(kept.read_text())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'{"file": 1}',
        b"null",
        b"x" * 300_000,
        b'{"file": {}, "wishes": {}}',
    ],
)
def test_what_is_no_record_is_passed_over_and_written_anew(
    store: WishStore, directory: Path, config: Path, content: bytes
) -> None:
    file = written(config, "")
    store.keep(file, WISHES)
    [kept] = directory.iterdir()
    kept.write_bytes(content)

    assert store.find(file) is None
    store.keep(file, WISHES)
    assert store.find(file) == WISHES


def test_what_is_no_file_is_not_waited_for(store: WishStore, directory: Path, config: Path) -> None:
    file = written(config, "")
    store.keep(file, WISHES)
    [kept] = directory.iterdir()
    kept.unlink()
    os.mkfifo(kept)

    assert store.find(file) is None
    store.keep(file, WISHES)
    assert store.find(file) == WISHES


def test_a_record_about_another_file_of_the_same_name_is_passed_over(
    store: WishStore, directory: Path, config: Path
) -> None:
    file = written(config, "")
    store.keep(file, WISHES)
    [kept] = directory.iterdir()
    record = msgspec.json.decode(kept.read_bytes())
    record["file"]["path"] = ""
    kept.write_bytes(msgspec.json.encode(record))

    assert store.find(file) is None


@pytest.mark.parametrize("directory", [Path(__file__) / "wishes", Path("/proc/none/wishes")])
def test_where_nothing_can_be_written_nothing_happens(store: WishStore, config: Path) -> None:
    file = written(config, "")

    store.keep(file, WISHES)

    assert store.find(file) is None


def test_nothing_is_kept_below_the_working_directory(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store, file = WishStore(Path("wishes")), written(config, "")

    store.keep(file, WISHES)

    assert list(tmp_path.iterdir()) == [config]
    assert store.find(file) is None


def test_a_path_that_is_no_utf_8_has_its_record_too(store: WishStore, tmp_path: Path) -> None:
    file = written(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.toml")), "")

    store.keep(file, WISHES)

    assert store.find(file) == WISHES


def test_a_bounded_number_is_kept_the_newest(
    store: WishStore, directory: Path, tmp_path: Path
) -> None:
    files = [written(tmp_path / f"{number}.toml", "") for number in range(MOST_KEPT + 3)]
    for number, file in enumerate(files):
        store.keep(file, WISHES)
        for kept in directory.iterdir():
            status = kept.stat()
            if status.st_mtime_ns > THEN + 10**9:
                os.utime(kept, ns=(THEN + number, THEN + number))

    assert len(list(directory.iterdir())) == MOST_KEPT
    assert [store.find(file) for file in files] == [None] * 3 + [WISHES] * MOST_KEPT


def test_a_file_of_too_many_mistakes_is_not_kept(
    store: WishStore, directory: Path, config: Path
) -> None:
    file = written(config, "".join(f"a{number} = 1\n" for number in range(5_000)))

    store.keep(file, read_wishes(Kind.PREFERENCES, file.entry.data))

    assert not directory.exists()


def test_root_makes_nothing_in_the_home_of_another(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, file = WishStore(tmp_path / "home" / "state" / "wishes"), written(config, "")
    (tmp_path / "home").mkdir()

    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    store.keep(file, WISHES)

    assert list((tmp_path / "home").iterdir()) == []

"""Whatever is on the disk: an answer, in time, and never a crash."""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.command_line import run
from tests.machines import BuiltMachine, MadeUpMachine, assert_no_canary, headline
from tests.unit.text.json_texts import children_of, pointers_in

FILES = {
    **headline().files,
    ".config/anthropic/active_config": "default\n",
    ".claude/settings.json": {"env": {"A": "b"}, "apiKeyHelper": "echo x", "forceLoginMethod": "x"},
    "/etc/claude-code/managed-settings.json": {"forceLoginOrgUUID": ["a"], "env": {"B": "c"}},
}
OTHER_VALUES: list[object] = [
    None,
    True,
    0,
    -1.5e300,
    10**400,
    "",
    "\ud800",
    "\0",
    [],
    {},
    [1, {}],
    {"str": 1},
]


def broken_texts(text: str) -> st.SearchStrategy[bytes]:
    """Return the ways to break one file: cut off, scrambled, or another type somewhere."""
    data = text.encode()
    cut = st.integers(0, len(data)).map(lambda at: data[:at])
    noise = st.binary(max_size=40)
    spliced = st.tuples(st.integers(0, len(data)), st.binary(min_size=1, max_size=4)).map(
        lambda pair: data[: pair[0]] + pair[1] + data[pair[0] :]
    )
    ways = [cut, noise, spliced]
    try:
        value = json.loads(text)
    except ValueError:
        return st.one_of(ways)
    pointers = list(pointers_in(value))
    ways.append(
        st.tuples(st.sampled_from(pointers), st.sampled_from(OTHER_VALUES)).map(
            lambda pair: json.dumps(_replaced(value, pair[0].split("/")[1:], pair[1])).encode()
        )
    )
    return st.one_of(ways)


def _replaced(value: object, path: list[str], other: object) -> object:
    if not path:
        return other
    head, rest = path[0].replace("~1", "/").replace("~0", "~"), path[1:]
    changed = [
        (key, _replaced(it, rest, other) if str(key) == head else it)
        for key, it in children_of(value)
    ]
    return dict(changed) if isinstance(value, dict) else [it for _, it in changed]


TEXTS = {
    path: spec if isinstance(spec, str) else json.dumps(spec, indent=2)
    for path, spec in FILES.items()
}
BROKEN = st.lists(st.sampled_from(sorted(TEXTS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda paths: st.fixed_dictionaries({path: broken_texts(TEXTS[path]) for path in paths})
)


@settings(max_examples=40)
@given(BROKEN, st.sampled_from(["2.1.117", "2.1.146", "2.1.330"]))
def test_files_broken_in_any_way_never_crash_it(broken: dict[str, bytes], version: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        built = MadeUpMachine(TEXTS).build(Path(scratch))
        for path, data in broken.items():
            managed = path.removeprefix("/etc/claude-code/")
            target = built.home / path if managed == path else built.managed_dir / managed
            target.write_bytes(data)

        for command in (["status", "--json"], ["check", "--format", "json"]):
            done = run(*command, *built.options(version))
            assert done.code in (0, 1), done.err
            assert done.json["schema"] == 1
            assert_no_canary(done.out + done.err)
        assert run("check", *built.options(version)).code == done.code


def answers(built: BuiltMachine, version: str = "2.1.146") -> Iterator[str]:
    for command in (["status", "--json"], ["check"]):
        done = run(*command, *built.options(version))
        assert done.code in (0, 1), done.err
        assert done.err == ""
        yield done.out


@pytest.mark.timeout(20)
@pytest.mark.parametrize("path", [path for path in TEXTS if not path.startswith("/")])
@pytest.mark.parametrize(
    "thing", ["directory", "pipe", "dangling link", "loop", "device", "out of the home"]
)
def test_what_stands_in_place_of_a_file(tmp_path: Path, path: str, thing: str) -> None:
    built = MadeUpMachine(TEXTS).build(tmp_path)
    place = built.home / path
    place.unlink()
    if thing == "directory":
        place.mkdir()
    elif thing == "pipe":
        os.mkfifo(place)
    else:
        targets = {"dangling link": "nowhere", "loop": place.name, "device": "/dev/zero"}
        place.symlink_to(targets.get(thing, "/etc/passwd"))

    for said in answers(built):
        assert "root:" not in said


@pytest.mark.parametrize("path", [path for path in TEXTS if path.endswith(".json")])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
        pytest.param(b'{"a": "\xff\xc3"}', id="no UTF-8"),
        pytest.param(b"\0" * 1000, id="zeros"),
        pytest.param(b"[" * 100_000, id="deep array"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep object"),
        pytest.param(b'{"a": 1, "a": 2}', id="equal keys"),
        pytest.param(b'{"env": {"A": 1' + b"0" * 5000 + b"}}", id="a long number"),
        pytest.param(b"{}{}", id="two values"),
    ],
)
def test_what_stands_in_a_file(tmp_path: Path, path: str, data: bytes) -> None:
    built = MadeUpMachine(TEXTS).build(tmp_path)
    managed = path.removeprefix("/etc/claude-code/")
    target = built.home / path if managed == path else built.managed_dir / managed
    target.write_bytes(data)

    for _ in answers(built):
        pass


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/passwd", "..", ".", "x" * 5000, "a\nb", "\0", "ü😀"]
)
def test_any_name_of_an_active_profile(tmp_path: Path, name: str) -> None:
    built = headline().with_files({".config/anthropic/active_config": name}).build(tmp_path)

    for said in answers(built):
        assert "root:" not in said


@pytest.mark.timeout(60)
def test_a_state_file_of_50_megabytes_is_read_right_and_in_time(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    state = json.loads((built.home / ".claude.json").read_text())
    account = state["oauthAccount"]
    noise = random.Random(1)
    history = {f"/work/{n}": {"history": ["x" * noise.randrange(2000)] * 10} for n in range(5000)}
    (built.home / ".claude.json").write_text(
        json.dumps({"numStartups": 1, "projects": history, "oauthAccount": account})
    )
    assert (built.home / ".claude.json").stat().st_size > 48_000_000

    started = time.monotonic()
    done = run("status", "--json", *built.options("2.1.146"))
    seconds = time.monotonic() - started

    assert done.json["expected"]["organization"]["id"] == account["organizationUuid"]
    assert done.json["route"]["source"] == "profile"
    assert seconds < 10


def test_a_home_full_of_profiles_is_read_in_time(tmp_path: Path) -> None:
    config = TEXTS[".config/anthropic/configs/default.json"]
    many = {f".config/anthropic/configs/p{n}.json": config for n in range(40)}
    built = headline().with_files(many).build(tmp_path)

    started = time.monotonic()
    done = run("check", "--format", "json", *built.options("2.1.146"))

    assert done.code == 1
    assert time.monotonic() - started < 10


def test_a_lone_surrogate_in_the_name_of_a_profile(tmp_path: Path) -> None:
    text = '{"env": {"ANTHROPIC_PROFILE": "a\\ud800b"}}'
    built = headline().with_files({".claude/settings.json": text}).build(tmp_path)

    for _ in answers(built):
        pass


@pytest.mark.parametrize("name", ["a\\u0000b", "a\\ud800b"])
def test_an_impossible_directory_in_settings(tmp_path: Path, name: str) -> None:
    text = '{"env": {"ANTHROPIC_CONFIG_DIR": "' + name + '"}}'
    built = headline().with_files({".claude/settings.json": text}).build(tmp_path)

    for _ in answers(built):
        pass

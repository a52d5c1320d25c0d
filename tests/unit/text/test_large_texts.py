"""Large, long-lined and deeply nested texts: no crash, no hang, no waiting.

Times are the best of several tries, so that a busy machine does not fail them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from billing_lens.text.buffer import TextBuffer
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.positions import Position, Range

MEGABYTE = 1024 * 1024


def seconds(action: Callable[[], object], tries: int = 5) -> float:
    """Return how long `action` takes at best."""
    times: list[float] = []
    for _ in range(tries):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def state_text(megabytes: int) -> bytes:
    """Return a text like Claude Code's state file, with the login after many projects."""
    entry: dict[str, object] = {"display": "do something useful " * 8, "pastedContents": {}}
    project: dict[str, object] = {
        "hasTrustDialogAccepted": True,
        "history": [entry] * 40,
        "allowedTools": [],
    }
    count = megabytes * MEGABYTE // len(json.dumps(project, indent=2))
    projects = {f"/home/u/project{number}": project for number in range(count)}
    login = {"emailAddress": "a@example.com", "organizationUuid": "1111"}
    return json.dumps({"projects": projects, "oauthAccount": login, "n": 5}, indent=2).encode()


@pytest.fixture(scope="module")
def ten_megabytes() -> bytes:
    return state_text(10)


def type_a_character(buffer: TextBuffer, line: int) -> None:
    at = Position(line, 4)
    buffer.replace(Range(at, at), "x")
    buffer.replace(Range(at, Position(line, 5)), "")


def test_typing_in_many_lines_is_fast() -> None:
    line = b"    a line of some thirty bytes\n"
    buffer = TextBuffer(line * 300_000)
    for number in (0, 150_000, 299_999):
        assert seconds(lambda number=number: type_a_character(buffer, number)) / 2 < 0.01
    enter = Range(Position(150_000, 3), Position(150_000, 3))
    assert seconds(lambda: buffer.replace(enter, "\n")) < 0.01
    assert seconds(lambda: buffer.position(5 * MEGABYTE)) < 0.001
    assert buffer.text == TextBuffer(buffer.data).text
    assert buffer.line_count == 300_000 + 5 + 1


@pytest.mark.parametrize(("character", "limit"), [("a", 0.001), ("é", 0.05), ("😀", 0.2)])
def test_typing_in_one_long_line_is_fast(character: str, limit: float) -> None:
    buffer = TextBuffer(character * (700_000 // len(character.encode())))
    middle = Position(0, 150_000)

    def type_there() -> None:
        buffer.replace(Range(middle, middle), "x")

    assert seconds(type_there) < limit
    assert buffer.text.count("x") == 5
    assert buffer.line_count == 1


def test_asking_a_valid_large_text_is_fast(ten_megabytes: bytes) -> None:
    def organization() -> object:
        document = JsonDocument.parse(ten_megabytes)
        node = document.node("/oauthAccount/organizationUuid")
        assert document.problems == ()
        assert node is not None
        assert ten_megabytes[slice(*node.span)] == b'"1111"'
        return node.value

    assert organization() == "1111"
    assert seconds(organization) < 0.2


def test_a_large_text_broken_by_typing_is_parsed_again_only_where_it_changed(
    ten_megabytes: bytes,
) -> None:
    buffer = TextBuffer(ten_megabytes)
    place = buffer.position(ten_megabytes.index(b'"n": 5') + 6)

    def typed(document: JsonDocument, range_: Range, text: str) -> JsonDocument:
        edit = buffer.replace(range_, text)
        assert edit is not None
        return document.edited(buffer.data, [edit])

    at = Range(place, place)
    broken = typed(JsonDocument.parse(ten_megabytes), at, "x")
    assert broken.root is not None

    def type_on() -> None:
        nonlocal broken
        broken = typed(broken, at, "y")
        node = broken.node("/oauthAccount/organizationUuid")
        assert node is not None
        assert node.value == "1111"

    assert seconds(type_on) < 0.2


@pytest.mark.skipif(sys.platform == "win32", reason="asks the system for the memory used")
def test_a_state_file_of_fifty_megabytes_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(state_text(50))
    script = f"""
import resource, sys, time
from billing_lens.text.json_document import JsonDocument
data = open({str(path)!r}, "rb").read()
unit = 1024 if sys.platform == "linux" else 1024 * 1024
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
before, start = used(), time.perf_counter()
document = JsonDocument.parse(data)
node = document.node("/oauthAccount/organizationUuid")
picked = document.picked(["/oauthAccount/emailAddress", "/n"])
assert picked == {{"oauthAccount": {{"emailAddress": "a@example.com"}}, "n": 5}}, picked
print(document.problems, node.value, used() - before, time.perf_counter() - start)
"""
    out = run_python(script).split()
    assert out[:2] == ["()", "1111"]
    assert int(out[2]) < 100
    assert float(out[3]) < 2


def run_python(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("shape", ["open", "closed", "members"])
def test_nesting_of_any_depth_is_a_problem_and_no_crash(shape: str) -> None:
    text = {
        "open": "b'[' * 100_000",
        "closed": "b'[' * 100_000 + b']' * 100_000",
        "members": """b'{"a":' * 100_000 + b'1' + b'}' * 100_000""",
    }[shape]
    out = run_python(f"""
from billing_lens.text.json_document import Dialect, JsonDocument
from billing_lens.text.removal import remove_properties
from billing_lens.text.setting import set_property
from billing_lens.text.buffer import TextBuffer
from billing_lens.text.positions import Span
for dialect in Dialect:
    document = JsonDocument.parse({text}, dialect)
    print([problem.code for problem in document.problems])
    try:
        document.value()
    except ValueError as error:
        print("too-deep" if "nested too deeply" in str(error) else error)
    document.root.value
    document.node("/a" * 50)
    document.nearest("/0" * 50)
    remove_properties(document, ["/a/a", "/0/0"])
    buffer = TextBuffer(document.data)
    edit = buffer.replace(buffer.range(Span(50, 51)), "x")
    print(len(document.edited(buffer.data, [edit]).problems))
""")
    assert out.split() == ["['too-deep']", "too-deep", "1"] * 2


def test_ordinary_nesting_is_fine() -> None:
    document = JsonDocument.parse(b"[" * 400 + b"]" * 400)
    assert document.problems == ()
    assert document.node("/0" * 399) is not None

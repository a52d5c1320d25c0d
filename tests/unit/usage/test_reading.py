"""Logs in any state: what counts is counted once, what does not is told."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from billing_lens.usage import reading
from billing_lens.usage.reading import Passed, log_files, read_logs
from tests.unit.usage.logs import PROMPT, MadeUpLog, read


def test_an_answer_in_several_lines_counts_once_and_whole(tmp_path: Path) -> None:
    log = MadeUpLog().answer(output=5)
    log.count, log.at = 0, log.at
    log.answer(output=90).write(tmp_path)

    (request,) = read(tmp_path).requests

    assert request.tokens.output == 90


def test_a_resumed_session_that_repeats_the_first_counts_once(tmp_path: Path) -> None:
    first = MadeUpLog().answer().answer()
    first.write(tmp_path)
    copies = [{**line, "sessionId": "bbbbbbbb"} for line in first.lines]
    resumed = MadeUpLog(session="bbbbbbbb", lines=copies).answer()
    path = resumed.write(tmp_path)
    os.utime(path, ns=(2**62, 2**62))

    requests = read(tmp_path).requests

    assert [it.session[:2] for it in requests].count("aa") == 2
    assert len(requests) == 3


def test_the_same_message_of_another_request_counts(tmp_path: Path) -> None:
    log = MadeUpLog().answer()
    log.lines.append({**log.lines[0], "requestId": "req_other"})
    log.write(tmp_path)

    assert len(read(tmp_path).requests) == 2


def test_subagents_and_workflows_are_read_wherever_they_stand(tmp_path: Path) -> None:
    MadeUpLog().answer().write(tmp_path / "deep" / "down" / "subagents")

    assert len(read(tmp_path).requests) == 1


def test_nothing_of_what_was_said_is_kept(tmp_path: Path) -> None:
    MadeUpLog().answer().write(tmp_path)

    assert PROMPT not in repr(read(tmp_path))


@pytest.mark.parametrize(
    ("lines", "broken", "foreign"),
    [
        (b'{"type":"assistant","mess\n', 1, 0),
        (b'{"type":"assistant","message":{"id":"m"', 1, 0),
        (b"\0\0\0\0\n", 1, 0),
        (b"not JSON\n", 1, 0),
        (b'[{"type":"assistant"}]\n', 1, 0),
        (b'{"type":"assistant"}\n', 0, 1),
        (b'{"type":"assistant","message":5}\n', 0, 1),
        (b'{"type":"assistant","message":{"usage":{"input_tokens":-1}}}\n', 0, 1),
        (b'{"type":"assistant","message":{"usage":{"input_tokens":1e99}}}\n', 0, 1),
        (b'{"type":"assistant","timestamp":"yesterday"}\n', 0, 1),
        (b'{"type":"assistant","x":"\xff"}\n', 0, 1),
        (b'{"type":"assistant","a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n", 1, 0),
        (b"\n\r\n \n", 0, 0),
        (b'{"type":"user"}\n', 0, 0),
    ],
)
def test_lines_that_do_not_count_are_told(
    tmp_path: Path, lines: bytes, broken: int, foreign: int
) -> None:
    whole = MadeUpLog().answer()
    (tmp_path / "a.jsonl").write_bytes(whole.data + lines)

    logs = read(tmp_path)

    assert (logs.passed.broken, logs.passed.foreign) == (broken, foreign)
    assert len(logs.requests) == 1


def test_an_error_that_claude_code_made_up_is_no_request(tmp_path: Path) -> None:
    MadeUpLog(model="<synthetic>").answer().write(tmp_path)

    logs = read(tmp_path)

    assert (logs.requests, logs.passed) == ([], Passed())


def test_a_huge_line_is_read_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 4096)
    log = MadeUpLog().answer()
    huge = b'{"type":"assistant","text":"' + b"x" * 4096 * 5 + b'"}\n'
    (tmp_path / "a.jsonl").write_bytes(huge + log.data + huge.rstrip())

    logs = read(tmp_path)

    assert (len(logs.requests), logs.passed.too_long) == (1, 2)


def test_a_file_that_vanishes_is_told(tmp_path: Path) -> None:
    path = MadeUpLog().answer().write(tmp_path)
    passed = Passed()
    files = log_files(str(tmp_path), passed)
    path.unlink()

    assert read_logs(str(tmp_path), files, passed).passed.vanished == 1


def test_a_file_that_grows_is_read_to_where_it_is(tmp_path: Path) -> None:
    log = MadeUpLog().answer()
    path = log.write(tmp_path)
    passed = Passed()
    files = log_files(str(tmp_path), passed)
    path.write_bytes(log.answer().data + b'{"type":"assist')

    logs = read_logs(str(tmp_path), files, passed)

    assert (len(logs.requests), logs.passed.broken) == (2, 1)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = MadeUpLog().answer().write(tmp_path)
    path.chmod(0)

    assert read(tmp_path).passed.unreadable == [str(path)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe")
def test_no_link_is_followed_and_no_pipe_waited_for(tmp_path: Path) -> None:
    outside = MadeUpLog().answer().write(tmp_path / "outside")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "file.jsonl").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent)
    os.mkfifo(inside / "pipe.jsonl")
    os.mkfifo(inside / "late.jsonl")

    assert read(inside).requests == []
    late = read_logs(str(inside), [(str(inside / "late.jsonl"), 1)], Passed())
    assert late.requests == []


def test_no_directory_is_no_fault(tmp_path: Path) -> None:
    logs = read(tmp_path / "nowhere")

    assert (logs.found, logs.files, logs.passed) == (False, 0, Passed())


def test_no_damage_ends_it(tmp_path: Path) -> None:
    chance = random.Random(18)
    whole = MadeUpLog().owner().answer(oauth=True).answer("1h", oauth=False).data
    for _ in range(500):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(4)] = chance.randbytes(chance.randrange(4))
        (tmp_path / "a.jsonl").write_bytes(data)
        logs = read(tmp_path)
        assert len(logs.requests) <= 4

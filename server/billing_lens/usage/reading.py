"""Reads session logs from the disk, line by line, whatever state they are in."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from billing_lens.usage.log_lines import KINDS, AnswerUsage, LogLine, ModelCost
from billing_lens.usage.requests import Marks, Request, Tokens

LONGEST_LINE = 16 * 1024 * 1024
"""In bytes. A longer line is passed over unread; an answer takes a few thousand."""

OAUTH_BETA = "oauth-2025-04-20"
FIRST_PARTY_BETA = "cache-diagnosis-2026-04-07"
"""Sent to api.anthropic.com alone: by 2.1.300 to 2.1.332 with a login, a token, a profile or a key,
and not to a gateway, Bedrock or Vertex AI (measured)."""

SYNTHETIC = "<synthetic>"
"""The model of answers that Claude Code made up itself, such as an error's text."""

_EARLIEST, _LATEST = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2023, 2200))
_PROVIDER_MODEL = re.compile(r"^(?:arn:|(?:[a-z-]{2,10}\.)?anthropic\.)|@\d{8}")
_PROVIDER_ANSWER = ("msg_bdrk_", "msg_vrtx_")
"""How the ids of Bedrock's and Vertex AI's answers begin, as public examples show; not measured."""


class Passed(Struct):
    """What could not be counted, and how often."""

    broken: int = 0
    """Lines that are no JSON object, or cut off."""
    foreign: int = 0
    """Lines that look like an answer but are not built like one."""
    too_long: int = 0
    vanished: int = 0
    """Files that were there when the folder was listed, and then no more."""
    unreadable: list[str] = field(default_factory=list[str])
    """The paths of files and folders that may not be read."""


class Logs(Struct):
    """What all logs say together. A request that stands in several lines or files is here once."""

    directory: str
    found: bool = False
    """Whether the directory is there."""
    files: int = 0
    bytes: int = 0
    requests: list[Request] = field(default_factory=list[Request])
    """In the order of time."""
    own_sums: dict[str, Mapping[str, ModelCost]] = field(
        default_factory=dict[str, Mapping[str, ModelCost]]
    )
    """Claude Code's own last sum of a session, by session and model, where it knew every price."""
    passed: Passed = field(default_factory=Passed)


Progress = Callable[[int], object]
"""Is told of bytes that were read."""


def log_files(
    directory: str, passed: Passed, since: datetime | None = None
) -> list[tuple[str, int]]:
    """Return the logs below a directory with their sizes, the oldest first. No link is followed.

    Files that were last written to before `since` are left out.
    """
    earliest = since.timestamp() * 1e9 if since else 0
    found = list[tuple[int, str, int]]()
    waiting = [directory]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        if status.st_mtime_ns >= earliest:
                            found.append((status.st_mtime_ns, entry.path, status.st_size))
        except FileNotFoundError:
            passed.vanished += folder != directory
        except OSError:
            passed.unreadable.append(folder)
    return [(path, size) for _, path, size in sorted(found)]


def read_logs(
    directory: str,
    files: Sequence[tuple[str, int]],
    passed: Passed,
    progress: Progress | None = None,
) -> Logs:
    """Return what the logs say. Never raises for what a log holds or for a file that is gone."""
    logs = Logs(directory, found=os.path.isdir(directory), passed=passed)
    reader = _Reader(logs)
    for path, size in files:
        reader.read(path)
        if progress:
            progress(size)
    reader.finish()
    return logs


class _Asked(Struct, frozen=True):
    """What an ``api-request`` line says of a request before it is answered."""

    oauth: bool
    first_party: bool
    model: str


class _Reader:
    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        kinds = "|".join(KINDS)
        self._counts = re.compile(rf'"type"\s*:\s*"(?:{kinds})"'.encode()).search
        self._decode = msgspec.json.Decoder(LogLine).decode
        self._asked: dict[str, _Asked] = {}
        self._requests: dict[tuple[str, str], Request] = {}
        self._owners: dict[str, str] = {}

    def read(self, path: str) -> None:
        """Add one file."""
        passed = self._logs.passed
        self._asked = {}
        try:
            for line in _lines(path, passed):
                self._logs.bytes += len(line)
                if line[:1] != b"{" or line[-3:].rstrip()[-1:] != b"}":
                    passed.broken += bool(line.strip())
                elif self._counts(line):
                    self._add(line)
        except FileNotFoundError:
            passed.vanished += 1
        except OSError:
            passed.unreadable.append(path)
        else:
            self._logs.files += 1

    def finish(self) -> None:
        """Put what was read in order; an owner may be named after its session's requests."""
        self._logs.requests = sorted(
            (
                replace(
                    it,
                    organization=self._owners.get(it.session),
                    marks=replace(it.marks, account=it.session in self._owners),
                )
                for it in self._requests.values()
            ),
            key=lambda it: (it.at, it.message_id),
        )

    def _add(self, data: bytes) -> None:
        try:
            line = self._decode(data)
        except msgspec.ValidationError:
            self._logs.passed.foreign += 1
            return
        except (msgspec.DecodeError, ValueError, RecursionError):
            self._logs.passed.broken += 1
            return
        if line.type == "assistant":
            self._add_answer(line)
        elif line.type == "api-request" and line.id and line.params:
            betas = line.params.betas or ()
            self._asked[line.id] = _Asked(
                OAUTH_BETA in betas, FIRST_PARTY_BETA in betas, line.params.model or ""
            )
        elif line.type == "cost-state" and line.sessionId and line.modelUsage is not None:
            if not line.hasUnknownModelCost:
                self._logs.own_sums[line.sessionId] = line.modelUsage
        elif line.type == "session-owner" or (
            line.attachment and line.attachment.type == "credential_org"
        ):
            attached = line.attachment.organizationUuid if line.attachment else None
            organization = line.organizationUuid or attached
            if line.sessionId and organization:
                self._owners[line.sessionId] = organization

    def _add_answer(self, line: LogLine) -> None:
        message, usage = line.message, line.message.usage if line.message else None
        if message and message.model == SYNTHETIC:
            return
        at = _dated(line.timestamp)
        if not (message and message.id and message.model and usage and at and line.sessionId):
            self._logs.passed.foreign += 1
            return
        tokens = _tokens(usage)
        asked = self._asked.get(line.requestRef or "")
        model = line.requestedModel or (asked.model if asked else "") or message.model
        key = (message.id, line.requestId or "")
        known = self._requests.get(key)
        # One answer is written block by block; the last of its lines has the whole count.
        if known and (known.tokens.output, known.marks.oauth is not None) >= (
            tokens.output,
            asked is not None,
        ):
            return
        tools = usage.server_tool_use
        self._requests[key] = Request(
            message_id=message.id,
            request_id=line.requestId or "",
            at=at,
            session=known.session if known else line.sessionId,
            project=known.project if known else line.cwd or "",
            version=line.version or "",
            model=message.model,
            side_chain=bool(line.isSidechain),
            tokens=tokens,
            web_searches=(tools.web_search_requests or 0) if tools else 0,
            fast=usage.speed == "fast",
            us_only=usage.inference_geo == "us",
            marks=Marks(
                provider_model=message.id.startswith(_PROVIDER_ANSWER)
                or _PROVIDER_MODEL.search(model) is not None,
                oauth=asked.oauth if asked else None,
                first_party=asked.first_party if asked else None,
                cache=_cache(line.promptCacheRequested, tokens),
            ),
        )


def _lines(path: str, passed: Passed) -> Iterator[bytes]:
    """Yield the lines of a regular file; one that is too long is read past in pieces."""
    with open(path, "rb", buffering=1 << 18, opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return
        while line := file.readline(LONGEST_LINE):
            if len(line) < LONGEST_LINE or line.endswith(b"\n"):
                yield line
                continue
            passed.too_long += 1
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file so that a pipe put in its place does not stop us."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _tokens(usage: AnswerUsage) -> Tokens:
    """Return the tokens of an answer; a cache write of no stated lifetime is one of 5 minutes."""
    created = usage.cache_creation
    one_hour = (created.ephemeral_1h_input_tokens or 0) if created else 0
    five_minutes = (created.ephemeral_5m_input_tokens or 0) if created else 0
    if not one_hour and not five_minutes:
        five_minutes = usage.cache_creation_input_tokens or 0
    return Tokens(
        input=usage.input_tokens or 0,
        output=usage.output_tokens or 0,
        cache_read=usage.cache_read_input_tokens or 0,
        cache_write_5m=five_minutes,
        cache_write_1h=one_hour,
    )


def _cache(asked: str | None, tokens: Tokens) -> str | None:
    if asked in ("1h", "5m"):
        return asked
    if tokens.cache_write_1h:
        return "1h"
    return "5m" if tokens.cache_write_5m else None


def _dated(at: datetime | None) -> datetime | None:
    """Return a time that can be one, in UTC."""
    if at is None:
        return None
    at = at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at
    try:
        return at.astimezone(timezone.utc) if _EARLIEST <= at < _LATEST else None
    except OverflowError:
        return None

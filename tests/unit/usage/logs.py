"""Made-up session logs: lines as Claude Code writes them, in a directory of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from billing_lens.usage.reading import Logs, Passed, log_files, read_logs

RECORDED = Path(__file__).with_name("recorded")
"""Logs that the real program wrote on made-up machines, named by payer and version.

A stand-in for the API gave the cache lifetime it was asked for. Left out are lines that hold no
mark; the stand-in's ids, the same in every run, were made distinct.
"""
START = datetime(2026, 11, 4, 9, 0, tzinfo=timezone.utc)
PROMPT = "canary-prompt-5Jt"

Line = dict[str, Any]


@dataclass
class MadeUpLog:
    """One session; each method adds lines and returns the log."""

    session: str = "aaaaaaaa-0000-4000-8000-000000000000"
    version: str = "2.1.332"
    model: str = "claude-opus-5-5"
    cwd: str = "/home/dev/proj"
    at: datetime = START
    lines: list[Line] = field(default_factory=list[Line])
    count: int = 0

    def answer(
        self,
        cache: str | None = "5m",
        *,
        oauth: bool | None = None,
        output: int = 100,
        **more: Any,
    ) -> MadeUpLog:
        """Add a request and its answer; `oauth` None is a version without ``api-request``."""
        self.count += 1
        self.at += timedelta(minutes=1)
        name = f"{self.session[:8]}_{self.count}"
        here = {"sessionId": self.session, "version": self.version, "timestamp": _text(self.at)}
        if oauth is not None:
            betas = ["cache-diagnosis-2026-04-07", *(["oauth-2025-04-20"] if oauth else [])]
            params = {"model": self.model, "betas": betas}
            self.lines.append(
                {"type": "api-request", **here, "id": f"ref_{name}", "params": params}
            )
        usage = {
            "input_tokens": 10,
            "output_tokens": output,
            "cache_read_input_tokens": 1000,
            "cache_creation": {f"ephemeral_{cache}_input_tokens": 500} if cache else None,
        }
        content = [{"type": "text", "text": PROMPT}]
        message = {"id": f"msg_{name}", "model": self.model, "content": content, "usage": usage}
        self.lines.append(
            {
                "type": "assistant",
                **here,
                "cwd": self.cwd,
                "isSidechain": False,
                "requestId": f"req_{name}",
                "requestRef": f"ref_{name}",
                "message": message,
                **more,
            }
        )
        return self

    def owner(self, organization: str = "22222222-2222-4222-8222-222222222222") -> MadeUpLog:
        """Say that the session is of a login."""
        line = {"type": "session-owner", "organizationUuid": organization}
        self.lines.append({**line, "sessionId": self.session})
        return self

    @property
    def data(self) -> bytes:
        """The file."""
        compact = (json.dumps(line, separators=(",", ":")) + "\n" for line in self.lines)
        return "".join(compact).encode()

    def write(self, directory: Path, name: str = "") -> Path:
        """Write the file below a directory of logs."""
        path = directory / "-home-dev-proj" / f"{name or self.session}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        return path


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(directory: Path) -> Logs:
    """Read all that is below a directory."""
    passed = Passed()
    return read_logs(str(directory), log_files(str(directory), passed), passed)

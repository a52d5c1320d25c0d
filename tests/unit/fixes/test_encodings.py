"""A fix keeps the encoding that Windows PowerShell writes settings in."""

from __future__ import annotations

import json
from base64 import b64encode
from codecs import BOM_UTF16_LE
from pathlib import Path

from tests.cli.command_line import run_program
from tests.machines import CANARY, assert_no_canary, headline

TEXT = json.dumps({"model": "opus", "env": {"ANTHROPIC_API_KEY": f"sk-ant-api03-{CANARY}"}})
WRITTEN = BOM_UTF16_LE + TEXT.encode("utf-16-le")


def test_settings_in_utf16_are_read_and_mended_in_utf16(tmp_path: Path) -> None:
    spec = {"__file__": {"b64": b64encode(WRITTEN).decode()}}
    built = headline().with_files({".claude/settings.json": spec}).build(tmp_path)
    settings = built.home / ".claude/settings.json"

    variables = {"HOME": str(built.home), "XDG_STATE_HOME": str(tmp_path / "state")}
    options = [*built.machine_options("2.1.332"), "--mode", "headless"]

    done = run_program("fix", "--yes", *options, variables=variables)
    mended = settings.read_bytes()
    undone = run_program("undo", *options, variables=variables)

    assert mended.startswith(BOM_UTF16_LE)
    written = json.loads(mended[2:].decode("utf-16-le"))
    assert "ANTHROPIC_API_KEY" not in written["env"]
    assert written["model"] == "opus"
    assert settings.read_bytes() == WRITTEN
    assert_no_canary(done.out + done.err + undone.out)

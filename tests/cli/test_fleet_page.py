"""What docs/fleet.md tells people to do, done."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import run
from tests.machines import MadeUpMachine, assert_no_canary, headline

PAGE = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def lines(tmp_path: Path) -> str:
    """The lines of a home that pays wrongly, a clean one and one that is no home."""
    for name, machine in {"ann": headline(), "bob": MadeUpMachine({})}.items():
        machine.build(tmp_path / name)
    (tmp_path / "dan").mkdir()
    (tmp_path / "dan" / "home").write_text("")
    options = ("--claude-version", "2.1.146", "--env", "IS_DEMO=1", "--managed-dir", os.devnull)
    return run("check", "--home", f"{tmp_path}/*/home", "--format", "json", *options).out


def test_the_lines_hold_neither_a_secret_nor_an_address(lines: str) -> None:
    assert_no_canary(lines)
    assert "dev@example.com" not in lines


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="needs the program sqlite3")
def test_the_scheduled_query_finds_what_needs_a_look(tmp_path: Path, lines: str) -> None:
    (tmp_path / "homes.jsonl").write_text(lines)
    for _ in range(2):  # The job runs again and again.
        subprocess.run(
            ["sqlite3", "-bail", "homes.db"],
            input=blocks("sql")[0].encode(),
            cwd=tmp_path,
            check=True,
        )
    configuration: Any = json.loads(blocks("json")[0])
    table = configuration["auto_table_construction"]["claude_code_billing"]
    scheduled = configuration["schedule"]["claude_code_billing"]["query"]

    with sqlite3.connect(tmp_path / "homes.db") as database:
        rows = database.execute(table["query"]).fetchall()
        # osquery makes the table of the query; a view is the same to the query that is scheduled.
        database.execute(f"CREATE TEMP VIEW claude_code_billing AS {table['query']}")
        found = database.execute(scheduled).fetchall()

    assert len(rows[0]) == len(table["columns"])
    told = {Path(home).parent.name: (severity, rule) for home, severity, rule, _ in found}
    assert told.keys() == {"ann", "dan"}
    assert told["ann"][0] == "error"
    assert {Path(row[0]).parent.name for row in rows} == {"ann", "bob", "dan"}

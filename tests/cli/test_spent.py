"""`spent`: what each form says, what it leaves out, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest

from billing_lens.output.terminal import width_of
from tests.cli.command_line import Run, program, run, run_program
from tests.cli.terminal import shown_on_a_terminal
from tests.machines import (
    CANARY,
    CONSOLE_ORGANIZATION,
    SUBSCRIPTION_ORGANIZATION,
    BuiltMachine,
    assert_no_canary,
    headline,
)
from tests.unit.usage.logs import PROMPT, MadeUpLog

FORMS = ((), ("--json",), ("--csv",), ("--html", "-"), ("--claim",))
BY = ("payer", "day", "session", "model", "project")
BARS: dict[int, tuple[str, ...]] = {60: (), 80: ("day", "model", "project")}
"""Where a bar has room beside the groups, by the columns of the terminal."""
EVIL = "x\x1b[2J</td><script>alert(1)</script>=1"


@pytest.fixture
def built(tmp_path: Path) -> BuiltMachine:
    """A login's session, one that a profile paid, and one that drew on credits at its end."""
    machine = headline().with_env(ANTHROPIC_API_KEY=f"sk-ant-api03-{CANARY}").build(tmp_path)
    logs, own = machine.home / ".claude" / "projects", str(machine.home / "src" / "shop")
    within = MadeUpLog(session="11111111-0000-4000-8000-000000000000", cwd=own)
    within.owner(SUBSCRIPTION_ORGANIZATION).answer("1h", oauth=True).write(logs)
    profile = MadeUpLog(session="22222222-0000-4000-8000-000000000000", model="claude-opus-4-6")
    profile.at += timedelta(days=1)
    profile.cwd = f"/srv/sk-ant-api03-{CANARY}"
    profile.answer("5m", oauth=True).answer("5m", oauth=True).write(logs)
    drawing = MadeUpLog(session="33333333-0000-4000-8000-000000000000", cwd=own)
    drawing.at += timedelta(days=2)
    drawing.owner(SUBSCRIPTION_ORGANIZATION).answer("1h", oauth=True)
    drawing.answer("5m", oauth=True).write(logs)
    return machine


def spent(built: BuiltMachine, *words: str) -> Run:
    return run("spent", "--utc", *words, *built.options("2.1.332"))


def test_json_says_who_paid(built: BuiltMachine) -> None:
    said = spent(built, "--json").json

    assert (said["since"], said["until"]) == ("2026-11-04", "2026-11-06")
    payers = {it["payer"]: it for it in said["payers"]}
    assert {name: it["requests"] for name, it in payers.items()} == {
        "subscription": 2,
        "api_usage": 2,
        "usage_credits": 1,
    }
    assert payers["api_usage"]["tokens"] == {
        "input": 20,
        "output": 200,
        "cacheRead": 2000,
        "cacheWrite5m": 1000,
        "cacheWrite1h": 0,
    }
    # 20 x 5 + 200 x 25 + 2000 x 0.5 + 1000 x 6.25 millionths of a dollar
    assert payers["api_usage"]["listPrice"] == 0.01235
    assert [it["id"][0] for it in said["sessions"]] == ["1", "2", "3", "3"]
    drawn = said["sessions"][-1]
    assert drawn["requests"] == ["req_33333333_2"]
    assert drawn["organization"] == SUBSCRIPTION_ORGANIZATION
    assert said["logs"]["files"] == 3


@pytest.mark.parametrize("by", BY)
def test_groups_add_up_to_the_whole(built: BuiltMachine, by: str) -> None:
    said = spent(built, "--json", "--by", by).json

    groups = said.get("groups", said["payers"])
    for member in ("requests", "unpriced"):
        assert sum(it[member] for it in groups) == sum(it[member] for it in said["payers"])
    assert sum(it["listPrice"] for it in groups) == pytest.approx(
        sum(it["listPrice"] for it in said["payers"])
    )
    assert ("groups" in said) == (by != "payer")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("redact", [(), ("--redact",)])
def test_no_form_holds_a_secret_or_what_was_said(
    built: BuiltMachine, form: tuple[str, ...], by: str, redact: tuple[str, ...]
) -> None:
    done = spent(built, *form, "--by", by, *redact)

    assert (done.code, done.err) == (0, "")
    # Escaped, the last digit of a bullet could be taken for a part of the canary.
    text = json.dumps(done.json, ensure_ascii=False) if form == ("--json",) else done.out
    assert_no_canary(text)
    assert PROMPT not in done.out
    if redact or form == ("--claim",):
        assert str(built.home) not in done.out
        assert "@example" not in done.out
        for identifier in (SUBSCRIPTION_ORGANIZATION, CONSOLE_ORGANIZATION):
            assert identifier not in done.out
    if redact and form != ("--claim",):
        assert "shop" not in done.out


def test_a_claim_has_each_request_that_was_paid_by_use(built: BuiltMachine) -> None:
    text = spent(built, "--claim").out

    assert "3 requests in 2 sessions, $0.02 by Anthropic's list price." in text
    for request in ("req_22222222_1", "req_22222222_2", "req_33333333_2"):
        assert f"| {request} |" in text
    assert "req_11111111_1" not in text
    assert "| first such request | 2026-11-05T09:01:00.000Z |" in text
    assert "| expected | a subscription" in text
    assert "api-key-overrides-login" in text


def test_a_claim_without_a_wrong_request_says_so(built: BuiltMachine) -> None:
    text = spent(built, "--claim", "--until", "2026-11-04").out

    assert "The session logs show none in this time." in text
    assert "### Sessions" not in text


def test_csv_is_a_row_for_each_group(built: BuiltMachine) -> None:
    rows = list(csv.DictReader(spent(built, "--csv", "--by", "day").out.splitlines()))

    assert [(it["day"], it["payer"]) for it in rows] == [
        ("2026-11-04", "subscription"),
        ("2026-11-05", "api_usage"),
        ("2026-11-06", "subscription"),
        ("2026-11-06", "usage_credits"),
    ]
    assert rows[1]["list_price_usd"] == "0.012350"


@pytest.mark.parametrize(
    ("options", "requests"),
    [
        (("--since", "2026-11-05"), 4),
        (("--until", "2026-11-05"), 3),
        (("--since", "2026-11-05", "--until", "2026-11-05"), 2),
        (("--since", "2026-11", "--until", "2026-11"), 5),
        (("--since", "2026-11-06T09:02Z"), 1),
        (("--since", "2027"), 0),
    ],
)
def test_a_span(built: BuiltMachine, options: tuple[str, ...], requests: int) -> None:
    said = spent(built, "--json", *options).json

    assert sum(it["requests"] for it in said["payers"]) == requests


def test_a_project_and_what_is_below_it(built: BuiltMachine) -> None:
    for folder, requests in ((built.home / "src", 3), (built.home / "sr", 0)):
        said = spent(built, "--json", "--project", str(folder)).json
        assert sum(it["requests"] for it in said["payers"]) == requests


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "soon"),
        ("--since", "2026-12", "--until", "2026-11"),
        ("--json", "--csv"),
        ("--by", "weather"),
        ("--html", "/nowhere/at/all.html"),
    ],
)
def test_wrong_usage(built: BuiltMachine, options: tuple[str, ...]) -> None:
    done = spent(built, *options)

    assert done.code == 2
    assert done.out == ""
    assert done.err.strip()


def test_without_logs_it_says_where_it_looked(tmp_path: Path) -> None:
    machine = headline().build(tmp_path)

    done = spent(machine)
    (machine.home / ".claude" / "projects").mkdir()
    empty = spent(machine)

    assert (done.code, empty.code) == (0, 0)
    assert done.out == f"No session logs: there is no {machine.home}/.claude/projects.\n"
    assert "No request in 0 session logs" in empty.out
    for form in FORMS:
        assert spent(machine, *form).code == 0


def test_the_directory_of_claude_code_can_be_moved(tmp_path: Path) -> None:
    machine = headline().build(tmp_path)
    moved = machine.home / "moved"
    MadeUpLog().answer().write(moved / "projects")

    said = spent(machine, "--json", "--env", f"CLAUDE_CONFIG_DIR={moved}").json

    assert said["logs"]["files"] == 1


def test_a_home_that_is_looked_at_alone_is_not_left(tmp_path: Path) -> None:
    machine = headline().build(tmp_path / "machine")
    MadeUpLog().answer().write(tmp_path / "outside")
    (machine.home / ".claude" / "projects").symlink_to(tmp_path / "outside")

    done = spent(machine, "--json")

    assert done.json["logs"]["files"] == 0
    assert "is not read" in done.err


def test_what_is_not_counted_is_told(built: BuiltMachine) -> None:
    log = built.home / ".claude" / "projects" / "odd.jsonl"
    log.write_text('{"cut off\n{"type":"assistant"}\n')

    text = spent(built).out

    assert "Not counted: 1 broken line, 1 line of an unknown form." in text


def test_an_unknown_model_is_said_to_have_no_price(built: BuiltMachine) -> None:
    log = MadeUpLog(session="44444444", model="claude-future-7").answer("1h", oauth=True)
    log.write(built.home / ".claude" / "projects")

    text = spent(built).out

    assert "1 request of a model whose price is not known here (claude-future-7)" in text
    assert spent(built, "--json").json["payers"][1]["unpriced"] in (0, 1)


def test_a_setting_that_confuses_is_named(built: BuiltMachine) -> None:
    settings = built.home / ".claude" / "settings.json"
    settings.write_text(json.dumps({"env": {"FORCE_PROMPT_CACHING_5M": "1"}}))

    said = spent(built, "--json").json

    drawn = next(it for it in said["payers"] if it["payer"] == "usage_credits")
    assert drawn["confidence"] == "unclear"
    assert "FORCE_PROMPT_CACHING_5M is set here" in spent(built).out


class _Page(HTMLParser):
    """Collects the tags and what they load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.loads = list[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "srcset")]


def test_the_page_stands_alone(built: BuiltMachine, tmp_path: Path) -> None:
    file = tmp_path / "spent.html"

    done = spent(built, "--html", str(file))

    text = file.read_text(encoding="utf-8")
    page = _Page(text)
    assert done.out == f"Wrote {file}\n"
    assert "script" not in page.tags
    assert page.loads == []
    assert not re.search(r"https?:|@import|url\(", text)
    assert page.tags.count("rect") == 4
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("by", ["session", "project", "model"])
def test_what_a_log_says_steers_nothing(tmp_path: Path, form: tuple[str, ...], by: str) -> None:
    machine = headline().build(tmp_path)
    log = MadeUpLog(session=EVIL, cwd=EVIL, version=EVIL, model=EVIL).answer("5m", oauth=True)
    log.write(machine.home / ".claude" / "projects", "evil")

    out = spent(machine, *form, "--by", by).out

    assert "\x1b" not in out
    if form in {("--html", "-"), ("--claim",)}:
        assert "<script" not in out


@pytest.mark.parametrize("columns", [60, 80, 160])
@pytest.mark.parametrize("by", BY)
def test_it_fits_the_terminal_with_a_home_that_is_short(
    built: BuiltMachine, by: str, columns: int
) -> None:
    shown = shown_on_a_terminal(
        "spent", "--by", by, columns=columns, HOME=str(built.home), NO_COLOR="1"
    )

    assert [it for it in shown.written.splitlines() if width_of(it) > columns] == []
    assert str(built.home) not in shown.written
    assert ("█" in shown.written) == (by in BARS.get(columns, BY[1:]))
    assert_no_canary(shown.written)


def test_the_logs_of_another_platform_are_found(built: BuiltMachine) -> None:
    assert spent(built, "--json", "--platform", "win32").json["logs"]["files"] == 3


def test_days_are_those_of_the_time_zone(tmp_path: Path) -> None:
    machine = headline().build(tmp_path)
    late = datetime(2026, 11, 4, 22, 30, tzinfo=timezone.utc)
    MadeUpLog(at=late).answer().write(machine.home / ".claude" / "projects")
    words = ("spent", "--json", "--by", "day", *machine.options("2.1.332"))

    east = run_program(*words, variables={"TZ": "Asia/Tokyo"})
    utc = run_program(*words, "--utc", variables={"TZ": "Asia/Tokyo"})

    assert east.json["groups"][0]["key"] == "2026-11-05"
    assert utc.json["groups"][0]["key"] == "2026-11-04"


def test_no_other_command_loads_it(built: BuiltMachine) -> None:
    command, environment = program("status", "--json", *built.options("2.1.332"))
    code = (
        "import sys, runpy; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_module('billing_lens', run_name='__main__')\n"
        "finally: print([it for it in sys.modules if '.usage' in it], file=sys.stderr)"
    )
    done = subprocess.run(
        [command[0], "-c", code, "billing-lens", *command[3:]],
        env={**environment, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr.strip() == "[]"

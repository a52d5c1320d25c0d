"""Our JSON is what the shipped schemas say, and they are what its types say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from billing_lens.output.json import check_of, json_text, status_of
from billing_lens.output.schemas import DOCUMENTS
from billing_lens.review import review
from scripts import contract
from tests.cli.command_line import run
from tests.cli.validation import closed, schema_errors
from tests.conformance.recorded import mode_of, read_built, recorded_cases
from tests.machines import MadeUpMachine, headline

OUTPUT_PAGE = Path(__file__).parents[2] / "docs" / "output.md"
KEY = "sk-ant-api03-made-up-key-0123456789abcdef"
ODD_MACHINES = {
    "nothing": MadeUpMachine({}),
    "headline": headline(),
    "variable": headline().with_env(ANTHROPIC_API_KEY=KEY),
    "probably set in a start-up file": headline()
    .with_env(ANTHROPIC_API_KEY=KEY)
    .with_files({".bashrc": "export ANTHROPIC_API_KEY=x\n"}),
    "broken": headline().with_files({".claude/settings.json": "{", ".claude.json": "[1"}),
    "settings": headline().with_files(
        {".claude/settings.json": {"env": {"ANTHROPIC_API_KEY": KEY}}}
    ),
    "preferences": headline().with_files(
        {".config/billing-lens/config.toml": '[rules]\norganization-conflict = "off"\n'}
    ),
    "changed account": headline().with_files(
        {
            ".claude/backups/.claude.json.backup.1700000000000": {
                "oauthAccount": {"organizationUuid": "9", "organizationType": "claude_pro"}
            }
        }
    ),
}


def schema(document: str) -> dict[str, Any]:
    done = run("schema", document)
    assert (done.code, done.err) == (0, "")
    return done.json


STRICT = {document: closed(schema(document)) for document in DOCUMENTS}


@pytest.mark.parametrize("recording", ["cases.jsonl", "measured.jsonl"])
def test_every_recorded_machine_is_described(tmp_path: Path, recording: str) -> None:
    wrong: list[str] = []
    for number, case in enumerate(recorded_cases(recording)):
        built = MadeUpMachine.from_case(case).build(tmp_path / str(number))
        seen = review(read_built(built, case["version"]), mode_of(case))
        for document, said in (("status", status_of(seen)), ("check", check_of(seen))):
            told = json.loads(json_text(said))
            wrong += [f"{case['name']}: {error}" for error in schema_errors(STRICT[document], told)]
        if wrong:
            break
    assert wrong == []


@pytest.mark.parametrize("version", ["2.1.117", "2.1.146", "2.1.330"])
@pytest.mark.parametrize("name", ODD_MACHINES)
def test_and_so_is_what_the_command_line_prints(tmp_path: Path, name: str, version: str) -> None:
    options = ODD_MACHINES[name].build(tmp_path).options(version)

    assert schema_errors(STRICT["status"], run("status", "--json", *options).json) == []
    assert schema_errors(STRICT["check"], run("check", "--format", "json", *options).json) == []


@pytest.mark.parametrize("name", ODD_MACHINES)
def test_and_what_is_told_of_it_besides(tmp_path: Path, name: str) -> None:
    built = ODD_MACHINES[name].build(tmp_path)
    options = built.options("2.1.330")
    saved = tmp_path / "status.json"
    saved.write_text(run("status", "--json", *options).out)

    compared = run("compare", "editor", str(saved), "--json", *options)
    reports = [
        run("report", "--json", "--error", error, *options).json
        for error in ("Credit balance is too low", "never heard of")
    ]

    assert schema_errors(STRICT["compare"], compared.json) == []
    assert [schema_errors(STRICT["report"], report) for report in reports] == [[], []]


def test_and_what_was_changed(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    options = ("--home", str(built.home))
    assert run("undo", "--list", "--json", *options).json == {"schema": 1, "changes": []}
    fix = ("--fix", "retire-profile:default")
    assert run("fix", "--yes", *fix, *built.options("2.1.146")).code == 0

    changes = run("undo", "--list", "--json", *options).json

    assert [it["state"] for it in changes["changes"]] == ["applied"]
    assert schema_errors(STRICT["undo"], changes) == []


@pytest.mark.parametrize("document", contract.DOCUMENTS)
def test_the_schemas_are_those_of_the_types(document: str) -> None:
    """``make contract`` writes them."""
    path = contract.SCHEMAS / f"{document}.schema.json"

    assert path.read_text("utf-8") == contract.schema_text(document)


@pytest.mark.parametrize("document", contract.DOCUMENTS)
def test_the_page_on_output_names_every_member(document: str) -> None:
    spans = re.findall(r"`([^`\n]+)`", OUTPUT_PAGE.read_text("utf-8"))
    named = {name for span in spans for name in re.split(r"[.\[\]]+", span)}

    assert set(members(schema(document))) - named == set()


def members(schema: object) -> Iterator[str]:
    """Every name that a member has somewhere in a schema."""
    if isinstance(schema, list):
        for one in cast("list[object]", schema):
            yield from members(one)
    elif isinstance(schema, dict):
        inside = cast("dict[str, object]", schema)
        yield from cast("dict[str, object]", inside.get("properties", {}))
        for one in inside.values():
            yield from members(one)


def test_fields_may_be_added_but_none_may_be_missing(tmp_path: Path) -> None:
    said = run("status", "--json", *headline().build(tmp_path).options()).json

    assert schema_errors(schema("status"), {**said, "later": 1}) == []
    for name in said:
        less = {key: value for key, value in said.items() if key != name}
        assert schema_errors(schema("status"), less), name


def test_no_other_document_has_a_schema() -> None:
    assert run("schema", "verify").code == 2

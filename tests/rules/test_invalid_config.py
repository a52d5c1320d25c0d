"""Rule invalid-config: a file that cannot be read as it was meant is never passed over silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machines import headline
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN, STATE, marked_by, reviewed

RULE = "invalid-config"
ACTIVE = ".config/anthropic/active_config"


@pytest.mark.parametrize("path", [CONFIG, CREDENTIALS, LOGIN, STATE])
@pytest.mark.parametrize(
    ("text", "marked_text"),
    [
        ('{"a": tru}', "tru"),
        ('{"a": 1,}', ","),
        ('{\n  "a": 1 // c\n}', "// c"),
        ("[]", "["),
    ],
)
def test_it_marks_what_is_wrong_in_every_kind_of_file(
    tmp_path: Path, path: str, text: str, marked_text: str
) -> None:
    marked = marked_by(RULE, reviewed(headline().with_files({path: text}), tmp_path))

    assert [(one.path, one.text) for one in marked] == [(path, marked_text)]
    assert {one.severity for one in marked} == {"warning"}
    assert all(one.found.finding.message.endswith(".") for one in marked)


@pytest.mark.parametrize(
    ("version", "consequence"),
    [("2.1.146", "hangs or fails when it uses"), ("2.1.330", "passes over")],
)
def test_it_says_what_comes_of_empty_credentials(
    tmp_path: Path, version: str, consequence: str
) -> None:
    (marked,) = marked_by(
        RULE, reviewed(headline().with_files({CREDENTIALS: ""}), tmp_path, version)
    )

    assert marked.found.finding.message.endswith(f"Claude Code {consequence} this profile.")


def test_it_marks_a_wrong_type_with_its_key(tmp_path: Path) -> None:
    text = '{"organization_id": 12, "authentication": {"type": "user_oauth"}}'

    marked = marked_by(RULE, reviewed(headline().with_files({CONFIG: text}), tmp_path))

    (one,) = (one for one in marked if one.path == CONFIG)
    assert (one.pointer, one.text) == ("/organization_id", '"organization_id": 12')


@pytest.mark.parametrize("path", [CONFIG, CREDENTIALS, LOGIN, STATE, ACTIVE])
def test_what_is_no_file_is_reported(tmp_path: Path, path: str) -> None:
    directory = {"__file__": {"isdir": True}}

    seen = reviewed(headline().with_files({path: directory}), tmp_path)

    (message,) = (
        one.finding.message
        for one in seen.findings
        if one.finding.rule == RULE and str(one.finding.place.path).endswith(path)
    )
    assert "directory" in message


@pytest.mark.parametrize("version", ["2.1.117", "2.1.146", "2.1.330"])
def test_it_is_silent_about_sound_files(tmp_path: Path, version: str) -> None:
    machine = headline().with_files({ACTIVE: "default\n"})

    assert marked_by(RULE, reviewed(machine, tmp_path, version)) == []


def test_a_byte_order_mark_is_reported_only_where_it_hurts(tmp_path: Path) -> None:
    marked_state = {"__file__": {"content": headline().files[STATE], "bom": True}}
    marked_login = {"__file__": {"content": headline().files[LOGIN], "bom": True}}
    machine = headline().with_files({STATE: marked_state, LOGIN: marked_login})

    assert [one.path for one in marked_by(RULE, reviewed(machine, tmp_path))] == [LOGIN]

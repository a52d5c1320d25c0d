"""What a person reads: the answer first, then why, then what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billing_lens.billing.credential import Place
from billing_lens.output.paint import Paint
from billing_lens.output.text import check_text, fix_text, place_text, status_text
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import CONFIG, reviewed

PLAIN = Paint(on=False)
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def test_the_first_line_says_who_pays_and_whether_that_is_right(tmp_path: Path) -> None:
    wrong = status_text(reviewed(headline(), tmp_path / "a", "2.1.146"), PLAIN).splitlines()
    right = status_text(reviewed(headline(), tmp_path / "b", "2.1.330"), PLAIN).splitlines()

    assert wrong[0] == "Claude Code bills API usage (organization 2222…) (NOT as expected)"
    assert right[0] == "Claude Code bills Claude Max 20x (as expected)"


def test_every_credential_is_listed_in_order_with_its_place(tmp_path: Path) -> None:
    text = status_text(reviewed(headline(), tmp_path, "2.1.146"), PLAIN)

    first, second = (line for line in text.splitlines() if line[:2] in ("✓ ", "- "))
    assert first.startswith("✓ The profile 'default'")
    assert second.startswith("- The claude.ai login")
    assert f"{tmp_path}/home/{CONFIG}:8:3" in text


def test_nothing_to_do_when_nobody_is_logged_in_but_to_log_in(tmp_path: Path) -> None:
    text = status_text(reviewed(MadeUpMachine({}), tmp_path), PLAIN)

    assert "Run claude auth login" in text


def test_findings_show_their_place_evidence_and_fixes(tmp_path: Path) -> None:
    text = check_text(reviewed(headline(), tmp_path, "2.1.146"), PLAIN)

    assert text.startswith("error[profile-overrides-login]")
    assert f"--> {tmp_path}/home/{CONFIG}:8:3" in text
    assert "--fix clear-sign-in:default" in text


def test_without_findings_it_still_says_who_pays(tmp_path: Path) -> None:
    machine = headline().without(CONFIG)

    text = check_text(reviewed(machine, tmp_path), PLAIN)

    assert text.startswith("No findings.")
    assert text.endswith("bills Claude Max 20x.")


@pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
def test_colour_adds_nothing_but_colour(tmp_path: Path, version: str) -> None:
    seen = reviewed(headline(), tmp_path, version)

    for show in (status_text, check_text):
        coloured = show(seen, Paint(on=True))
        assert coloured != show(seen, PLAIN)
        assert COLOUR.sub("", coloured) == show(seen, PLAIN)


def test_a_fix_is_shown_as_a_diff_of_what_it_removes(tmp_path: Path) -> None:
    seen = reviewed(headline(), tmp_path)
    edit, rename = (fix_text(seen.machine, offer, PLAIN) for offer in seen.offered)

    lines = [line.strip() for line in edit.splitlines()]
    assert '-  "organization_id": "22222222-2222-4222-8222-222222222222"' in lines
    assert not any(line.startswith("+") and "organization" in line for line in lines[3:])
    assert f"rename {tmp_path}/home/{CONFIG}" in rename
    assert f"to {tmp_path}/home/{CONFIG}.off" in rename


def test_places_are_counted_from_one(tmp_path: Path) -> None:
    machine = reviewed(headline(), tmp_path).machine
    path = f"{tmp_path}/home/{CONFIG}"

    assert place_text(machine, Place(path, "/version")) == f"{path}:2:3"
    assert "NAME" in place_text(machine, Place(variable="NAME"))

"""What a person reads: the answer first, then why, then what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from billing_lens.billing.place import Place
from billing_lens.output.findings_text import check_text
from billing_lens.output.fix_text import fix_text
from billing_lens.output.places_text import place_text
from billing_lens.output.terminal import Paint, Screen
from billing_lens.output.text import status_text
from billing_lens.review import Review
from tests.machines import MadeUpMachine, headline
from tests.rules.reviewed import CONFIG, reviewed

PLAIN = Paint(on=False)
PIPE = Screen(PLAIN)
COLOUR = re.compile("\x1b\\[[0-9;]*m")


def again(*words: str) -> str:
    return " ".join(("billing-lens", *words))


def status(seen: Review, screen: Screen = PIPE) -> str:
    return status_text(seen, screen, again)


def check(seen: Review, screen: Screen = PIPE) -> str:
    return check_text(seen, screen, again)


def test_the_first_line_says_who_pays_and_whether_that_is_right(tmp_path: Path) -> None:
    wrong = status(reviewed(headline(), tmp_path / "a", "2.1.146")).splitlines()
    right = status(reviewed(headline(), tmp_path / "b", "2.1.330")).splitlines()

    assert wrong[0] == "Claude Code bills API usage (organization 2222…) (NOT as expected)"
    assert right[0] == "Claude Code bills Claude Max 20x (as expected)"


def test_every_credential_is_listed_in_order_with_its_place(tmp_path: Path) -> None:
    text = status(reviewed(headline(), tmp_path, "2.1.146"))

    first, second = (line for line in text.splitlines() if line[:2] in ("✓ ", "- "))
    assert first.startswith("✓ The profile 'default'")
    assert second.startswith("- The claude.ai login")
    assert f"{tmp_path}/home/{CONFIG}:8:3" in text


def test_nothing_to_do_when_nobody_is_logged_in_but_to_log_in(tmp_path: Path) -> None:
    text = status(reviewed(MadeUpMachine({}), tmp_path))

    assert "Run claude auth login" in text


def test_findings_show_their_place_evidence_and_fixes(tmp_path: Path) -> None:
    text = check(reviewed(headline(), tmp_path, "2.1.146"))

    assert text.startswith("error[profile-overrides-login]")
    assert f"--> {tmp_path}/home/{CONFIG}:8:3" in text
    assert "--fix clear-sign-in:default" in text


def test_without_findings_it_still_says_who_pays(tmp_path: Path) -> None:
    machine = headline().without(CONFIG)

    text = check(reviewed(machine, tmp_path))

    assert text.startswith("No findings.")
    assert text.endswith("bills Claude Max 20x.")


@pytest.mark.parametrize("version", ["2.1.146", "2.1.330"])
def test_colour_adds_nothing_but_colour(tmp_path: Path, version: str) -> None:
    seen = reviewed(headline(), tmp_path, version)

    for show in (status, check):
        coloured = show(seen, Screen(Paint(on=True)))
        assert coloured != show(seen)
        assert COLOUR.sub("", coloured) == show(seen)


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

    assert place_text(machine, Place(path, "/version"), PIPE) == f"{path}:2:3"
    assert "NAME" in place_text(machine, Place(variable="NAME"), PIPE)

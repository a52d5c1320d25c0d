"""What the user's config.toml changes, on the command line."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from billing_lens.config.kinds import Platform
from billing_lens.config.places import preferences_file, pure_path
from tests.cli.command_line import run
from tests.machines import CONSOLE_ORGANIZATION, MadeUpMachine, headline

CONFIG = ".config/billing-lens/config.toml"


def check(machine: MadeUpMachine, root: Path, *more: str) -> dict[str, str]:
    """The severity of each rule that found something, on Claude Code 2.1.146."""
    options = machine.build(root).options("2.1.146")
    found = run("check", "--format", "json", *more, *options).json["findings"]
    return {one["rule"]: one["severity"] for one in found}


def with_preferences(text: str) -> MadeUpMachine:
    return headline().with_files({CONFIG: text})


def test_a_rule_that_is_off_says_nothing_and_that_is_said(tmp_path: Path) -> None:
    machine = with_preferences('[rules]\nprofile-overrides-login = "off"\n')
    options = machine.build(tmp_path).options("2.1.146")

    done = run("check", *options)

    assert "profile-overrides-login" not in done.out
    assert "1 left out, as your preferences say." in done.out
    assert run("check", "--format", "json", *options).json["suppressed"] == 1


@pytest.mark.parametrize("level", ["error", "warning", "info", "hint"])
def test_a_severity_replaces_the_rules_own(tmp_path: Path, level: str) -> None:
    machine = with_preferences(f'[rules]\nprofile-overrides-login = "{level}"\n')

    assert check(machine, tmp_path)["profile-overrides-login"] == level


def test_a_hint_is_not_raised(tmp_path: Path) -> None:
    machine = with_preferences('[rules]\norganization-conflict = "error"\n')
    options = machine.build(tmp_path).options("2.1.330")

    found = run("check", "--format", "json", *options).findings("organization-conflict")

    assert {one["severity"] for one in found} == {"hint"}


def test_exit_code_follows_the_severity_wanted(tmp_path: Path) -> None:
    rules = ("profile-overrides-login", "organization-conflict")
    text = "[rules]\n" + "".join(f'{rule} = "info"\n' for rule in rules)

    assert run("check", *with_preferences(text).build(tmp_path).options("2.1.146")).code == 0


def test_what_is_expected_there_comes_before_what_is_inferred(tmp_path: Path) -> None:
    text = f'[expected]\nbilling = "api_usage"\norganization = "{CONSOLE_ORGANIZATION}"\n'
    options = with_preferences(text).build(tmp_path).options("2.1.146")

    said = run("status", "--json", *options).json

    assert said["expected"]["from"] == "your config.toml"
    assert said["asExpected"] is True
    assert run("status", "--json", "--expect", "subscription", *options).json["asExpected"] is False


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ('[rules]\nno-such-rule = "off"\n', "There is no rule 'no-such-rule'.", 1),
        ('[rules]\nprofile-drift = "never"\n', "A rule is one of off, error,", 1),
        ("[rules]\nprofile-drift = false\n", "A rule is one of off, error,", 1),
        ('[expected]\nbilling = "free"\n', "billing is one of subscription,", 1),
        ("# mine\n[expected]\norganization = 7\n", "organization should be a string.", 2),
        ('[expected]\nwho = "me"\n', "'who' is not known", 1),
        ('rules = "off"\n', "'rules' should be a table.", 0),
        ('[expect]\nbilling = "any"\n', "There is no section 'expect'", 0),
        ("[rules\n", "This is no TOML", 0),
        ('a = 1\nb = "\n', "This is no TOML", 1),
    ],
)
def test_what_cannot_be_understood_is_marked_where_it_stands(
    tmp_path: Path, text: str, message: str, line: int
) -> None:
    options = with_preferences(text).build(tmp_path).options("2.1.330")

    done = run("check", "--format", "json", *options)

    (found,) = [it for it in done.findings("invalid-config") if CONFIG in it["location"]["path"]]
    assert message in found["message"]
    assert found["location"]["range"]["start"] == {"line": line, "character": 0}
    assert found["location"]["range"]["end"]["line"] == line
    assert done.code == 1


def test_what_can_be_understood_beside_it_counts(tmp_path: Path) -> None:
    machine = with_preferences('[rules]\nnobody = "off"\nprofile-overrides-login = "off"\n')

    assert "profile-overrides-login" not in check(machine, tmp_path)


def test_its_place_is_the_one_of_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    home = pure_path(Platform.LINUX, str(Path.home()))

    place = preferences_file(Platform.LINUX, home, home, {})

    if platformdirs.__name__ and Path("/etc/os-release").exists():
        usual = platformdirs.user_config_path("billing-lens", appauthor=False)
        assert str(place) == str(usual / "config.toml")

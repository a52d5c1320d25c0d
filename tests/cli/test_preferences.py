"""What the user's config.toml changes, on the command line."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from platformdirs.api import PlatformDirsABC
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from billing_lens.config.kinds import Platform
from billing_lens.config.paths import preferences_file
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


def test_all_that_is_wrong_is_told_at_once_where_it_stands(tmp_path: Path) -> None:
    text = '[rules]\nbilling = "x"\n[expected]\nbilling = "subs"\nwho = "me"\n'
    options = with_preferences(text).build(tmp_path).options("2.1.330")

    done = run("check", "--format", "json", *options)

    found = [it for it in done.findings("invalid-config") if CONFIG in it["location"]["path"]]
    assert [(it["message"].split(" ")[:5], spot(it)) for it in found] == [
        (["There", "is", "no", "rule", "'billing'."], (1, 0, 7)),
        (["A", "rule", "is", "one", "of"], (1, 10, 13)),
        (["billing", "is", "one", "of", "subscription,"], (3, 10, 16)),
        (["There", "is", "no", "key", "'who';"], (4, 0, 3)),
    ]
    assert done.code == 1


def spot(found: dict[str, Any]) -> tuple[int, int, int]:
    """The line, and the characters in it, that a finding marks."""
    start, end = (found["location"]["range"][it] for it in ("start", "end"))
    assert start["line"] == end["line"]
    return start["line"], start["character"], end["character"]


def test_what_can_be_understood_beside_it_counts(tmp_path: Path) -> None:
    machine = with_preferences('[rules]\nnobody = "off"\nprofile-overrides-login = "off"\n')

    assert "profile-overrides-login" not in check(machine, tmp_path)


def test_what_is_wrong_with_the_wishes_cannot_be_wished_away(tmp_path: Path) -> None:
    machine = with_preferences('[rules]\ninvalid-config = "off"\nprofile-drfit = "off"\n')
    options = machine.build(tmp_path).options("2.1.146")

    done = run("check", "--format", "json", *options)

    (found,) = done.findings("invalid-config")
    assert "There is no rule 'profile-drfit'. Did you mean 'profile-drift'?" in found["message"]
    assert "suppressed" not in done.json


def test_a_foreign_home_has_its_own_wherever_ours_is(
    tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables of ours are passed on to it unless ``--no-env`` is given."""
    ours = own_home / ".config" / "billing-lens" / "config.toml"
    ours.parent.mkdir(parents=True)
    ours.write_text('[expected]\nbilling = "gateway"\n', encoding="utf-8")
    theirs = with_preferences('[expected]\nbilling = "api_usage"\n').build(tmp_path)
    options = [it for it in theirs.options("2.1.146") if it != "--no-env"]

    for moved in ("", str(ours.parents[1])):
        monkeypatch.setenv("XDG_CONFIG_HOME", moved)
        assert run("status", "--json", *options).json["expected"]["billing"] == "api_usage"


def test_a_foreign_home_without_one_is_not_judged_by_ours(tmp_path: Path, own_home: Path) -> None:
    ours = own_home / ".config" / "billing-lens" / "config.toml"
    ours.parent.mkdir(parents=True)
    ours.write_text('[expected]\nbilling = "api_usage"\n', encoding="utf-8")

    said = run("status", "--json", *headline().build(tmp_path).options("2.1.146")).json

    assert said["expected"]["billing"] == "subscription"


HOME = PurePosixPath("/home/dev")
WINDOWS_HOME = PureWindowsPath(r"C:\Users\dev")


@pytest.mark.parametrize("moved", ["", "/elsewhere", "relative", "~/there", " "])
@pytest.mark.parametrize(("platform", "dirs"), [(Platform.LINUX, Unix), (Platform.DARWIN, MacOS)])
def test_its_place_is_the_one_of_platformdirs(
    platform: Platform,
    dirs: type[PlatformDirsABC],
    moved: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(HOME))
    monkeypatch.setenv("XDG_CONFIG_HOME", moved)

    place = preferences_file(platform, HOME, {"XDG_CONFIG_HOME": moved})

    assert str(place.parent) == dirs("billing-lens", appauthor=False).user_config_dir


@pytest.mark.parametrize(
    ("moved", "folder"),
    [
        ("", r"C:\Users\dev\AppData\Local"),
        (r"D:\data", r"D:\data"),
        ("data", None),
        (r"\data", None),
    ],
)
def test_its_place_on_windows(moved: str, folder: str | None) -> None:
    place = preferences_file(Platform.WIN32, WINDOWS_HOME, {"LOCALAPPDATA": moved})

    usual = r"C:\Users\dev\AppData\Local"
    assert str(place) == rf"{folder or usual}\billing-lens\config.toml"


def test_what_stands_in_its_place_and_is_no_file_is_said(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    (built.home / CONFIG).mkdir(parents=True)

    done = run("check", "--format", "json", *built.options("2.1.146"))

    (found,) = done.findings("invalid-config")
    assert found["message"].startswith("A directory stands where a file belongs.")
    assert found["location"]["path"] == str(built.home / CONFIG)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    machine = with_preferences('\ufeff[rules]\nprofile-overrides-login = "off"\n')

    found = check(machine, tmp_path)

    assert "invalid-config" not in found
    assert "profile-overrides-login" not in found

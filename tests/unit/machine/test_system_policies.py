"""Managed settings that the operating system delivers: the registry, managed preferences."""

from __future__ import annotations

import json
import plistlib
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath

import pytest
from msgspec.structs import replace

from billing_lens.billing.environment import Environment, settings_in_force
from billing_lens.billing.forced_login import managed_policy
from billing_lens.billing.managed import ManagedSource, source_of
from billing_lens.billing.route import resolve_route
from billing_lens.billing.sources import Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Kind, Platform, Scope
from billing_lens.machine.keychain import user_name
from billing_lens.machine.machine import Machine, MachineOptions, Mode
from billing_lens.machine.reading import MachineReader
from billing_lens.machine.system_policies import (
    Hive,
    as_settings,
    preference_files,
    read_windows_registry,
)
from tests.machines import MadeUpMachine, headline

LOCAL_MACHINE = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\ClaudeCode\Settings"
CURRENT_USER = r"HKEY_CURRENT_USER\SOFTWARE\Policies\ClaudeCode\Settings"
MANAGED_FILE = r"C:\Program Files\ClaudeCode\managed-settings.json"

ORGANIZATION = "55555555-5555-4555-8555-555555555555"


def windows(home: Path, *, confined: bool = False, managed: Path | None = None) -> MachineOptions:
    return MachineOptions(
        home=home,
        cwd=home,
        environment={},
        platform=Platform.WIN32,
        managed_directory=managed,
        version="2.1.330",
        confined=confined,
    )


def machine_with(
    home: Path,
    policies: Mapping[Hive, object],
    file: object = None,
    version: str = "2.1.330",
) -> Machine:
    """A Windows machine with these policies and, with `file`, a managed-settings.json."""
    texts = {hive: json.dumps(value) for hive, value in policies.items()}
    options = windows(home)
    machine = MachineReader(replace(options, version=version), registry=texts.get).read()
    if file is None:
        return machine
    entry = FileEntry(MANAGED_FILE, FileState.REGULAR, json.dumps(file).encode())
    settings = ConfigFile(MANAGED_FILE, Kind.CLAUDE_SETTINGS, entry, Scope.MANAGED)
    return machine.with_files(settings)


def in_force(machine: Machine) -> list[str]:
    return [file.path for file in settings_in_force(machine) if file.scope is Scope.MANAGED]


def variables(machine: Machine) -> dict[str, str]:
    return dict(Environment(machine, Mode.HEADLESS).values())


def test_a_policy_is_a_managed_settings_file_at_its_place_in_the_registry(tmp_path: Path) -> None:
    policies = {Hive.LOCAL_MACHINE: {"forceLoginOrgUUID": ORGANIZATION}}

    machine = machine_with(tmp_path, policies)

    file = machine.existing(LOCAL_MACHINE)
    assert file is not None
    assert (file.kind, file.scope) == (Kind.CLAUDE_SETTINGS, Scope.MANAGED)
    policy = managed_policy(machine)
    assert policy.organizations == (ORGANIZATION,)
    assert policy.place is not None
    assert (policy.place.path, policy.place.pointer) == (LOCAL_MACHINE, "/forceLoginOrgUUID")


def test_a_helper_of_the_registry_takes_charge(tmp_path: Path) -> None:
    machine = machine_with(tmp_path, {Hive.LOCAL_MACHINE: {"apiKeyHelper": "helper.exe"}})

    route = resolve_route(machine, Mode.HEADLESS)

    assert route.source is Source.API_KEY_HELPER
    assert route.place is not None
    assert route.place.path == LOCAL_MACHINE


def test_both_hives_are_asked_for_and_nothing_else(tmp_path: Path) -> None:
    asked: list[Hive] = []

    def registry(hive: Hive) -> str | None:
        asked.append(hive)
        return None

    machine = MachineReader(windows(tmp_path), registry=registry).read()

    assert set(asked) == set(Hive)
    assert not any(path.startswith("HKEY") for path in machine.files)


def test_where_there_is_no_registry_there_is_no_policy(tmp_path: Path) -> None:
    machine = MachineReader(windows(tmp_path)).read()

    assert [read_windows_registry(hive) for hive in Hive] == [None, None]
    assert in_force(machine) == []


@pytest.mark.parametrize("how", ["confined", "managed", "linux"])
def test_another_machine_does_not_get_the_policies_of_this_one(tmp_path: Path, how: str) -> None:
    options = windows(
        tmp_path, confined=how == "confined", managed=tmp_path if how == "managed" else None
    )
    if how == "linux":
        options = replace(options, platform=Platform.LINUX)

    def registry(hive: Hive) -> str | None:
        raise AssertionError(hive)

    assert in_force(MachineReader(options, registry=registry).read()) == []


def test_a_policy_that_did_not_change_is_the_same_file(tmp_path: Path) -> None:
    texts = {Hive.CURRENT_USER: '{"env": {}}'}
    reader = MachineReader(windows(tmp_path), registry=texts.get)

    first, second = (reader.read().files[CURRENT_USER] for _ in range(2))
    texts[Hive.CURRENT_USER] = '{"env": {"A": "1"}}'
    third = reader.read().files[CURRENT_USER]

    assert first is second
    assert third is not second
    assert third.value == {"env": {"A": "1"}}


@pytest.mark.parametrize("text", ["", "{", "\ud800"])
def test_a_broken_policy_is_passed_over_and_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    reader = MachineReader(windows(tmp_path), registry={Hive.LOCAL_MACHINE: text}.get)

    machine = reader.read()

    assert in_force(machine) == []
    assert machine.files[LOCAL_MACHINE].problems


def test_the_computers_policy_puts_files_and_the_users_policy_out_of_force(tmp_path: Path) -> None:
    policies = {hive: {"apiKeyHelper": hive.value} for hive in Hive}

    machine = machine_with(tmp_path, policies, {"forceLoginMethod": "console"})

    assert in_force(machine) == [LOCAL_MACHINE]
    assert managed_policy(machine).method is None


def test_files_put_the_users_policy_out_of_force(tmp_path: Path) -> None:
    policies = {Hive.CURRENT_USER: {"forceLoginMethod": "console"}}

    machine = machine_with(tmp_path, policies, {"forceLoginMethod": "claudeai"})

    assert in_force(machine) == [MANAGED_FILE]
    assert managed_policy(machine).method == "claudeai"


def test_the_users_policy_counts_when_it_is_alone(tmp_path: Path) -> None:
    machine = machine_with(tmp_path, {Hive.CURRENT_USER: {"env": {"A": "user"}}})

    assert in_force(machine) == [CURRENT_USER]
    assert variables(machine) == {"A": "user"}


@pytest.mark.parametrize(
    "empty", [{}, {"managedSourcesBehavior": "merge"}, {"wslInheritsWindowsSettings": True}]
)
def test_a_source_that_delivers_no_policy_leaves_it_to_the_next(
    tmp_path: Path, empty: object
) -> None:
    machine = machine_with(tmp_path, {Hive.LOCAL_MACHINE: empty}, {"apiKeyHelper": "helper"})

    assert in_force(machine) == [MANAGED_FILE]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.1.222", {"A": "computer"}),
        ("2.1.223", {"A": "computer", "B": "file"}),
    ],
)
def test_variables_add_up_since_2_1_223_but_never_with_the_users(
    tmp_path: Path, version: str, expected: dict[str, str]
) -> None:
    policies = {
        Hive.LOCAL_MACHINE: {"env": {"A": "computer"}},
        Hive.CURRENT_USER: {"env": {"C": "user"}},
    }
    file = {"env": {"A": "file", "B": "file"}}

    assert variables(machine_with(tmp_path, policies, file, version)) == expected


def test_which_variable_counts_does_not_depend_on_what_was_read_first(tmp_path: Path) -> None:
    policies = {Hive.LOCAL_MACHINE: {"env": {"A": "computer"}}}
    machine = machine_with(tmp_path, policies, {"env": {"A": "file"}})

    other_way_round = replace(machine, files=dict(reversed(list(machine.files.items()))))

    assert variables(machine) == variables(other_way_round) == {"A": "computer"}


def test_managed_preferences_are_looked_for_as_the_users_and_then_as_the_computers() -> None:
    directory = PurePosixPath("/Library/Managed Preferences")

    assert list(map(str, preference_files(directory, "dev"))) == [
        "/Library/Managed Preferences/dev/com.anthropic.claudecode.plist",
        "/Library/Managed Preferences/com.anthropic.claudecode.plist",
    ]
    assert len(preference_files(directory, "")) == 1


def mac(made_up: MadeUpMachine, root: Path, *, confined: bool = False) -> MachineReader:
    built = made_up.build(root)
    options = MachineOptions(
        home=built.home,
        cwd=built.cwd,
        environment={"PATH": ""},
        platform=Platform.DARWIN,
        version="2.1.330",
        confined=confined,
    )
    return MachineReader(options, managed_preferences=PurePosixPath(root / "preferences"))


def preferences(root: Path, content: bytes) -> Path:
    path = root / "preferences" / "com.anthropic.claudecode.plist"
    path.parent.mkdir()
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (plistlib.dumps({"env": {"A": "user"}}), {"A": "user"}),
        (plistlib.dumps({}), {}),
        (b"junk", {"A": "computer"}),
    ],
)
def test_a_users_preferences_hide_the_computers_when_they_can_be_read(
    tmp_path: Path, own: bytes, expected: dict[str, str]
) -> None:
    path = preferences(tmp_path, plistlib.dumps({"env": {"A": "computer"}}))
    (path.parent / user_name()).mkdir()
    (path.parent / user_name() / path.name).write_bytes(own)

    machine = mac(headline(), tmp_path).read()

    assert {k: v for k, v in variables(machine).items() if k == "A"} == expected


@pytest.mark.parametrize("binary", [True, False])
def test_managed_preferences_of_a_mac_are_managed_settings(tmp_path: Path, binary: bool) -> None:
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    value = {"forceLoginOrgUUID": [ORGANIZATION], "env": {"ANTHROPIC_BASE_URL": "https://proxy/"}}
    path = preferences(tmp_path, plistlib.dumps(value, fmt=form))

    machine = mac(headline(), tmp_path).read()

    assert in_force(machine) == [str(path)]
    assert source_of(machine.files[str(path)]) is ManagedSource.DEVICE
    assert managed_policy(machine).organizations == (ORGANIZATION,)
    assert resolve_route(machine, Mode.HEADLESS).host == "proxy"


def test_unchanged_managed_preferences_are_the_same_file(tmp_path: Path) -> None:
    path = preferences(tmp_path, plistlib.dumps({"env": {}}))
    reader = mac(headline(), tmp_path)

    assert reader.read().files[str(path)] is reader.read().files[str(path)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<plist><dict><key>a</key>",
        b"bplist00" + b"\xff" * 40,
        b'<!DOCTYPE a [<!ENTITY b "c">]><plist><string>&b;</string></plist>',
        plistlib.dumps({"when": datetime(2026, 1, 1, tzinfo=timezone.utc).replace(tzinfo=None)}),
        plistlib.dumps({"what": b"bytes"}),
    ],
)
def test_preferences_that_cannot_be_read_are_passed_over_and_said_to_be_so(
    tmp_path: Path, content: bytes
) -> None:
    path = preferences(tmp_path, content)

    machine = mac(headline(), tmp_path).read()

    assert in_force(machine) == []
    (problem,) = machine.files[str(path)].problems
    assert "not a property list" in problem.message


def test_preferences_that_are_no_file_stay_what_they_are() -> None:
    directory = FileEntry("/x", FileState.DIRECTORY)

    assert as_settings(directory) is directory


def test_confined_to_another_home_managed_preferences_are_not_looked_at(tmp_path: Path) -> None:
    preferences(tmp_path, plistlib.dumps({"apiKeyHelper": "x"}))

    assert in_force(mac(headline(), tmp_path, confined=True).read()) == []

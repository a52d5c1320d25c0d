"""The keychain: what is there is found out, and nobody is ever asked for what it holds."""

from __future__ import annotations

import os
import pwd
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from billing_lens.config.kinds import Platform
from billing_lens.machine import keychain
from billing_lens.machine.keychain import (
    ANSWER_SECONDS,
    Keychain,
    KeychainReader,
    KeychainState,
    keychain_entries,
)
from billing_lens.machine.reading import MachineReader
from tests.machines import assert_no_canary, headline
from tests.unit.machine.security_program import (
    FOUND,
    HANG,
    NOT_FOUND,
    REFUSED,
    SecurityProgram,
    mac,
)


def states(read: Keychain) -> tuple[KeychainState, KeychainState]:
    return read.login.state, read.managed_key.state


def services(**variables: str) -> tuple[str, str]:
    entries = keychain_entries(variables, "someone")
    return entries.login.service, entries.managed_key.service


def test_without_a_configuration_directory_the_services_are_plain() -> None:
    plain = ("Claude Code-credentials", "Claude Code")

    assert services() == plain
    assert services(CLAUDE_CONFIG_DIR="") == plain


@pytest.mark.parametrize(
    ("directory", "digits"),
    [
        ("/tmp/kc/h/x", "67e9fc8d"),
        ("/tmp/kc/h/x/", "8e254653"),
        ("/tmp/kc/h/../h/x", "6a622e87"),
        ("rel", "68b076be"),
        ("~/x", "a46d2df6"),
        ("   ", "0aad7da7"),
        ("/tmp/kc/h/e\u0301", "de6688b8"),
        ("/tmp/kc/h/\u00e9", "de6688b8"),
    ],
)
def test_a_configuration_directory_is_hashed_as_claude_code_2_1_112_does(
    directory: str, digits: str
) -> None:
    expected = (f"Claude Code-credentials-{digits}", f"Claude Code-{digits}")

    assert services(CLAUDE_CONFIG_DIR=directory) == expected


def test_the_account_is_the_user() -> None:
    assert keychain_entries({"USER": "dev"}, "someone").login.account == "dev"
    assert keychain_entries({"USER": ""}, "someone").managed_key.account == "someone"


@pytest.mark.parametrize(
    ("exits", "state"),
    [
        (FOUND, KeychainState.PRESENT),
        (NOT_FOUND, KeychainState.ABSENT),
        (REFUSED, KeychainState.LOCKED),
        (51, KeychainState.LOCKED),
        (128, KeychainState.LOCKED),
        (1, KeychainState.LOCKED),
    ],
)
def test_the_exit_status_tells_what_is_there(
    tmp_path: Path, exits: int, state: KeychainState
) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=exits)
    reader = KeychainReader({"PATH": program.path, "USER": "dev"}, "/home/of/dev")

    assert states(reader.read()) == (state, KeychainState.ABSENT)


def test_each_entry_is_looked_for_by_itself(tmp_path: Path) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=NOT_FOUND, managed_key=FOUND)
    environment = {"PATH": program.path, "USER": "dev", "CLAUDE_CONFIG_DIR": "rel"}

    read = KeychainReader(environment, "/home/of/dev").read()

    assert states(read) == (KeychainState.ABSENT, KeychainState.PRESENT)
    assert program.calls() == [
        ["find-generic-password", "-s", "Claude Code-credentials-68b076be", "-a", "dev"],
        ["find-generic-password", "-s", "Claude Code-68b076be", "-a", "dev"],
    ]


@pytest.mark.parametrize("exits", [FOUND, NOT_FOUND, REFUSED])
def test_the_secret_is_never_asked_for_and_nothing_the_program_says_is_kept(
    tmp_path: Path, exits: int, capfd: pytest.CaptureFixture[str]
) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=exits, managed_key=exits)
    environment = {"PATH": program.path, "USER": "-w", "ANTHROPIC_API_KEY": "sk-ant-api03-x"}

    read = KeychainReader(environment, "/home/of/dev").read()

    for call in program.calls():
        assert call[0] == "find-generic-password"
        # An account that looks like an option is the value of the option before it.
        assert call[3:] == ["-a", "-w"]
        assert not {"-g", "-w"} & set(call[:4])
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
    assert_no_canary(repr(read))
    assert program.homes() == {"/home/of/dev"}
    assert "ANTHROPIC_API_KEY" not in program.variables()


def test_nobody_can_be_asked_anything_on_standard_input(tmp_path: Path) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login="cat")

    KeychainReader({"PATH": program.path, "USER": "dev"}, "/").read()

    assert "stdin" not in [word for call in program.calls() for word in call]


@pytest.mark.timeout(30)
def test_a_keychain_that_waits_for_a_person_is_given_up_and_left_alone(tmp_path: Path) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=HANG, managed_key=FOUND)
    reader = KeychainReader({"PATH": program.path, "USER": "dev"}, "/")

    start = time.monotonic()
    read = reader.read()
    again = reader.read()

    assert states(read) == (KeychainState.NO_ANSWER, KeychainState.NO_ANSWER)
    assert again is read
    assert time.monotonic() - start >= ANSWER_SECONDS
    assert len(program.calls()) == 1


def test_an_answer_holds_for_a_while_and_is_then_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND)
    reader = KeychainReader({"PATH": program.path, "USER": "dev"}, "/")
    before = reader.read()
    SecurityProgram.install(tmp_path / "bin", login=NOT_FOUND)

    assert reader.read() is before
    monkeypatch.setattr(keychain, "CACHED_SECONDS", -1.0)
    fresh = KeychainReader({"PATH": program.path, "USER": "dev"}, "/")

    assert states(fresh.read())[0] is KeychainState.ABSENT
    SecurityProgram.install(tmp_path / "bin", login=FOUND)
    assert states(fresh.read())[0] is KeychainState.PRESENT


def test_without_the_program_the_keychain_is_not_available(tmp_path: Path) -> None:
    reader = KeychainReader({"PATH": str(tmp_path), "USER": "dev"}, "/")

    assert states(reader.read()) == (KeychainState.UNAVAILABLE, KeychainState.UNAVAILABLE)


def test_a_program_that_cannot_be_started_is_not_available(tmp_path: Path) -> None:
    (tmp_path / "security").write_text("#!/there/is/no/such/interpreter\n")
    (tmp_path / "security").chmod(0o755)
    reader = KeychainReader({"PATH": str(tmp_path), "USER": "dev"}, "/")

    assert states(reader.read())[0] is KeychainState.UNAVAILABLE


@pytest.mark.parametrize("path", [".", "", "bin", ":", "./bin:bin"])
def test_a_program_of_the_working_directory_is_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    planted = [SecurityProgram.install(tmp_path / place, login=FOUND) for place in (".", "bin")]
    monkeypatch.chdir(tmp_path)
    reader = KeychainReader({"PATH": path, "USER": "dev"}, "/")

    assert states(reader.read())[0] is KeychainState.UNAVAILABLE
    assert not any(program.calls() for program in planted)


def test_without_a_variable_the_user_is_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND)
    for name in ("USER", "LOGNAME", "USERNAME", "LNAME"):
        monkeypatch.setenv(name, "nobody-at-all")

    read = KeychainReader({"PATH": program.path}, "/").read()

    assert read.login.account == pwd.getpwuid(os.getuid()).pw_name
    assert states(read)[0] is KeychainState.PRESENT


def test_on_a_mac_the_reader_looks_into_the_keychain(tmp_path: Path) -> None:
    built = headline().build(tmp_path)
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND)

    machine = MachineReader(mac(built, program.path)).read()

    assert states(machine.keychain) == (KeychainState.PRESENT, KeychainState.ABSENT)
    assert program.homes() == {str(built.home)}


@pytest.mark.parametrize("platform", [Platform.LINUX, Platform.WIN32])
def test_elsewhere_it_runs_nothing(tmp_path: Path, platform: Platform) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND)
    options = replace(mac(headline().build(tmp_path), program.path), platform=platform)

    assert MachineReader(options).read().keychain == Keychain()
    assert program.calls() == []


def test_confined_to_another_home_it_runs_nothing(tmp_path: Path) -> None:
    program = SecurityProgram.install(tmp_path / "bin", login=FOUND)
    options = mac(headline().build(tmp_path), program.path, confined=True)

    machine = MachineReader(options).read()

    assert states(machine.keychain) == (KeychainState.NOT_LOOKED_AT, KeychainState.NOT_LOOKED_AT)
    assert program.calls() == []

"""A stand-in for macOS' program ``security``, run as a real process from PATH."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from billing_lens.config.kinds import Platform
from billing_lens.machine.keychain import LOGIN_SERVICE, MANAGED_KEY_SERVICE
from billing_lens.machine.machine import MachineOptions
from tests.machines import CANARY, BuiltMachine

FOUND, REFUSED, NOT_FOUND = 0, 36, 44
"""What the real program exits with."""

HANG = "exec sleep 60"


@dataclass(frozen=True)
class SecurityProgram:
    """The stand-in; it prints a canary wherever it can, as the real one would print the secret."""

    directory: Path

    @classmethod
    def install(
        cls, directory: Path, *, login: int | str = NOT_FOUND, managed_key: int | str = NOT_FOUND
    ) -> SecurityProgram:
        """Put it into `directory`; each entry is answered by an exit status or a command."""
        program = cls(directory)
        directory.mkdir(parents=True, exist_ok=True)
        behaviour = "\n".join(
            (
                "#!/bin/sh",
                f'for part in "$@"; do printf "%s\\n" "$part"; done >> {quote(str(program._log))}',
                f'printf "==\\nHOME=%s\\n" "$HOME" >> {quote(str(program._log))}',
                f"env | cut -d= -f1 >> {quote(str(program._names))}",
                f'if read line; then printf "%s\\n" stdin >> {quote(str(program._log))}; fi',
                f"echo password: {CANARY}; echo password: {CANARY} >&2",
                'case "$3" in',
                f"{quote(LOGIN_SERVICE)}*) {_command(login)};;",
                f"{quote(MANAGED_KEY_SERVICE)}*) {_command(managed_key)};;",
                "*) exit 2;;",
                "esac",
            )
        )
        path = directory / "security"
        path.write_text(behaviour + "\n")
        path.chmod(0o755)
        return program

    @property
    def _log(self) -> Path:
        return self.directory / "arguments.log"

    @property
    def _names(self) -> Path:
        return self.directory / "variables.log"

    @property
    def path(self) -> str:
        """A PATH that leads to it first."""
        return f"{self.directory}:/usr/bin:/bin"

    def calls(self) -> list[list[str]]:
        """The arguments of each call so far, in the order of the calls."""
        calls: list[list[str]] = [[]]
        for line in self._log.read_text().splitlines() if self._log.exists() else []:
            if line == "==":
                calls.append([])
            elif not line.startswith("HOME="):
                calls[-1].append(line)
        return calls[:-1]

    def homes(self) -> set[str]:
        """The homes it was run with."""
        lines = self._log.read_text().splitlines()
        return {line.removeprefix("HOME=") for line in lines if line.startswith("HOME=")}

    def variables(self) -> set[str]:
        """The names of the variables it was run with."""
        return set(self._names.read_text().splitlines())


def _command(answer: int | str) -> str:
    return f"exit {answer}" if isinstance(answer, int) else answer


def mac(
    built: BuiltMachine, path: str, *, confined: bool = False, **variables: str
) -> MachineOptions:
    """Return options that see `built` as the Mac we run on, with nothing else on it."""
    return MachineOptions(
        home=built.home,
        cwd=built.cwd,
        environment={"USER": "dev", **built.environment, "PATH": path, **variables},
        platform=Platform.DARWIN,
        managed_directory=built.managed_dir,
        version="2.1.330",
        confined=confined,
    )

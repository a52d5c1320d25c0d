"""A machine: everything the answer to "who pays?" depends on, as one immutable value."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property
from pathlib import Path, PurePath

from msgspec import Struct, field
from msgspec.structs import replace

from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Kind, Platform, Scope
from billing_lens.config.models import OauthAccount
from billing_lens.config.paths import (
    AnthropicPaths,
    ClaudePaths,
    anthropic_paths,
    pure_path,
    resolved,
)
from billing_lens.machine.claude_arguments import ClaudeArguments
from billing_lens.machine.keychain import Keychain
from billing_lens.machine.version import ClaudeVersion

FLAG_SETTINGS_PATH = "--settings"
"""Stands for the path of settings given as JSON text on the command line."""


def program_of(command: str) -> str | None:
    """Return the program a shell command starts with, if its absolute path is given."""
    first = command.split(maxsplit=1)[0] if command.strip() else ""
    return first if first.startswith("/") and not set(first) & set("$`'\"\\;&|<>(){}*?[]") else None


class Mode(str, Enum):
    """How Claude Code is used; the two can pay differently on one machine."""

    HEADLESS = "headless"
    INTERACTIVE = "interactive"

    @property
    def other(self) -> Mode:
        """The mode this one is not."""
        return Mode.INTERACTIVE if self is Mode.HEADLESS else Mode.HEADLESS


class MachineOptions(Struct, frozen=True):
    """Which machine to read. `confined` reads nothing outside `home` but the managed directory."""

    home: Path
    cwd: Path
    environment: Mapping[str, str]
    platform: Platform
    arguments: ClaudeArguments = field(default_factory=ClaudeArguments)
    managed_directory: Path | None = None
    version: str | None = None
    confined: bool = False


def this_machine(home: Path | None = None) -> MachineOptions:
    """Return options for the machine this process runs on."""
    platform = Platform(sys.platform) if sys.platform in ("darwin", "win32") else Platform.LINUX
    try:
        cwd = Path.cwd()
    except FileNotFoundError:
        cwd = Path.home()
    return MachineOptions(home or Path.home(), cwd, dict(os.environ), platform)


class Backup(Struct, frozen=True):
    """What one of Claude Code's backups of its state file says of the account.

    `at_ms` is the time in milliseconds since 1970 that its name gives; `account` is None when it
    shows nobody logged in.
    """

    path: str
    at_ms: int
    account: OauthAccount | None


class Machine(Struct, frozen=True, dict=True):
    """One machine, read once. `files` is keyed by the path as text.

    `environment` is the process environment Claude Code would start with. `now_ms` is when it was
    read, in milliseconds since 1970: what is decided of a machine never asks for the time.
    """

    platform: Platform
    home: PurePath
    cwd: PurePath
    environment: Mapping[str, str]
    version: ClaudeVersion
    arguments: ClaudeArguments
    files: Mapping[str, ConfigFile]
    claude: ClaudePaths
    """Where Claude Code's own files are on this machine."""
    managed_directory: PurePath
    now_ms: int
    entries: Mapping[str, FileEntry] = field(default_factory=dict[str, FileEntry])
    """Files that are no config files but matter: identity tokens, shell start-up files."""
    backups: tuple[Backup, ...] = ()
    """The backups of the state file, oldest first."""
    keychain: Keychain = field(default_factory=Keychain)
    """Which of Claude Code's credentials the macOS keychain holds."""
    variables_set_in: Mapping[str, tuple[str, str]] = field(
        default_factory=dict[str, tuple[str, str]]
    )
    """Variables of `environment` that a file put there, with its path and a JSON Pointer."""
    tracked: frozenset[str] = frozenset()
    """The paths of the project's config files that git tracks, and so shares."""
    in_ci: bool = False
    """Whether it is a job of CI, which follows the project and has nothing of a person's."""

    def anthropic(self, environment: Mapping[str, str]) -> AnthropicPaths:
        """Where the ``ant`` profiles are under `environment`, which settings may have extended."""
        return anthropic_paths(self.platform, self.home, self.cwd, environment)

    def file(self, path: PurePath | str) -> ConfigFile | None:
        """Return the config file at `path`, None when none was looked for there."""
        return self.files.get(str(path))

    def existing(self, path: PurePath | str) -> ConfigFile | None:
        """Return the config file at `path` if something stands there."""
        file = self.file(path)
        return file if file and file.exists else None

    def files_of(self, kind: Kind, scope: Scope | None = None) -> Iterator[ConfigFile]:
        """Yield the existing files of a kind, in the order they were read."""
        for file in self._existing_by_kind.get(kind, ()):
            if scope is None or file.scope is scope:
                yield file

    @cached_property
    def _existing_by_kind(self) -> Mapping[Kind, Sequence[ConfigFile]]:
        """Asked for many times in one review."""
        found: dict[Kind, list[ConfigFile]] = {}
        for file in self.files.values():
            if file.exists:
                found.setdefault(file.kind, []).append(file)
        return found

    def entry(self, path: str) -> FileEntry:
        """Return what stands at any path the reader was asked to look at, missing otherwise."""
        full = str(resolved(self.cwd, path))
        file = self.files.get(full)
        if file is not None:
            return file.entry
        return self.entries.get(full, FileEntry(full, FileState.MISSING))

    def with_files(self, *files: ConfigFile) -> Machine:
        """Return this machine with some files replaced or added."""
        return replace(self, files={**self.files, **{file.path: file for file in files}})

    def path(self, text: str) -> PurePath:
        """Return `text` as a path of this machine's platform."""
        return pure_path(self.platform, text)

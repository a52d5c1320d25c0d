"""Reading a machine: from options to a snapshot of every file that can decide who pays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from functools import partial
from pathlib import Path, PurePath, PurePosixPath

from msgspec.structs import replace

from billing_lens.config.file import ConfigFile, OpenText
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import DECLARING_KINDS, Kind, Platform, Scope
from billing_lens.config.models import ClaudeSettings, ClaudeState, Profile
from billing_lens.config.paths import (
    DEFAULT_PROFILE,
    RETIRED_SUFFIX,
    AnthropicPaths,
    ClaudePaths,
    anthropic_paths,
    claude_paths,
    managed_paths,
    preferences_file,
    project_paths,
    pure_path,
    resolved,
    shell_startup_files,
    vscode_settings,
)
from billing_lens.machine.backups import BackupReader
from billing_lens.machine.disk import Disk
from billing_lens.machine.git import tracked_by_git
from billing_lens.machine.keychain import Keychain, KeychainReader, user_name
from billing_lens.machine.machine import FLAG_SETTINGS_PATH, Machine, program_of
from billing_lens.machine.managed_preferences import (
    MANAGED_PREFERENCES,
    as_settings,
    preference_places,
)
from billing_lens.machine.options import MachineOptions
from billing_lens.machine.project import (
    LARGEST,
    files_of_project,
    nearest_policy,
    project_roots,
    settings_named_in,
)
from billing_lens.machine.registry import Hive, RegistryReader, read_windows_registry
from billing_lens.machine.version import (
    NEWEST_KNOWN,
    ClaudeVersion,
    installed_version,
    parse_version,
)
from billing_lens.text.json_pointer import pointer_of

DIRECTORY_VARIABLES = ("ANTHROPIC_CONFIG_DIR", "XDG_CONFIG_HOME", "APPDATA", "HOME")
"""What settings may set to send Claude Code to another Anthropic directory."""


class MachineReader:
    """Reads one machine again and again, re-parsing only what changed."""

    def __init__(
        self,
        options: MachineOptions,
        *,
        registry: RegistryReader = read_windows_registry,
        managed_preferences: PurePosixPath = MANAGED_PREFERENCES,
    ) -> None:
        """Prepare to read; nothing is touched yet.

        Raises:
            ValueError: the version option is no version.
        """
        self.options = options
        self._home = pure_path(options.platform, str(options.home))
        self._cwd = pure_path(options.platform, str(options.cwd))
        self._fixed_version = parse_version(options.version) if options.version else None
        managed = options.managed_directory
        self._managed = managed_paths(
            options.platform, pure_path(options.platform, str(managed)) if managed else None
        )
        roots = (options.home, Path(str(self._managed.settings.parent)))
        foreign = options.platform is Platform.WIN32 and os.name != "nt"
        self._disk = Disk(roots if options.confined else (), foreign=foreign)
        claude = claude_paths(self._home, self._cwd, options.environment)
        self._claude = claude
        self._backups = BackupReader(self._disk)
        self._keychain = KeychainReader(options.environment, str(options.home))
        self._registry = registry
        self._managed_preferences = managed_preferences
        self._policies: dict[str, ConfigFile] = {}
        self._parsed: dict[tuple[str, Kind, Scope | None], tuple[object, ConfigFile]] = {}
        self._open: Mapping[str, OpenText] = {}
        self._named_profiles: frozenset[str] = frozenset()
        self._moved_by: dict[str, tuple[str, str]] = {}
        self._roots: tuple[PurePath, ...] = (self._cwd,)

    def in_folder(self, cwd: Path) -> MachineReader:
        """Return a reader of the same machine as seen from another working directory.

        What one of the two has read and parsed the other need not read again.
        """
        other = copy(self)
        other.options = replace(self.options, cwd=cwd)
        other._cwd = pure_path(self.options.platform, str(cwd))
        other._roots = (other._cwd,)
        other._claude = claude_paths(self._home, other._cwd, self.options.environment)
        return other

    def read(self, open_texts: Mapping[str, OpenText] | None = None) -> Machine:
        """Return the machine as it is now, with `open_texts` (by path) over the files."""
        self._open = open_texts or {}
        self._disk.overlays = {path: text.document.data for path, text in self._open.items()}
        files: dict[str, ConfigFile] = {}
        for file in self._all_files():
            files.setdefault(file.path, file)
        return Machine(
            platform=self.options.platform,
            home=self._home,
            cwd=self._cwd,
            environment=self.options.environment,
            version=self._version(files.values()),
            arguments=self.options.arguments,
            files=files,
            claude=self._claude,
            managed_directory=self._managed.settings.parent,
            now_ms=time.time_ns() // 1_000_000,
            entries=dict(self._other_entries(files.values())),
            backups=self._backups.read(str(self._claude.backups)),
            keychain=self._look_into_keychain(),
            variables_set_in=self._moved_by,
            tracked=self._tracked(files),
        )

    def _tracked(self, files: Mapping[str, ConfigFile]) -> frozenset[str]:
        """The project's own config files that git tracks; no index is read where there are none."""
        shared_anyway = DECLARING_KINDS - {Kind.DOTENV}
        project = [
            self._cwd.__class__(path)
            for path, file in files.items()
            # Git cannot list what is no file, such as a name with half a surrogate pair.
            if file.entry.state is FileState.REGULAR and file.kind not in shared_anyway
        ]
        inside = [path for path in project if any(map(path.is_relative_to, self._roots))]
        return tracked_by_git(inside, self._cwd, self._disk.entry) if inside else frozenset()

    def _all_files(self) -> Iterator[ConfigFile]:
        claude = self._claude = self._claude_places()
        yield self._file(claude.state, Kind.CLAUDE_STATE)
        yield self._file(claude.legacy_state, Kind.CLAUDE_STATE)
        yield self._file(claude.credentials, Kind.CLAUDE_CREDENTIALS)
        settings = [file for file in self._settings(claude.user_settings) if file is not None]
        yield from settings
        self._named_profiles = self._profiles_named_in(settings)
        for directory in self._anthropic_directories(settings):
            yield from self._anthropic_files(directory)
        for path in vscode_settings(
            self.options.platform, self._home, self._cwd, self.options.environment
        ):
            yield self._file(path, Kind.VSCODE_SETTINGS)
        yield self._file(self._preferences_file(), Kind.PREFERENCES)
        self._roots = project_roots(self._cwd, self._home, self._disk.entry)
        read = partial(self._disk.entry, most=LARGEST[Kind.TEAM_POLICY])
        policy = nearest_policy(self._cwd, self._roots, read)
        yield self._file(policy, Kind.TEAM_POLICY)
        yield from files_of_project(self._roots, self._names_in, self._file)

    def _names_in(self, folder: PurePath) -> list[str]:
        """Return the names in a folder, those of open files that are not on the disk included."""
        opened = (path for path in map(folder.__class__, self._open) if path.parent == folder)
        return sorted({*self._disk.names_in(str(folder), ""), *(path.name for path in opened)})

    def _preferences_file(self) -> PurePath:
        """Our own file. A home looked at from outside has its own, wherever ours was moved to."""
        options = self.options
        place = preferences_file(options.platform, self._home, options.environment)
        if options.confined and not place.is_relative_to(self._home):
            return preferences_file(options.platform, self._home, {})
        return place

    def _claude_places(self) -> ClaudePaths:
        """Where Claude Code's files are; user, flag and managed settings may move them all.

        Cases "CLAUDE_CONFIG_DIR in … settings".
        """
        environment = self.options.environment
        places = claude_paths(self._home, self._cwd, environment)
        self._moved_by = {}
        moves = [
            (settings.env["CLAUDE_CONFIG_DIR"], file.path)
            for file in self._settings(places.user_settings)
            if file and file.scope not in (Scope.PROJECT, Scope.LOCAL)
            if (settings := file.model(ClaudeSettings)) and settings.env
            if "CLAUDE_CONFIG_DIR" in settings.env
        ]
        if not moves:
            return places
        directory, path = moves[-1]
        self._moved_by = {"CLAUDE_CONFIG_DIR": (path, pointer_of("env", "CLAUDE_CONFIG_DIR"))}
        return claude_paths(self._home, self._cwd, {**environment, "CLAUDE_CONFIG_DIR": directory})

    def _settings(self, user_settings: PurePath) -> Iterator[ConfigFile | None]:
        yield self._file(user_settings, Kind.CLAUDE_SETTINGS, Scope.USER)
        project = project_paths(self._cwd)
        yield self._file(project.settings, Kind.CLAUDE_SETTINGS, Scope.PROJECT)
        yield self._file(project.local_settings, Kind.CLAUDE_SETTINGS, Scope.LOCAL)
        yield self._flag_settings()
        yield self._file(self._managed.settings, Kind.CLAUDE_SETTINGS, Scope.MANAGED)
        for name in self._disk.names_in(str(self._managed.drop_ins), ".json"):
            if name.startswith("."):
                continue
            yield self._file(self._managed.drop_ins / name, Kind.CLAUDE_SETTINGS, Scope.MANAGED)
        if not self.options.confined and self.options.managed_directory is None:
            yield from map(self._policy, self._policies_of_the_system())

    def _policies_of_the_system(self) -> Iterator[FileEntry]:
        """The policies an administrator delivers through the operating system, not in files."""
        if self.options.platform is Platform.WIN32:
            for hive in Hive:
                text = self._registry(hive)
                if text is not None:
                    yield FileEntry(hive.place, FileState.REGULAR, text.encode(errors="replace"))
        elif self.options.platform is Platform.DARWIN:
            for place in preference_places(self._managed_preferences, user_name()):
                entry = as_settings(self._disk.entry(str(place)))
                if entry.exists:
                    yield entry
                if entry.state is FileState.REGULAR:
                    return

    def _policy(self, entry: FileEntry) -> ConfigFile:
        known = self._policies.get(entry.path)
        if known is None or known.entry != entry:
            known = ConfigFile(entry.path, Kind.CLAUDE_SETTINGS, entry, Scope.MANAGED)
            self._policies[entry.path] = known
        return known

    def _look_into_keychain(self) -> Keychain:
        own = self.options.platform is Platform.DARWIN and not self.options.confined
        return self._keychain.read() if own else Keychain()

    def _flag_settings(self) -> ConfigFile | None:
        given = self.options.arguments.settings
        if given is None:
            return None
        if given.strip().startswith("{") and given.strip().endswith("}"):
            entry = FileEntry(FLAG_SETTINGS_PATH, FileState.REGULAR, given.encode())
            return ConfigFile(FLAG_SETTINGS_PATH, Kind.CLAUDE_SETTINGS, entry, Scope.FLAG)
        return self._file(resolved(self._cwd, given), Kind.CLAUDE_SETTINGS, Scope.FLAG)

    def _profiles_named_in(self, settings: Iterable[ConfigFile]) -> frozenset[str]:
        """The profiles that ANTHROPIC_PROFILE names in the process or in any settings file."""
        environments = [self.options.environment]
        environments += [
            model.env or {} for file in settings if (model := file.model(ClaudeSettings))
        ]
        names = (environment.get("ANTHROPIC_PROFILE", "").strip() for environment in environments)
        return frozenset(filter(None, names))

    def _anthropic_directories(self, settings: Iterable[ConfigFile]) -> list[AnthropicPaths]:
        """Every directory that any environment of this machine could lead Claude Code to."""
        options = self.options
        environments = [dict(options.environment)]
        for file in settings:
            model = file.model(ClaudeSettings)
            named = {
                k: v for k, v in ((model and model.env) or {}).items() if k in DIRECTORY_VARIABLES
            }
            if named:
                environments.append({**options.environment, **named})
        places = [
            anthropic_paths(options.platform, self._home, self._cwd, environment)
            for environment in environments
        ]
        return list(dict.fromkeys(places))

    def _anthropic_files(self, places: AnthropicPaths) -> Iterator[ConfigFile]:
        active = self._file(places.active_config, Kind.ANTHROPIC_ACTIVE_CONFIG)
        yield active
        for profile in sorted(self._profile_names(places, active)):
            config = self._file(places.config(profile), Kind.ANTHROPIC_PROFILE)
            yield config
            yield self._file(places.credentials(profile), Kind.ANTHROPIC_CREDENTIALS)
            model = config.model(Profile)
            elsewhere = model and model.authentication and model.authentication.credentials_path
            if elsewhere:
                yield self._file(resolved(self._cwd, elsewhere), Kind.ANTHROPIC_CREDENTIALS)

    def _profile_names(self, places: AnthropicPaths, active: ConfigFile) -> set[str]:
        """Every profile that is there or that something selects."""
        names = {DEFAULT_PROFILE, active.text, *self._named_profiles}
        for directory in (places.configs, places.credentials_directory):
            found = self._disk.names_in(str(directory), ".json")
            names.update(name.removesuffix(".json") for name in found)
        return {name for name in names if name and _can_be_a_file(name)}

    def _file(self, path: PurePath, kind: Kind, scope: Scope | None = None) -> ConfigFile:
        text = str(path)
        entry = self._disk.entry(text, most=LARGEST.get(kind))
        open_text = self._open.get(text) if entry.state is not FileState.UNREADABLE else None
        identity: object = (open_text, entry.mode, entry.hides_bom) if open_text else entry
        known = self._parsed.get((text, kind, scope))
        if known and _is_same(known[0], identity):
            return known[1]
        file = ConfigFile(text, kind, entry, scope, open_text)
        self._parsed[text, kind, scope] = (identity, file)
        return file

    def _other_entries(self, files: Iterable[ConfigFile]) -> Iterator[tuple[str, FileEntry]]:
        """Look at files that matter by being there: identity tokens, profiles renamed aside."""
        files = list(files)
        directories = {
            self._home.__class__(file.path).parent
            for file in files
            if file.kind is Kind.ANTHROPIC_PROFILE
        }
        for directory in directories:
            for name in self._disk.names_containing(str(directory), RETIRED_SUFFIX):
                path = str(directory / name)
                yield path, self._disk.entry(path)
        for path in map(str, shell_startup_files(self._home, self._cwd)):
            yield path, self._disk.entry(path)
        usual = claude_paths(self._home, self._cwd, {})
        if usual != self._claude:
            for path in map(str, (usual.state, usual.credentials)):
                yield path, self._disk.entry(path)
        for name in self._named_files(files):
            path = str(resolved(self._cwd, name))
            yield path, self._disk.entry(path)

    def _named_files(self, files: Iterable[ConfigFile]) -> Iterator[str]:
        """Yield the identity tokens and helper programs that variables and settings name."""
        named = [self.options.environment.get("ANTHROPIC_IDENTITY_TOKEN_FILE")]
        for file in files:
            settings, profile = file.model(ClaudeSettings), file.model(Profile)
            if settings and settings.env:
                named.append(settings.env.get("ANTHROPIC_IDENTITY_TOKEN_FILE"))
            named += settings_named_in(file, self._cwd.__class__(file.path))
            if settings and settings.apiKeyHelper:
                named.append(program_of(settings.apiKeyHelper))
            if profile and profile.authentication and profile.authentication.identity_token:
                named.append(profile.authentication.identity_token.path)
        yield from filter(None, named)

    def _version(self, files: Iterable[ConfigFile]) -> ClaudeVersion:
        if self._fixed_version:
            return self._fixed_version
        finders: tuple[Callable[[], ClaudeVersion | None], ...] = (
            lambda: None if self.options.confined else installed_version(self.options.environment),
            lambda: _onboarded_version(files),
        )
        return next(
            filter(None, (find() for find in finders)), ClaudeVersion(NEWEST_KNOWN, "newest")
        )


def _can_be_a_file(name: str) -> bool:
    """Whether a file of this name can exist: no NUL, no half of a surrogate pair."""
    return "\0" not in name and name.encode(errors="ignore").decode() == name


def _onboarded_version(files: Iterable[ConfigFile]) -> ClaudeVersion | None:
    for file in files:
        state = file.model(ClaudeState)
        if state and state.lastOnboardingVersion:
            try:
                return parse_version(state.lastOnboardingVersion, "state")
            except ValueError:
                continue
    return None


def _is_same(known: object, now: object) -> bool:
    if isinstance(known, tuple) and isinstance(now, tuple):
        return known[0] is now[0] and known[1:] == now[1:]
    # What is not there, or cannot be read, is told anew at each look.
    return known is now or known == now

"""One look at a machine: which files there are to read, step by step, and what they come to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import PurePath, PurePosixPath

from msgspec import Struct
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
    ManagedPaths,
    anthropic_paths,
    claude_paths,
    preferences_file,
    project_paths,
    pure_path,
    resolved,
    shell_startup_files,
    vscode_settings,
)
from billing_lens.machine.disk import LARGEST, Disk, ParsedFiles
from billing_lens.machine.git import tracked_by_git
from billing_lens.machine.keychain import Keychain, KeychainReader
from billing_lens.machine.machine import FLAG_SETTINGS_PATH, Machine, MachineOptions, program_of
from billing_lens.machine.project import (
    files_of_project,
    main_checkout,
    nearest_policy,
    project_roots,
    settings_named_in,
)
from billing_lens.machine.system_policies import RegistryReader, system_policies
from billing_lens.machine.version import (
    NEWEST_KNOWN,
    ClaudeVersion,
    installed_version,
    parse_version,
)
from billing_lens.text.json_pointer import pointer_of

DIRECTORY_VARIABLES = {"ANTHROPIC_CONFIG_DIR", "XDG_CONFIG_HOME", "APPDATA", "HOME"}
"""What settings may set to send Claude Code to another Anthropic directory."""


class Look(Struct, frozen=True):
    """What holds for one read: which machine, seen from which folder, under which open texts.

    `home`, `cwd` and `managed` are paths of the machine's platform. `open_texts` are an editor's,
    by path, and count instead of what is on the disk.
    """

    options: MachineOptions
    home: PurePath
    cwd: PurePath
    managed: ManagedPaths
    open_texts: Mapping[str, OpenText]
    # All reads of a machine share the rest, which knows nothing of any one of them.
    disk: Disk
    parsed: ParsedFiles
    registry: RegistryReader
    managed_preferences: PurePosixPath
    keychain: KeychainReader

    def machine(self) -> Machine:
        """Read everything and return the machine as it is now."""
        options, home, cwd = self.options, self.home, self.cwd
        roots = project_roots(cwd, home, self._entry)
        unmoved = claude_paths(home, cwd, options.environment)
        main = main_checkout(cwd, home, self._entry)
        settings = self._settings(unmoved.user_settings, main)
        claude, set_in = self._claude_paths(settings)
        if claude != unmoved:
            settings = self._settings(claude.user_settings, main)
        policy_entry = partial(self._entry, largest=LARGEST[Kind.TEAM_POLICY])
        editor_settings = vscode_settings(options.platform, home, cwd, options.environment)
        is_own_mac = options.platform is Platform.DARWIN and not options.confined
        files: dict[str, ConfigFile] = {}
        for file in (
            self._file(claude.state, Kind.CLAUDE_STATE),
            self._file(claude.legacy_state, Kind.CLAUDE_STATE),
            self._file(claude.credentials, Kind.CLAUDE_CREDENTIALS),
            *settings,
            *self._profiles(settings),
            *(self._file(path, Kind.VSCODE_SETTINGS) for path in editor_settings),
            self._file(self._preferences_path(), Kind.PREFERENCES),
            self._file(nearest_policy(cwd, roots, policy_entry), Kind.TEAM_POLICY),
            *files_of_project(roots, self._names_in, self._file),
        ):
            files.setdefault(file.path, file)
        return Machine(
            platform=options.platform,
            home=home,
            cwd=cwd,
            environment=options.environment,
            version=self._version(files.values()),
            arguments=options.arguments,
            files=files,
            claude=claude,
            managed_directory=self.managed.settings.parent,
            now_ms=time.time_ns() // 1_000_000,
            entries=dict(self._other_entries(claude, files.values())),
            backups=self.parsed.backups(str(claude.backups)),
            keychain=self.keychain.read() if is_own_mac else Keychain(),
            variables_set_in=set_in,
            tracked=self._tracked(roots, files.values()),
        )

    def _entry(self, path: str, largest: int | None = None) -> FileEntry:
        text = self.open_texts.get(path)
        overlay = text.document.data if text else None
        return self.disk.entry(path, overlay=overlay, largest=largest)

    def _file(self, path: PurePath, kind: Kind, scope: Scope | None = None) -> ConfigFile:
        text = str(path)
        return self.parsed.config_file(text, kind, scope, self.open_texts.get(text))

    def _names_in(self, folder: PurePath) -> list[str]:
        """Return the names in a folder, those of open files that are not on the disk included."""
        opened = (path for path in map(folder.__class__, self.open_texts) if path.parent == folder)
        return sorted({*self.disk.names(str(folder)), *(path.name for path in opened)})

    def _settings(self, user_settings: PurePath, main: PurePath | None) -> list[ConfigFile]:
        """Return every settings file of Claude Code's, whether or not it counts or exists.

        The weaker come first in each scope: the local ones of `main`, the repository's main
        checkout, count more than those of the working directory.
        """
        project, managed = project_paths(self.cwd), self.managed
        shared = [project_paths(main).local_settings] if main else []
        drop_ins = self.disk.names(str(managed.drop_ins), ".json")
        paths = (managed.settings, *(managed.drop_ins / it for it in drop_ins if it[0] != "."))
        is_this_system = not self.options.confined and self.options.managed_directory is None
        return [
            self._file(user_settings, Kind.CLAUDE_SETTINGS, Scope.USER),
            self._file(project.settings, Kind.CLAUDE_SETTINGS, Scope.PROJECT),
            *(
                self._file(path, Kind.CLAUDE_SETTINGS, Scope.LOCAL)
                for path in (project.local_settings, *shared)
            ),
            *self._flag_settings(),
            *(self._file(path, Kind.CLAUDE_SETTINGS, Scope.MANAGED) for path in paths),
            *(self._system_policies() if is_this_system else ()),
        ]

    def _system_policies(self) -> Iterator[ConfigFile]:
        platform = self.options.platform
        for entry in system_policies(platform, self.disk, self.registry, self.managed_preferences):
            yield self.parsed.of_entry(entry, Kind.CLAUDE_SETTINGS, Scope.MANAGED)

    def _flag_settings(self) -> Iterator[ConfigFile]:
        given = self.options.arguments.settings
        if given is None:
            return
        text = given.removeprefix("\ufeff").strip()
        if text.startswith("{") and text.endswith("}"):
            entry = FileEntry(FLAG_SETTINGS_PATH, FileState.REGULAR, given.encode())
            yield self.parsed.of_entry(entry, Kind.CLAUDE_SETTINGS, Scope.FLAG)
        else:
            yield self._file(resolved(self.cwd, given), Kind.CLAUDE_SETTINGS, Scope.FLAG)

    def _claude_paths(
        self, settings: Iterable[ConfigFile]
    ) -> tuple[ClaudePaths, Mapping[str, tuple[str, str]]]:
        """Return where Claude Code's files are, and the variable that settings move them with.

        User, flag and managed settings may do so (cases "CLAUDE_CONFIG_DIR in … settings").
        """
        name, environment = "CLAUDE_CONFIG_DIR", dict(self.options.environment)
        set_in: dict[str, tuple[str, str]] = {}
        for file in settings:
            variables = _variables_of(file)
            if name in variables and file.scope not in (Scope.PROJECT, Scope.LOCAL):
                environment[name] = variables[name]
                set_in[name] = (file.path, pointer_of("env", name))
        moved = claude_paths(self.home, self.cwd, environment)
        if set_in:
            # The state file is looked for before any settings are read (cases "config dir in …").
            unmoved = claude_paths(self.home, self.cwd, self.options.environment)
            moved = replace(moved, state=unmoved.state, legacy_state=unmoved.legacy_state)
        return moved, set_in

    def _profiles(self, settings: Iterable[ConfigFile]) -> Iterator[ConfigFile]:
        """Yield the files of every directory and profile that the process or settings lead to."""
        process, set_by = self.options.environment, [_variables_of(file) for file in settings]
        named = {each.get("ANTHROPIC_PROFILE", "").strip() for each in (process, *set_by)}
        environments = [process]
        for variables in set_by:
            moving = {name: variables[name] for name in DIRECTORY_VARIABLES & variables.keys()}
            environments.append({**process, **moving})
        directories = (
            anthropic_paths(self.options.platform, self.home, self.cwd, environment)
            for environment in environments
        )
        for directory in dict.fromkeys(directories):
            yield from self._profiles_in(directory, named)

    def _profiles_in(self, directory: AnthropicPaths, named: set[str]) -> Iterator[ConfigFile]:
        """Yield the active profile's name and every profile that is there or that is selected."""
        active = self._file(directory.active_config, Kind.ANTHROPIC_ACTIVE_CONFIG)
        yield active
        names = {DEFAULT_PROFILE, active.text, *named}
        for folder in (directory.configs, directory.credentials_directory):
            found = self.disk.names(str(folder), ".json")
            names.update(name.removesuffix(".json") for name in found)
        for name in sorted(name for name in names if name and _can_be_a_file(name)):
            config = self._file(directory.config(name), Kind.ANTHROPIC_PROFILE)
            yield config
            yield self._file(directory.credentials(name), Kind.ANTHROPIC_CREDENTIALS)
            profile = config.model(Profile)
            moved = profile and profile.authentication and profile.authentication.credentials_path
            if moved:
                yield self._file(resolved(self.cwd, moved), Kind.ANTHROPIC_CREDENTIALS)

    def _preferences_path(self) -> PurePath:
        """Return where our own file is: a home looked at from outside has its own."""
        platform, options = self.options.platform, self.options
        path = preferences_file(platform, self.home, options.environment)
        is_elsewhere = options.confined and not path.is_relative_to(self.home)
        return preferences_file(platform, self.home, {}) if is_elsewhere else path

    def _other_entries(
        self, claude: ClaudePaths, files: Iterable[ConfigFile]
    ) -> Iterator[tuple[str, FileEntry]]:
        """Yield what matters by being there: identity tokens, helpers, profiles renamed aside."""
        files = list(files)
        paths = [str(path) for path in shell_startup_files(self.home, self.cwd)]
        profiles = (it.path for it in files if it.kind is Kind.ANTHROPIC_PROFILE)
        for directory in {pure_path(self.options.platform, it).parent for it in profiles}:
            names = self.disk.names(str(directory))
            paths += (str(directory / name) for name in names if RETIRED_SUFFIX in name)
        usual = claude_paths(self.home, self.cwd, {})
        if usual != claude:
            paths += (str(usual.state), str(usual.credentials))
        paths += (str(resolved(self.cwd, name)) for name in self._named_files(files))
        return ((path, self._entry(path)) for path in paths)

    def _named_files(self, files: Iterable[ConfigFile]) -> Iterator[str]:
        """Yield the identity tokens and helper programs that variables and settings name."""
        token = "ANTHROPIC_IDENTITY_TOKEN_FILE"  # noqa: S105 the variable's name
        named = [self.options.environment.get(token)]
        for file in files:
            settings, profile = file.model(ClaudeSettings), file.model(Profile)
            named.append(_variables_of(file).get(token))
            named += settings_named_in(file, pure_path(self.options.platform, file.path))
            if settings and settings.apiKeyHelper:
                named.append(program_of(settings.apiKeyHelper))
            if profile and profile.authentication and profile.authentication.identity_token:
                named.append(profile.authentication.identity_token.path)
        return filter(None, named)

    def _tracked(self, roots: tuple[PurePath, ...], files: Iterable[ConfigFile]) -> frozenset[str]:
        """Return which of the project's config files git tracks; no index is read without any."""
        shared_anyway = DECLARING_KINDS - {Kind.DOTENV}
        paths = [
            pure_path(self.options.platform, file.path)
            for file in files
            # Git cannot list what is no file, such as a name with half a surrogate pair.
            if file.entry.state is FileState.REGULAR and file.kind not in shared_anyway
        ]
        inside = [path for path in paths if any(map(path.is_relative_to, roots))]
        return tracked_by_git(inside, self.cwd, self._entry) if inside else frozenset()

    def _version(self, files: Iterable[ConfigFile]) -> ClaudeVersion:
        options = self.options
        if options.version:
            return parse_version(options.version)
        installed = None if options.confined else installed_version(options.environment)
        return installed or _onboarded_version(files) or ClaudeVersion(NEWEST_KNOWN, "newest")


def _variables_of(file: ConfigFile) -> Mapping[str, str]:
    """Return the variables that a settings file sets."""
    settings = file.model(ClaudeSettings)
    return (settings and settings.env) or {}


def _can_be_a_file(name: str) -> bool:
    """Whether a file of this name can exist: no NUL, no half of a surrogate pair."""
    return "\0" not in name and name.encode(errors="ignore").decode() == name


def _onboarded_version(files: Iterable[ConfigFile]) -> ClaudeVersion | None:
    for file in files:
        state = file.model(ClaudeState)
        if state and state.lastOnboardingVersion:
            with suppress(ValueError):
                return parse_version(state.lastOnboardingVersion, "state")
    return None

"""Where every config file lives, on every platform. Pure path arithmetic; nothing is read.

Sources: Claude Code's settings documentation, the ``ant`` CLI's documentation, and recorded
cases named ``CONFIG_DIR …``, ``XDG_CONFIG_HOME …`` and ``legacy …`` in tests/conformance.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from msgspec import Struct

from billing_lens.config.kinds import Kind, Platform

DEFAULT_PROFILE = "default"
RETIRED_SUFFIX = ".off"
"""What a file renamed aside ends with, so that neither Claude Code nor ``ant`` finds it."""

_PATHS_KEPT = 4096
"""Paths are taken apart again and again for one answer; that costs more than the answer."""


@lru_cache(_PATHS_KEPT)
def pure_path(platform: Platform, path: str) -> PurePath:
    """Return `path` in the given platform's path flavour, without touching the disk."""
    return PureWindowsPath(path) if platform is Platform.WIN32 else PurePosixPath(path)


@lru_cache(_PATHS_KEPT)
def resolved(base: PurePath, path: str) -> PurePath:
    """Return `path` joined to `base` with ``.`` and ``..`` folded, as Node's ``path.resolve``.

    ``~`` is not expanded: Claude Code does not do so either (case "CONFIG_DIR with ~ literal").
    """
    flavour = ntpath if isinstance(base, PureWindowsPath) else posixpath
    return type(base)(flavour.normpath(flavour.join(str(base), path)))


class ClaudePaths(Struct, frozen=True):
    """Where Claude Code keeps its own files for one user."""

    directory: PurePath
    state: PurePath
    legacy_state: PurePath
    """Beats `state` when both exist (case "legacy + .claude.json")."""
    credentials: PurePath
    user_settings: PurePath
    backups: PurePath


def claude_paths(home: PurePath, cwd: PurePath, environment: Mapping[str, str]) -> ClaudePaths:
    """Return where Claude Code looks for its own files.

    CLAUDE_CONFIG_DIR moves everything, ``.claude.json`` included, into that directory. Set to the
    empty string it still counts as set and means the working directory (case "CONFIG_DIR empty");
    it is read in NFC (case "config dir nfc val nfd dir"). CLAUDE_SECURESTORAGE_CONFIG_DIR moves the
    stored login alone; empty it means ``~/.claude`` (cases "securestorage …").
    """
    moved = environment.get("CLAUDE_CONFIG_DIR")
    if moved is not None and not moved.isascii():
        from unicodedata import normalize  # noqa: PLC0415 hardly a path needs it

        moved = normalize("NFC", moved)
    directory = home / ".claude" if moved is None else resolved(cwd, moved)
    secured = environment.get("CLAUDE_SECURESTORAGE_CONFIG_DIR")
    stored_in = directory if secured is None else resolved(cwd, secured or str(home / ".claude"))
    return ClaudePaths(
        directory=directory,
        state=(home if moved is None else directory) / ".claude.json",
        legacy_state=directory / ".config.json",
        credentials=stored_in / ".credentials.json",
        user_settings=directory / "settings.json",
        backups=directory / "backups",
    )


class ProjectPaths(Struct, frozen=True):
    """Where Claude Code looks for the settings of the folder it is started in (only there)."""

    settings: PurePath
    local_settings: PurePath


def project_paths(cwd: PurePath) -> ProjectPaths:
    """Return the settings files of the project in `cwd`."""
    return ProjectPaths(cwd / ".claude" / "settings.json", cwd / ".claude" / "settings.local.json")


WORKFLOWS = (".github", "workflows")
DEVCONTAINER = ".devcontainer"
MOST_WORKFLOWS = 100
"""How many workflows of a repository are looked at."""

_COMPOSE = r"(docker-)?compose([.-][\w.-]+)?\.ya?ml"
_IN_ROOT = {
    ".gitlab-ci.yml": Kind.GITLAB_CI,
    ".devcontainer.json": Kind.DEVCONTAINER,
    ".env": Kind.DOTENV,
    ".envrc": Kind.DOTENV,
}

Names = Callable[[PurePath], Iterable[str]]
"""What lists the names in a folder."""


def declaring_files(root: PurePath, names: Names) -> Iterator[tuple[PurePath, Kind]]:
    """Yield the files that say how a project's Claude Code runs elsewhere, with their kinds.

    `root` is the project's folder. Sources: the documentation of GitHub Actions, GitLab CI, Docker
    Compose, direnv, and https://containers.dev/implementors/spec/#devcontainerjson.
    """
    workflows = root.joinpath(*WORKFLOWS)
    for name in [it for it in names(workflows) if it.endswith((".yml", ".yaml"))][:MOST_WORKFLOWS]:
        yield workflows / name, Kind.GITHUB_WORKFLOW
    for name in names(root / DEVCONTAINER):
        if name == "devcontainer.json":
            yield root / DEVCONTAINER / name, Kind.DEVCONTAINER
    for name in names(root):
        kind = _IN_ROOT.get(name) or (Kind.COMPOSE if re.fullmatch(_COMPOSE, name) else None)
        if kind:
            yield root / name, kind


class ManagedPaths(Struct, frozen=True):
    """Where an administrator puts settings that users cannot override."""

    settings: PurePath
    drop_ins: PurePath
    """A directory; its ``*.json`` files are applied in the order of their names."""


def managed_paths(platform: Platform, directory: PurePath | None = None) -> ManagedPaths:
    """Return the managed settings below `directory`, or below the platform's own place."""
    below = (
        directory
        or {
            Platform.LINUX: PurePosixPath("/etc/claude-code"),
            Platform.DARWIN: PurePosixPath("/Library/Application Support/ClaudeCode"),
            Platform.WIN32: PureWindowsPath(r"C:\Program Files\ClaudeCode"),
        }[platform]
    )
    return ManagedPaths(below / "managed-settings.json", below / "managed-settings.d")


class AnthropicPaths(Struct, frozen=True, dict=True):
    """Where the ``ant`` CLI keeps its profiles, and Claude Code looks for them."""

    directory: PurePath

    @cached_property
    def active_config(self) -> PurePath:
        """The file that names the active profile."""
        return self.directory / "active_config"

    @cached_property
    def configs(self) -> PurePath:
        """The directory of the profiles."""
        return self.directory / "configs"

    @cached_property
    def credentials_directory(self) -> PurePath:
        """The directory of the profiles' credentials."""
        return self.directory / "credentials"

    def config(self, profile: str) -> PurePath:
        """Return the file of a profile; its name may lead out of the directory."""
        return resolved(self.configs, f"./{profile}.json")

    def credentials(self, profile: str) -> PurePath:
        """Return the usual credentials file of a profile."""
        return resolved(self.credentials_directory, f"./{profile}.json")


_anthropic_places_in = lru_cache(_PATHS_KEPT)(AnthropicPaths)


def anthropic_paths(
    platform: Platform, home: PurePath, cwd: PurePath, environment: Mapping[str, str]
) -> AnthropicPaths:
    r"""Return the Anthropic directory: ANTHROPIC_CONFIG_DIR, else the platform's own place.

    Empty variables count as not set (case "antvar[sub+ant] ANTHROPIC_CONFIG_DIR=''"). macOS uses
    ``~/.config`` too; Windows ``%APPDATA%\Anthropic`` (documentation of ``ant``, not measured).
    """
    if (moved := environment.get("ANTHROPIC_CONFIG_DIR", "")).strip():
        return _anthropic_places_in(resolved(cwd, moved.strip()))
    if platform is Platform.WIN32:
        return _anthropic_places_in(roaming_data(home, environment) / "Anthropic")
    if xdg := environment.get("XDG_CONFIG_HOME"):
        return _anthropic_places_in(resolved(cwd, xdg) / "anthropic")
    # Settings can set HOME too, and then it counts here (cases "HOME in user, ant there").
    own = resolved(cwd, environment["HOME"]) if environment.get("HOME") else home
    return _anthropic_places_in(own / ".config" / "anthropic")


def vscode_settings(
    platform: Platform, home: PurePath, cwd: PurePath, environment: Mapping[str, str]
) -> tuple[PurePath, ...]:
    """Return the places of VS Code's settings: the user's, a remote machine's, the workspace's."""
    if platform is Platform.WIN32:
        configuration = roaming_data(home, environment)
    elif platform is Platform.DARWIN:
        configuration = home / "Library" / "Application Support"
    else:
        configuration = resolved(cwd, environment.get("XDG_CONFIG_HOME") or str(home / ".config"))
    products = ("Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf")
    return (
        *(configuration / product / "User" / "settings.json" for product in products),
        home / ".vscode-server" / "data" / "Machine" / "settings.json",
        home / ".local" / "share" / "code-server" / "User" / "settings.json",
        cwd / ".vscode" / "settings.json",
    )


def preferences_file(
    platform: Platform, home: PurePath, environment: Mapping[str, str]
) -> PurePath:
    """Return the place of our own ``config.toml``, as platformdirs has it for this platform.

    Not asked of platformdirs itself: it knows this process's machine only. A variable that holds
    no absolute path does not count: joined to the working directory, it would let a folder that
    nobody trusts say what is expected.
    """
    variable = "LOCALAPPDATA" if platform is Platform.WIN32 else "XDG_CONFIG_HOME"
    moved = pure_path(platform, environment.get(variable, ""))
    usual = {
        Platform.LINUX: home / ".config",
        Platform.DARWIN: home / "Library" / "Application Support",
        Platform.WIN32: home / "AppData" / "Local",
    }[platform]
    return (moved if moved.is_absolute() else usual) / "billing-lens" / "config.toml"


def policy_file(folder: PurePath) -> PurePath:
    """Return the place of a team's policy in one folder of a project."""
    return folder / ".billing-lens.toml"


def shell_startup_files(home: PurePath, cwd: PurePath) -> tuple[PurePath, ...]:
    """Return the files in which people set variables for shells, and direnv's of a project."""
    names = (".zshenv", ".zprofile", ".zshrc", ".bash_profile", ".bashrc", ".profile")
    fish = home / ".config" / "fish" / "config.fish"
    return (*(home / name for name in names), fish, cwd / ".envrc")


def roaming_data(home: PurePath, environment: Mapping[str, str]) -> PurePath:
    """Return Windows' directory for roaming application data."""
    moved = environment.get("APPDATA")
    return PureWindowsPath(moved) if moved else home / "AppData" / "Roaming"

"""Where every config file lives, on every platform, worked out on any."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from billing_lens.config.kinds import Platform
from billing_lens.config.paths import (
    anthropic_paths,
    claude_paths,
    managed_paths,
    project_paths,
    pure_path,
    resolved,
    vscode_settings,
)

LINUX_HOME, LINUX_CWD = PurePosixPath("/home/dev"), PurePosixPath("/srv/proj")
MAC_HOME, MAC_CWD = PurePosixPath("/Users/dev"), PurePosixPath("/Users/dev/proj")
WINDOWS_HOME, WINDOWS_CWD = PureWindowsPath(r"C:\Users\dev"), PureWindowsPath(r"D:\proj")

MACHINES: dict[Platform, tuple[PurePath, PurePath]] = {
    Platform.LINUX: (LINUX_HOME, LINUX_CWD),
    Platform.DARWIN: (MAC_HOME, MAC_CWD),
    Platform.WIN32: (WINDOWS_HOME, WINDOWS_CWD),
}


@pytest.mark.parametrize(
    ("platform", "state", "legacy", "credentials", "settings", "backups"),
    [
        pytest.param(
            Platform.LINUX,
            "/home/dev/.claude.json",
            "/home/dev/.claude/.config.json",
            "/home/dev/.claude/.credentials.json",
            "/home/dev/.claude/settings.json",
            "/home/dev/.claude/backups",
            id="linux",
        ),
        pytest.param(
            Platform.DARWIN,
            "/Users/dev/.claude.json",
            "/Users/dev/.claude/.config.json",
            "/Users/dev/.claude/.credentials.json",
            "/Users/dev/.claude/settings.json",
            "/Users/dev/.claude/backups",
            id="darwin",
        ),
        pytest.param(
            Platform.WIN32,
            r"C:\Users\dev\.claude.json",
            r"C:\Users\dev\.claude\.config.json",
            r"C:\Users\dev\.claude\.credentials.json",
            r"C:\Users\dev\.claude\settings.json",
            r"C:\Users\dev\.claude\backups",
            id="win32",
        ),
    ],
)
def test_claude_codes_own_files(
    platform: Platform, state: str, legacy: str, credentials: str, settings: str, backups: str
) -> None:
    places = claude_paths(*MACHINES[platform], {})

    assert str(places.state) == state
    assert str(places.legacy_state) == legacy
    assert str(places.credentials) == credentials
    assert str(places.user_settings) == settings
    assert str(places.backups) == backups


@pytest.mark.parametrize(
    ("value", "directory"),
    [
        ("/elsewhere/claude", "/elsewhere/claude"),
        ("/elsewhere/claude/", "/elsewhere/claude"),
        ("sub", "/srv/proj/sub"),
        ("../sub/./x", "/srv/sub/x"),
        ("~/.claude", "/srv/proj/~/.claude"),
        ("", "/srv/proj"),
        ("/home/dev/.claude", "/home/dev/.claude"),
    ],
)
def test_claude_config_dir_moves_everything_of_claude_code(value: str, directory: str) -> None:
    places = claude_paths(LINUX_HOME, LINUX_CWD, {"CLAUDE_CONFIG_DIR": value})

    assert str(places.directory) == directory
    assert str(places.state) == f"{directory}/.claude.json"
    assert str(places.legacy_state) == f"{directory}/.config.json"
    assert str(places.credentials) == f"{directory}/.credentials.json"
    assert str(places.user_settings) == f"{directory}/settings.json"


def test_claude_config_dir_on_windows_may_be_on_another_drive() -> None:
    places = claude_paths(WINDOWS_HOME, WINDOWS_CWD, {"CLAUDE_CONFIG_DIR": r"E:\claude\\"})

    assert str(places.state) == r"E:\claude\.claude.json"


@pytest.mark.parametrize(
    ("platform", "directory"),
    [
        (Platform.LINUX, "/home/dev/.config/anthropic"),
        (Platform.DARWIN, "/Users/dev/.config/anthropic"),
        (Platform.WIN32, r"C:\Users\dev\AppData\Roaming\Anthropic"),
    ],
)
def test_the_anthropic_directory(platform: Platform, directory: str) -> None:
    places = anthropic_paths(platform, *MACHINES[platform], {})
    separator = "\\" if platform is Platform.WIN32 else "/"

    assert str(places.directory) == directory
    assert str(places.active_config) == separator.join((directory, "active_config"))
    assert str(places.config("work")) == separator.join((directory, "configs", "work.json"))
    assert str(places.credentials("work")) == separator.join(
        (directory, "credentials", "work.json")
    )


@pytest.mark.parametrize(
    ("platform", "variables", "directory"),
    [
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": "/a"}, "/a"),
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": "/a/"}, "/a"),
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": "a/../b"}, "/srv/proj/b"),
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": "~/a"}, "/srv/proj/~/a"),
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": ""}, "/home/dev/.config/anthropic"),
        (Platform.LINUX, {"XDG_CONFIG_HOME": "/x"}, "/x/anthropic"),
        (Platform.LINUX, {"XDG_CONFIG_HOME": "/x/"}, "/x/anthropic"),
        (Platform.LINUX, {"XDG_CONFIG_HOME": ""}, "/home/dev/.config/anthropic"),
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": "/a", "XDG_CONFIG_HOME": "/x"}, "/a"),
        (Platform.LINUX, {"ANTHROPIC_CONFIG_DIR": "", "XDG_CONFIG_HOME": "/x"}, "/x/anthropic"),
        (Platform.LINUX, {"APPDATA": "/roaming"}, "/home/dev/.config/anthropic"),
        (Platform.LINUX, {"CLAUDE_CONFIG_DIR": "/c"}, "/home/dev/.config/anthropic"),
        (Platform.DARWIN, {"XDG_CONFIG_HOME": "/x"}, "/x/anthropic"),
        (Platform.DARWIN, {"ANTHROPIC_CONFIG_DIR": "/a"}, "/a"),
        (Platform.WIN32, {"APPDATA": r"E:\roaming"}, r"E:\roaming\Anthropic"),
        (Platform.WIN32, {"APPDATA": ""}, r"C:\Users\dev\AppData\Roaming\Anthropic"),
        (Platform.WIN32, {"XDG_CONFIG_HOME": "/x"}, r"C:\Users\dev\AppData\Roaming\Anthropic"),
        (Platform.WIN32, {"ANTHROPIC_CONFIG_DIR": r"E:\a", "APPDATA": r"E:\r"}, r"E:\a"),
    ],
)
def test_variables_move_the_anthropic_directory(
    platform: Platform, variables: dict[str, str], directory: str
) -> None:
    assert str(anthropic_paths(platform, *MACHINES[platform], variables).directory) == directory


def test_a_profile_name_may_lead_out_of_its_directory() -> None:
    places = anthropic_paths(Platform.LINUX, LINUX_HOME, LINUX_CWD, {})

    assert str(places.config("../../x")) == "/home/dev/.config/x.json"


@pytest.mark.parametrize(
    ("platform", "settings"),
    [
        (Platform.LINUX, "/etc/claude-code/managed-settings.json"),
        (Platform.DARWIN, "/Library/Application Support/ClaudeCode/managed-settings.json"),
        (Platform.WIN32, r"C:\Program Files\ClaudeCode\managed-settings.json"),
    ],
)
def test_managed_settings(platform: Platform, settings: str) -> None:
    places = managed_paths(platform)

    assert str(places.settings) == settings
    assert str(places.drop_ins) == settings.replace(".json", ".d")


def test_another_managed_directory_replaces_the_platforms() -> None:
    places = managed_paths(Platform.WIN32, PureWindowsPath(r"X:\managed"))

    assert str(places.settings) == r"X:\managed\managed-settings.json"
    assert str(places.drop_ins) == r"X:\managed\managed-settings.d"


@pytest.mark.parametrize(
    ("cwd", "project", "local"),
    [
        (LINUX_CWD, "/srv/proj/.claude/settings.json", "/srv/proj/.claude/settings.local.json"),
        (WINDOWS_CWD, r"D:\proj\.claude\settings.json", r"D:\proj\.claude\settings.local.json"),
    ],
)
def test_project_settings(cwd: PurePath, project: str, local: str) -> None:
    places = project_paths(cwd)

    assert str(places.settings) == project
    assert str(places.local_settings) == local


@pytest.mark.parametrize(
    ("platform", "variables", "settings"),
    [
        (Platform.LINUX, {}, "/home/dev/.config/Code/User/settings.json"),
        (Platform.LINUX, {"XDG_CONFIG_HOME": "/x"}, "/x/Code/User/settings.json"),
        (Platform.LINUX, {"XDG_CONFIG_HOME": ""}, "/home/dev/.config/Code/User/settings.json"),
        (
            Platform.DARWIN,
            {},
            "/Users/dev/Library/Application Support/Code/User/settings.json",
        ),
        (Platform.WIN32, {}, r"C:\Users\dev\AppData\Roaming\Code\User\settings.json"),
        (Platform.WIN32, {"APPDATA": r"E:\r"}, r"E:\r\Code\User\settings.json"),
    ],
)
def test_vs_codes_user_settings(
    platform: Platform, variables: dict[str, str], settings: str
) -> None:
    places = [str(path) for path in vscode_settings(platform, *MACHINES[platform], variables)]

    assert places[0] == settings
    assert str(MACHINES[platform][1] / ".vscode" / "settings.json") in places


def test_paths_are_of_the_machines_platform_whatever_ours_is() -> None:
    assert pure_path(Platform.WIN32, r"C:\a/b") == PureWindowsPath("C:/a/b")
    assert pure_path(Platform.DARWIN, "a\\b").name == "a\\b"
    assert str(resolved(PureWindowsPath(r"C:\a"), r"..\b")) == r"C:\b"

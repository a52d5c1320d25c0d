"""A machine as a CI job has it: the project and its administrator's settings, nobody's home."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind, Scope
from billing_lens.machine.keychain import Keychain, KeychainEntry, KeychainState
from billing_lens.machine.machine import Machine

PERSONAL = frozenset(
    {
        Kind.ANTHROPIC_PROFILE,
        Kind.ANTHROPIC_CREDENTIALS,
        Kind.ANTHROPIC_ACTIVE_CONFIG,
        Kind.CLAUDE_STATE,
        Kind.CLAUDE_CREDENTIALS,
        Kind.VSCODE_SETTINGS,
        Kind.PREFERENCES,
    }
)
"""What lies in a person's home. A runner that is new for each job has none of it."""


def as_ci_job(machine: Machine, environment: Mapping[str, str] | None = None) -> Machine:
    """Return `machine` without the home it was read from: no login, no profile, no user settings.

    `environment` is what the job's process gets; None keeps the machine's own. Settings of the
    project and managed settings stay, and so do those of Claude Code's own arguments.
    """
    return replace(
        machine,
        environment=machine.environment if environment is None else environment,
        files={path: file for path, file in machine.files.items() if not is_personal(file)},
        backups=(),
        keychain=_EMPTY_KEYCHAIN,
        variables_set_in={},
        in_ci=True,
    )


def is_personal(file: ConfigFile) -> bool:
    """Return whether a file belongs to a person and not to a project or an administrator."""
    return file.kind in PERSONAL or file.scope is Scope.USER


_EMPTY_KEYCHAIN = Keychain(
    login=KeychainEntry("", state=KeychainState.ABSENT),
    managed_key=KeychainEntry("", state=KeychainState.ABSENT),
)

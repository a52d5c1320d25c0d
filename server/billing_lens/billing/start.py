"""What makes Claude Code end before it looks for any credential."""

from __future__ import annotations

from msgspec import Struct

from billing_lens.billing.credential import Credential
from billing_lens.billing.environment import Environment, is_ignored
from billing_lens.billing.login import state_file
from billing_lens.billing.managed import managed_settings
from billing_lens.billing.place import Place
from billing_lens.billing.profile import HONOURED, select_profile
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind, Scope
from billing_lens.config.models import ClaudeSettings
from billing_lens.machine.machine import FLAG_SETTINGS_PATH, Machine
from billing_lens.machine.version import Versions

PROFILE_DIRECTORY_ENDS = Versions("<2.1.285")
"""So long (to 2.1.284 at least) a directory in place of a profile's file ended the program at once
(cases "… config directory", "… creds directory")."""

BROKEN_MANAGED_ENDS = Versions(">=2.1.284")
"""Up to 2.1.257 at least, broken managed settings were ignored."""


class Refusal(Struct, frozen=True):
    """Why Claude Code would not start, and the text to blame."""

    reason: str
    place: Place


def why_not_started(machine: Machine, environment: Environment) -> Refusal | None:
    """Return what ends Claude Code at the start, None when nothing does."""
    broken_managed = machine.version in BROKEN_MANAGED_ENDS
    for file in machine.files_of(Kind.CLAUDE_SETTINGS, Scope.MANAGED):
        # An empty file counts as missing (cases "managed empty", "managed blank").
        says_something = bool(file.entry.data.strip())
        if broken_managed and says_something and (_is_refused(file) or _is_no_object(file)):
            reason = "The managed settings are broken; Claude Code refuses to start."
            return Refusal(reason, Place(file.path, ""))
    state = state_file(machine)
    if state and state.entry.data.strip() and _is_refused(state):
        reason = "Claude Code's state file is corrupted; it refuses to start."
        return Refusal(reason, Place(state.path, ""))
    return _flag_settings(machine) or _profile_directory(machine, environment)


def why_provider_refused(machine: Machine, active: Credential, host: str | None) -> Refusal | None:
    """Return what ends Claude Code because managed settings do not allow who would serve it.

    "anthropic" stands for subscription and API key alike, "customEndpoint" for another address
    (facts of 2.1.332, "allowedProviders").
    """
    provider = active.provider or ("customEndpoint" if host else "anthropic")
    allowed: tuple[list[str], ConfigFile] | None = None
    for file in managed_settings(machine):
        settings = file.model(ClaudeSettings)
        if settings and settings.allowedProviders is not None and not is_ignored(file, machine):
            allowed = settings.allowedProviders, file
    if allowed is None or provider in allowed[0]:
        return None
    reason = "Managed settings do not allow this provider; Claude Code refuses to start."
    return Refusal(reason, Place(allowed[1].path, "/allowedProviders"))


def _flag_settings(machine: Machine) -> Refusal | None:
    """A file that ``--settings`` names must be there, and JSON text given to it must be valid.

    Cases "flag …" and "setting-sources …"; an empty text counts as not given.
    """
    if machine.arguments.refused:
        reason = "--setting-sources names a source that Claude Code does not know; it ends there."
        return Refusal(reason, Place(path=FLAG_SETTINGS_PATH))
    if not machine.arguments.settings:
        return None
    for file in machine.files.values():
        if file.scope is Scope.FLAG:
            inline = file.path == FLAG_SETTINGS_PATH
            missing = file.entry.state is not FileState.REGULAR
            if missing or (inline and _is_refused(file)):
                reason = "What --settings names cannot be read; Claude Code refuses to start."
                return Refusal(reason, Place(file.path, ""))
    return None


def _is_refused(file: ConfigFile) -> bool:
    """Whether the JSON is broken and was not valid just before, while it is being edited."""
    return file.is_broken and file.value is None


def _is_no_object(file: ConfigFile) -> bool:
    """Whether there is JSON that is no object; an empty file counts as missing."""
    readable = file.entry.state is FileState.REGULAR and bool(file.entry.data.strip())
    return readable and not isinstance(file.value, dict)


def _profile_directory(machine: Machine, environment: Environment) -> Refusal | None:
    if machine.version not in PROFILE_DIRECTORY_ENDS or machine.version not in HONOURED:
        return None
    places = machine.anthropic(environment.values())
    name = select_profile(machine, environment).name
    for path in (places.active_config, places.config(name), places.credentials(name)):
        file: ConfigFile | None = machine.file(path)
        if file and file.entry.state is FileState.DIRECTORY:
            reason = "A directory stands in place of a profile's file; Claude Code ends at once."
            return Refusal(reason, Place(file.path, ""))
    return None

"""Fixes that take an ``ant`` profile out of charge, least destructive first.

What switches a profile off was measured (cases "antvar[sub+ant] authentication missing", "config
missing, credentials only", "active_config=missing profile"). Removing ``organization_id`` alone
does not ("antvar[…] organization_id missing (conf)"), so the sign-in goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count

from billing_lens.billing.credential import Credential, State
from billing_lens.billing.environment import Environment
from billing_lens.billing.sources import Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind
from billing_lens.config.paths import RETIRED_SUFFIX
from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix, RenameFile
from billing_lens.machine.machine import Machine, Mode
from billing_lens.text.edits import TextEdit
from billing_lens.text.positions import Span
from billing_lens.text.removal import remove_properties

CACHED_BINDING = ("/organization_id", "/workspace_id", "/authentication")
"""What binds a profile to an organization and lets it sign in."""


def profile_fixes(machine: Machine, credential: Credential) -> Iterator[Fix]:
    """Yield the fixes for a profile that should not be in charge."""
    file = machine.existing(credential.place.path or "")
    if credential.source is not Source.PROFILE or file is None or credential.profile is None:
        return
    if file.can_be_edited:
        yield from _clear_sign_in(file, credential.profile)
    if credential.state is not State.IGNORED:
        yield from _select_another(machine, credential.profile)
    yield _retire(machine, file, credential.profile)


def _clear_sign_in(file: ConfigFile, profile: str) -> Iterator[Fix]:
    edits = remove_properties(file.document, CACHED_BINDING)
    if edits:
        yield Fix(
            f"clear-sign-in:{profile}",
            f"Clear the cached organization and sign-in of profile '{profile}'",
            (EditFile(file.path, edits),),
            effort=1,
        )


def _select_another(machine: Machine, profile: str) -> Iterator[Fix]:
    places = machine.anthropic(Environment(machine, Mode.HEADLESS).values())
    active = machine.existing(places.active_config)
    for file in machine.files_of(Kind.ANTHROPIC_PROFILE):
        path = machine.path(file.path)
        if path.parent != places.configs or path.stem == profile:
            continue
        yield Fix(
            f"select-profile:{path.stem}",
            f"Select profile '{path.stem}' instead of '{profile}'",
            (_select(active, str(places.active_config), path.stem),),
            effort=2,
        )


def _select(active: ConfigFile | None, path: str, profile: str) -> Change:
    if active is None:
        return CreateFile(path, f"{profile}\n".encode(), mode=0o644)
    return EditFile(path, (TextEdit(Span(0, len(active.buffer.data)), f"{profile}\n"),))


def _retire(machine: Machine, file: ConfigFile, profile: str) -> Fix:
    return set_aside(machine, file, f"retire-profile:{profile}", f"profile '{profile}'")


def set_aside(machine: Machine, file: ConfigFile, identifier: str, what: str) -> Fix:
    """Return the fix that renames a file so that it is kept and no longer found."""
    aside = _free_name(machine, file.path + RETIRED_SUFFIX)
    return Fix(
        identifier,
        f"Retire {what} (rename it to {machine.path(aside).name})",
        (RenameFile(file.path, aside),),
        effort=3,
    )


def _free_name(machine: Machine, wanted: str) -> str:
    """Return `wanted`, or with a number behind it when something stands there already."""
    candidates = chain((wanted,), (f"{wanted}.{number}" for number in count(2)))
    return next(name for name in candidates if machine.entry(name).state is FileState.MISSING)

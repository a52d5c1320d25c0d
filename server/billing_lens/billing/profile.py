"""The ``ant`` profile and workload identity federation, as Claude Code tries them.

Source: the cases named ``antvar[…] <variant>``, ``WIF …`` and ``wif…`` in tests/conformance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from billing_lens.billing.credential import Credential, Organization, ProfileKind
from billing_lens.billing.environment import Environment, Variable
from billing_lens.billing.place import Place, place_in
from billing_lens.billing.sources import Source
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.config.kinds import Kind
from billing_lens.config.models import Authentication, Profile, ProfileCredentials
from billing_lens.config.paths import DEFAULT_PROFILE, AnthropicPaths, resolved
from billing_lens.machine.machine import Machine
from billing_lens.machine.version import Versions

USER_OAUTH = "user_oauth"
OIDC_FEDERATION = "oidc_federation"

HONOURED = Versions(">=2.1.118")
"""Profiles and federation are honoured from here (cases "ant", "sub+ant" by version)."""

EMPTY_CREDENTIALS_HANG = Versions("<2.1.257")
"""So long an empty credentials file was in charge and hung (to 2.1.237 at least); it falls back."""

_NAME = r"[A-Za-z0-9_.-]+"
"""What a profile may be called; one of any other name is in charge and fails (cases "profile
name …")."""


class Selection(Struct, frozen=True):
    """Which profile is looked at, and what selected it (a variable, ``active_config``, nothing)."""

    name: str
    kind: ProfileKind
    place: Place | None


def select_profile(machine: Machine, environment: Environment) -> Selection:
    """Return the one profile Claude Code would try; a missing one is never replaced by default."""
    named = environment.get("ANTHROPIC_PROFILE")
    if named:
        return Selection(named.value.strip(), ProfileKind.EXPLICIT, named.place)
    active = machine.existing(machine.anthropic(environment.values()).active_config)
    if active and active.text:
        return Selection(active.text, ProfileKind.IMPLICIT, place_in(active))
    return Selection(DEFAULT_PROFILE, ProfileKind.IMPLICIT, None)


def find_profiles(machine: Machine, environment: Environment) -> Iterator[Credential]:
    """Yield the selected profile first, usable or not, then every other one as ignored."""
    places = machine.anthropic(environment.values())
    selection = select_profile(machine, environment)
    selected = machine.existing(places.config(selection.name))
    if selected:
        yield _honoured(machine, _judge(machine, environment, selection, selected))
    for name, config in _all_profiles(machine, places):
        if selected is None or config.path != selected.path:
            other = Selection(name, ProfileKind.IMPLICIT, None)
            described = _describe(other, config, _credentials_file(machine, places, name, config))
            yield described.ignored(f"The profile in use is '{selection.name}'.")


def _all_profiles(machine: Machine, places: AnthropicPaths) -> Iterator[tuple[str, ConfigFile]]:
    for file in machine.files_of(Kind.ANTHROPIC_PROFILE):
        path = machine.path(file.path)
        if path.parent == places.configs:
            yield path.stem, file


def _honoured(machine: Machine, credential: Credential) -> Credential:
    if machine.version in HONOURED:
        return credential
    return credential.ignored(f"Claude Code {machine.version.text} does not know profiles yet.")


def _credentials_file(
    machine: Machine, places: AnthropicPaths, profile: str, config: ConfigFile
) -> ConfigFile | None:
    """Return the profile's credentials file; a relative path starts at the working directory."""
    model = config.model(Profile)
    elsewhere = model.authentication.credentials_path if model and model.authentication else None
    if elsewhere is None:
        return machine.existing(places.credentials(profile))
    return machine.existing(resolved(machine.cwd, elsewhere)) if elsewhere else None


def _describe(
    selection: Selection, config: ConfigFile, credentials: ConfigFile | None
) -> Credential:
    profile = config.model(Profile) or Profile()
    stored = (credentials and credentials.model(ProfileCredentials)) or ProfileCredentials()
    identifier = profile.organization_id or stored.organization_uuid
    pointer = "/organization_id" if profile.organization_id else "/authentication"
    return Credential(
        Source.PROFILE,
        place_in(config, pointer if config.document.node(pointer) else ""),
        organization=Organization(identifier, stored.organization_name) if identifier else None,
        email=stored.account_email,
        profile=selection.name,
        profile_kind=selection.kind,
        selected_by=selection.place,
        profile_type=profile.authentication.type if profile.authentication else None,
        credentials_path=credentials.path if credentials else None,
        host=profile.base_url if isinstance(profile.base_url, str) else None,
    )


def _judge(
    machine: Machine, environment: Environment, selection: Selection, config: ConfigFile
) -> Credential:
    places = machine.anthropic(environment.values())
    credentials = _credentials_file(machine, places, selection.name, config)
    credential = _describe(selection, config, credentials)
    profile = config.model(Profile)
    authentication = profile.authentication if profile else None
    if authentication is None or authentication.type not in (USER_OAUTH, OIDC_FEDERATION):
        return credential.unusable("The profile says no way to sign in that Claude Code knows.")
    if profile and isinstance(profile.base_url, float | int):
        where = place_in(config, "/base_url")
        return credential.failing("The profile's base_url is a number.", where)
    if authentication.type == OIDC_FEDERATION:
        if selection.kind is ProfileKind.IMPLICIT:
            credential = replace(credential, profile_kind=ProfileKind.FEDERATED)
        return _judge_federated(machine, environment, credential, authentication)
    return _judge_user_oauth(machine, credential, authentication, credentials)


def _judge_federated(
    machine: Machine, environment: Environment, credential: Credential, how: Authentication
) -> Credential:
    token = how.identity_token
    from_file = bool(token and token.path and _is_file(machine, token.path))
    if not (from_file or has_identity_token(machine, environment)):
        where = replace(credential.place, pointer="/authentication/identity_token")
        return credential.failing("The profile is federated but there is no identity token.", where)
    if not (how.federation_rule_id or environment.get("ANTHROPIC_FEDERATION_RULE_ID")):
        where = replace(credential.place, pointer="/authentication/federation_rule_id")
        return credential.failing("The profile is federated but names no federation rule.", where)
    pinned = credential.place.pointer == "/organization_id"
    if not (pinned or environment.get("ANTHROPIC_ORGANIZATION_ID")):
        return credential.failing("The profile is federated but names no organization.")
    return credential


def _judge_user_oauth(
    machine: Machine, credential: Credential, how: Authentication, file: ConfigFile | None
) -> Credential:
    if file is None or file.entry.state is FileState.DIRECTORY:
        return credential.unusable("The profile has no credentials file.")
    whole = place_in(file)
    if not file.entry.data and machine.version not in EMPTY_CREDENTIALS_HANG:
        return credential.unusable("The profile's credentials file is empty.", whole)
    if not re.fullmatch(_NAME, credential.profile or ""):
        reason = "The profile's name holds a character that is not allowed."
        return credential.failing(reason, credential.selected_by)
    if (file.entry.mode or 0) & 0o077:
        return credential.failing(f"Others can read the profile's credentials; {_HANGS}", whole)
    stored = file.model(ProfileCredentials)
    if stored is None:
        reason = f"The profile's credentials cannot be read as JSON; {_HANGS}"
        return credential.failing(reason, _spoilt(file))
    if not stored.access_token:
        reason = f"The profile's credentials hold no access token; {_HANGS}"
        return credential.failing(reason, place_in(file, "/access_token"))
    expired = stored.expires_at is not None and stored.expires_at * 1000 <= machine.now_ms
    if expired and not (stored.refresh_token and how.client_id):
        reason = "The profile's sign-in has expired and cannot be renewed."
        return credential.failing(reason, place_in(file, "/expires_at"))
    return credential


_HANGS = "with such a file Claude Code hangs."


def _spoilt(file: ConfigFile) -> Place:
    """Return what makes the file unreadable: a mistake in the JSON, or a byte order mark."""
    span = next((problem.span for problem in file.problems), None)
    return replace(place_in(file), span=span)


def find_federation(machine: Machine, environment: Environment) -> Iterator[Credential]:
    """Yield federation by variables: a rule id and an organization id; it may lack its token."""
    rule = environment.get("ANTHROPIC_FEDERATION_RULE_ID")
    organization = environment.get("ANTHROPIC_ORGANIZATION_ID")
    if not rule and not organization:
        return
    credential = Credential(
        Source.FEDERATION,
        (rule or _present(organization)).place,
        organization=Organization(organization.value.strip()) if organization else None,
        profile_kind=ProfileKind.FEDERATED,
    )
    if environment.get("ANTHROPIC_PROFILE"):
        # Whatever becomes of the profile: measured as cases "PROFILE=gone …+wif".
        yield credential.ignored("ANTHROPIC_PROFILE switches the federation variables off.")
    elif not rule or not organization:
        missing = "ANTHROPIC_ORGANIZATION_ID" if rule else "ANTHROPIC_FEDERATION_RULE_ID"
        yield credential.unusable(f"Federation also needs {missing}.")
    elif has_identity_token(machine, environment):
        yield _honoured(machine, credential)
    else:
        yield _honoured(machine, credential.failing("Federation has no identity token."))


def _present(variable: Variable | None) -> Variable:
    assert variable is not None
    return variable


def has_identity_token(machine: Machine, environment: Environment) -> bool:
    """Return whether a variable names a file that is there, or else gives an identity token.

    The file comes first: where it is missing, Claude Code hangs (cases "fed both file missing").
    """
    file = environment.get("ANTHROPIC_IDENTITY_TOKEN_FILE")
    if file:
        return _is_file(machine, file.value)
    return environment.get("ANTHROPIC_IDENTITY_TOKEN") is not None


def _is_file(machine: Machine, path: str) -> bool:
    """Whether a file is there that holds anything."""
    return bool(machine.entry(path).data.strip())

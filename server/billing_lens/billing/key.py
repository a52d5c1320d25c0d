"""Keys, tokens, helpers and cloud providers: the credentials of variables and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum

from msgspec.structs import replace

from billing_lens.billing.addresses import BASE_URL, base_url_of
from billing_lens.billing.credential import Credential
from billing_lens.billing.environment import (
    PROJECT,
    Environment,
    Variable,
    is_managed_by_host,
    settings_in_force,
)
from billing_lens.billing.login import INFERENCE_SCOPE, state_file
from billing_lens.billing.place import Place
from billing_lens.billing.precedence import Surface
from billing_lens.billing.sources import GATEWAY, PROVIDERS, Billing, Source
from billing_lens.config.kinds import Scope
from billing_lens.config.models import ClaudeSettings, ClaudeState
from billing_lens.machine.machine import Machine, Mode, program_of
from billing_lens.machine.version import Versions

REMEMBERED_CHARACTERS = 20
"""How many of a key's last characters Claude Code remembers an answer by."""


def find_cloud_provider(machine: Machine, environment: Environment) -> Iterator[Credential]:
    """Yield each cloud provider that is switched on, in Claude Code's order.

    The switch for a gateway does nothing without an address and a token (cases "var
    CLAUDE_CODE_USE_GATEWAY=…").
    """
    for provider in PROVIDERS.values():
        switch = environment.is_on(provider.switch)
        if switch and machine.version in provider.versions:
            found = Credential(Source.CLOUD_PROVIDER, switch.place, provider=provider.word)
            if provider is not GATEWAY:
                yield found
            elif environment.get("ANTHROPIC_AUTH_TOKEN") and environment.get(BASE_URL):
                yield replace(found, host=base_url_of(environment).host, billing=Billing.GATEWAY)


def find_auth_token(environment: Environment) -> Iterator[Credential]:
    """Yield ANTHROPIC_AUTH_TOKEN."""
    token = environment.get("ANTHROPIC_AUTH_TOKEN")
    if token:
        yield _as_a_header(Credential(Source.AUTH_TOKEN, token.place), token)


def find_custom_headers(environment: Environment) -> Iterator[Credential]:
    """Yield the credentials among ANTHROPIC_CUSTOM_HEADERS: a bearer token, a key, or both.

    One header a line; of two with one name the last counts, in any case, and a line without a
    colon is no header (cases "headers …" of 2.1.332).
    """
    variable = environment.get("ANTHROPIC_CUSTOM_HEADERS")
    if variable is None:
        return
    headers = headers_in(variable)
    found = Credential(Source.CUSTOM_HEADERS, variable.place)
    bearer, key = headers.get("authorization"), headers.get("x-api-key")
    if bearer is not None:
        described = replace(found, billing=_billing_of(bearer.rpartition(" ")[2]))
        yield described if bearer else found.unusable("The Authorization header is empty.")
    if key is not None:
        described = replace(found, billing=_billing_of(key), is_key_header=True)
        yield described if key else described.failing("The x-api-key header is empty.")


def headers_in(variable: Variable) -> Mapping[str, str]:
    """Return the custom headers by their names in lower case."""
    lines = (line.partition(":") for line in variable.value.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


def is_header_name(name: str) -> bool:
    """Return whether a text may be a header's name (RFC 9110, "token"; case "headers json")."""
    return re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) is not None


def _billing_of(secret: str) -> Billing | None:
    """Return whom a token or key of Anthropic's bills, by its shape; None for any other."""
    if secret.startswith("sk-ant-oat"):
        return Billing.SUBSCRIPTION
    return Billing.API_USAGE if secret.startswith("sk-ant-api") else None


SCOPES_OF_TOKEN_COUNT = Versions(">=2.1.154")
"""Not yet at 2.1.146 (cases "follow scopes …")."""


def find_oauth_token(machine: Machine, environment: Environment) -> Iterator[Credential]:
    """Yield CLAUDE_CODE_OAUTH_TOKEN, what ``claude setup-token`` gives, or a host's own.

    A project's counts, where it does at all, only without any file of stored logins (cases "f2
    project oauth + …").
    """
    token = environment.get("CLAUDE_CODE_OAUTH_TOKEN")
    if token:
        found = Credential(Source.OAUTH_TOKEN, token.place, of_project=token.scope in PROJECT)
        scopes = useless_scopes(machine, environment)
        if found.of_project and machine.existing(machine.claude.credentials):
            yield found.ignored("A project's token counts only where there is no stored login.")
        elif scopes:
            yield found.unusable(f"CLAUDE_CODE_OAUTH_SCOPES lacks {INFERENCE_SCOPE}.", scopes.place)
        else:
            yield _as_a_header(found, token)
    yield from _handed_over(machine, Source.OAUTH_TOKEN)


def useless_scopes(machine: Machine, environment: Environment) -> Variable | None:
    """Return CLAUDE_CODE_OAUTH_SCOPES where it leaves an OAuth token without the one for models.

    Then neither the login nor a profile steps in.
    """
    scopes = environment.get("CLAUDE_CODE_OAUTH_SCOPES")
    if scopes is None or machine.version not in SCOPES_OF_TOKEN_COUNT:
        return None
    is_about_token = environment.get("CLAUDE_CODE_OAUTH_TOKEN") is not None
    lacks = INFERENCE_SCOPE not in scopes.value.split()
    return scopes if is_about_token and lacks else None


_DESCRIPTORS = {
    Source.API_KEY: "CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR",
    Source.OAUTH_TOKEN: "CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR",
}
"""Variables by which the program that starts Claude Code hands a credential over in a pipe."""


def _handed_over(machine: Machine, source: Source) -> Iterator[Credential]:
    """Yield what is given by the number of an open file; nobody else may read from that.

    It comes behind the variable of the same kind (cases "var …_FILE_DESCRIPTOR=…", "follow fd …").
    """
    name = _DESCRIPTORS[source]
    if machine.environment.get(name, "").strip().isdecimal():
        reason = f"{name} is set by the program that started it; what it holds cannot be read."
        yield Credential(source, Place(variable=name), works=None, reason=reason)


def _as_a_header(found: Credential, variable: Variable) -> Credential:
    """Return a credential as failing where its text can be sent in no header (cases "env value …").

    Line breaks at either end are trimmed.
    """
    sendable = all(" " <= it <= "\xff" or it == "\t" for it in variable.value.strip())
    if sendable:
        return found
    what = "a line break or a character that no header can hold"
    return found.failing(f"{variable.name} holds {what}.", variable.place)


def find_api_key(
    machine: Machine, environment: Environment, mode: Mode, surface: Surface
) -> Iterator[Credential]:
    """Yield ANTHROPIC_API_KEY; interactively and in VS Code it counts only when approved.

    Cases "customApiKeyResponses …", "entrypoint vscode: apikey …" and those of basis interactive.
    """
    key = environment.get("ANTHROPIC_API_KEY")
    if not key:
        yield from _handed_over(machine, Source.API_KEY)
        return
    credential = _as_a_header(Credential(Source.API_KEY, key.place), key)
    needs_approval = surface is Surface.VSCODE or mode is Mode.INTERACTIVE
    answer = answer_to(machine, key)
    if surface is Surface.BARE or not needs_approval or answer is Answer.APPROVED:
        yield credential
    elif answer is Answer.REJECTED:
        yield credential.ignored("You told Claude Code not to use this key interactively.")
    elif surface is Surface.VSCODE:
        yield credential.ignored("In VS Code a key counts only after you approved it.")
    else:
        yield credential.ignored("Claude Code will ask whether to use this key; the default is No.")


class Answer(str, Enum):
    """What the user answered when Claude Code asked whether to use a key."""

    APPROVED = "approved"
    REJECTED = "rejected"


def answer_to(machine: Machine, key: Variable) -> Answer | None:
    """Return the answer that Claude Code remembers for a key, None when it never asked.

    Approval counts when both are there (cases "customApiKeyResponses …").
    """
    file = state_file(machine)
    state = file.model(ClaudeState) if file else None
    responses = state.customApiKeyResponses if state else None
    remembered = key.value.strip()[-REMEMBERED_CHARACTERS:]
    if responses and remembered in (responses.approved or ()):
        return Answer.APPROVED
    return Answer.REJECTED if responses and remembered in (responses.rejected or ()) else None


def find_api_key_helper(machine: Machine, surface: Surface) -> Iterator[Credential]:
    """Yield the apiKeyHelper in force. It is never run, so whether it works is not known.

    The strongest scope that sets it decides, also when it sets the empty string: then there is
    none. Bare runs take it from ``--settings`` only, not even from managed settings.
    """
    helper: tuple[str, Place] | None = None
    for file in settings_in_force(machine):
        settings = file.model(ClaudeSettings)
        counts = surface is not Surface.BARE or file.scope is Scope.FLAG
        if settings and settings.apiKeyHelper is not None and counts:
            helper = settings.apiKeyHelper, Place(file.path, "/apiKeyHelper")
    if helper and helper[0] and not is_managed_by_host(machine):
        found = Credential(Source.API_KEY_HELPER, helper[1], works=None)
        program = program_of(helper[0])
        if not helper[0].strip():
            yield found.failing("apiKeyHelper is blank and gives no key.")
        elif program and not machine.entry(program).exists:
            yield found.failing("The program that apiKeyHelper names is not there.")
        else:
            yield found

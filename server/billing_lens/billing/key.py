"""Keys, tokens, helpers and cloud providers: the credentials of variables and settings."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec.structs import replace

from billing_lens.billing.credential import Credential
from billing_lens.billing.environment import (
    PROJECT,
    Environment,
    Variable,
    settings_in_force,
)
from billing_lens.billing.login import state_file
from billing_lens.billing.place import Place
from billing_lens.billing.precedence import Surface
from billing_lens.billing.sources import PROVIDERS, Billing, Source
from billing_lens.config.kinds import Scope
from billing_lens.config.models import ClaudeSettings, ClaudeState
from billing_lens.machine.machine import Machine, Mode, program_of

REMEMBERED_CHARACTERS = 20
"""How many of a key's last characters Claude Code remembers an answer by."""


def find_cloud_provider(environment: Environment) -> Iterator[Credential]:
    """Yield each cloud provider that is switched on, in Claude Code's order."""
    for provider in PROVIDERS.values():
        switch = environment.is_on(provider.switch)
        if switch:
            yield Credential(Source.CLOUD_PROVIDER, switch.place, provider=provider.word)


def find_auth_token(environment: Environment) -> Iterator[Credential]:
    """Yield ANTHROPIC_AUTH_TOKEN."""
    token = environment.get("ANTHROPIC_AUTH_TOKEN")
    if token:
        yield Credential(Source.AUTH_TOKEN, token.place)


def find_custom_headers(environment: Environment) -> Iterator[Credential]:
    """Yield the credentials among ANTHROPIC_CUSTOM_HEADERS: a bearer token, a key, or both.

    One header a line; of two with one name the last counts, in any case, and a line without a
    colon is no header (cases "headers …" of 2.1.332).
    """
    variable = environment.get("ANTHROPIC_CUSTOM_HEADERS")
    if variable is None:
        return
    lines = (line.partition(":") for line in variable.value.splitlines())
    headers = {name.strip().lower(): value.strip() for name, colon, value in lines if colon}
    found = Credential(Source.CUSTOM_HEADERS, variable.place)
    bearer, key = headers.get("authorization"), headers.get("x-api-key")
    if bearer is not None:
        described = replace(found, billing=_billing_of(bearer.rpartition(" ")[2]))
        yield described if bearer else found.unusable("The Authorization header is empty.")
    if key is not None:
        described = replace(found, billing=_billing_of(key), is_key_header=True)
        yield described if key else described.failing("The x-api-key header is empty.")


def _billing_of(secret: str) -> Billing | None:
    """Return whom a token or key of Anthropic's bills, by its shape; None for any other."""
    if secret.startswith("sk-ant-oat"):
        return Billing.SUBSCRIPTION
    return Billing.API_USAGE if secret.startswith("sk-ant-api") else None


def find_oauth_token(environment: Environment) -> Iterator[Credential]:
    """Yield CLAUDE_CODE_OAUTH_TOKEN, what ``claude setup-token`` gives."""
    token = environment.get("CLAUDE_CODE_OAUTH_TOKEN")
    if token:
        yield Credential(Source.OAUTH_TOKEN, token.place, of_project=token.scope in PROJECT)


def find_api_key(
    machine: Machine, environment: Environment, mode: Mode, surface: Surface
) -> Iterator[Credential]:
    """Yield ANTHROPIC_API_KEY; interactively and in VS Code it counts only when approved.

    Cases "customApiKeyResponses …", "entrypoint vscode: apikey …" and those of basis interactive.
    """
    key = environment.get("ANTHROPIC_API_KEY")
    if not key:
        return
    credential = Credential(Source.API_KEY, key.place)
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
    if helper and helper[0]:
        found = Credential(Source.API_KEY_HELPER, helper[1], works=None)
        program = program_of(helper[0])
        if not helper[0].strip():
            yield found.failing("apiKeyHelper is blank and gives no key.")
        elif program and not machine.entry(program).exists:
            yield found.failing("The program that apiKeyHelper names is not there.")
        else:
            yield found

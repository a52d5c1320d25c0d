"""What Claude Code's own error messages speak of, so that a failure can be sorted at once.

Sources: the error reference of Claude Code (code.claude.com/docs/en/errors), that of
the API (platform.claude.com/docs/en/api/errors), the issues named below, and the recorded runs in
tests/conformance that ended with the message.
"""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

ERRORS = "https://code.claude.com/docs/en/errors"
API_ERRORS = "https://platform.claude.com/docs/en/api/errors"


class FailureClass(str, Enum):
    """What kind of failure a message is about."""

    ACCOUNT = "account or auth"
    QUOTA = "quota or rate"
    MODEL = "model or provider"
    RUNTIME = "local runtime"
    DEPLOYMENT = "deployment configuration"


class ErrorMessage(Struct, frozen=True):
    """One message of Claude Code's: how to know it, what it means, and who can put it right.

    `ours` says whether what Billing Lens looks at can be the cause, and so be put right with it.
    """

    pattern: str
    failure: FailureClass
    meaning: str
    ours: bool
    source: str

    def matches(self, text: str) -> bool:
        """Return whether the message stands somewhere in `text`."""
        return re.search(self.pattern, text, re.IGNORECASE) is not None


ACCOUNT, QUOTA, MODEL = FailureClass.ACCOUNT, FailureClass.QUOTA, FailureClass.MODEL
RUNTIME, DEPLOYMENT = FailureClass.RUNTIME, FailureClass.DEPLOYMENT

ERROR_MESSAGES = (
    ErrorMessage(
        r"credit balance (is )?too low",
        QUOTA,
        "An API account without credit is billed. A subscription has no such balance, so a key, "
        "token or profile is used instead of the login, or the API account has to be topped up.",
        ours=True,
        source="anthropics/claude-code#5300",
    ),
    ErrorMessage(
        r"managed settings require|machine requires organization|unable to verify organization|"
        r"administrator policy|cloud gateway|forceLoginOrgUUID",
        DEPLOYMENT,
        "Managed settings demand another login or organization than the one in use.",
        ours=True,
        source="recorded run managed org same: sub",
    ),
    ErrorMessage(
        r"managed policy settings|managed settings document",
        DEPLOYMENT,
        "The managed settings cannot be read, so Claude Code does not start.",
        ours=True,
        source="recorded run managed array",
    ),
    ErrorMessage(
        r"settings file not found|cannot use settings file|invalid json provided to --settings|"
        r"invalid setting source",
        DEPLOYMENT,
        "The settings that Claude Code was started with (--settings) cannot be read.",
        ours=True,
        source="recorded run --settings file missing",
    ),
    ErrorMessage(
        r"oidc_federation config requires",
        DEPLOYMENT,
        "Workload identity federation is set up, but lacks what it needs to sign in.",
        ours=True,
        source="recorded run WIF without token",
    ),
    ErrorMessage(
        r"login expired|anthropic profile|profile name \"|user_oauth config requires|"
        r"base_?url.{0,20}replace is not a function",
        ACCOUNT,
        "The `ant` profile in charge cannot sign in.",
        ours=True,
        source="recorded run active_config=a b",
    ),
    ErrorMessage(
        r"not logged in|please run /login|could not resolve authentication method|"
        r"authentication required",
        ACCOUNT,
        "Claude Code found no credential that it may use.",
        ours=True,
        source="recorded run nothing",
    ),
    ErrorMessage(
        r"has disabled claude subscription access|has disabled api key|"
        r"disabled by your organi[sz]ation",
        DEPLOYMENT,
        "An administrator switched this way of paying off; only they can allow it.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"organi[sz]ation has been disabled",
        ACCOUNT,
        "The organization behind the key or login is disabled. An old key in the environment or in "
        "settings is the usual cause.",
        ours=True,
        source=ERRORS,
    ),
    ErrorMessage(
        r"invalid api key|invalid x-api-key|api key (is )?(invalid|expired|revoked)",
        ACCOUNT,
        "A key is sent that Anthropic does not accept; it comes before your login.",
        ours=True,
        source=ERRORS,
    ),
    ErrorMessage(
        r"oauth token (has been |has |is )?(revoked|expired)|authentication_error|"
        r"invalid bearer token",
        ACCOUNT,
        "The token that is sent has run out or was taken back. Log in again, or remove the token "
        "from the environment.",
        ours=True,
        source=ERRORS,
    ),
    ErrorMessage(
        r"scope requirement|insufficient scope",
        ACCOUNT,
        "The token lacks a right it needs, as one made for the Console does.",
        ours=True,
        source="anthropics/claude-code#11985",
    ),
    ErrorMessage(
        r"api key authentication is not sufficient|authentication with a claude\.ai account",
        ACCOUNT,
        "This needs the claude.ai login, but a key is in charge.",
        ours=True,
        source="anthropics/claude-code#55469",
    ),
    ErrorMessage(
        r"permission_error|\b403\b.*forbidden",
        ACCOUNT,
        "The credential is known but may not do this; another organization may be meant.",
        ours=True,
        source=API_ERRORS,
    ),
    ErrorMessage(
        r"hit your .*limit|usage limit reached|spend limit|usage credits required|limit will reset",
        QUOTA,
        "The plan's or the organization's limit is used up until it resets or is raised.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"\b429\b|rate_limit_error|temporarily limiting requests",
        QUOTA,
        "Too many requests for this account at the moment; wait and try again.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"billing_error|\b402\b",
        QUOTA,
        "The payment details of the API account have to be put in order in the Console.",
        ours=False,
        source=API_ERRORS,
    ),
    ErrorMessage(
        r"could not load credentials from any providers|could not load the default credentials|"
        r"security token included in the request|accessdeniedexception",
        DEPLOYMENT,
        "A cloud provider is switched on, but its own credentials are missing or refused.",
        ours=True,
        source="anthropics/claude-code#40688",
    ),
    ErrorMessage(
        r"could not be resolved from google credentials|must provide one of the `baseurl`",
        DEPLOYMENT,
        "A cloud provider is switched on that still lacks a project or an address.",
        ours=True,
        source="recorded run follow google desktop",
    ),
    ErrorMessage(
        r"invalid anthropic_custom_headers|invalid header name|invalid authorization header",
        ACCOUNT,
        "A variable holds text that no header can have, such as a line break.",
        ours=True,
        source="recorded run headers json",
    ),
    ErrorMessage(
        r"issue with the selected model|model.{0,40}(not found|not available|does not exist)|"
        r"is not available with the claude",
        MODEL,
        "The model's name is wrong, or this plan, key or provider does not have it.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"\b529\b|overloaded|\b50[0234]\b|internal server error|request timed out|"
        r"temporarily unavailable|mid-response|mid-stream",
        MODEL,
        "The service has a problem or is busy; see status.claude.com and try again.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"prompt is too long|conversation too long|request too large|was too large|"
        r"extra inputs are not permitted|invalid_request_error",
        MODEL,
        "The request itself is refused; who pays has no part in it.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"configuration file .* corrupted|is not valid json|failed to read .*active_config|"
        r"two claude code config files exist|oauthscopes",
        RUNTIME,
        "A file that Claude Code needs cannot be read.",
        ours=True,
        source="recorded run ~/.claude.json []",
    ),
    ErrorMessage(
        r"host_not_allowed|x-deny-reason",
        DEPLOYMENT,
        "The environment that Claude Code runs in does not allow this host.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"unable to connect to api|econnrefused|enotfound|etimedout|econnreset|getaddrinfo|"
        r"certificate|ssl",
        RUNTIME,
        "The host cannot be reached: network, proxy or certificate. Where ANTHROPIC_BASE_URL is "
        "set, it is that host.",
        ours=False,
        source=ERRORS,
    ),
    ErrorMessage(
        r"command not found|not recognized as|eacces|enoent|eperm|heap out of memory|"
        r"cannot find module|exited with code",
        RUNTIME,
        "The program, its installation or its files on this machine are at fault.",
        ours=False,
        source="https://code.claude.com/docs/en/troubleshooting",
    ),
)
"""The first that matches counts: what is said most exactly comes first."""


def sorted_message(text: str) -> ErrorMessage | None:
    """Return what `text`, an error of Claude Code's with or without more around it, is about.

    None when no known message stands in it.
    """
    return next((message for message in ERROR_MESSAGES if message.matches(text)), None)

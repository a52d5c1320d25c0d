"""Which source a token belongs to, and what the status claims: on observations made by hand."""

from __future__ import annotations

import pytest

from tests.claude_code.api import Request, TokenExchange
from tests.claude_code.observe import Observation
from tests.claude_code.sources import Billed, UnknownSourceError, claimed_sources, source_of
from tests.machines import MadeUpMachine, headline

LOGIN, REFRESH = "login-token", "login-refresh-token"
MACHINE = MadeUpMachine(
    files={
        ".claude/.credentials.json": {
            "claudeAiOauth": {"accessToken": LOGIN, "refreshToken": REFRESH}
        },
        ".claude/settings.json": {"apiKeyHelper": "echo helper-key"},
    },
    env={"ANTHROPIC_API_KEY": "key", "ANTHROPIC_AUTH_TOKEN": "token"},
)


def traffic(
    bearer: str | None = None,
    api_key: str | None = None,
    exchanges: tuple[TokenExchange, ...] = (),
) -> Observation:
    request = Request("POST", "api.anthropic.com", "/v1/messages", bearer, api_key)
    return Observation("2.1.330", 0, 1.0, requests=(request,), exchanges=exchanges)


def status(text: str) -> Observation:
    return Observation("2.1.330", 0, 1.0, text=text)


@pytest.mark.parametrize(
    ("bearer", "api_key", "billed"),
    [
        (LOGIN, None, Billed("claude_ai_login")),
        (None, "key", Billed("api_key")),
        ("token", "key", Billed("auth_token", also_sent="api_key")),
        ("helper-key", "helper-key", Billed("api_key_helper")),
        ("helper-key", "key", Billed("api_key_helper", also_sent="api_key")),
        (None, "", Billed("api_key_helper")),
    ],
)
def test_the_bearer_token_decides(bearer: str | None, api_key: str | None, billed: Billed) -> None:
    assert source_of(MACHINE, traffic(bearer, api_key)) == billed


def test_a_refreshed_token_belongs_to_whoever_held_the_refresh_token() -> None:
    refreshed = TokenExchange({"grant_type": "refresh_token", "refresh_token": REFRESH}, "new")

    assert source_of(MACHINE, traffic("new", exchanges=(refreshed,))).source == "claude_ai_login"


def test_a_federated_token_belongs_to_whoever_names_the_rule() -> None:
    exchanged = TokenExchange({"federation_rule_id": "fdrl_1"}, "new")
    by_variable = MadeUpMachine({}, env={"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1"})
    by_profile = MadeUpMachine({"p.json": {"authentication": {"federation_rule_id": "fdrl_1"}}})

    seen = traffic("new", exchanges=(exchanged,))

    assert source_of(by_variable, seen).source == "federation"
    assert source_of(by_profile, seen).source == "profile"


def test_a_token_that_is_not_the_machines_own_is_never_guessed() -> None:
    with pytest.raises(UnknownSourceError, match="not the machine's own"):
        source_of(headline(), traffic("somebody-else's"))
    with pytest.raises(UnknownSourceError, match="no credential"):
        source_of(headline(), traffic())


def test_a_token_of_two_sources_is_told_apart_by_the_status_alone() -> None:
    machine = MACHINE.with_env(CLAUDE_CODE_OAUTH_TOKEN=LOGIN)

    with pytest.raises(UnknownSourceError, match="claude_ai_login, oauth_token"):
        source_of(machine, traffic(LOGIN))
    claimed = status("Auth token: CLAUDE_CODE_OAUTH_TOKEN")
    assert source_of(machine, traffic(LOGIN), claimed).source == "oauth_token"


def test_without_a_model_request_the_status_is_believed_unless_nobody_is_logged_in() -> None:
    hung = Observation("2.1.330", None, 20.0)
    refused = Observation("2.1.330", 1, 1.0, stdout="Not logged in · Please run /login")
    claimed = status("Profile: credentials-file · user_oauth · profile default")

    assert source_of(headline(), hung, claimed) == Billed("profile", basis="status")
    assert source_of(headline(), refused, claimed) == Billed("none", basis="status")


def test_the_status_names_every_source_in_use() -> None:
    text = "Auth token: claude.ai · not in use\nAPI key: ANTHROPIC_API_KEY\nEmail: a@example.com"

    assert claimed_sources(status(text)) == ("api_key",)
    assert claimed_sources(status("Not logged in. Run claude auth login.")) == ("none",)

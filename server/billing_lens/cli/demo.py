"""`billing-lens demo`: the headline case in a scratch home, from the wrong bill to the right."""

from __future__ import annotations

import argparse
import json
import shlex
import tempfile
from pathlib import Path

from billing_lens.cli.options import EXAMPLES_AS_WRITTEN, Subcommands, add_color_option
from billing_lens.output.terminal import Paint, paint_for

LOGIN_ORGANIZATION = "11111111-1111-4111-8111-111111111111"
CONSOLE_ORGANIZATION = "22222222-2222-4222-8222-222222222222"
VERSION = "2.1.146"
FAR_FUTURE_SECONDS = 4_102_444_800

SCOPES = ["user:inference", "user:profile", "user:sessions:claude_code"]

HEADLINE: dict[str, object] = {
    ".claude.json": {
        "numStartups": 12,
        "lastOnboardingVersion": VERSION,
        "oauthAccount": {
            "accountUuid": "33333333-3333-4333-8333-333333333333",
            "emailAddress": "dev@example.com",
            "organizationUuid": LOGIN_ORGANIZATION,
            "organizationName": "Dev's Organization",
            "organizationType": "claude_max",
            "billingType": "stripe_subscription",
        },
    },
    ".claude/.credentials.json": {
        "claudeAiOauth": {
            "accessToken": "sk-ant-oat01-made-up-login-token",
            "refreshToken": "sk-ant-ort01-made-up-login-token",
            "expiresAt": FAR_FUTURE_SECONDS * 1000,
            "scopes": SCOPES,
            "subscriptionType": "max",
            "rateLimitTier": "default_claude_max_20x",
        },
    },
    ".config/anthropic/configs/default.json": {
        "version": "1.0",
        "organization_id": CONSOLE_ORGANIZATION,
        "workspace_id": "wrkspc_01MadeUp",
        "authentication": {
            "type": "user_oauth",
            "client_id": "22422756-made-up",
            "scope": "user:developer user:inference user:profile",
        },
    },
    ".config/anthropic/credentials/default.json": {
        "version": "1.0",
        "type": "oauth_token",
        "access_token": "sk-ant-oat01-made-up-profile-token",
        "refresh_token": "sk-ant-ort01-made-up-profile-token",
        "expires_at": FAR_FUTURE_SECONDS,
        "scope": "user:developer user:inference user:profile",
        "organization_uuid": CONSOLE_ORGANIZATION,
        "organization_name": "Console Organization",
        "account_email": "dev@example.com",
    },
}
"""A Max plan, and what one run of the ``ant`` CLI leaves behind. Every value is made up."""

_DESCRIPTION = """\
Builds the best known case in a scratch home, with made-up credentials: a Max
plan, and one run of the ant command line. Shows who pays, what is wrong, the
fix, and who pays then. Your own files are neither read nor changed."""

_EXAMPLES = """\
examples:
  billing-lens demo
  billing-lens demo --color always | less -R"""


def add_parser(commands: Subcommands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="show the headline case and its fix in a scratch home",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=EXAMPLES_AS_WRITTEN,
    )
    add_color_option(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Build the case, show it, fix it, show it again; the scratch home is removed."""
    paint = paint_for(when=given.color)
    with tempfile.TemporaryDirectory(prefix="billing-lens-demo-") as scratch:
        home = Path(scratch).resolve()
        write_headline(home)
        print(paint("bold", "A Max plan, and the ant CLI was run once (made-up credentials).\n"))
        _show(paint, home, given.color, "status")
        _show(paint, home, given.color, "check")
        _show(paint, home, given.color, "fix", "--yes")
        return _show(paint, home, given.color, "status")


def write_headline(home: Path) -> None:
    """Write the headline case below `home`."""
    for name, value in HEADLINE.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        path.chmod(0o600)


def _show(paint: Paint, home: Path, color: str, command: str, *arguments: str) -> int:
    # Imported here because main imports this module as one of its commands.
    from billing_lens.cli.main import main  # noqa: PLC0415

    argv = [command, *arguments, "--home", str(home), "--no-env", "--claude-version", VERSION]
    print(paint("bold cyan", f"$ billing-lens {shlex.join(argv)}"), flush=True)
    code = main([*argv, "--color", color])
    print(flush=True)
    return code

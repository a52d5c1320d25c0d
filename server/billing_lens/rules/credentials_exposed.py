"""Rule credentials-exposed: others can read a file that holds a token or a key."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from billing_lens.billing.place import Place
from billing_lens.config.file import ConfigFile
from billing_lens.config.kinds import Kind, Platform
from billing_lens.config.models import ClaudeState
from billing_lens.machine.machine import Machine
from billing_lens.rules.rule import Command, Finding, Verdict, rule
from billing_lens.wishes.severity import Severity

READABLE_BY_OTHERS = 0o044
WRITABLE_BY_OTHERS = 0o022


@rule(
    "credentials-exposed",
    severity=Severity.WARNING,
    evidence=(
        "creds mode 0644",
        "antvar[ant only] creds mode 0644",
        "antvar[ant only] config mode 0666",
    ),
)
def check(machine: Machine, verdict: Verdict) -> Iterator[Finding]:
    """Others on this machine can read your credentials, or a link leads elsewhere."""
    del verdict
    if machine.platform is Platform.WIN32:
        return
    for file in machine.files.values():
        if _holds_credentials(file):
            yield from _of_credentials(file)
        elif file.kind is Kind.ANTHROPIC_PROFILE and (file.entry.mode or 0) & WRITABLE_BY_OTHERS:
            yield Finding(
                Severity.HINT,
                "Others can change this profile, and with it who pays. "
                "Anthropic's Python SDK refuses such a file.",
                Place(file.path, ""),
                commands=(
                    Command(f"chmod go-w {shlex.quote(file.path)}", "Lets only you change it."),
                ),
            )


def _holds_credentials(file: ConfigFile) -> bool:
    if file.kind is Kind.CLAUDE_STATE:
        state = file.model(ClaudeState)
        return bool(state and state.primaryApiKey)
    kinds = (Kind.CLAUDE_CREDENTIALS, Kind.ANTHROPIC_CREDENTIALS)
    return bool(file.entry.data) and file.kind in kinds


def _of_credentials(file: ConfigFile) -> Iterator[Finding]:
    if (file.entry.mode or 0) & READABLE_BY_OTHERS:
        yield Finding(
            Severity.WARNING,
            f"Others on this machine can use the credentials in this file (mode "
            f"{file.entry.mode or 0:04o}). Whoever reads it can spend your money.",
            Place(file.path, ""),
            commands=(
                Command(f"chmod 600 {shlex.quote(file.path)}", "Lets nobody but you read it."),
            ),
        )
    if file.entry.link_target is not None:
        of_ant = file.kind is Kind.ANTHROPIC_CREDENTIALS
        refused = " Anthropic's Python SDK refuses them." if of_ant else ""
        yield Finding(
            Severity.HINT,
            "This file is a symbolic link, so the credentials lie elsewhere." + refused,
            Place(file.path, ""),
        )

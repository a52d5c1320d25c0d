"""Made-up machines: homes, variables and arguments that tests build on disk and throw away.

A machine has the format of the recorded runs in ``tests/conformance/cases.jsonl``, so every
recorded case can be built, varied and handed to Billing Lens or to the real Claude Code. Nothing of
the machine the tests run on takes part.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal, cast

HOME = "@HOME@"
"""Stands for the made-up home in file contents, links, variables and arguments."""

MANAGED = PurePosixPath("/etc/claude-code")
"""Where Claude Code looks for managed settings on Linux."""

CANARY = "canary-Zq7xK2vWj9"
"""Part of every token of `headline`: wherever it shows up, a token has leaked."""

LEAK_LENGTH = 5
"""Output may name a token by its last four characters, never by more."""

FAR_FUTURE = 4102444800
"""2100-01-01T00:00:00Z, in seconds since the epoch."""

Source = Literal[
    "cloud_provider",
    "auth_token",
    "api_key",
    "api_key_helper",
    "oauth_token",
    "federation",
    "profile",
    "claude_ai_login",
    "managed_key",
    "none",
]
"""What can be in charge of a model request, in the words of the product's JSON."""

_OWNERS: Mapping[str, Source] = {
    "ANTHROPIC_AUTH_TOKEN": "auth_token",
    "ANTHROPIC_API_KEY": "api_key",
    "apiKeyHelper": "api_key_helper",
    "CLAUDE_CODE_OAUTH_TOKEN": "oauth_token",
    "ANTHROPIC_FEDERATION_RULE_ID": "federation",
    "federation_rule_id": "profile",
    "access_token": "profile",
    "refresh_token": "profile",
    "accessToken": "claude_ai_login",
    "refreshToken": "claude_ai_login",
    "primaryApiKey": "managed_key",
}
"""The source that owns what stands under each JSON property or variable of this name."""

_PIPE = re.compile("@FD:.*@", re.DOTALL)
NO_PIPE = "9"
"""Stands for the number of a pipe that holds a credential; nobody may read from it."""

_OWNED_PROPERTY = re.compile(rf'"({"|".join(_OWNERS)})"\s*:\s*("(?:[^"\\]|\\.)*"|\d+)')


@dataclass(frozen=True)
class Token:
    """A token, key, helper command or federation rule of a machine."""

    value: str = field(repr=False)
    name: str
    """The JSON property or variable whose value it is."""

    @property
    def source(self) -> Source:
        """What would be in charge if Claude Code used it."""
        return _OWNERS[self.name]

    @property
    def is_command(self) -> bool:
        """Whether `value` is a command that prints the token."""
        return self.name == "apiKeyHelper"

    @property
    def is_secret(self) -> bool:
        """Whether `value` itself must not be shown to anyone."""
        return bool(self.value) and not self.is_command and "rule_id" not in self.name.lower()


@dataclass(frozen=True)
class BuiltMachine:
    """A made-up machine on disk. `environment` has neither HOME nor PATH."""

    home: Path
    cwd: Path
    managed_dir: Path
    """Stands in for ``/etc/claude-code``; missing when the machine has no managed settings."""
    environment: dict[str, str]
    arguments: tuple[str, ...]

    def options(self, version: str | None = None) -> list[str]:
        """Machine options that let Billing Lens see this machine and nothing else.

        The part after ``--`` comes last: any other option must be put before these, or use
        `machine_options` and `claude_arguments` apart.
        """
        return [*self.machine_options(version), *self.claude_arguments]

    def machine_options(self, version: str | None = None) -> list[str]:
        """The options of `options` that stand before ``--``."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        return [
            *("--home", str(self.home), "--cwd", str(self.cwd)),
            *("--managed-dir", str(self.managed_dir), "--no-env"),
            *(part for variable in variables for part in ("--env", variable)),
            *(("--claude-version", version) if version else ()),
        ]

    @property
    def claude_arguments(self) -> list[str]:
        """``--`` and the arguments Claude Code gets; empty when it gets none."""
        return ["--", *self.arguments] if self.arguments else []


@dataclass(frozen=True)
class MadeUpMachine:
    """One machine in the recorded cases' format.

    `files` maps a path relative to the home, or below ``/etc/claude-code``, to text, a JSON value,
    or ``{"__file__": {"content", "b64", "mode", "link", "isdir", "bom"}}``. `cwd` is relative to
    the home; the commands of `shell` run in it once the files are there.
    """

    files: Mapping[str, object]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    cwd: str = "proj"
    args: tuple[str, ...] = ()
    shell: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if {"HOME", "PATH"} & self.env.keys():
            raise ValueError("HOME and PATH belong to whoever runs the machine")
        for path in self.files:
            _split(path)

    @classmethod
    def from_case(cls, case: Mapping[str, object]) -> MadeUpMachine:
        """The machine of one line of ``cases.jsonl``."""
        return cls(
            files=cast("Mapping[str, object]", case["files"]),
            env=cast("Mapping[str, str]", case.get("env", {})),
            cwd=cast("str", case.get("cwd", "proj")).removeprefix("~/"),
            args=tuple(cast("list[str]", case.get("args", []))),
            shell=tuple(cast("list[str]", case.get("shell", []))),
        )

    def with_files(self, files: Mapping[str, object]) -> MadeUpMachine:
        """The same machine with these files added or replaced."""
        return replace(self, files={**self.files, **files})

    def with_env(self, **variables: str) -> MadeUpMachine:
        """The same machine with these variables added or replaced."""
        return replace(self, env={**self.env, **variables})

    def with_args(self, *args: str) -> MadeUpMachine:
        """The same machine with these arguments to Claude Code instead of its own."""
        return replace(self, args=args)

    def without(self, *names: str) -> MadeUpMachine:
        """The same machine without these files and variables; KeyError if it has no such one."""
        if unknown := set(names) - self.files.keys() - self.env.keys():
            raise KeyError(*sorted(unknown))
        return replace(
            self,
            files={path: spec for path, spec in self.files.items() if path not in names},
            env={name: value for name, value in self.env.items() if name not in names},
        )

    def build(self, root: Path) -> BuiltMachine:
        """Writes the home to ``root/home`` and the managed settings to ``root/managed``."""
        home, managed = root / "home", root / "managed"
        home.mkdir(parents=True)
        for path, spec in self.files.items():
            base, relative = _split(path)
            _FileToWrite.of(path, spec).write(
                (managed if base == MANAGED else home) / relative, home
            )
        cwd = home / self.cwd
        cwd.mkdir(parents=True, exist_ok=True)
        for command in self.shell:
            own = {"HOME": str(home), "PATH": os.defpath, "GIT_CONFIG_NOSYSTEM": "1"}
            subprocess.run(_at_home(command, home), shell=True, cwd=cwd, env=own, check=True)
        return BuiltMachine(
            home=home,
            cwd=cwd,
            managed_dir=managed,
            environment={
                name: _PIPE.sub(NO_PIPE, _at_home(value, home)) for name, value in self.env.items()
            },
            arguments=tuple(_at_home(argument, home) for argument in self.args),
        )

    def tokens(self) -> tuple[Token, ...]:
        """Every credential the machine holds, wherever it stands and whether it counts or not."""
        return tuple(self._find_tokens())

    def _find_tokens(self) -> Iterator[Token]:
        for name, value in self.env.items():
            if name in _OWNERS:
                yield Token(value, name)
        texts = [_FileToWrite.of(path, spec).text for path, spec in self.files.items()]
        for text in (*texts, *self.args):
            for name, literal in _OWNED_PROPERTY.findall(text):
                yield Token(str(json.loads(literal, strict=False)), name)


@dataclass(frozen=True)
class _FileToWrite:
    text: str
    raw: bytes | None
    mode: int
    link: str | None
    is_directory: bool
    has_bom: bool

    @classmethod
    def of(cls, path: str, spec: object) -> _FileToWrite:
        details: Mapping[str, object] = {"content": spec}
        if isinstance(spec, Mapping) and "__file__" in spec:
            details = cast("Mapping[str, Mapping[str, object]]", spec)["__file__"]
        content, mode = details.get("content", ""), details.get("mode", _default_mode(path))
        return cls(
            text=content if isinstance(content, str) else json.dumps(content, indent=2),
            raw=base64.b64decode(str(details["b64"])) if "b64" in details else None,
            mode=int(mode, 8) if isinstance(mode, str) else cast("int", mode),
            link=cast("str | None", details.get("link")),
            is_directory=bool(details.get("isdir")),
            has_bom=bool(details.get("bom")),
        )

    def write(self, path: Path, home: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.is_directory:
            path.mkdir(exist_ok=True)
        elif self.link is not None:
            path.symlink_to(_at_home(self.link, home))
        else:
            encoding = "utf-8-sig" if self.has_bom else "utf-8"
            text = _at_home(self.text, home).encode(encoding)
            path.write_bytes(text if self.raw is None else self.raw)
            path.chmod(self.mode)


def _default_mode(path: str) -> int:
    return 0o600 if "credentials" in path or path.endswith(".claude.json") else 0o644


def _at_home(text: str, home: Path) -> str:
    return text.replace(HOME, str(home))


def _split(path: str) -> tuple[PurePosixPath, PurePosixPath]:
    """The base (home as ``.`` or the managed directory) and what follows, never outside them."""
    pure = PurePosixPath(path)
    base = MANAGED if pure.is_absolute() else PurePosixPath(".")
    if ".." in pure.parts or not pure.is_relative_to(base):
        raise ValueError(f"neither below the home nor below {MANAGED}: {path}")
    return base, pure.relative_to(base)


SUBSCRIPTION_ORGANIZATION = "11111111-1111-4111-8111-111111111111"
CONSOLE_ORGANIZATION = "22222222-2222-4222-8222-222222222222"


def headline(secret: str = CANARY) -> MadeUpMachine:
    """A Max subscriber who once ran ``ant auth login`` for a Console organization.

    Claude Code 2.1.146 bills the profile, 2.1.330 the login unless ``ANTHROPIC_PROFILE`` names the
    profile. `secret` ends every token; ValueError if it is too short for `assert_no_canary`.
    """
    if len(_marked(secret)) < LEAK_LENGTH:
        raise ValueError(f"at least {LEAK_LENGTH} characters are needed to recognize a leak")
    return MadeUpMachine(
        files={
            ".claude.json": _state(),
            ".claude/.credentials.json": _max_login(secret),
            ".config/anthropic/configs/default.json": _profile_config(),
            ".config/anthropic/credentials/default.json": _profile_credentials(secret),
        }
    )


def canaries(machine: MadeUpMachine) -> set[str]:
    """The values of all the machine's tokens and keys."""
    return {token.value for token in machine.tokens() if token.is_secret}


def assert_no_canary(text: str, secret: str = CANARY) -> None:
    """Fails when `text` shows more of a token of `headline(secret)` than four characters."""
    marked = _marked(secret)
    pieces = {marked[at : at + LEAK_LENGTH] for at in range(len(marked) - LEAK_LENGTH + 1)}
    leaked = [line for line in text.splitlines() if any(piece in line for piece in pieces)]
    assert not leaked, f"a token leaked: {leaked[0][:200]}"


def _marked(secret: str) -> str:
    """The part that no path or test name contains by accident."""
    return secret.removeprefix("canary-")


def _state() -> dict[str, object]:
    """``~/.claude.json`` as it is after some use, so that no first-run screen comes up."""
    return {
        "numStartups": 5,
        "theme": "dark",
        "hasCompletedOnboarding": True,
        "lastOnboardingVersion": "2.1.330",
        "oauthAccount": {
            "accountUuid": "33333333-3333-4333-8333-333333333333",
            "emailAddress": "dev@example.com",
            "displayName": "Dev",
            "organizationUuid": SUBSCRIPTION_ORGANIZATION,
            "organizationName": "Dev's Organization",
            "organizationType": "claude_max",
            "organizationRateLimitTier": "default_claude_max_20x",
            "organizationRole": "admin",
            "billingType": "stripe_subscription",
        },
        "projects": {f"{HOME}/proj": {"hasTrustDialogAccepted": True}},
    }


def _max_login(secret: str) -> dict[str, object]:
    return {
        "claudeAiOauth": {
            "accessToken": f"sk-ant-oat01-login-{secret}",
            "refreshToken": f"sk-ant-ort01-login-{secret}",
            "expiresAt": FAR_FUTURE * 1000,
            "scopes": ["user:inference", "user:profile", "user:sessions:claude_code"],
            "subscriptionType": "max",
            "rateLimitTier": "default_claude_max_20x",
        }
    }


def _profile_config() -> dict[str, object]:
    return {
        "version": "1.0",
        "authentication": {
            "type": "user_oauth",
            "client_id": "44444444-4444-4444-8444-444444444444",
            "scope": "user:developer user:inference user:profile",
        },
        "organization_id": CONSOLE_ORGANIZATION,
    }


def _profile_credentials(secret: str) -> dict[str, object]:
    return {
        "version": "1.0",
        "type": "oauth_token",
        "access_token": f"sk-ant-oat01-profile-{secret}",
        "refresh_token": f"sk-ant-ort01-profile-{secret}",
        "expires_at": FAR_FUTURE,
        "scope": "user:developer user:inference user:profile",
        "organization_uuid": CONSOLE_ORGANIZATION,
        "organization_name": "Acme Console",
        "account_email": "dev@example.com",
    }

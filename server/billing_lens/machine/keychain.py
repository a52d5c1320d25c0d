"""Whether the macOS keychain holds Claude Code's login and key. No secret is ever asked for.

Claude Code keeps its credentials in the keychain on macOS, apart for each CLAUDE_CONFIG_DIR
(https://code.claude.com/docs/en/authentication#credential-management). The entries' names were
measured on 2.1.112, the last release that runs in Node: it was told that it runs on macOS and given
a program `security` that wrote down what it was asked. Users found the same in later ones
(robinebers/openusage#424, beeblock/orkestrai#27).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

LOGIN_SERVICE = "Claude Code-credentials"
MANAGED_KEY_SERVICE = "Claude Code"
HASH_DIGITS = 8

ANSWER_SECONDS = 2.0
"""How long ``security`` may take. It answers in a fraction of this unless it waits for a person."""
CACHED_SECONDS = 10.0
"""How long an answer is kept while the machine is read again and again."""
CACHED_SILENCE_SECONDS = 300.0
"""The same when no answer came in time: waiting for it each time would be felt."""


class KeychainState(str, Enum):
    """What is known of one entry of Claude Code's in the keychain."""

    NOT_LOOKED_AT = "not-looked-at"
    """Not macOS, or the reader was confined to a home that is not the keychain's."""
    PRESENT = "present"
    ABSENT = "absent"
    LOCKED = "locked"
    """The keychain is locked, or refuses for another reason."""
    NO_ANSWER = "no-answer"
    UNAVAILABLE = "unavailable"
    """There is no program ``security``, or nobody whose entry it could be."""


_EXIT_STATES = {0: KeychainState.PRESENT, 44: KeychainState.ABSENT}
"""``security`` exits with the last byte of the status: 44 is errSecItemNotFound, 36
errSecInteractionNotAllowed (anthropics/claude-code#44028), 51 errSecAuthFailed."""


class KeychainEntry(Struct, frozen=True):
    """One entry: the names it goes by, and whether it is there. Never what it holds."""

    service: str
    account: str = ""
    state: KeychainState = KeychainState.NOT_LOOKED_AT


class Keychain(Struct, frozen=True):
    """Claude Code's entries: the claude.ai login, and the API key of a login with the Console.

    The login's entry can be there without a login: MCP servers' sign-ins are stored in it too.
    """

    login: KeychainEntry = KeychainEntry(LOGIN_SERVICE)
    managed_key: KeychainEntry = KeychainEntry(MANAGED_KEY_SERVICE)


def keychain_entries(environment: Mapping[str, str], user: str) -> Keychain:
    """Return the entries Claude Code would look for, not yet looked at.

    The account is USER, else `user`. CLAUDE_CONFIG_DIR, unless empty, adds the first eight hex
    digits of its SHA-256 to the services: of its text as it is, in Unicode's form NFC.
    """
    account = environment.get("USER") or user
    directory, suffix = environment.get("CLAUDE_CONFIG_DIR"), ""
    if directory:
        import hashlib  # noqa: PLC0415 most runs need none of it
        import unicodedata  # noqa: PLC0415

        text = unicodedata.normalize("NFC", directory).encode(errors="surrogateescape")
        suffix = f"-{hashlib.sha256(text).hexdigest()[:HASH_DIGITS]}"
    services = (LOGIN_SERVICE + suffix, MANAGED_KEY_SERVICE + suffix)
    return Keychain(*(KeychainEntry(service, account) for service in services))


if sys.platform == "win32":

    def user_name() -> str:
        """Return nothing: nobody asks for it here."""
        return ""

else:
    import pwd

    def user_name() -> str:
        """Return the name of the user this process runs as, whatever USER says.

        Empty when the system knows none.
        """
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return ""


class KeychainReader:
    """Looks for Claude Code's entries as `environment` and `home` would lead Claude Code there."""

    def __init__(self, environment: Mapping[str, str], home: str) -> None:
        directories = environment.get("PATH", os.defpath).split(os.pathsep)
        # Nothing of the working directory is ever run.
        self._path = os.pathsep.join(filter(os.path.isabs, directories))
        self._home = home
        self._known = keychain_entries(environment, user_name())
        self._kept_until = 0.0

    def read(self) -> Keychain:
        """Return which entries are there; an answer is cached for a while.

        Takes `ANSWER_SECONDS` for each at most; when the first gets no answer the second is not
        asked for.
        """
        if time.monotonic() >= self._kept_until:
            login = replace(self._known.login, state=self._look_for(self._known.login))
            silent = login.state is KeychainState.NO_ANSWER
            other = self._known.managed_key
            key = replace(other, state=login.state if silent else self._look_for(other))
            self._known = Keychain(login, key)
            silent = key.state is KeychainState.NO_ANSWER
            kept = CACHED_SILENCE_SECONDS if silent else CACHED_SECONDS
            self._kept_until = time.monotonic() + kept
        return self._known

    def _look_for(self, entry: KeychainEntry) -> KeychainState:
        import shutil  # noqa: PLC0415 most runs need none of it
        import subprocess  # noqa: PLC0415 most runs need none of it

        program = shutil.which("security", path=self._path)
        if program is None or not entry.account:
            return KeychainState.UNAVAILABLE
        names = ["-s", entry.service, "-a", entry.account]
        try:
            # Without -g and -w only the entry's attributes are looked up, and they are not read.
            found = subprocess.run(
                [program, "find-generic-password", *names],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"HOME": self._home, "PATH": self._path},
                timeout=ANSWER_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return KeychainState.NO_ANSWER
        except (OSError, ValueError):
            return KeychainState.UNAVAILABLE
        return _EXIT_STATES.get(found.returncode, KeychainState.LOCKED)

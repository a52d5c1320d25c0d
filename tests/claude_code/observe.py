"""What the real Claude Code says and does on a made-up machine.

Each observation starts the program anew. The status is what it claims, the wire is what is billed,
and interactively the banner is what a person sees.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from tests.claude_code.api import Api, Request, TokenExchange
from tests.claude_code.enclosure import Run, enclosed, environment_of, run
from tests.claude_code.program import program
from tests.claude_code.terminal import Terminal
from tests.machines import BuiltMachine, MadeUpMachine

_SECONDS_FOR_STATUS = 30
_SECONDS_FOR_ANSWER = 20
_SECONDS_TO_START = 10
_SECONDS_TO_ASK = 10
_QUIET_SECONDS = 1.0

BILLED_AS_API = "API Usage Billing"
"""The banner of every source but a login and ``CLAUDE_CODE_OAUTH_TOKEN``."""

BILLED_AS_API_LOGIN = "Claude API"
"""The banner of a login without a plan and of ``CLAUDE_CODE_OAUTH_TOKEN``."""

_BANNER = re.compile(
    rf"· (Claude (?:Max|Pro|Team|Enterprise)|{BILLED_AS_API_LOGIN}|{BILLED_AS_API})"
)

_ANYTHING = re.compile(r"\S")
_TYPED = re.compile(r"\shi\b")


@dataclass(frozen=True)
class Observation:
    """One look at the program. The made-up home is shown as ``~``."""

    version: str
    exit_code: int | None
    """None when the program was still running and had to be stopped."""
    seconds: float
    stdout: str = ""
    stderr: str = ""
    status: Mapping[str, object] = field(default_factory=dict[str, object])
    """The JSON of ``claude auth status``."""
    text: str = ""
    """What ``claude auth status --text`` prints."""
    first_screen: tuple[str, ...] = ()
    """The screen before anything was asked."""
    screen: tuple[str, ...] = ()
    """The last screen."""
    banner: str | None = None
    """Who pays, in the words of the start screen: ``Claude Max``, ``API Usage Billing``, …"""
    requests: tuple[Request, ...] = ()
    exchanges: tuple[TokenExchange, ...] = ()

    @property
    def model_requests(self) -> tuple[Request, ...]:
        """The requests that are billed."""
        return tuple(request for request in self.requests if request.is_for_the_model)


def observe_status(machine: MadeUpMachine | BuiltMachine, version: str) -> Observation:
    """What ``claude auth status`` says, as JSON and as text."""
    json_run = _run_once(machine, version, ["auth", "status"], {}, _SECONDS_FOR_STATUS)
    text_run = _run_once(machine, version, ["auth", "status", "--text"], {}, _SECONDS_FOR_STATUS)
    return Observation(
        version=version,
        exit_code=json_run.exit_code,
        seconds=json_run.seconds + text_run.seconds,
        stdout=json_run.stdout,
        stderr=json_run.stderr,
        status=_json_object(json_run.stdout),
        text=text_run.stdout,
    )


def observe_wire(machine: MadeUpMachine | BuiltMachine, version: str) -> Observation:
    """What ``claude -p hi`` sends to the model API, and prints."""
    with _api() as api:
        done = _run_once(machine, version, ["-p", "hi"], api.environment, _SECONDS_FOR_ANSWER)
        return Observation(
            version=version,
            exit_code=done.exit_code,
            seconds=done.seconds,
            stdout=done.stdout,
            stderr=done.stderr,
            requests=api.requests,
            exchanges=api.exchanges,
        )


def observe_interactive(
    machine: MadeUpMachine | BuiltMachine, version: str, keys: Sequence[str] = ()
) -> Observation:
    """The screen of ``claude`` in a terminal, and what it sends when asked "hi".

    `keys` are typed first, one element after the other, to answer dialogs.
    """
    started = time.monotonic()
    with _api() as api, enclosed(machine) as built:
        command = [str(program(version)), *built.arguments]
        environment = environment_of(built, api.environment)
        with Terminal(command, built.cwd, environment) as terminal:
            first = _start_screen(terminal, keys)
            _ask(terminal, api)
            last = terminal.lines
            exit_code = terminal.process.poll()
        return Observation(
            version=version,
            exit_code=exit_code,
            seconds=time.monotonic() - started,
            first_screen=_at_home(first, built),
            screen=_at_home(last, built),
            banner=next(iter(_BANNER.findall("\n".join((*first, *last)))), None),
            requests=api.requests,
            exchanges=api.exchanges,
        )


def _run_once(
    machine: MadeUpMachine | BuiltMachine,
    version: str,
    command: list[str],
    extra: Mapping[str, str],
    seconds: float,
) -> Run:
    executable = str(program(version))
    with enclosed(machine) as built:
        return run([executable, *built.arguments, *command], built, extra, seconds)


def _start_screen(terminal: Terminal, keys: Sequence[str]) -> tuple[str, ...]:
    if keys:
        terminal.wait_for(_ANYTHING, _SECONDS_TO_START)
        for key in keys:
            terminal.settle(_QUIET_SECONDS, _SECONDS_TO_START)
            terminal.type(key)
    terminal.wait_for(_BANNER, _SECONDS_TO_START)
    terminal.settle(_QUIET_SECONDS, _SECONDS_TO_START)
    return terminal.lines


def _ask(terminal: Terminal, api: Api) -> None:
    terminal.type("hi")
    terminal.wait_for(_TYPED, at_most=2)
    terminal.type("\r")
    api.wait_for_model_request(_SECONDS_TO_ASK)
    terminal.settle(quiet=0.5, at_most=2)


def _at_home(lines: tuple[str, ...], machine: BuiltMachine) -> tuple[str, ...]:
    return tuple(line.replace(str(machine.home), "~") for line in lines)


def _json_object(text: str) -> Mapping[str, object]:
    try:
        value: object = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


@contextmanager
def _api() -> Generator[Api]:
    with (
        tempfile.TemporaryDirectory(prefix="billing-lens-api-") as directory,
        Api(Path(directory)) as api,
    ):
        yield api

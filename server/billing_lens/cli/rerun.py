"""Another command on the same machine, as a line to copy; what is secret is left out or hidden."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from typing import cast

from msgspec import Struct

from billing_lens.cli.options import add_ci_option, add_machine_options
from billing_lens.config.secrets import SECRET_NAME
from billing_lens.machine.machine import Machine
from billing_lens.output.redaction import Redactor, masked, redact_json_text


class _Option(Struct, frozen=True):
    """One machine option as it was given, and as it may be shown."""

    words: tuple[str, ...]
    shown: tuple[str, ...]


def command_again(given: argparse.Namespace, machine: Machine, *words: str) -> str:
    """Return ``billing-lens`` with `words` and the machine options of this run, for a shell.

    A secret in an option is masked: whoever copies the line has to put it in again.
    """
    options = [word for option in _options(given, machine) for word in option.shown]
    hide = _Hider(machine)
    for_claude = [hide.text(argument) for argument in given.claude_arguments]
    return _line([*words, *options], for_claude)


def undo_command(given: argparse.Namespace, machine: Machine, identifier: str) -> str:
    """Return the command that undoes a change; options that hold a secret are not needed for it."""
    options = [option for option in _options(given, machine) if option.words == option.shown]
    hide = _Hider(machine)
    for_claude = cast("list[str]", given.claude_arguments)
    is_open = all(hide.text(argument) == argument for argument in for_claude)
    words = ["undo", identifier, *(word for option in options for word in option.shown)]
    return _line(words, for_claude if is_open else [])


def _line(words: list[str], for_claude: list[str]) -> str:
    return shlex.join(["billing-lens", *words, *(["--", *for_claude] if for_claude else [])])


def _options(given: argparse.Namespace, machine: Machine) -> Iterator[_Option]:
    """Yield every machine option that does not have its default value."""
    parser = argparse.ArgumentParser(add_help=False)
    add_ci_option(parser)
    add_machine_options(parser)
    defaults = vars(parser.parse_args([]))
    hide = _Hider(machine)
    for name, default in defaults.items():
        value: object = getattr(given, name, default)
        if value in (default, None):
            continue
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            yield _Option((flag,), (flag,))
            continue
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        for text in map(str, values):
            yield _Option((flag, text), (flag, hide.assignment(text)))


class _Hider:
    """Masks the secrets in options."""

    def __init__(self, machine: Machine) -> None:
        self._redactor = Redactor(machine)

    def text(self, text: str) -> str:
        return self._redactor.text(redact_json_text(text))

    def assignment(self, text: str) -> str:
        """Return NAME=VALUE with the value masked when the name says that it is a secret."""
        name, equals, value = text.partition("=")
        if equals and value and SECRET_NAME.search(name):
            return f"{name}={masked(value)}"
        return self.text(text)

"""What a project's files say of how its Claude Code runs elsewhere: the variables it gets there.

Claude Code reads none of these files. GitHub, GitLab, Docker Compose and dev containers do, and
give the variables to what they start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct

from billing_lens.config.file import ConfigFile
from billing_lens.text.yaml_document import YamlDocument, YamlNode

_COMMAND = re.compile(r"(?:^|[\s\"'`;&|(/])claude(?=$|[\s\"'`;&|)<>])", re.MULTILINE)
_PACKAGE = re.compile(r"claude-code", re.IGNORECASE)
_MOST_VALUES = 1000
"""How many values of a script are looked at; nested aliases could stand for billions."""


class Elsewhere(str, Enum):
    """An environment of the project's that is not this machine's; the value is its name."""

    CI = "ci"
    DEVCONTAINER = "devcontainer"
    COMPOSE = "compose"


class Declaration(Struct, frozen=True):
    """A value that a file gives a variable. `value` may be a secret.

    `known` is False for a reference such as ``${{ secrets.KEY }}``: it is set, to what is not told.
    """

    name: str
    value: str
    path: str
    pointer: str
    known: bool = True

    def __repr__(self) -> str:
        return f"Declaration({self.name!r}, {self.path!r}, {self.pointer!r})"


class DeclaredRun(Struct, frozen=True):
    """One job, service or container in which Claude Code may run, with what it is given there."""

    environment: Elsewhere
    name: str
    path: str
    pointer: str
    """Where the job, service or container stands."""
    variables: Mapping[str, Declaration]
    settings: Declaration | None = None
    """What becomes the user's settings there: JSON text, or a path below the repository."""
    arguments: Declaration | None = None
    """What Claude Code is started with, as a shell would read it."""
    env_files: tuple[str, ...] = ()
    """Files like ``.env`` that give it more variables, the last the strongest; `variables` win."""
    uses_claude: bool = True
    """Whether Claude Code itself is mentioned there, not only its variables."""
    keeps_login: bool = False
    """Whether this machine's login is there too."""


def starts_claude(texts: Iterable[str]) -> bool:
    """Return whether commands, images or actions name Claude Code."""
    return any(_COMMAND.search(text) or _PACKAGE.search(text) for text in texts)


def yaml_root(file: ConfigFile) -> YamlNode | None:
    """Return a YAML file's value; while typing has broken the text, the one it had before."""
    document = file.understood
    return document.root if isinstance(document, YamlDocument) else None


def members(node: YamlNode | None) -> tuple[YamlNode, ...]:
    """Return the members of a mapping, nothing for anything else."""
    return node.members() if node is not None and node.kind == "object" else ()


def elements(node: YamlNode | None) -> tuple[YamlNode, ...]:
    """Return the elements of a list, and what stands in place of a list as its only element."""
    if node is None or node.kind in ("object", "null"):
        return ()
    return node.elements() if node.kind == "array" else (node,)


def child(node: YamlNode | None, *path: str) -> YamlNode | None:
    """Return the value that names lead to."""
    for name in path:
        node = node.child(name) if node is not None else None
    return node


def texts_in(*nodes: YamlNode | None) -> Iterable[str]:
    """Yield the scalars in values, however they are nested."""
    waiting = [node for node in nodes if node is not None]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        node = waiting.pop(0)
        if node.kind == "string":
            yield node.text
        waiting += node.elements() if node.kind == "array" else members(node)


def variables_in(
    file: ConfigFile, section: YamlNode | None, reference: re.Pattern[str]
) -> dict[str, Declaration]:
    """Return the variables of a mapping by name; what `reference` is found in is not known."""
    return {
        member.key or "": declaration_at(file, member.key or "", member, reference)
        for member in members(section)
        if member.kind in ("string", "null")
    }


def declaration_at(
    file: ConfigFile, name: str, node: YamlNode, reference: re.Pattern[str]
) -> Declaration:
    """Return what a scalar gives the variable `name`."""
    text = "" if node.kind == "null" else node.text
    known = reference.search(text) is None
    return Declaration(name, text, file.path, node.pointer, known)

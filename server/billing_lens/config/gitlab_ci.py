"""GitLab CI: which jobs run Claude Code, and with which variables.

Source: https://docs.gitlab.com/ci/yaml/ (``variables`` of a job before those of the file, both as a
text or as ``{value: …}``; ``extends``; ``inherit:variables``). Variables of the project's settings
are not in the file and not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from billing_lens.config.declarations import (
    Declaration,
    DeclaredRun,
    Elsewhere,
    child,
    declaration_at,
    elements,
    members,
    starts_claude,
    texts_in,
    yaml_root,
)
from billing_lens.config.file import ConfigFile
from billing_lens.text.yaml_document import YamlNode

REFERENCE = re.compile(r"(?<!\$)\$(?:\{?[A-Za-z_]|\[\[)")
"""``$NAME``, ``${NAME}`` and ``$[[ inputs.name ]]``, not ``$$NAME``."""

_OPTIONS = "stages variables workflow services cache default include spec"
_NO_JOBS = frozenset((*_OPTIONS.split(), "image", "before_script", "after_script"))
_DEEPEST = 11
"""How many levels of ``extends`` GitLab follows."""
_COMMANDS = ("before_script", "script", "after_script", "image", "run")


def runs_of(file: ConfigFile) -> Iterator[DeclaredRun]:
    """Yield the jobs that run something, templates (``.name``) left out."""
    root = yaml_root(file)
    of_file = _variables(file, child(root, "variables"))
    for job in members(root):
        name = job.key or ""
        if root is None or name in _NO_JOBS or name.startswith(".") or job.kind != "object":
            continue
        chain = _with_extended(root, job)
        variables = dict(_inherited(chain, of_file))
        for part in chain:
            variables.update(_variables(file, part.child("variables")))
        yield DeclaredRun(
            Elsewhere.CI,
            name,
            file.path,
            job.pointer,
            variables,
            uses_claude=starts_claude(texts_in(*_commands(root, chain)))
            or any(it.startswith("CLAUDE_CODE_") for it in variables),
        )


def _variables(file: ConfigFile, section: YamlNode | None) -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    for member in members(section):
        name = member.key or ""
        value = member.child("value") if member.kind == "object" else member
        if value is not None and value.kind in ("string", "null"):
            found[name] = declaration_at(file, name, value, REFERENCE)
    return found


def _with_extended(root: YamlNode, job: YamlNode, depth: int = 0) -> list[YamlNode]:
    """Return what a job extends, the weakest first, and the job itself."""
    chain: list[YamlNode] = []
    for name in elements(job.child("extends")) if depth < _DEEPEST else ():
        extended = root.child(name.text)
        if extended is not None and extended.kind == "object" and len(chain) < _DEEPEST:
            chain += _with_extended(root, extended, depth + 1)
    return [*chain[-_DEEPEST:], job]


def _inherited(chain: list[YamlNode], of_file: dict[str, Declaration]) -> dict[str, Declaration]:
    """Return the file's variables that a job inherits: all, none, or those it lists."""
    for part in reversed(chain):
        wanted = child(part, "inherit", "variables")
        if wanted is not None and wanted.kind == "array":
            names = [it.text for it in wanted.elements()]
            return {name: it for name, it in of_file.items() if name in names}
        if wanted is not None:
            return of_file if wanted.text.lower() == "true" else {}
    return of_file


def _commands(root: YamlNode, chain: list[YamlNode]) -> Iterator[YamlNode | None]:
    for name in _COMMANDS:
        own = [part.child(name) for part in chain]
        yield (
            next((it for it in reversed(own) if it is not None), None)
            or child(root, "default", name)
            or root.child(name)
        )

"""Docker Compose: which services run Claude Code, and with which variables.

Sources: https://docs.docker.com/reference/compose-file/interpolation/ and
https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/
(``environment`` before ``env_file``; values come from the shell, then from ``.env``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

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

REFERENCE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)"
    r"|\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[-?+])(?P<operand>[^{}]*))?\})"
)
_NOTHING = re.compile(r"(?!)")
_COMMANDS = ("image", "build", "command", "entrypoint")


def runs_of(file: ConfigFile, values: Mapping[str, str]) -> Iterator[DeclaredRun]:
    """Yield the services of a file. `values` are the shell's variables over those of ``.env``."""
    for service in members(child(yaml_root(file), "services")):
        variables = dict(_variables(file, service.child("environment"), values))
        yield DeclaredRun(
            Elsewhere.COMPOSE,
            service.key or "",
            file.path,
            service.pointer,
            variables,
            env_files=tuple(_env_files(service)),
            uses_claude=starts_claude(texts_in(*map(service.child, _COMMANDS)))
            or any(name.startswith("CLAUDE_CODE_") for name in variables),
        )


def _variables(
    file: ConfigFile, section: YamlNode | None, values: Mapping[str, str]
) -> Iterator[tuple[str, Declaration]]:
    """Yield the variables of a mapping or of a list of ``NAME=value``; a bare name is passed on."""
    for member in members(section):
        name = member.key or ""
        if member.kind == "null":
            yield name, _passed_on(file, name, member, values)
        elif member.kind == "string":
            yield name, interpolated(declaration_at(file, name, member, _NOTHING), values)
    for element in elements(section) if section is not None and section.kind == "array" else ():
        name, equals, value = element.text.partition("=")
        if equals:
            given = Declaration(name, value, file.path, element.pointer)
            yield name, interpolated(given, values)
        else:
            yield name, _passed_on(file, name, element, values)


def _passed_on(
    file: ConfigFile, name: str, node: YamlNode, values: Mapping[str, str]
) -> Declaration:
    return interpolated(Declaration(name, f"${{{name}}}", file.path, node.pointer), values)


def _env_files(service: YamlNode) -> Iterator[str]:
    section = service.child("env_file")
    for entry in elements(section):
        path = entry.child("path") if entry.kind == "object" else entry
        if path is not None and path.kind == "string":
            yield path.text


def interpolated(given: Declaration, values: Mapping[str, str]) -> Declaration:
    """Return a declaration with its references replaced, not known when one leads to nothing."""
    known = True

    def replacement(match: re.Match[str]) -> str:
        nonlocal known
        if match["escaped"]:
            return "$"
        found = values.get(match["plain"] or match["name"])
        operator, operand = match["operator"] or "", match["operand"] or ""
        if operator.startswith(":"):
            found = found or None
        if operator.endswith("+"):
            return operand if found is not None else ""
        if found is None and operator.endswith("-"):
            return operand
        if found is None:
            known = False
            return match[0]
        return found

    value = REFERENCE.sub(replacement, given.value)
    return replace(given, value=value, known=known)

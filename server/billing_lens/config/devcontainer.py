"""Dev containers: which variables a terminal in the project's container gets.

Source: https://containers.dev/implementors/json_reference/ (``remoteEnv`` over ``containerEnv``;
``${localEnv:NAME}`` and ``${localEnv:NAME:default}`` are this machine's, empty when it has none;
``${containerEnv:NAME}`` is the image's and not known).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from billing_lens.config.declarations import Declaration, DeclaredRun, Elsewhere
from billing_lens.config.file import ConfigFile
from billing_lens.text.json_document import JsonDocument
from billing_lens.text.json_node import JsonNode

_REFERENCE = re.compile(r"\$\{(?:(?:localEnv|env):(?P<local>\w+)(?::(?P<default>[^}]*))?|[^}]*)\}")
_LOGIN_MOUNT = re.compile(r"/\.claude(?:/|,|$)")


def runs_of(file: ConfigFile, values: Mapping[str, str]) -> Iterator[DeclaredRun]:
    """Yield the container. `values` are this machine's variables."""
    document = file.understood
    root = document.root if isinstance(document, JsonDocument) else None
    if root is None:
        return
    variables = {
        name: declared
        for section in ("containerEnv", "remoteEnv")
        for name, declared in _variables(file, root.child(section), values)
    }
    mounts = root.child("mounts")
    yield DeclaredRun(
        Elsewhere.DEVCONTAINER,
        "",
        file.path,
        "",
        variables,
        keeps_login=any(map(_mounts_login, mounts.elements() if mounts else ())),
    )


def _variables(
    file: ConfigFile, section: JsonNode | None, values: Mapping[str, str]
) -> Iterator[tuple[str, Declaration]]:
    for member in section.members() if section and section.kind == "object" else ():
        if isinstance(member.value, str) and member.key is not None:
            given = Declaration(member.key, member.value, file.path, member.pointer)
            yield member.key, _substituted(given, values)


def _substituted(given: Declaration, values: Mapping[str, str]) -> Declaration:
    known = True

    def replacement(match: re.Match[str]) -> str:
        nonlocal known
        if match["local"]:
            return values.get(match["local"]) or match["default"] or ""
        known = False
        return match[0]

    value = _REFERENCE.sub(replacement, given.value)
    return replace(given, value=value, known=known)


def _mounts_login(mount: JsonNode) -> bool:
    """Whether a mount brings this machine's ``~/.claude`` into the container."""
    if mount.kind == "object":
        kind, source = (mount.child(name) for name in ("type", "source"))
        is_bind = kind is None or kind.value == "bind"
        return is_bind and source is not None and bool(_LOGIN_MOUNT.search(str(source.value)))
    options = str(mount.value).split(",")
    is_bind = not any(option.strip() in ("type=volume", "type=tmpfs") for option in options)
    sources = (option for option in options if option.strip().startswith(("source=", "src=")))
    return is_bind and any(map(_LOGIN_MOUNT.search, sources))

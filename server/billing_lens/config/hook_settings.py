"""Which `hooks` make Claude Code ignore a settings file as a whole.

Source: as for `settings_fields`; cases "settings type hooks …" in tests/conformance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast

Version: TypeAlias = tuple[int, ...]
Path: TypeAlias = tuple[str | int, ...]

HOOK_NEEDS: Mapping[str, tuple[str, ...]] = {
    "command": ("command",),
    "prompt": ("prompt",),
    "agent": ("prompt",),
    "http": ("url",),
    "mcp_tool": ("server", "tool"),
}
"""The texts that a hook of each type has to have."""

PERMISSION_EVENTS = ("PreToolUse", "PermissionRequest")
"""From 2.1.257 only these reject a file; a wrong hook of another event is left out alone."""
OTHER_EVENTS = (
    "PostToolUse",
    "PostToolUseFailure",
    "Notification",
    "UserPromptSubmit",
    "SessionStart",
    "SessionEnd",
    "Stop",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
)
HOOKS_CHECKED_APART: Version = (2, 1, 257)


def wrong_hooks(hooks: object, version: Version) -> Iterator[tuple[Path, str]]:
    """Yield path and message of what is wrong with the value of `hooks`.

    A value that is no object and events that are not known do no harm.
    """
    if not isinstance(hooks, dict):
        return
    apart = version >= HOOKS_CHECKED_APART
    events = PERMISSION_EVENTS if apart else (*PERMISSION_EVENTS, *OTHER_EVENTS)
    for event, matchers in cast("dict[str, object]", hooks).items():
        if event in events and isinstance(matchers, list):
            yield from _wrong_matchers(("hooks", event), cast("list[object]", matchers))
        elif event in events and apart and matchers is not None:
            yield ("hooks", event), "should be a list"


def _wrong_matchers(event: Path, matchers: list[object]) -> Iterator[tuple[Path, str]]:
    for index, matcher in enumerate(matchers):
        path: Path = (*event, index)
        if not isinstance(matcher, dict):
            yield path, "should be a JSON object"
            continue
        fields = cast("dict[str, object]", matcher)
        if not isinstance(fields.get("matcher", ""), str):
            yield (*path, "matcher"), "should be a string"
        hooks = fields.get("hooks")
        if not isinstance(hooks, list):
            yield path, "needs hooks, a list"
            continue
        for number, hook in enumerate(cast("list[object]", hooks)):
            message = _wrong_hook(hook)
            if message:
                yield (*path, "hooks", number), message


def _wrong_hook(hook: object) -> str:
    """Return what is wrong with one hook, nothing when it is right."""
    if not isinstance(hook, dict):
        return "should be a JSON object"
    fields = cast("dict[str, object]", hook)
    needed = HOOK_NEEDS.get(str(fields.get("type")))
    if needed is None:
        return f"needs a type: one of {', '.join(HOOK_NEEDS)}"
    for name in needed:
        if not isinstance(fields.get(name), str):
            return f"needs {name}, a string"
    timeout = fields.get("timeout", 1)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or timeout <= 0:
        return "needs a timeout above 0"
    return ""

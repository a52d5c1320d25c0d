"""The options of Claude Code's own command line, and which of their words are values.

Source: ``claude --help`` and the option table of the programs 2.1.146, 2.1.200, 2.1.284 and
2.1.332; hidden options are those that take a value. A newer program may have others: an option
that is not known is taken for a flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_VALUE = frozenset(
    """
    --advisor --agent --agent-color --agent-id --agent-name --agent-type --agents
    --append-subagent-system-prompt --append-subagent-system-prompt-file --append-system-prompt
    --append-system-prompt-file --attach-serve --autocompact --client-data-url --debug-file
    --deep-link-cwd-b64 --deep-link-last-fetch --deep-link-repo --effort --environment
    --fallback-model --fast-mode --input-format --json-schema --managed-settings
    --max-budget-usd --max-thinking-tokens --max-turns --messaging-socket-path --model --name
    --output-format --parent-session-id --permission-mode --permission-prompt-tool
    --permission-prompts --plan-mode-instructions --plugin-dir --plugin-dir-no-mcp --plugin-url
    --prefill --prefill-b64 --proactivity --remote-control-session-name-prefix
    --resume-drops-turn --resume-session-at --rewind-files --sdk-url --session-id
    --setting-sources --settings --system-prompt --system-prompt-file --system-prompt-snapshot
    --task-budget --team-name --teammate-mode --thinking --thinking-display --workload -n
    """.split()  # noqa: SIM905 a list would take a line for each
)
"""Each takes the next word, whatever it looks like."""

_OPTIONAL = frozenset(
    """
    --cloud --debug --from-pr --prompt-suggestions --rc --remote --remote-control --resume
    --teleport --worktree -d -r -w
    """.split()  # noqa: SIM905 a list would take a line for each
)
"""Each takes the next word unless that looks like an option."""

_MANY = frozenset(
    """
    --add-dir --allowed-tools --allowedTools --betas --channels
    --dangerously-load-development-channels --disallowed-tools --disallowedTools --file
    --mcp-config --tools
    """.split()  # noqa: SIM905 a list would take a line for each
)
"""Each takes the next word, and all that follow up to one that looks like an option."""


class GivenOption(NamedTuple):
    """An option as it was given; `value` is None for a flag."""

    name: str
    value: str | None = None


def options_in(words: Sequence[str]) -> Iterator[GivenOption]:
    """Yield the options among `words`, which follow the program's name, in their order.

    Read as Commander.js reads them, which Claude Code uses: ``--name value``, ``--name=value``,
    ``-nVALUE``, flags in one word (``-pc``). Prompts and values are no options, and ``--`` ends
    them.
    """
    waiting = list(reversed(words))
    while waiting:
        word = waiting.pop()
        if word == "--":
            return
        if not _looks_like_an_option(word):
            continue
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            yield GivenOption(name, value) if equals else _with_value(name, waiting)
        else:
            yield from _short(word, waiting)


def _short(word: str, waiting: list[str]) -> Iterator[GivenOption]:
    """Yield what stands in a word of short options; the last of them may have a value."""
    for at in range(1, len(word)):
        name = f"-{word[at]}"
        if name in _VALUE | _OPTIONAL and at + 1 < len(word):
            yield GivenOption(name, word[at + 1 :])
            return
        yield _with_value(name, waiting) if at + 1 == len(word) else GivenOption(name)


def _with_value(name: str, waiting: list[str]) -> GivenOption:
    takes_next = name in _VALUE or name in _MANY
    follows = bool(waiting) and (takes_next or not _looks_like_an_option(waiting[-1]))
    if not follows or not (takes_next or name in _OPTIONAL):
        return GivenOption(name)
    value = waiting.pop()
    while name in _MANY and waiting and not _looks_like_an_option(waiting[-1]):
        waiting.pop()
    return GivenOption(name, value)


def _looks_like_an_option(word: str) -> bool:
    return len(word) > 1 and word.startswith("-")

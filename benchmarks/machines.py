"""The made-up machines that are measured."""

from __future__ import annotations

import json
import platform
import random
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from tests.machines import HOME, MadeUpMachine, headline

STATE = ".claude.json"
_TEXT = (
    "fix the failing test in the parser please, then explain why «it» broke — step by step\n"
    "src/app/main.tsx:42 TypeError: cannot read properties of undefined (reading 'map') \t"
    'const total = items.reduce((sum, item) => sum + item.price, 0); // "quoted" \\ path'
)
_WORDS = _TEXT.split(" ")


def with_large_state(size: int, machine: MadeUpMachine | None = None) -> MadeUpMachine:
    """Return the headline machine with a ``~/.claude.json`` of about `size` bytes.

    It has grown as real ones do: many projects, each with a history of long pasted prompts. The
    account stands behind them.
    """
    machine = machine or headline()
    state = cast("Mapping[str, object]", machine.files[STATE])
    empty = len(state_text(state, {}))
    projects: dict[str, object] = {}
    made, chance = 0, random.Random(1)  # noqa: S311 - the same text in every run is wanted
    while made < size - empty:
        project = _project(chance, min(250_000, size - empty - made))
        made += len(state_text({}, {"p": project}))
        projects[f"{HOME}/src/project-{len(projects):04}"] = project
    return machine.with_files({STATE: state_text(state, projects)})


def state_text(state: Mapping[str, object], projects: Mapping[str, object]) -> str:
    """Return a state file's text as Claude Code writes it, the account behind the projects."""
    account = {name: value for name, value in state.items() if name == "oauthAccount"}
    others = {name: value for name, value in state.items() if name != "oauthAccount"}
    own = cast("Mapping[str, object]", state.get("projects", {}))
    whole = {**others, "projects": {**projects, **own}, **account}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _project(chance: random.Random, size: int) -> dict[str, object]:
    """Return what Claude Code remembers of one folder, of about `size` bytes."""
    history: list[object] = []
    made = 700
    while made < size:
        words = min(chance.randint(20, 800), max(1, (size - made) // 12))
        prompt = " ".join(chance.choices(_WORDS, k=words))
        history.append({"display": prompt, "pastedContents": {}})
        made += len(prompt) + 70
    return {
        "allowedTools": [],
        "history": history,
        "mcpContextUris": [],
        "mcpServers": {},
        "enabledMcpjsonServers": [],
        "disabledMcpjsonServers": [],
        "hasTrustDialogAccepted": True,
        "projectOnboardingSeenCount": chance.randint(0, 4),
        "exampleFiles": ["main.ts", "parser.ts", "README.md"],
        "lastCost": chance.random(),
        "lastAPIDuration": chance.randint(1000, 900000),
        "lastSessionId": "55555555-5555-4555-8555-555555555555",
    }


def this_machine() -> str:
    """Return what the numbers were measured on, in one line."""
    cpu, memory = _value_in("/proc/cpuinfo", "model name"), _value_in("/proc/meminfo", "MemTotal")
    cores = Path("/proc/cpuinfo").read_text(encoding="utf-8").count("processor\t")
    gib = int(memory.split()[0]) / 2**20
    python = f"Python {platform.python_version()}"
    return f"{cores} cores of {cpu}, {gib:.0f} GiB, Linux {platform.release()}, {python}"


def _value_in(path: str, name: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(name))

"""The places that can set a variable, and what the fixes offered there do to the files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from billing_lens.billing.place import locate
from billing_lens.fixes.fix import simulate
from billing_lens.review import OfferedFix, Review, ReviewedFinding, review
from tests.machines import CANARY, MadeUpMachine, headline
from tests.rules.reviewed import CONFIG, CREDENTIALS, LOGIN

NEWEST = "2.1.330"
USER = ".claude/settings.json"
PROJECT = "proj/.claude/settings.json"
LOCAL = "proj/.claude/settings.local.json"
MANAGED = "/etc/claude-code/managed-settings.json"
VSCODE = ".config/Code/User/settings.json"
WORKSPACE = "proj/.vscode/settings.json"

LISTED = "claudeCode.environmentVariables"
TERMINAL = "terminal.integrated.env.linux"

PLAN = "Claude Max 20x"
KEY = f"sk-ant-api03-made-up-key-{CANARY}"


@dataclass(frozen=True)
class Spot:
    """A file and section that set variables; `setter` and `run` are the message's words for it."""

    path: str
    section: str
    nickname: str
    setter: str
    run: str = ""

    def __str__(self) -> str:
        return self.nickname

    @property
    def in_editor(self) -> bool:
        """Whether only VS Code is told, and a terminal is not."""
        return bool(self.run)

    @property
    def told_anyway(self) -> list[str]:
        """The rules that speak of a secret there whoever pays."""
        return ["secret-in-project"] if self.path == WORKSPACE else []

    def text(self, variable: str, value: str) -> str:
        """Return a file that sets `variable`, formatted by hand and with more in it."""
        member = f'"{variable}":  "{value}"'
        if self.section == LISTED:
            inside = f'[ {{"name" : "{variable}", "value": "{value}"}} ]'
        else:
            inside = f'{{\n\t\t"KEPT": "é😀", {member}\n\t}}'
        return f'{{\n\t"kept" : [1, 2],\n\t"{self.section}": {inside}\n}}\n'

    def pointer(self, variable: str) -> str:
        """Return what leads to the variable in the file."""
        last = "0/value" if self.section == LISTED else variable
        return f"/{self.section}/{last}"

    def marked(self, variable: str, value: str) -> str:
        """Return the text a finding on the variable marks."""
        member = f'"{variable}":  "{value}"'
        return f'"value": "{value}"' if self.section == LISTED else member


IN_USER = Spot(USER, "env", "user", "your user settings")
IN_PROJECT = Spot(PROJECT, "env", "project", "the project's settings")
IN_LOCAL = Spot(LOCAL, "env", "local", "your local project settings")
IN_VSCODE = Spot(VSCODE, LISTED, "vscode", "VS Code's settings", "In VS Code, ")
IN_WORKSPACE = Spot(WORKSPACE, LISTED, "vscode-workspace", "VS Code's settings", "In VS Code, ")
IN_TERMINAL = Spot(
    VSCODE, TERMINAL, "vscode-terminal", "VS Code's settings", "In VS Code's terminal, "
)
IN_SETTINGS = (IN_USER, IN_PROJECT, IN_LOCAL)
SPOTS = (*IN_SETTINGS, IN_VSCODE, IN_WORKSPACE, IN_TERMINAL)


def login_only() -> MadeUpMachine:
    """Return the headline's machine without the profile: nothing but the login is there."""
    return headline().without(CONFIG, CREDENTIALS)


def fixes_of(found: ReviewedFinding) -> list[str]:
    """Return the ids of the fixes offered, the best first."""
    return [offer.id for offer in found.fixes]


def commands_of(found: ReviewedFinding) -> list[str]:
    """Return what is to be run."""
    return [command.run for command in found.finding.commands]


def related_to(found: ReviewedFinding, seen: Review) -> list[tuple[str, str]]:
    """Return path below the home and pointer of each related place."""
    located = [locate(seen.machine, related.place) for related in found.finding.related]
    home = str(seen.machine.home)
    return [(str(Path(it.path).relative_to(home)), it.pointer) for it in located if it]


TO_THE_LOGIN = [(LOGIN, "/claudeAiOauth")]


def changed_texts(offer: OfferedFix, seen: Review) -> dict[str, str | None]:
    """Return path below the home and new text of every file that a fix changes; None: it goes."""
    after, home = simulate(offer.fix, seen.machine), str(seen.machine.home)
    texts: dict[str, str | None] = {}
    for path, file in after.files.items():
        before = seen.machine.file(path)
        new, old = file.entry.data.decode(), before.entry.data.decode() if before else ""
        if file.exists and (new != old or before is None or not before.exists):
            texts[str(Path(path).relative_to(home))] = new
        elif before and before.exists and not file.exists:
            texts[str(Path(path).relative_to(home))] = None
    return texts


def after_fix(offer: OfferedFix, seen: Review) -> Review:
    """Return what is said about the machine once a fix is applied."""
    return review(simulate(offer.fix, seen.machine), seen.route.mode)


def rules_of(seen: Review) -> Sequence[str]:
    """Return the rules that report something, in their order."""
    return [found.finding.rule for found in seen.findings]


def is_readable(found: ReviewedFinding) -> bool:
    """Return whether the message is one sentence or two, each ended by a full stop."""
    message = found.finding.message
    return message.endswith(".") and len(re.findall(r"[.!?](?=\s|$)", message)) <= 2

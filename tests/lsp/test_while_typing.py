"""What is shown while one types is what a whole look finds, or else a whole look is taken."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from billing_lens.billing.sources import Billing
from billing_lens.config.kinds import Kind
from billing_lens.lsp.documents import OpenDocuments
from billing_lens.lsp.wire import (
    ChangedDocument,
    ContentChange,
    DocumentChange,
    WirePosition,
    WireRange,
)
from billing_lens.machine.machine import Machine, Mode
from billing_lens.machine.reading import MachineReader
from billing_lens.review import Review, review, reviewed_while_typing
from tests.machines import MadeUpMachine, headline
from tests.unit.fixes.headline_fixes import reader_of

VERSION = "2.1.146"
SETTINGS = ".claude/settings.json"
POLICY = '[expected]\nbilling = "api_usage"\n'
MACHINE = headline().with_files(
    {
        SETTINGS: """{
  "model": "opus",
  "cleanupPeriodDays": 30,
  "permissions": {"allow": ["Bash(ls)"], "defaultMode": "plan"},
  "env": {"ANTHROPIC_MODEL": "a", "EDITOR": "vi"}
}
""",
        "proj/.billing-lens.toml": POLICY,
    }
)
FILES = (
    (SETTINGS, Kind.CLAUDE_SETTINGS),
    (".claude.json", Kind.CLAUDE_STATE),
    (".claude/.credentials.json", Kind.CLAUDE_CREDENTIALS),
    (".config/anthropic/configs/default.json", Kind.ANTHROPIC_PROFILE),
    (".config/anthropic/credentials/default.json", Kind.ANTHROPIC_CREDENTIALS),
)
TYPED = st.sampled_from(['"', "{", "}", ",", ":", " ", "\n", "x", "1", "😀", "// c", "null"])


class Typing:
    """One open document of a machine, edited keystroke by keystroke."""

    def __init__(self, machine: MadeUpMachine, root: Path, name: str, kind: Kind) -> None:
        built = machine.build(root)
        self.reader: MachineReader = reader_of(built, VERSION)
        self.path, self.kind = str(built.home / name), kind
        self.uri = Path(self.path).as_uri()
        self.documents = OpenDocuments()
        self.text = Path(self.path).read_text()
        item = types.TextDocumentItem(self.uri, "json", 1, self.text)
        self.documents.open(item, kind)
        self.before = review(self.read(), Mode.INTERACTIVE)

    def read(self) -> Machine:
        """Return the machine with the open text over its file."""
        return self.reader.read(self.documents.texts())

    def replace(self, start: int, end: int, new: str) -> None:
        """Put `new` in place of characters of the text."""
        start, end = sorted((start % (len(self.text) + 1), end % (len(self.text) + 1)))
        change = ContentChange(new, WireRange(self._position(start), self._position(end)))
        params = DocumentChange(ChangedDocument(self.uri, 2), (change,))
        self.documents.change(params, self.kind)
        self.text = self.text[:start] + new + self.text[end:]

    def _position(self, offset: int) -> WirePosition:
        before = self.text[:offset]
        line = before.rpartition("\n")[2]
        return WirePosition(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def found(seen: Review) -> Iterator[tuple[object, ...]]:
    for one in seen.findings:
        finding = one.finding
        yield finding.rule, finding.severity, finding.message, finding.place, finding.related


@given(
    file=st.sampled_from(FILES),
    edits=st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 3), TYPED), min_size=1, max_size=6
    ),
)
def test_it_is_what_a_whole_look_finds(
    file: tuple[str, Kind], edits: list[tuple[int, int, str]]
) -> None:
    with tempfile.TemporaryDirectory(prefix="billing-lens-typing-") as root:
        typing = Typing(MACHINE, Path(root), *file)
        for start, length, new in edits:
            typing.replace(start, start + length, new)
            machine = typing.read()

            quick = reviewed_while_typing(typing.before, machine, typing.path)

            if quick:
                assert list(found(quick)) == list(found(review(machine, Mode.INTERACTIVE)))


def test_a_quote_in_the_middle_needs_no_whole_look_and_is_marked(tmp_path: Path) -> None:
    typing = Typing(MACHINE, tmp_path, *FILES[0])
    typing.replace(12, 12, '"')

    quick = reviewed_while_typing(typing.before, typing.read(), typing.path)

    assert quick
    assert "settings-ignored" in {one.finding.rule for one in quick.findings}


def test_another_meaning_needs_a_whole_look(tmp_path: Path) -> None:
    typing = Typing(MACHINE, tmp_path, *FILES[0])
    at = typing.text.index("EDITOR")
    typing.replace(at, at + len("EDITOR"), "ANTHROPIC_API_KEY")

    assert reviewed_while_typing(typing.before, typing.read(), typing.path) is None


def test_what_claude_code_takes_no_notice_of_needs_no_whole_look(tmp_path: Path) -> None:
    typing = Typing(MACHINE, tmp_path, *FILES[0])
    typing.replace(typing.text.index("Bash"), typing.text.index("Bash"), "x")

    assert reviewed_while_typing(typing.before, typing.read(), typing.path)


def test_a_field_that_spoils_the_settings_needs_a_whole_look(tmp_path: Path) -> None:
    typing = Typing(MACHINE, tmp_path, *FILES[0])
    typing.replace(typing.text.index("30"), typing.text.index("30"), "-")

    assert reviewed_while_typing(typing.before, typing.read(), typing.path) is None


def test_trust_is_what_it_was_while_the_state_is_broken_and_no_more_once_it_is_taken_back(
    tmp_path: Path,
) -> None:
    typing = Typing(MACHINE, tmp_path, ".claude.json", Kind.CLAUDE_STATE)
    before = typing.before.expected
    assert before
    assert before.billing is Billing.API_USAGE
    typing.replace(0, 0, "{")
    assert review(typing.read(), Mode.INTERACTIVE).expected == before
    typing.replace(0, 1, "")
    trust = typing.text.index("true", typing.text.index("hasTrust"))
    typing.replace(trust, trust + len("true"), "false")

    assert reviewed_while_typing(typing.before, typing.read(), typing.path) is None

"""The workspace's folders: each is a machine of its own, read from its folder with one home."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from lsprotocol import types
from msgspec.structs import replace
from pygls.exceptions import JsonRpcInvalidParams

from billing_lens.config.file import ConfigFile, OpenText
from billing_lens.lsp.conversion import path_of
from billing_lens.lsp.diagnostics import DiagnosticWriter, is_shown_in, merged
from billing_lens.lsp.documents import OpenDocument
from billing_lens.lsp.settings import Settings
from billing_lens.machine.machine import Machine, this_machine
from billing_lens.machine.reading import MachineReader
from billing_lens.output.json import Document, status_document
from billing_lens.output.redaction import Redactor
from billing_lens.review import Review, review, reviewed_while_typing
from billing_lens.wishes.severity import Severity
from billing_lens.wishes.store import WishStore


class Folder:
    """One folder and what was last found in it. `uri` is None where the client has none open.

    A folder that is no local one is looked at as if none were open.
    """

    def __init__(self, uri: str | None, reader: MachineReader, store: WishStore) -> None:
        self.uri = uri
        self.review: Review | None = None
        self.status: Document | None = None
        path = path_of(uri) if uri else None
        self.path = Path(path) if path else None
        self._reader = reader
        self._store = store
        self._redactor: Redactor | None = None

    def read(self, open_texts: Mapping[str, OpenText]) -> Machine:
        """Return the machine as Claude Code would find it now, started in this folder."""
        return self._reader.read(open_texts, cwd=self.path)

    def take(self, machine: Machine, settings: Settings) -> bool:
        """Review the machine; returns whether its status is another than before."""
        wishes = settings.wish, settings.severities
        self.review = review(machine, settings.mode, *wishes, self._store)
        self._redactor = None
        before, self.status = self.status, status_document(self.review)
        return self.status != before

    def while_typing(self, document: OpenDocument) -> Review | None:
        """Return the review with a document as it is by now, None where only a look can tell.

        It is good for its findings alone: its fixes are those of the last look.
        """
        file = self.config_file(document.path)
        # Whether the editor keeps a byte order mark back is told by reading the file.
        if self.review is None or file is None or file.entry.data.startswith(BOM_UTF8):
            return None
        machine = self.review.machine.with_files(file.opened_as(document.text))
        return reviewed_while_typing(self.review, machine, document.path)

    @property
    def redactor(self) -> Redactor:
        """What masks the secrets of the machine as it was last looked at."""
        if self._redactor is None:
            assert self.review is not None
            self._redactor = Redactor(self.review.machine)
        return self._redactor

    def differs(self, machine: Machine) -> bool:
        """Whether it differs from the machine last reviewed in anything but the time of the look.

        Files are compared by identity.
        """
        last = self.review.machine if self.review else None
        if last is None or last.files.keys() != machine.files.keys():
            return True
        if any(last.files[path] is not file for path, file in machine.files.items()):
            return True
        if last.version.origin != machine.version.origin:
            return True
        return replace(last, files={}, now_ms=0) != replace(machine, files={}, now_ms=0)

    def config_file(self, path: str) -> ConfigFile | None:
        """Return the config file at `path`, None for any other file."""
        return self.review.machine.files.get(path) if self.review else None

    def severest_rank(self, path: str) -> int:
        """Return the rank of the severest finding shown in a file, errors first."""
        if self.review is None:
            return len(Severity)
        ranks = [
            found.finding.severity.rank
            for found in self.review.findings
            if is_shown_in(self.review, found, path)
        ]
        return min(ranks, default=len(Severity))


class Folders:
    """All folders in the client's order; one without a URI where none is open."""

    def __init__(self) -> None:
        self._kept = MachineReader(this_machine()), WishStore()
        self._all: tuple[Folder, ...] = (Folder(None, *self._kept),)

    def __iter__(self) -> Iterator[Folder]:
        return iter(self._all)

    @property
    def first(self) -> Folder:
        """The folder that counts where none is named."""
        return self._all[0]

    @property
    def machines(self) -> list[Machine]:
        """The machine of each folder, as it was last looked at."""
        return [folder.review.machine for folder in self if folder.review]

    def use(self, uris: Sequence[str]) -> None:
        """Look at these folders; those that stay keep what was found in them."""
        known = {folder.uri: folder for folder in self}
        wanted = dict.fromkeys(uris) or (None,)
        self._all = tuple(known.get(uri) or Folder(uri, *self._kept) for uri in wanted)

    def named(self, uri: str) -> Folder | None:
        """Return the folder with this URI, however it is spelled."""
        path = path_of(uri)
        named = (folder for folder in self if folder.uri and path_of(folder.uri) == path)
        return next(named, None)

    def of(self, path: str) -> Folder:
        """Return the innermost folder that a file is in, else the one with its severest finding.

        The first of them where there are several.
        """
        around = [it for it in self if it.path and Path(path).is_relative_to(it.path)]
        if around:
            return max(around, key=lambda folder: len(str(folder.path)))
        return min(self, key=lambda folder: folder.severest_rank(path))

    def config_file(self, path: str) -> ConfigFile | None:
        """Return the config file at `path` as the first folder has it that knows it."""
        return next(filter(None, (folder.config_file(path) for folder in self)), None)

    def config_file_now(self, path: str, open_texts: Mapping[str, OpenText]) -> ConfigFile | None:
        """Return the config file at `path`, also one that was none at the last look."""
        read = (folder.read(open_texts).files.get(path) for folder in self)
        return next(filter(None, read), None)

    def diagnostics(self, writer: DiagnosticWriter) -> Mapping[str, list[types.Diagnostic]]:
        """Return the diagnostics of every file, by path, as found at the last look."""
        reviewed = ((folder.review, folder.redactor) for folder in self if folder.review)
        return merged([writer.by_path(review, redactor) for review, redactor in reviewed])

    def diagnostics_while_typing(
        self, document: OpenDocument, writer: DiagnosticWriter
    ) -> list[types.Diagnostic] | None:
        """Return the diagnostics of a document as it is by now, None where only a look can tell."""
        path, by_folder = document.path, list[Mapping[str, list[types.Diagnostic]]]()
        for folder in self:
            review = folder.while_typing(document)
            if review is None:
                return None
            by_folder.append(writer.by_path(review, folder.redactor, path))
        return merged(by_folder).get(path, [])


def asked_folder(folders: Folders, params: object) -> Folder:
    """Return the folder that a request is about: its `folder`, or that of its `textDocument`.

    Both are URIs; the document may also be named as ``{"uri": …}``. Without them it is the first.

    Raises:
        JsonRpcInvalidParams: they name no folder that is open, or no local file.
    """
    uri, document = _member(params, "folder"), _member(params, "textDocument")
    document = _member(document, "uri") or document
    if uri is not None:
        folder = folders.named(uri) if isinstance(uri, str) else None
        if folder is None:
            raise JsonRpcInvalidParams("The client has no such workspace folder open.")
        return folder
    if document is None:
        return folders.first
    path = path_of(document) if isinstance(document, str) else None
    if path is None:
        raise JsonRpcInvalidParams("The document is no local file.")
    return folders.of(path)


def _member(params: object, name: str) -> object:
    """Return a member of parameters, which pygls reads as an object or leaves as a mapping."""
    if isinstance(params, Mapping):
        return cast("Mapping[str, object]", params).get(name)
    return getattr(params, name, None)

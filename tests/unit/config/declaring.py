"""Files that say how a project runs elsewhere, as the readers of `config` get them."""

from __future__ import annotations

from collections.abc import Mapping

from billing_lens.config.declarations import DeclaredRun
from billing_lens.config.declared import declared_runs
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileEntry, FileState
from billing_lens.config.kinds import Kind

PATH = "/project/file"


def file_of(kind: Kind, text: str) -> ConfigFile:
    """Return a file of a kind with this text."""
    return ConfigFile(PATH, kind, FileEntry(PATH, FileState.REGULAR, text.encode()))


def runs_in(
    kind: Kind, text: str, values: Mapping[str, str] | None = None
) -> dict[str, DeclaredRun]:
    """Return the runs that a text declares by name."""
    return {run.name: run for run in declared_runs(file_of(kind, text), values or {})}


def given(run: DeclaredRun) -> dict[str, tuple[str, bool]]:
    """Return the variables that a run gets, each with whether its value is known."""
    return {name: (it.value, it.known) for name, it in run.variables.items()}


def marked(kind: Kind, text: str, run: DeclaredRun, name: str) -> str:
    """Return the text that is marked for a variable of a run."""
    file = file_of(kind, text)
    span = file.span_of(run.variables[name].pointer)
    assert span is not None
    return file.structure.data[span.start : span.end].decode()

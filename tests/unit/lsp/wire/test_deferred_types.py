"""The protocol's types, made when first used, are the ones lsprotocol would have made."""

from __future__ import annotations

import json
import re
import subprocess
import sys

_DESCRIBE = """
import json
import attrs
from pygls.protocol import default_converter
from lsprotocol import types

converter = default_converter()
classes = {it for it in types.ALL_TYPES_MAP.values() if isinstance(it, type) and attrs.has(it)}
said = {
    it.__name__: [str((f.name, f.type, f.default, f.validator)) for f in attrs.fields(it)]
    for it in classes
}
range_ = types.Range(types.Position(1, 2), types.Position(3, 4))
again = converter.structure(converter.unstructure(range_), types.Range)
try:
    types.Position(-1, 0)
except ValueError as error:
    said["refuses"] = str(error)
said["equal"] = [again == range_, range_ == types.Range(range_.start, range_.start), str(range_)]
print(json.dumps(said, sort_keys=True))
"""
_DEFERRED = """
import billing_lens.lsp
from lsprotocol import types

assert type(vars(types.Range)["__attrs_attrs__"]).__name__ == "_DeferredFields"
"""


def described(before: str = "") -> dict[str, object]:
    """Return what a fresh interpreter says of every class, after it ran `before`."""
    command = [sys.executable, "-c", before + _DESCRIBE]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(re.sub(r" at 0x[0-9a-f]+", "", run.stdout))


def test_every_type_is_what_it_would_have_been() -> None:
    deferred, at_once = described(_DEFERRED), described()
    assert len(at_once) > 500
    assert "refuses" in at_once
    assert deferred == at_once


def test_types_that_are_there_already_stay() -> None:
    assert described("from lsprotocol import types\nimport billing_lens.lsp\n") == described()

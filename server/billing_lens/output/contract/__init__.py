"""The JSON that commands print, as types: the one place that says what it holds.

Documents are filled from these structs, saved ones are read with them, and the JSON Schemas and the
editor's types are written from them (``make contract``). So their docstrings are for those who read
the output. A member is always there unless its type has `UnsetType`; defaults are for documents
that an earlier version saved. docs/output.md says what may change.
"""

SCHEMA = 1
"""The contract's number; another one only where something is removed or means something else."""

"""The language server on pygls: the only package that imports pygls or lsprotocol."""

from billing_lens.lsp.wire.deferred_types import load_types

# Before any module of this package, or pygls, imports them.
load_types()

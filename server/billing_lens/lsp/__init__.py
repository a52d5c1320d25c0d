"""The language server on pygls: the only package that imports pygls or lsprotocol."""

# Before any module of this package imports lsprotocol, whose types it defers.
from billing_lens.lsp import wire as wire

"""The language server on pygls: the only package that imports pygls or lsprotocol."""

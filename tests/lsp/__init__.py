"""The language server over standard input and output, as an editor runs it."""

"""What is said of one of our own faults."""

from __future__ import annotations

import os
import traceback

from billing_lens import __version__


def fault_text(error: Exception) -> str:
    """Return where one of our own faults happened, without the values at hand."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return f"internal error, please report it: {type(error).__name__} at {where} ({__version__})"

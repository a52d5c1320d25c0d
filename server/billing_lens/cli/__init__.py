"""The command line, `billing-lens`. Only `serve` imports pygls, lsprotocol or asyncio."""

import gc
import sys

sys.modules["typing_extensions"] = None  # type: ignore[assignment]
import msgspec as _  # noqa: E402, F401

del sys.modules["typing_extensions"]
# msgspec takes two names from typing_extensions where that is installed and else from typing, which
# has them as well; loading it, and `inspect` with it, takes a tenth of a run.

gc.set_threshold(200_000)
"""A run is short and most of it is imports: with the default, collecting while modules load takes a
sixth of the time. `serve`, which stays, sets the default again."""

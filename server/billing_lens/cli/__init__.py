"""The command line, `billing-lens`. Only `serve` imports pygls, lsprotocol or asyncio."""

import gc

gc.set_threshold(200_000)
"""A run is short and most of it is imports: with the default, collecting while modules load takes a
sixth of the time. `serve`, which stays, sets the default again."""

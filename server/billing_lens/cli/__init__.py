"""The command line, `billing-lens`. Only `serve` imports pygls, lsprotocol or asyncio."""

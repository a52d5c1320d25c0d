"""The JSON of messages: as msgspec has it, and as Python's own ``json`` has what msgspec refuses.

A keystroke finds the processor's caches cold, and msgspec needs little of them.
"""

from __future__ import annotations

import json

import msgspec


def decoded(body: bytes) -> object:
    """Return a message's value, lone surrogates included: JavaScript strings may have them.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return json.loads(body)


def encoded(value: object) -> bytes:
    """Return the JSON of a value made of what JSON has.

    Raises:
        TypeError: something in it is nothing JSON has.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()

"""Loads lsprotocol so that each of its types is made only when it is first used.

lsprotocol decorates 554 classes with ``attrs.define``, which writes and compiles methods for every
one of them (python-attrs/attrs#575), and then resolves the forward references of all. That is half
of the time a server needs to start, and a session uses about a hundred of them. Here the decorator
only marks the class, and attrs does its work when the class is first instantiated, or asked for its
attributes as cattrs does.

Nothing else changes: the classes, their names and their attributes are lsprotocol's own.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, TypeVar, cast

import attrs

ClassT = TypeVar("ClassT", bound=type)
_FIELDS = "__attrs_attrs__"
"""Where attrs keeps the attributes of a class, and cattrs looks for them: the name that makes a
class one of attrs, so it is part of its interface to others although it is not documented."""


def load_types() -> None:
    """Import ``lsprotocol.types`` with classes that are still to be made; no-op once imported."""
    if "lsprotocol.types" in sys.modules:
        return
    # lsprotocol calls it by this name, so it must be another while the module runs.
    define = attrs.define
    attrs.define = _deferred
    try:
        import_module("lsprotocol.types")
    finally:
        attrs.define = define
    from lsprotocol import _hooks  # noqa: PLC0415 - its types must not be imported before

    # Otherwise the first converter would resolve the references of all classes, and so make them.
    _hooks._resolved_forward_references = True  # pyright: ignore[reportPrivateUsage]


def _deferred(cls: ClassT) -> ClassT:
    """Mark a class where ``attrs.define`` would have made it."""

    def make_first(self: Any, *values: Any, **named: Any) -> None:
        _make(cls)
        self.__init__(*values, **named)

    cls.__init__ = make_first
    setattr(cls, _FIELDS, _DeferredFields(cls))
    return cls


class _DeferredFields:
    """Stands for the attributes of a class until someone asks for them."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type) -> object:
        _make(self._cls)
        return getattr(owner, _FIELDS)


def _make(cls: type) -> None:
    """Let attrs do what was deferred, with references resolved as lsprotocol does it."""
    del cls.__init__
    delattr(cls, _FIELDS)
    # With slots it would be another class, and this one is known everywhere already.
    attrs.define(cls, slots=False)
    from lsprotocol.types import ALL_TYPES_MAP  # noqa: PLC0415 - known once they are loaded

    attrs.resolve_types(cls, cast("dict[str, Any]", ALL_TYPES_MAP), {})

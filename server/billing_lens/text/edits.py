"""Minimal edits of JSON texts: remove properties, set a property, apply edits."""

from __future__ import annotations

from billing_lens.text.removal import remove_extras, remove_properties
from billing_lens.text.setting import set_property
from billing_lens.text.text_edit import TextEdit, apply_edits

__all__ = ["TextEdit", "apply_edits", "remove_extras", "remove_properties", "set_property"]

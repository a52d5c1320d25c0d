"""Ranges of versions."""

from __future__ import annotations

import pytest

from billing_lens.machine.version import ClaudeVersion, Versions


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=2.1.118", ["2.1.118", "2.1.1000", "3.0.0"], ["2.1.117", "1.9.999"]),
        ("<2.1.154", ["2.1.153", "2.1.9", "0.0.0"], ["2.1.154", "2.2.0"]),
        (">=2.1.118,<2.1.154", ["2.1.118", "2.1.153"], ["2.1.117", "2.1.154"]),
        (">=2.1.118, <2.1.154", ["2.1.146"], ["2.1.154"]),
        ("", ["0.0.0", "9.9.9"], []),
    ],
)
def test_a_range_holds_its_lower_and_not_its_upper_bound(
    text: str, inside: list[str], outside: list[str]
) -> None:
    versions = Versions(text)

    assert all(ClaudeVersion(version) in versions for version in inside)
    assert not any(ClaudeVersion(version) in versions for version in outside)


@pytest.mark.parametrize("text", ["2.1.118", ">2.1.118", "<=2.1.1", ">=2.1", "x", ">=2.1.1;<2.1.2"])
def test_what_is_no_range_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="not a version range"):
        Versions(text)

"""Recording in ``config.toml`` that what pays now is what should pay."""

from __future__ import annotations

import re

from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing
from billing_lens.config.file import ConfigFile
from billing_lens.config.file_entry import FileState
from billing_lens.fixes.fix import Change, CreateFile, EditFile, Fix
from billing_lens.text.edits import TextEdit
from billing_lens.text.positions import Span

_MARK = "\ufeff"
_BARE_LINE_FEED = re.compile(r"(?<!\r)\n")

_MEANT = (Billing.SUBSCRIPTION, Billing.API_USAGE, Billing.CLOUD_PROVIDER, Billing.GATEWAY)


def expect(route: Route, preferences: ConfigFile) -> Fix | None:
    """Return the change that makes `route` the expected one; comments and layout are kept.

    None when nobody pays, or when the file is there and is no TOML.
    """
    change = _change(route, preferences) if route.billing in _MEANT else None
    if change is None:
        return None
    title = f"This is intended: expect {route.label} from now on"
    return Fix(f"expect:{route.billing.value}", title, (change,), effort=9)


def _change(route: Route, file: ConfigFile) -> Change | None:
    from tomlkit import document, dumps, parse, table  # noqa: PLC0415 only this needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415
    from tomlkit.items import InlineTable, Table  # noqa: PLC0415

    before = file.buffer.text
    missing = file.entry.state is FileState.MISSING
    if not missing and file.entry.state is not FileState.REGULAR:
        return None
    try:
        content = document() if missing else parse(before.removeprefix(_MARK))
    except TOMLKitError:
        return None
    if "expected" not in content:
        content["expected"] = table()
    expected = content["expected"]
    if not isinstance(expected, Table | InlineTable):
        return None
    expected["billing"] = route.billing.value
    if route.organization:
        expected["organization"] = route.organization.id
    elif "organization" in expected:
        expected.remove("organization")
    text = dumps(content)
    if missing:
        return CreateFile(file.path, text.encode())
    if "\r\n" in before:
        text = _BARE_LINE_FEED.sub("\r\n", text)  # tomlkit ends the lines it adds with LF.
    text = _MARK + text if before.startswith(_MARK) else text
    return EditFile(file.path, (TextEdit(Span(0, len(file.buffer.data)), text),))

"""The report as Markdown, ready for an issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from billing_lens.output.json import Document


def report_markdown(report: Document) -> str:
    """Return what `report_document` made as Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Document) -> Iterator[str]:
    yield "## Billing Lens report"
    yield ""
    triage = report["triage"]
    if triage:
        yield from _triage_lines(triage)
    yield from _facts(report)
    yield "### Credentials, the one that comes first on top"
    yield ""
    yield from _table(
        ("source", "state", "where", "why"),
        [
            (it["source"], it["state"], place_words(it["location"]), it["reason"])
            for it in report["credentials"]
        ],
    )
    yield "### Findings"
    yield ""
    yield from _findings(report["findings"])
    if report["changes"]:
        yield "### Changes made with Billing Lens"
        yield ""
        yield from _table(
            ("when", "change", "before", "after", "state"),
            [
                (it["at"], it["title"], it["before"], it["after"], it["state"])
                for it in report["changes"]
            ],
        )
    yield "<details><summary>Files</summary>"
    yield ""
    yield from _table(
        ("file", "kind", "mode", "bytes", "state"),
        [(it["path"], it["kind"], it["mode"], it["bytes"], it["state"]) for it in report["files"]],
    )
    yield "</details>"


def _triage_lines(triage: Document) -> Iterator[str]:
    if triage["class"] is None:
        yield f"**Kind of failure:** not known. {triage['meaning']}"
    else:
        whose = (
            "What Billing Lens looks at can be the cause."
            if triage["oursToFix"]
            else "Nothing that Billing Lens looks at is the cause."
        )
        yield f"**Kind of failure:** {triage['class']}. {triage['meaning']} {whose}"
    yield ""


def _facts(report: Document) -> Iterator[str]:
    route, claude, other = report["route"], report["claudeCode"], report["otherMode"]
    ours, expected = report["billingLens"], report["expected"]
    verdict = {True: "as expected", False: "**not as expected**", None: "nothing is expected"}
    models = [f"{it['model']} ({it['from']})" for it in report["model"]]
    rows = [
        ("Billing Lens", f"{ours['version']}, Python {ours['python']}"),
        (
            "Claude Code",
            ", ".join(filter(None, (f"{claude['version']} ({claude['from']})", claude["command"]))),
        ),
        ("platform", " on ".join(dict.fromkeys(report["platform"].values()))),
        ("provider", report["provider"]),
        ("model", ", ".join(models) or "Claude Code's default"),
        (f"pays, {report['mode']}", f"{route['label']}, {verdict[report['asExpected']]}"),
        ("why", route["reason"]),
        (f"pays, {other['mode']}", other["route"]["label"]),
        *(
            (f"pays, {it['name']} ({it['mode']})", it["route"]["label"])
            for it in report["environments"]
            if it["name"] != "terminal"
        ),
        (
            "expected",
            f"{expected['billing'] or 'any'} (from {expected['from']})" if expected else "-",
        ),
    ]
    yield from _table(("", ""), rows)


def _findings(findings: Sequence[Document]) -> Iterator[str]:
    for found in findings:
        where = place_words(found["location"])
        yield f"- **{found['severity']}** `{found['rule']}` at {where}: {found['message']}"
    if not findings:
        yield "None."
    yield ""


def place_words(location: Document | None) -> str:
    """Return a location of our JSON as ``path:line:column`` (1-based) or a variable's name."""
    if not location:
        return ""
    if "variable" in location:
        inside = place_words(location["set_in"])
        return f"{location['variable']} in {inside}" if inside else str(location["variable"])
    if "keychain" in location:
        return f"{location['keychain']} in the keychain"
    if not location["range"]:
        return str(location["path"])
    start = location["range"]["start"]
    return f"{location['path']}:{start['line'] + 1}:{start['character'] + 1}"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(value) for value in row)} |"
    if not rows:
        yield "None."
    yield ""


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())

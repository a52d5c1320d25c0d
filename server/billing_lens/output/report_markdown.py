"""The report as Markdown, ready for an issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from billing_lens.output.contract.reports import Report, Triage
from billing_lens.output.contract.status import FileLocation, Finding, Location


def report_markdown(report: Report) -> str:
    """Return a report as Markdown."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "## Billing Lens report"
    yield ""
    if report.triage:
        yield from _triage_lines(report.triage)
    yield from _facts(report)
    yield "### Credentials, the one that comes first on top"
    yield ""
    yield from markdown_table(
        ("source", "state", "where", "why"),
        [
            (it.source.value, it.state.value, place_words(it.location), it.reason)
            for it in report.credentials
        ],
    )
    yield "### Findings"
    yield ""
    yield from _findings(report.findings)
    if report.changes:
        yield "### Changes made with Billing Lens"
        yield ""
        yield from markdown_table(
            ("when", "change", "before", "after", "state"),
            [(it.at, it.title, it.before, it.after, it.state) for it in report.changes],
        )
    if report.spent:
        yield "### Spent in the last 7 days, by Claude Code's session logs"
        yield ""
        yield from markdown_table(
            ("payer", "how sure", "requests", "list price (USD)"),
            [(it.label, it.confidence, it.requests, f"{it.list_price:.2f}") for it in report.spent],
        )
    yield "<details><summary>Files</summary>"
    yield ""
    yield from markdown_table(
        ("file", "kind", "mode", "bytes", "state"),
        [(it.path, it.kind.value, it.mode, it.bytes, it.state.value) for it in report.files],
    )
    yield "</details>"


def _triage_lines(triage: Triage) -> Iterator[str]:
    if triage.failure is None:
        yield f"**Kind of failure:** not known. {triage.meaning}"
    else:
        whose = (
            "What Billing Lens looks at can be the cause."
            if triage.ours_to_fix is True
            else "Nothing that Billing Lens looks at is the cause."
        )
        yield f"**Kind of failure:** {triage.failure.value}. {triage.meaning} {whose}"
    yield ""


def _facts(report: Report) -> Iterator[str]:
    route, claude, other = report.route, report.claude_code, report.other_mode
    ours, expected, platforms = report.billing_lens, report.expected, report.platform
    verdict = {True: "as expected", False: "**not as expected**", None: "nothing is expected"}
    models = [f"{it.model} ({it.origin})" for it in report.model]
    rows = [
        ("Billing Lens", f"{ours.version}, Python {ours.python}"),
        (
            "Claude Code",
            ", ".join(filter(None, (f"{claude.version} ({claude.origin})", claude.command))),
        ),
        ("platform", " on ".join(dict.fromkeys((platforms.looked_at, platforms.running_on)))),
        ("provider", report.provider),
        ("model", ", ".join(models) or "Claude Code's default"),
        (f"pays, {report.mode.value}", f"{route.label}, {verdict[report.as_expected]}"),
        ("why", route.reason),
        (f"pays, {other.mode.value}", other.route.label),
        *(
            (f"pays, {it.name} ({it.mode.value})", it.route.label)
            for it in report.environments
            if it.name != "terminal"
        ),
        ("expected", f"{expected.label} (from {expected.origin})" if expected else "-"),
    ]
    yield from markdown_table(("", ""), rows)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    for found in findings:
        where = place_words(found.location)
        yield f"- **{found.severity.value}** `{found.rule}` at {where}: {found.message}"
    if not findings:
        yield "None."
    yield ""


def place_words(location: Location | FileLocation | None) -> str:
    """Return a location of our JSON as ``path:line:column`` (1-based) or a variable's name."""
    if isinstance(location, Location) and location.variable:
        inside = place_words(location.set_in or None)
        return f"{location.variable} in {inside}" if inside else str(location.variable)
    if isinstance(location, Location) and location.keychain:
        return f"{location.keychain} in the keychain"
    if not location or not location.range:
        return ""
    start = location.range.start
    return f"{location.path}:{start.line + 1}:{start.character + 1}"


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield a table, and an empty line below it."""
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

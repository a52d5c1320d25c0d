"""What a person reads in a terminal: who pays, what was found, what a fix changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from billing_lens.billing.credential import Credential, Place, Source, State, short_id
from billing_lens.billing.expectation import is_as_expected
from billing_lens.billing.location import locate
from billing_lens.billing.route import Billing, Route, describe_source
from billing_lens.billing.shell_startup import probably_set_in
from billing_lens.billing.surroundings import SeenFrom, described, payer_of
from billing_lens.config.models import OauthAccount
from billing_lens.fixes.fix import Change, CreateFile, EditFile, RenameFile, edited_text
from billing_lens.machine.machine import Machine, Mode
from billing_lens.output.paint import Paint
from billing_lens.output.redaction import Redactor, redact_json_text
from billing_lens.review import OfferedFix, Review, ReviewedFinding, describe_payment
from billing_lens.rules import Severity

_MARKS = {
    State.ACTIVE: ("✓", "bold"),
    State.ALSO_SENT: ("+", "yellow"),
    State.SHADOWED: ("-", "dim"),
    State.UNUSABLE: ("✗", "dim"),
    State.IGNORED: ("·", "dim"),
}
SEVERITY_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold blue",
    Severity.HINT: "bold cyan",
}
_VERSION_ORIGINS = {
    "option": "as you said",
    "path": "installed",
    "state": "last seen in the state file",
    "newest": "the newest known; none was found here",
}


def status_text(review: Review, paint: Paint) -> str:
    """Return who pays and why, every source in order, and the next step."""
    return Redactor(review.machine).text("\n".join(_status_lines(review, paint)))


def headline(route: Route) -> str:
    """Return how the line that says who pays begins."""
    return "Claude Code bills" if route.billing is not Billing.NONE else "Claude Code:"


def _status_lines(review: Review, paint: Paint) -> Iterator[str]:
    machine, route = review.machine, review.route
    verdict = {True: "as expected", False: "NOT as expected", None: ""}[review.as_expected]
    style = {True: "bold green", False: "bold red", None: "bold"}[review.as_expected]
    note = f" ({verdict})" if verdict else ""
    yield f"{headline(route)} {paint(style, route.label)}{paint(style, note)}"
    yield f"  why       {route.reason}"
    if route.works is False:
        yield f"  works     {paint('red', 'no')}"
    if review.expected and review.as_expected is False:
        yield f"  expected  {_expected(review)}"
    if route.host:
        yield f"  host      {paint('yellow', route.host)} (ANTHROPIC_BASE_URL)"
    if route.email:
        yield f"  account   {route.email}"
    other = review.other
    same = (other.label, other.source) == (route.label, route.source)
    yield f"  mode      {route.mode.value}; {_other_mode(other, same=same)}"
    yield from _environment_lines(review)
    change = review.last_account_change
    if change:
        date = datetime.fromtimestamp(change.at_ms / 1000, timezone.utc).date()
        before, after = (account_name(account) for account in (change.before, change.after))
        yield f"  changed   after {date}, from {before} to {after}"
    version = machine.version
    yield f"  version   Claude Code {version.text} ({_VERSION_ORIGINS[version.origin]})"
    yield ""
    if route.credentials:
        yield "Credentials, the one that comes first on top:"
    for credential in route.credentials:
        yield from _credential_lines(machine, credential, paint)
    yield from _summary(review, paint)


def _expected(review: Review) -> str:
    expected = review.expected
    if expected is None:
        return ""
    billing = expected.billing.value.replace("_", " ") if expected.billing else "any billing"
    whose = f" of organization {expected.organization}" if expected.organization else ""
    return f"{billing}{whose} (from {expected.origin})"


def _other_mode(other: Route, *, same: bool) -> str:
    if same:
        return f"the same in {other.mode.value} mode"
    return f"{other.mode.value} mode bills {other.label}"


def _environment_lines(review: Review) -> Iterator[str]:
    """Yield the other environments that pay differently."""
    for seen in review.environments:
        if seen.name == "terminal" or not _is_paid_differently(seen, review.route):
            continue
        where = ", ".join(dict.fromkeys(it.name for it in seen.declared))
        name = "editor" if seen.name.startswith("editor") else "elsewhere"
        yield f"  {name:<9} {described(seen.name, where)} bills {seen.route.label}"


def _is_paid_differently(seen: SeenFrom, usual: Route) -> bool:
    """Whether an environment is worth a line; of what the project declares little is known."""
    if not seen.declared:
        return seen.route.label != usual.label
    is_paid = seen.route.billing is not Billing.NONE
    return is_paid and not payer_of(seen.route).may_be(payer_of(usual))


def account_name(account: OauthAccount) -> str:
    """Return an account's organization in a few words."""
    kind = (account.organizationType or "an account").replace("_", " ")
    name = account.organizationName or short_id(account.organizationUuid or "no organization")
    return f"{name} ({kind})"


def _credential_lines(machine: Machine, credential: Credential, paint: Paint) -> Iterator[str]:
    mark, style = _MARKS[credential.state]
    name = describe_source(credential)
    whose = f" of organization {credential.organization.id}" if credential.organization else ""
    yield paint(style, f"{mark} {name[0].upper()}{name[1:]}{whose}")
    yield paint("dim", f"    {place_text(machine, credential.place)}")
    if credential.state is not State.ACTIVE:
        yield paint("dim", f"    {credential.reason}")


def _summary(review: Review, paint: Paint) -> Iterator[str]:
    serious = [found for found in review.findings if found.finding.severity is not Severity.HINT]
    yield ""
    if serious:
        plural = "finding" if len(serious) == 1 else "findings"
        command = paint("bold", "billing-lens check")
        fix = paint("bold", "billing-lens fix")
        for found in serious:
            severity = found.finding.severity
            where = place_text(review.machine, found.finding.place)
            level = paint(SEVERITY_STYLES[severity], severity.value)
            yield f"{level} {found.finding.rule} {where}"
        yield f"{len(serious)} {plural}. Run {command} to see where, {fix} to put it right."
    elif review.route.source is Source.NONE:
        yield f"Run {paint('bold', 'claude auth login')} to log in."
    elif is_as_expected(review.other, review.expected) is False:
        runs = "headless runs" if review.other.mode is Mode.HEADLESS else "interactive runs"
        yield paint("yellow", f"Mind that {runs} bill {review.other.label}.")
    else:
        yield paint("green", "Nothing to put right.")
    yield from _left_out(review, paint)


def _left_out(review: Review, paint: Paint) -> Iterator[str]:
    """Say that there are findings that the user does not want to see."""
    if review.suppressed:
        yield paint("dim", f"{review.suppressed} left out, as your preferences say.")


def check_text(review: Review, paint: Paint) -> str:
    """Return every finding with its place, evidence and fixes."""
    shown: set[str] = set()
    lines = [
        line for found in review.findings for line in _finding_lines(review, found, paint, shown)
    ]
    if not lines:
        payment = describe_payment(review.route)
        lines = [f"{paint('green', 'No findings.')} Claude Code: {payment}."]
    lines.extend(_left_out(review, paint))
    return Redactor(review.machine).text("\n".join(lines))


def _finding_lines(
    review: Review, found: ReviewedFinding, paint: Paint, shown: set[str]
) -> Iterator[str]:
    """Yield a finding; a fix that was `shown` with an earlier one is not shown again."""
    machine, finding = review.machine, found.finding
    style = SEVERITY_STYLES[finding.severity]
    yield f"{paint(style, finding.severity.value)}[{finding.rule}] {paint('bold', finding.message)}"
    yield f"  {paint('cyan', '-->')} {place_text(machine, finding.place)}"
    for related in finding.related:
        yield f"  {paint('cyan', 'see')} {place_text(machine, related.place)}: {related.message}"
    for offer in found.fixes:
        if offer.id in shown:
            continue
        shown.add(offer.id)
        marker = "fix" if offer.reaches else "or "
        yield f"  {paint('green', marker)} {offer.title}  {paint('dim', f'--fix {offer.id}')}"
    for command in finding.commands:
        yield f"  {paint('green', 'run')} {paint('bold', command.run)}: {command.purpose}"
    yield ""


def place_text(machine: Machine, place: Place) -> str:
    """Return a place as a person reads it: ``path:line:column`` (1-based) or a variable's name."""
    located = locate(machine, place)
    if located is None and place.variable:
        line = probably_set_in(machine, place.variable)
        origin = f", probably set in {line.path}:{line.range.start.line + 1}" if line else ""
        return f"{place.variable} in the environment{origin}"
    if place.keychain:
        return f"{place.keychain} in the keychain"
    if located is None:
        return ""
    start = located.range.start
    position = f"{located.path}:{start.line + 1}:{start.character + 1}"
    return f"{place.variable} in {position}" if place.variable else position


def fix_text(machine: Machine, offer: OfferedFix, paint: Paint) -> str:
    """Return what a fix does: its title and a diff in which every secret is masked."""
    lines = [paint("bold", offer.title)]
    for change in offer.fix.changes:
        lines.extend(_change_lines(machine, change, paint))
    return Redactor(machine).text("\n".join(lines))


def _change_lines(machine: Machine, change: Change, paint: Paint) -> Iterator[str]:
    if isinstance(change, RenameFile):
        yield paint("yellow", f"  rename {change.path}")
        yield paint("yellow", f"      to {change.to}")
        return
    file = machine.file(change.path)
    before = file.buffer.data if file and file.exists else b""
    after = edited_text(file, change) if file and isinstance(change, EditFile) else _created(change)
    import difflib  # noqa: PLC0415 only a fix needs it

    old, new = (_shown(data) for data in (before, after))
    for line in difflib.unified_diff(old, new, change.path, change.path, lineterm=""):
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
        yield paint(style, f"  {line}")


def _created(change: Change) -> bytes:
    return change.data if isinstance(change, CreateFile) else b""


def _shown(data: bytes) -> list[str]:
    return redact_json_text(data.decode("utf-8", "replace")).splitlines()

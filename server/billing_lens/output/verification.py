"""What the real Claude Code says, beside what we say, in words."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from billing_lens.billing.claude_status import Agreement, compare
from billing_lens.billing.route import resolve_route
from billing_lens.machine.claude_program import ANSWER_SECONDS
from billing_lens.machine.machine import Machine, Mode
from billing_lens.output.redaction import Redactor

NO_ANSWER = "no answer"

_TRUTH = "What requests carry is what is billed, and that is what Billing Lens says."
_PLEASE = "Please report it, with your Claude Code version"


class Verification(Struct, frozen=True):
    """How the two compare. `agreement` is None when Claude Code did not answer."""

    agreement: Agreement | None
    headline: str
    explanation: str = ""
    ours: str = ""
    theirs: str = ""

    @property
    def word(self) -> str:
        """``agrees``, ``misreports``, ``differs`` or ``no answer``."""
        return self.agreement.value if self.agreement else NO_ANSWER

    @property
    def text(self) -> str:
        """Everything in one paragraph."""
        sides = f"Billing Lens: {self.ours}. Claude Code: {self.theirs}." if self.theirs else ""
        return " ".join(filter(None, (self.headline, self.explanation, sides)))


def verified(machine: Machine, status: Mapping[str, object]) -> Verification:
    """Return how the JSON of ``claude auth status`` compares with the headless route."""
    route = resolve_route(machine, Mode.HEADLESS)
    comparison = compare(machine, route, status)
    redactor = Redactor(machine)
    headline, explanation = {
        Agreement.AGREES: ("They agree.", ""),
        Agreement.MISREPORTS: (
            "Claude Code misreports.",
            f"{comparison.why} {_TRUTH}",
        ),
        Agreement.DIFFERS: (
            "They differ.",
            f"{comparison.why} {_PLEASE} ({machine.version.text} was assumed).".lstrip(),
        ),
    }[comparison.agreement]
    return Verification(
        comparison.agreement,
        headline,
        explanation,
        f"{route.label} ({route.source.value})",
        redactor.text(f"{comparison.claimed}, provider {status.get('apiProvider')}"),
    )


def no_status(machine: Machine, exit_code: int | None, log: bytes) -> Verification:
    """Return that the program ended without a status; `log` is what it wrote to say why."""
    said = Redactor(machine).text(log.decode(errors="replace").strip())
    return _unanswered(f"Claude Code gave no status (exit code {exit_code}). {said}".rstrip())


def no_answer_in_time() -> Verification:
    """Return that the program took too long."""
    return _unanswered(f"Claude Code gave no answer in {ANSWER_SECONDS} seconds.")


def cannot_run(error: OSError) -> Verification:
    """Return that the program could not be started."""
    return _unanswered(f"Claude Code cannot be run: {error.strerror}")


def not_found() -> Verification:
    """Return that there is no program to ask."""
    return _unanswered("'claude' was not found on PATH, so it cannot be asked.")


def _unanswered(why: str) -> Verification:
    return Verification(None, why)

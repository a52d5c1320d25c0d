"""What holds for every rule, tried on the Bad and the Good example of its own page.

A rule's own tests say when it fires and what it says then; what stands here is not repeated there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from billing_lens.billing.expectation import Wish
from billing_lens.billing.place import Place
from billing_lens.fixes.fix import Safety
from billing_lens.machine.machine import Machine, Mode
from billing_lens.machine.version import ClaudeVersion
from billing_lens.review import Review, ReviewedFinding, describe_payment
from billing_lens.rules import RULES, Finding, Rule, Verdict
from billing_lens.wishes.severity import Severity
from tests.machines import CANARY, assert_no_canary, canaries
from tests.rules.pages import PAGES, example
from tests.rules.reviewed import reviewed
from tests.rules.spots import after_fix, changed_texts, is_readable

BOUNDARIES = ("2.1.117", "2.1.118", "2.1.153", "2.1.154", "2.1.256", "2.1.257", "2.1.330")
"""The last and the first version of each way to decide who pays."""

NOT_FROM = {"profile-overrides-login": "2.1.154"}
"""The version from which the Bad example is fine: the login comes before an active profile then."""

BESIDE = {
    "api-key-headless-only": {"account-missing"},
    "environments-differ": {"auth-token-overrides-login"},
    "federation-incomplete": {"federation-overrides-login", "organization-conflict"},
    "federation-overrides-login": {"organization-conflict"},
    "forced-login-conflict": {"auth-token-overrides-login"},
    "invalid-config": {"login-unusable"},
    "organization-conflict": {"profile-overrides-login"},
    "profile-broken": {"organization-conflict", "profile-overrides-login"},
    "profile-drift": {"organization-conflict", "profile-overrides-login"},
    "profile-from-environment": {"organization-conflict", "profile-overrides-login"},
    "profile-overrides-login": {"organization-conflict"},
    "secret-in-project": {"api-key-overrides-login", "environments-differ"},
    "source-not-allowed": {"auth-token-overrides-login"},
}
"""What else may be told of a rule's Bad example; the other rules are alone on theirs."""

SECRET = CANARY[-7:]
"""So short that Claude Code's memory of a refused key, 20 characters of it, holds the whole key."""

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
each_mode = pytest.mark.parametrize("mode", list(Mode))


SeenOn = Callable[..., Review]
"""What `seen_on` gives."""


@pytest.fixture(scope="module")
def seen_on(tmp_path_factory: pytest.TempPathFactory) -> SeenOn:
    """Return what gives the review of an example of a rule's page, with canaries as its secrets."""

    @cache
    def seen(
        rule: Rule,
        heading: str = "Bad",
        mode: Mode = Mode.INTERACTIVE,
        version: str = "",
        wish: Wish | None = None,
    ) -> Review:
        page = (PAGES / f"{rule.id}.md").read_text(encoding="utf-8")
        shown = example(page, heading, SECRET)
        plain = [it for it in canaries(shown.machine) if SECRET not in it]
        assert not plain, f"let each secret on the page of {rule.id} end in …"
        exports = "".join(f"export {name}={value}\n" for name, value in shown.machine.env.items())
        machine = shown.machine.with_files({".zshrc": exports})
        return reviewed(
            machine, tmp_path_factory.mktemp("example"), version or shown.version, mode, wish
        )

    return seen


def found_by(rule: Rule, seen: Review) -> list[ReviewedFinding]:
    """Return what the rule reports, and fail in words when that is nothing."""
    found = [it for it in seen.findings if it.rule is rule]
    assert found, f"{rule.id} does not fire on the Bad example of docs/rules/{rule.id}.md"
    return found


@each_mode
@each_rule
def test_it_fires_on_its_bad_example_and_not_on_its_good_one(
    rule: Rule, mode: Mode, seen_on: SeenOn
) -> None:
    found_by(rule, seen_on(rule, "Bad", mode))

    good = seen_on(rule, "Good", mode)

    assert rule not in [it.rule for it in good.findings], "it fires on its Good example too"


@pytest.mark.parametrize("version", BOUNDARIES)
@each_rule
def test_it_fires_in_the_versions_it_is_about_and_in_no_other(
    rule: Rule, version: str, seen_on: SeenOn
) -> None:
    seen = seen_on(rule, version=version)

    until = NOT_FROM.get(rule.id)
    is_about = ClaudeVersion(version) in rule.versions and not (until and version >= until)
    told = {it.rule.id for it in seen.findings}
    assert (rule.id in told) is is_about
    assert told - {rule.id} <= BESIDE.get(rule.id, set()), "told beside it: see BESIDE"


@each_mode
@each_rule
def test_it_shows_no_secret(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    seen = seen_on(rule, "Bad", mode)

    for it in found_by(rule, seen):
        related = [related.message for related in it.finding.related]
        commands = [text for to_run in it.finding.commands for text in (to_run.run, to_run.purpose)]
        offers = [text for offer in it.fixes for text in (offer.id, offer.title)]
        assert_no_canary("\n".join((it.finding.message, *related, *commands, *offers)))


@each_mode
@each_rule
def test_it_is_said_in_short_sentences(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    for it in found_by(rule, seen_on(rule, "Bad", mode)):
        assert is_readable(it), f"one or two sentences, please: {it.finding.message}"
        assert all(related.message.endswith(".") for related in it.finding.related)
        assert all(command.purpose.endswith(".") for command in it.finding.commands)
        assert all(command.run and not command.run.endswith(".") for command in it.finding.commands)


@each_mode
@each_rule
def test_what_it_marks_is_there(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    seen = seen_on(rule, "Bad", mode)

    for it in found_by(rule, seen):
        places = [it.finding.place, *(related.place for related in it.finding.related)]
        assert all(is_there(place, seen.machine) for place in places)
        assert len(set(places)) == len(places), "a related place says nothing new"


@each_mode
@each_rule
def test_a_variable_of_the_shell_is_to_be_taken_out_of_its_line(
    rule: Rule, mode: Mode, seen_on: SeenOn
) -> None:
    seen = seen_on(rule, "Bad", mode)

    variables = [*seen.machine.environment]
    for it in [it.finding for it in found_by(rule, seen) if it.finding.place.path is None]:
        name = it.place.variable or ""
        line = f"{seen.machine.home}/.zshrc, line {variables.index(name) + 1}"
        assert [command.run for command in it.commands] == [f"unset {name}"]
        assert line in it.commands[0].purpose


def is_there(place: Place, machine: Machine) -> bool:
    """Return whether a place is text of a file, or a variable of the process."""
    if place.path is None:
        return place.variable in machine.environment
    file = machine.file(place.path)
    if file is None or not place.pointer:
        return Path(place.path).exists()
    return place.span is not None or file.range_of(place.pointer) is not None


@each_mode
@each_rule
def test_it_is_no_worse_than_it_says_of_itself(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    for it in found_by(rule, seen_on(rule, "Bad", mode)):
        assert it.finding.severity.rank >= rule.severity.rank
        assert not it.finding.leftover or it.finding.severity is Severity.HINT


@each_mode
@each_rule
def test_each_fix_does_what_its_title_says(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    seen = seen_on(rule, "Bad", mode)

    for found in found_by(rule, seen):
        for offer in found.fixes:
            after = after_fix(offer, seen)
            assert changed_texts(offer, seen)
            assert offer.title.endswith(f": {describe_payment(after.route)}")
            if offer.safety is Safety.SAFE:
                assert (after.as_expected is not False, after.route.works) == (True, True)
                assert found.finding.place not in marked_as_wrong(rule, after)


def marked_as_wrong(rule: Rule, seen: Review) -> list[Place]:
    """Return what the rule marks, without mere leftovers."""
    marked = [it.finding for it in seen.findings if it.rule is rule]
    return [it.place for it in marked if not it.leftover]


@each_mode
@each_rule
def test_nothing_is_wrong_where_anything_may_pay(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    seen = seen_on(rule, "Bad", mode, wish=Wish("any", None, "said"))

    wrong = [it.rule.id for it in seen.findings if it.finding.explains and is_error(it)]
    assert not seen.route.works or set(wrong) <= {"source-not-allowed"}, "that is a team's policy"


def is_error(found: ReviewedFinding) -> bool:
    """Return whether it says that the run asked for is wrong."""
    return found.finding.severity is Severity.ERROR


@each_mode
@each_rule
def test_an_error_about_who_pays_says_of_which_run(rule: Rule, mode: Mode, seen_on: SeenOn) -> None:
    """The rule about what is left over needs to know what is explained already."""
    seen = seen_on(rule, "Bad", mode)

    for it in found_by(rule, seen):
        is_about_payer = rule.explains_route and is_error(it)
        assert not is_about_payer or seen.route in it.finding.explains
        assert set(it.finding.explains) <= {seen.route, seen.other, *runs_of(seen)}


def runs_of(seen: Review) -> list[object]:
    """Return the routes of the editor and the like."""
    return [it.route for it in seen.environments]


@pytest.mark.parametrize(
    "rule", [pytest.param(it, id=it.id) for it in RULES.values() if it.reads_text]
)
def test_a_rule_about_texts_does_not_look_at_who_pays(rule: Rule, seen_on: SeenOn) -> None:
    """While one types, only these rules are asked again, and not told who pays."""
    seen = seen_on(rule)
    nobody = replace(seen.route, credentials=(), works=False, place=None)

    told: list[list[Finding]] = []
    for route in (seen.route, nobody):
        verdict = Verdict(route, route, seen.expected if route is seen.route else None)
        told.append(list(rule.findings(seen.machine, verdict)))

    assert told[0] == told[1] != []
    assert all(not it.explains and not rule.explains_route for it in told[0])

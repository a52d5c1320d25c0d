"""The table of sources: nothing that tells sources apart may have forgotten one."""

from __future__ import annotations

import pytest

from billing_lens.billing.credential import Credential, describe_source
from billing_lens.billing.environment import GROUPS, WHERE_VARIABLES_COUNT
from billing_lens.billing.place import Place
from billing_lens.billing.precedence import PRECEDENCE, Surface
from billing_lens.billing.sources import PROVIDERS, SOURCES, Billing, Family, Source
from billing_lens.config.known_variables import KNOWN_VARIABLES
from tests.conformance.recorded import recorded_cases

IN_CHARGE = [source for source in Source if source is not Source.NONE]


@pytest.fixture(scope="module")
def recorded_sources() -> set[str]:
    return {case["expect"]["source"] for case in recorded_cases()}


@pytest.mark.parametrize("source", Source)
def test_every_source_has_a_row(source: Source) -> None:
    assert source in SOURCES, f"add a row for {source.name} to billing/sources.py"


@pytest.mark.parametrize("source", IN_CHARGE)
def test_every_source_has_its_place_in_the_order_of_precedence(source: Source) -> None:
    usual = next(order for order in reversed(PRECEDENCE) if Surface.TERMINAL in order.surfaces)

    assert source in usual.sources, f"add {source.name} to the rows of billing/precedence.py"


@pytest.mark.parametrize("source", Source)
def test_every_source_is_recorded_on_the_real_program(
    source: Source, recorded_sources: set[str]
) -> None:
    """With the comparison of every recorded machine this shows that it is found, too."""
    assert source.value in recorded_sources, f"record a machine with {source.name} in charge"


@pytest.mark.parametrize("source", IN_CHARGE)
def test_what_is_in_charge_is_never_called_nothing(source: Source) -> None:
    facts = SOURCES[source]
    phrase = describe_source(Credential(source, Place(), profile="p"))

    assert facts.billing is not Billing.NONE
    assert facts.family is not Family.NOTHING
    assert phrase not in ("", SOURCES[Source.NONE].phrase)
    assert facts.why_active.endswith(".")


VARIABLES = [
    *(name for row in SOURCES.values() for name in row.variables),
    *(provider.switch for provider in PROVIDERS.values()),
]


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_of_a_source_is_explained_and_counts_somewhere(name: str) -> None:
    assert name in KNOWN_VARIABLES, f"explain {name} in config/known_variables.py"
    assert any(row.group is GROUPS[name] for row in WHERE_VARIABLES_COUNT)

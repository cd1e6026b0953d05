"""The laws for clients: named once, resting on statements that there are, and on the page."""

from __future__ import annotations

import pytest

from contract_tests.client.checks import checks_of
from contract_tests.client.findings import ClientLaw
from contract_tests.client.receipt_checks import LAWS
from contract_tests.client.steps import BY_NAME, CODES, PERMANENT, STEPS, TRANSIENT, Group
from contract_tests.contract.document import Contract
from contract_tests.contract.readings import Readings
from contract_tests.contract.requirements import load_requirements
from tests.structure.project_sources import ROOT

ALL: tuple[ClientLaw, ...] = (*checks_of("never"), *LAWS)


def test_every_law_has_a_name_of_its_own() -> None:
    """`--known-gaps` goes by it; `--resend allowed` has fewer, and none of another name."""
    ids = [law.id for law in ALL]

    assert len(ids) == len(set(ids))
    assert {check.id for check in checks_of("allowed")} < set(ids)


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.id)
def test_every_law_rests_on_statements_and_says_why_it_matters(law: ClientLaw) -> None:
    """A law that rests on nothing is a taste."""
    known = {requirement.id for requirement in load_requirements()}

    assert law.requirements
    assert set(law.requirements) <= known
    assert law.sentence.endswith(".")


def test_every_kind_of_law_is_on_the_page() -> None:
    """`docs/suite-b.md` has a row for each."""
    page = (ROOT / "docs" / "suite-b.md").read_text(encoding="utf-8")
    kinds = {law.id.partition(".")[0] for law in ALL}

    assert [kind for kind in sorted(kinds) if f"| `{kind}." not in page] == []


def test_the_gateway_takes_every_step_that_there_is() -> None:
    """Every refusal of the contract, and every name once."""
    refusals = {entry.code for entry in Contract(Readings({})).catalogue if entry.status in {401, 500}} - {400}

    assert set(CODES) == refusals == {*PERMANENT, *TRANSIENT}
    assert len(BY_NAME) == len(STEPS)
    assert {step.group for step in STEPS} == set(Group)

"""All checks: unique ids, existing requirements, and a row in the docs."""

from __future__ import annotations

import pytest

from contract_tests.client.checks import checks_of
from contract_tests.client.checks.check import CheckSpec
from contract_tests.client.play.steps import BY_NAME, CODES, PERMANENT, STEPS, TRANSIENT, Group
from contract_tests.client.receivers.checks import ALL_CHECKS
from contract_tests.contract.document import Contract
from contract_tests.contract.readings import Readings
from contract_tests.contract.requirements import load_requirements
from tests.structure.project_sources import ROOT

ALL: tuple[CheckSpec, ...] = (*checks_of("never"), *ALL_CHECKS)


def test_every_check_has_a_unique_id() -> None:
    """`--known-gaps` uses the ids; the checks of `--resend allowed` are a subset."""
    ids = [check.id for check in ALL]

    assert len(ids) == len(set(ids))
    assert {check.id for check in checks_of("allowed")} < set(ids)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
def test_every_check_has_requirements_and_a_sentence(check: CheckSpec) -> None:
    """Its requirements exist."""
    known = {requirement.id for requirement in load_requirements()}

    assert check.requirements
    assert set(check.requirements) <= known
    assert check.sentence.endswith(".")


def test_every_kind_of_check_is_documented() -> None:
    """`docs/suite-b.md` has a row for each."""
    page = (ROOT / "docs" / "suite-b.md").read_text(encoding="utf-8")
    kinds = {check.id.partition(".")[0] for check in ALL}

    assert [kind for kind in sorted(kinds) if f"| `{kind}." not in page] == []


def test_the_steps_cover_all_refusals_and_groups() -> None:
    """Every refusal of the contract, and unique names."""
    refusals = {entry.code for entry in Contract(Readings({})).catalogue if entry.status in {401, 500}} - {400}

    assert set(CODES) == refusals == {*PERMANENT, *TRANSIENT}
    assert len(BY_NAME) == len(STEPS)
    assert {step.group for step in STEPS} == set(Group)

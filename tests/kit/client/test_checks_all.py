"""All checks together: each has a breach and a near miss, and a healthy client breaks none."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from contract_tests.client.checks import CHECKS, by_id, judge
from contract_tests.client.checks.check import ClientCheck
from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import simple_case
from contract_tests.client.play.evidence import Evidence, SeenRequest
from contract_tests.client.play.playing import play
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.play.steps import STEPS
from tests.kit.client import (
    test_checks_behaviour,
    test_checks_content,
    test_checks_outcomes,
    test_checks_requests,
    test_checks_resending,
)
from tests.kit.client.sample_evidence import evidence, sent
from tests.kit.client.test_examples_talk import COMMANDS

ROWS = (
    *test_checks_requests.ROWS,
    *test_checks_content.ROWS,
    *test_checks_outcomes.ROWS,
    *test_checks_resending.ROWS,
    *test_checks_behaviour.ROWS,
)

FAST = tuple(step for step in STEPS if not step.slow)


def test_every_check_has_a_breach_and_a_near_miss() -> None:
    """At least one row each."""
    ids = {check.id for check in CHECKS}

    assert {row.check for row in ROWS if row.words} == ids
    assert {row.check for row in ROWS if row.words is None} == ids


def test_rows_have_unique_names() -> None:
    """A failed row identifies one case."""
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_found_by_its_id(check: ClientCheck) -> None:
    """An id is a subject and words."""
    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", check.id)
    assert by_id(check.id) is check


def test_an_empty_case_breaks_nothing() -> None:
    """Neither do requests without an intent."""
    assert judge(evidence()) == []
    assert judge(evidence(late=(sent(),))) == []


async def _played(operation: Operation) -> list[Evidence]:
    driver = ChildDriver(COMMANDS["python_httpx2"])
    try:
        async with StandIn() as stand_in:
            return [await play(simple_case(operation, 5.0, step), driver, stand_in) for step in FAST]
    finally:
        await driver.close()


@pytest.fixture(scope="module", params=["admin", "services"])
def played(request: pytest.FixtureRequest) -> list[Evidence]:
    """Every fast step, played with the example client."""
    operation: Operation = request.param
    return asyncio.run(_played(operation))


def test_the_example_client_breaks_nothing(played: list[Evidence]) -> None:
    """On each fast step."""
    assert [
        (each.case.program[0].name, check.id, breach.said) for each in played for check, breach in judge(each)
    ] == []


def _judged_parts(seen: SeenRequest) -> tuple[object, ...]:
    """The parts that the checks use."""
    kind = seen.answered if isinstance(seen.answered, dict) else type(seen.answered)
    code, names = (kind.get("code"), sorted(kind)) if isinstance(kind, dict) else (None, kind)
    return seen.step, seen.status, seen.outcome, code, names, seen.message_id is not None, seen.taken


def test_sample_evidence_equals_recorded_evidence(played: list[Evidence]) -> None:
    """Status, outcome and members, for every step; otherwise the rows would prove nothing."""
    for each in played:
        [real] = each.attempts[0].sends
        sample = sent(real.step.name)
        assert _judged_parts(replace(sample, url=real.url)) == _judged_parts(real)

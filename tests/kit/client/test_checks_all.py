"""All checks together: each is shown both ways, and tells nothing of a healthy client."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from contract_tests.client.checks import CHECKS, by_id, judge
from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.evidence import Evidence, Seen
from contract_tests.client.findings import ClientCheck
from contract_tests.client.playing import play
from contract_tests.client.programs import simple
from contract_tests.client.stand_in import StandIn
from contract_tests.client.steps import STEPS
from tests.kit.client import (
    test_checks_conduct,
    test_checks_outcomes,
    test_checks_requests,
    test_checks_resending,
    test_checks_wanted,
)
from tests.kit.client.evidence_made import evidence, sent
from tests.kit.client.test_examples_talk import COMMANDS

ROWS = (
    *test_checks_requests.ROWS,
    *test_checks_wanted.ROWS,
    *test_checks_outcomes.ROWS,
    *test_checks_resending.ROWS,
    *test_checks_conduct.ROWS,
)

FAST = tuple(step for step in STEPS if not step.slow)


def test_every_check_is_shown_both_ways() -> None:
    """A case that breaks it, and one that nearly does."""
    ids = {check.id for check in CHECKS}

    assert {row.check for row in ROWS if row.words} == ids
    assert {row.check for row in ROWS if row.words is None} == ids


def test_rows_have_names_of_their_own() -> None:
    """A failed row leads to one case."""
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_found_by_its_id(check: ClientCheck) -> None:
    """Which is a subject and words."""
    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", check.id)
    assert by_id(check.id) is check


def test_nothing_is_told_of_nothing() -> None:
    """A case without an intent, and requests that belong to none."""
    assert judge(evidence()) == []
    assert judge(evidence(late=(sent(),))) == []


async def _played(operation: Operation) -> list[Evidence]:
    driver = ChildDriver(COMMANDS["python_httpx2"])
    try:
        async with StandIn() as stand_in:
            return [await play(simple(operation, 5.0, step), driver, stand_in) for step in FAST]
    finally:
        await driver.close()


@pytest.fixture(scope="module", params=["admin", "services"])
def played(request: pytest.FixtureRequest) -> list[Evidence]:
    """Every step that needs no waiting, met by the example client."""
    operation: Operation = request.param
    return asyncio.run(_played(operation))


def test_nothing_is_told_of_the_example_client_whatever_it_meets(played: list[Evidence]) -> None:
    """Each step that needs no waiting."""
    assert [
        (each.case.program[0].name, check.id, breach.said) for each in played for check, breach in judge(each)
    ] == []


def _as_seen(seen: Seen) -> tuple[object, ...]:
    """What the checks go by."""
    kind = seen.answered if isinstance(seen.answered, dict) else type(seen.answered)
    code, names = (kind.get("code"), sorted(kind)) if isinstance(kind, dict) else (None, kind)
    return seen.step, seen.status, seen.outcome, code, names, seen.message_id is not None, seen.taken


def test_evidence_that_is_made_by_hand_is_like_what_the_gateway_leaves(played: list[Evidence]) -> None:
    """Status, outcome and members, for every step: else the rows above would show nothing."""
    for each in played:
        [real] = each.attempts[0].sends
        made = sent(real.step.name)
        assert _as_seen(replace(made, url=real.url)) == _as_seen(real)

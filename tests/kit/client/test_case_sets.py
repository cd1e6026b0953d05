"""The cases of a run: the fixed ones are complete, and the generated ones depend only on the seed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest
from hypothesis import settings

from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import (
    AMPLE,
    distinct_destinations,
    fixed_cases,
    generated_cases,
    simple_case,
)
from contract_tests.client.play.cases import Case
from contract_tests.client.play.steps import ACCEPT, REFUSALS, STEPS, TOLERANCE, TRANSIENT, Group
from mock_server.scenario.loader import scenario_of

OPERATIONS: tuple[Operation, ...] = get_args(Operation)

_PRINT_CASES = """
import json, sys
from contract_tests.client.play.case_sets import generated_cases
print(json.dumps([case.as_json() for case in generated_cases(int(sys.argv[1]), 60)]))
"""


def as_data(cases: Iterator[Case]) -> list[object]:
    """Cases as plain data."""
    return [case.as_json() for case in cases]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_run_plays_every_step_alone_and_followed_by_an_acceptance(operation: Operation) -> None:
    """The acceptance shows whether the client recovered."""
    cases = fixed_cases(operation, 0.5)
    played = {(step, len(case.messages)) for case in cases for step in case.program if len(case.program) == 1}

    assert played >= {(step, 2) for step in STEPS}
    assert played >= {(step, 1) for step in STEPS if not step.slow}
    assert {case.operation for case in cases} == {operation}


def test_cases_that_wait_are_few_and_have_the_given_limit() -> None:
    """Each slow step is played once; every other case has ample time."""
    cases = fixed_cases("admin", 0.5)

    assert Counter(step for case in cases for step in case.program if step.slow) == dict.fromkeys(
        [step for step in STEPS if step.slow], 1
    )
    assert {case.timeout_s for case in cases if case.slow} == {0.5}
    assert {case.timeout_s for case in cases if not case.slow} == {AMPLE}
    assert {case.timeout_s for case in fixed_cases("admin", 2 * AMPLE)} == {2 * AMPLE}


def test_every_run_sends_each_optional_field_alone() -> None:
    """A client that drops a field fails with only that field."""
    alone = [
        message.keys() - {"destination", "text"} for case in fixed_cases("admin", 1.0) for message in case.messages
    ]

    names = {"detailed", "reference", "account", "lra", "businessRelationId", "webhook"}
    assert [name for name in names if {name} not in alone] == []
    assert names in alone


def test_every_run_repeats_refusals_and_reuses_connections() -> None:
    """For retries, hammering, and closed or leaked connections."""
    played = [(tuple(step.name for step in case.program), len(case.messages)) for case in fixed_cases("admin", 1.0)]

    for step in REFUSALS:
        assert ((step.name,) * 2, 1) in played
        assert ((step.name,) * 2, 2) in played
    for code in TRANSIENT:
        assert any(set(program) == {f"refused {code}"} and len(program) >= 10 for program, _ in played)
    assert (("accepted", "connection closed", "accepted"), 3) in played
    assert any(count >= 20 for _, count in played)


def test_every_run_requests_the_provider_with_unusual_acceptances() -> None:
    """`provider` may be absent or null even if it was requested."""
    detailed = {case.program for case in fixed_cases("admin", 1.0) if case.messages[0].get("detailed")}

    assert detailed >= {(step,) for step in TOLERANCE}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_case_is_a_valid_scenario(operation: Operation) -> None:
    """The gateway loads each of them."""
    for case in (*fixed_cases(operation, 1.0), *generated_cases(1, 60, operation)):
        scenario_of(case.scenario(), "case")


def test_a_simple_case_gives_each_message_its_own_number() -> None:
    """The number identifies the message."""
    case = simple_case("services", 3.0, ACCEPT, count=3)

    assert [message["destination"] for message in case.messages] == [f"+44770090012{nth}" for nth in (3, 4, 5)]
    assert (case.operation, case.timeout_s, case.program) == ("services", 3.0, (ACCEPT,))


def test_a_seed_gives_the_same_cases_in_every_process() -> None:
    """Independent of the hash seed and of loaded modules."""
    here = as_data(generated_cases(4711, 60))
    python = [sys.executable, "-c", _PRINT_CASES, "4711"]
    there = subprocess.run(  # noqa: S603 - our own interpreter
        python, capture_output=True, check=True, env={"PYTHONHASHSEED": "5"}, timeout=60
    )

    assert json.loads(there.stdout) == here
    assert as_data(generated_cases(4712, 60)) != here


def test_a_hypothesis_profile_changes_nothing() -> None:
    """Hypothesis loads a profile on a CI server, and teams load their own."""
    before = as_data(generated_cases(3, 60))
    former = settings.get_current_profile_name()
    settings.register_profile("a team's", derandomize=True, max_examples=1, deadline=1)
    settings.load_profile("a team's")
    try:
        assert as_data(generated_cases(3, 60)) == before
    finally:
        settings.load_profile(former)


@pytest.mark.parametrize("count", [0, 1, 7, 250])
def test_the_requested_number_of_cases(count: int) -> None:
    """Exactly, and no two messages of a case have the same number."""
    cases = list(generated_cases(1, count))

    assert len(cases) == count
    assert cases == list(generated_cases(1, 260))[:count]
    for case in cases:
        assert 1 <= len(case.messages) <= 3
        assert len({message["destination"] for message in case.messages}) == len(case.messages)
        assert len(case.program) <= 4
        assert sum(step.slow for step in case.program) <= 1


def test_generated_cases_have_the_requested_operation_and_time_out() -> None:
    """The time-out is short only in cases that wait for it."""
    cases = list(generated_cases(1, 250, "services", 0.25))

    assert {case.operation for case in cases} == {"services"}
    assert {(case.slow, case.timeout_s) for case in cases} == {(False, AMPLE), (True, 0.25)}
    assert sum(case.slow for case in cases) <= 20


def test_generated_programs_reach_every_group() -> None:
    """A few hundred cases cover nearly all steps, in many orders."""
    programs = [case.program for case in generated_cases(1, 400)]

    assert {step.group for program in programs for step in program} == set(Group)
    assert len({step for program in programs for step in program}) > 0.95 * len(STEPS)
    assert len(set(programs)) > 250
    assert () in programs


def test_messages_to_the_same_number_get_distinct_numbers() -> None:
    """The last digit is incremented until no other message of the case has the number."""
    again = {"text": "Hi", "destination": "+447700900129", "lra": 0}

    found = [list(message.items()) for message in distinct_destinations([again, again, again])]

    assert [dict(items)["destination"] for items in found] == ["+447700900129", "+447700900120", "+447700900121"]
    assert found[1] == [("destination", "+447700900120"), ("text", "Hi"), ("lra", 0)]

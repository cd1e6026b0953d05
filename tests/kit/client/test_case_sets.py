"""The cases of a run: those that are always played leave nothing out, and the generated ones follow from the seed."""

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

_TELL = """
import json, sys
from contract_tests.client.play.case_sets import generated_cases
print(json.dumps([case.as_json() for case in generated_cases(int(sys.argv[1]), 60)]))
"""


def told(cases: Iterator[Case]) -> list[object]:
    """Cases as plain data."""
    return [case.as_json() for case in cases]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_run_plays_every_step_alone_and_followed_by_an_acceptance(operation: Operation) -> None:
    """What comes after a step shows whether the client got over it."""
    cases = fixed_cases(operation, 0.5)
    played = {(step, len(case.messages)) for case in cases for step in case.program if len(case.program) == 1}

    assert played >= {(step, 2) for step in STEPS}
    assert played >= {(step, 1) for step in STEPS if not step.slow}
    assert {case.operation for case in cases} == {operation}


def test_cases_that_wait_are_few_and_have_the_given_limit() -> None:
    """Real seconds are spent once for each slow step; every other case has time enough on a busy machine."""
    cases = fixed_cases("admin", 0.5)

    assert Counter(step for case in cases for step in case.program if step.slow) == dict.fromkeys(
        [step for step in STEPS if step.slow], 1
    )
    assert {case.timeout_s for case in cases if case.slow} == {0.5}
    assert {case.timeout_s for case in cases if not case.slow} == {AMPLE}
    assert {case.timeout_s for case in fixed_cases("admin", 2 * AMPLE)} == {2 * AMPLE}


def test_every_run_asks_for_each_optional_field_alone() -> None:
    """A client that drops a field is found with that field and no other."""
    alone = [
        message.keys() - {"destination", "text"} for case in fixed_cases("admin", 1.0) for message in case.messages
    ]

    names = {"detailed", "reference", "account", "lra", "businessRelationId", "webhook"}
    assert [name for name in names if {name} not in alone] == []
    assert names in alone


def test_every_run_repeats_refusals_and_uses_connections_again() -> None:
    """Retries, hammering, and connections that are closed or leaked."""
    played = [(tuple(step.name for step in case.program), len(case.messages)) for case in fixed_cases("admin", 1.0)]

    for step in REFUSALS:
        assert ((step.name,) * 2, 1) in played
        assert ((step.name,) * 2, 2) in played
    for code in TRANSIENT:
        assert any(set(program) == {f"refused {code}"} and len(program) >= 10 for program, _ in played)
    assert (("accepted", "connection closed", "accepted"), 3) in played
    assert any(count >= 20 for _, count in played)


def test_every_run_asks_for_the_provider_where_an_acceptance_looks_odd() -> None:
    """Tolerant reading: `provider` absent or null even where it was asked for."""
    detailed = {case.program for case in fixed_cases("admin", 1.0) if case.messages[0].get("detailed")}

    assert detailed >= {(step,) for step in TOLERANCE}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_case_is_a_valid_scenario(operation: Operation) -> None:
    """The gateway takes each as it is."""
    for case in (*fixed_cases(operation, 1.0), *generated_cases(1, 60, operation)):
        scenario_of(case.scenario(), "case")


def test_a_simple_case_gives_each_intent_a_number_of_its_own() -> None:
    """A ledger tells messages apart by it."""
    case = simple_case("services", 3.0, ACCEPT, count=3)

    assert [message["destination"] for message in case.messages] == [f"+44770090012{nth}" for nth in (3, 4, 5)]
    assert (case.operation, case.timeout_s, case.program) == ("services", 3.0, (ACCEPT,))


def test_a_seed_gives_the_same_cases_in_every_process() -> None:
    """Same seed, same verdict: neither the hash seed nor what else is loaded has a say."""
    here = told(generated_cases(4711, 60))
    python = [sys.executable, "-c", _TELL, "4711"]
    there = subprocess.run(  # noqa: S603 - our own interpreter
        python, capture_output=True, check=True, env={"PYTHONHASHSEED": "5"}, timeout=60
    )

    assert json.loads(there.stdout) == here
    assert told(generated_cases(4712, 60)) != here


def test_a_profile_of_the_team_changes_nothing() -> None:
    """Hypothesis loads a profile of its own where it sees a CI, and teams load theirs."""
    before = told(generated_cases(3, 60))
    former = settings.get_current_profile_name()
    settings.register_profile("a team's", derandomize=True, max_examples=1, deadline=1)
    settings.load_profile("a team's")
    try:
        assert told(generated_cases(3, 60)) == before
    finally:
        settings.load_profile(former)


@pytest.mark.parametrize("count", [0, 1, 7, 250])
def test_as_many_cases_as_were_asked_for(count: int) -> None:
    """Not one more or less, and no two messages of a case to one number."""
    cases = list(generated_cases(1, count))

    assert len(cases) == count
    assert cases == list(generated_cases(1, 260))[:count]
    for case in cases:
        assert 1 <= len(case.messages) <= 3
        assert len({message["destination"] for message in case.messages}) == len(case.messages)
        assert len(case.program) <= 4
        assert sum(step.slow for step in case.program) <= 1


def test_generated_cases_have_the_operation_and_limits_that_are_asked_for() -> None:
    """The client's limit is short only where it has to wait."""
    cases = list(generated_cases(1, 250, "services", 0.25))

    assert {case.operation for case in cases} == {"services"}
    assert {(case.slow, case.timeout_s) for case in cases} == {(False, AMPLE), (True, 0.25)}
    assert sum(case.slow for case in cases) <= 20


def test_generated_programs_reach_every_group() -> None:
    """A few hundred cases meet all there is, in many orders."""
    programs = [case.program for case in generated_cases(1, 400)]

    assert {step.group for program in programs for step in program} == set(Group)
    assert len({step for program in programs for step in program}) > 0.95 * len(STEPS)
    assert len(set(programs)) > 250
    assert () in programs


def test_messages_to_one_number_are_told_apart() -> None:
    """Chance may draw a number twice: its last digit goes on until no other message of the case has it."""
    again = {"text": "Hi", "destination": "+447700900129", "lra": 0}

    found = [list(message.items()) for message in distinct_destinations([again, again, again])]

    assert [dict(items)["destination"] for items in found] == ["+447700900129", "+447700900120", "+447700900121"]
    assert found[1] == [("destination", "+447700900120"), ("text", "Hi"), ("lra", 0)]

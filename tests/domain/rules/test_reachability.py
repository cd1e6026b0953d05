"""The rule `reachability`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    WRONG_NUMBER,
)
from mock_server.domain.msisdn import NumberList
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules.reachability import reachability
from tests.domain.asking import (
    a_context,
    a_submission,
    assert_refused,
)
from tests.domain.rules.examples import EVERYBODY, MOBILE, PLAN, DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "+447700900123", "the list of unreachable numbers is empty", "NUM-1"),
    ({"policy": {"unreachable": NumberList(("+44*",))}}, "+44", "unreachable: +44*", "`unreachable`"),
    ({"policy": {"unreachable": NumberList(("+1*",))}}, "+44", "1 entry, none covers it", "NUM-1"),
    ({"readings": PLAN, "destination": MOBILE}, MOBILE, "reachable in the numbering plan", "NUM-1"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, unreachable=EVERYBODY)


UNREACHABLE = NumberList(("+447700900008", "+4420*"))
WHOLE_PLAN = Readings(numbering_plan=True)
BOTH = pytest.mark.parametrize("readings", [Readings(), WHOLE_PLAN], ids=["country-code", "numbering-plan"])


@pytest.mark.requirement("ERR-8")
@BOTH
@pytest.mark.parametrize(
    ("number", "entry"), [("+447700900008", "+447700900008"), ("+442079460123", "+4420*"), ("+44201234567", "+4420*")]
)
def test_a_number_on_the_scenarios_list_is_code_8(number: str, entry: str, readings: Readings) -> None:
    """ERR-8: a well-formed number that cannot receive SMS; the explanation shows the entry that covers it."""
    said = reachability(a_submission(destination=number), a_context(readings, unreachable=UNREACHABLE))

    refused = assert_refused(said, WRONG_NUMBER, documented("ERR-8"))
    assert refused.details is None
    assert refused.reason == f"the destination is unreachable: {entry}"


@pytest.mark.requirement("ERR-8", "NUM-1")
@pytest.mark.parametrize(
    "number", ["+447700900009", "+4477009000080", "+390612345678", "+390000000000", "+1234567890"]
)
def test_any_other_number_can_be_reached(number: str) -> None:
    """NUM-1: the numbering plan is not enforced, so a landline is accepted like a mobile number."""
    assert reachability(a_submission(destination=number), a_context(unreachable=UNREACHABLE)) is None


@pytest.mark.requirement("NUM-1", "ERR-8")
@pytest.mark.parametrize(
    ("number", "line"),
    [
        pytest.param("+390612345678", "landline", id="Roman landline"),
        pytest.param("+442079460123", "landline", id="London landline"),
        pytest.param("+390000000000", "unassigned", id="an unassigned range"),
    ],
)
def test_under_the_other_reading_a_landline_is_code_8(number: str, line: str) -> None:
    """NUM-1, the alternative: the plan is enforced; a landline and an unused range get 8."""
    said = reachability(a_submission(destination=number), a_context(WHOLE_PLAN))

    refused = assert_refused(said, WRONG_NUMBER, assumed("NUM-1"))
    assert refused.reason == f"{number} is {line} in the numbering plan"


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize("number", ["+393401234567", "+12025550123"])
def test_under_the_other_reading_a_number_that_may_be_mobile_can_be_reached(number: str) -> None:
    """NUM-1, the alternative: a number that may be mobile or landline is accepted."""
    assert reachability(a_submission(destination=number), a_context(WHOLE_PLAN)) is None

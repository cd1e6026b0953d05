"""The rule `destination`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    INVALID_NUMBER,
)
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import Requirement, assumed, documented
from mock_server.domain.rules.destination import destination
from tests.domain.asking import (
    a_context,
    a_submission,
    assert_refused,
)
from tests.domain.rules.examples import MOBILE, PLAN, DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "'+447700900123'", "a plus and 7 to 15 digits", "numbering plan"),
    ({"readings": PLAN}, "'+447700900123'", "possible in the numbering plan", "NUM-1"),
    ({"destination": ""}, "no number", "a plus", "give `destination` as a string"),
    ({"destination": "+999123456789"}, "'+999123456789'", "assigned", "begin with the calling code"),
    ({"destination": "3401234567"}, "'3401234567'", "a plus", "add a plus and the country code"),
    ({"destination": "٣٤٠١٢٣٤"}, "'٣٤٠١٢٣٤'", "a plus", "give `destination` as"),
    ({"destination": "+39 (340) 123-4567"}, "'+39 (340) 123-4567'", "a plus", f"write it as {MOBILE}"),
    ({"destination": " 00393401234567"}, "' 00393401234567'", "a plus", f"write it as {MOBILE}"),
    ({"destination": "++393401234567"}, "'++393401234567'", "a plus", f"write it as {MOBILE}"),
    ({"destination": "+39x"}, "'+39x'", "a plus", "give `destination` as"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_fields(destination="oops")


REQ_1, BAD_2, BAD_7, NUM_1 = documented("REQ-1"), assumed("BAD-2"), assumed("BAD-7"), assumed("NUM-1")
WHOLE_PLAN = Readings(numbering_plan=True)
BOTH = pytest.mark.parametrize("readings", [Readings(), WHOLE_PLAN], ids=["country-code", "numbering-plan"])


@pytest.mark.requirement("REQ-1", "REQ-11", "NUM-1")
@pytest.mark.parametrize(
    "number", ["+1234567890", "+390000000000", "+393401234567", "+447700900123", "+1234567", "+123456789012345"]
)
def test_a_number_needs_the_pattern_and_a_calling_code_and_no_more(number: str) -> None:
    """NUM-1: the numbering plan is not enforced; the vendor's own examples violate it."""
    assert destination(a_submission(destination=number), a_context()) is None


@pytest.mark.requirement("ERR-56", "REQ-1", "BAD-2", "BAD-7")
@BOTH
@pytest.mark.parametrize(
    ("number", "requirement"),
    [
        pytest.param("", BAD_2, id="empty, null, missing or no string"),
        pytest.param(" ", BAD_7, id="space alone"),
        pytest.param(" +393401234567", BAD_7, id="space before"),
        pytest.param("+393401234567\n", BAD_7, id="line feed after"),
        pytest.param("+393401234567\u00a0", BAD_7, id="no-break space after"),
        pytest.param("+39 340 1234567", REQ_1, id="spaces inside"),
        pytest.param("+39-340-1234567", REQ_1, id="dashes"),
        pytest.param("+39(340)1234567", REQ_1, id="parentheses"),
        pytest.param("++393401234567", REQ_1, id="double plus"),
        pytest.param("393401234567", REQ_1, id="no plus"),
        pytest.param("+0393401234567", REQ_1, id="first digit 0"),
        pytest.param("+123456", REQ_1, id="6 digits"),
        pytest.param("+1234567890123456", REQ_1, id="16 digits"),
        pytest.param("+39340123456\u0667", REQ_1, id="a digit that is not ASCII"),
        pytest.param("+9991234567", NUM_1, id="unassigned calling code"),
    ],
)
def test_a_malformed_number_is_code_56_for_a_stated_reason(
    number: str, requirement: Requirement, readings: Readings
) -> None:
    """ERR-56: one answer, without details; the explanation names the requirement."""
    said = destination(a_submission(destination=number), a_context(readings))

    refused = assert_refused(said, INVALID_NUMBER, requirement)
    assert refused.details is None


@pytest.mark.requirement("NUM-1", "ERR-56")
@pytest.mark.parametrize("number", ["+1234567890", "+3790000000", "+123456789012345", "+1234567"])
def test_under_the_other_reading_an_impossible_number_is_code_56(number: str) -> None:
    """NUM-1, the alternative: the plan is enforced, and an impossible number gets 56."""
    said = destination(a_submission(destination=number), a_context(WHOLE_PLAN))

    assert_refused(said, INVALID_NUMBER, NUM_1)


@pytest.mark.requirement("NUM-1")
@pytest.mark.parametrize("number", ["+393401234567", "+390612345678", "+390000000000"])
def test_under_the_other_reading_a_possible_number_is_valid(number: str) -> None:
    """NUM-1, the alternative: whether a possible number can be reached is for another rule, with another code."""
    assert destination(a_submission(destination=number), a_context(WHOLE_PLAN)) is None

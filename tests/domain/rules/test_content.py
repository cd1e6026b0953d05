"""The rule `content`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    MALFORMED,
    MALFORMED_AS_500,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    ErrorCode,
)
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import Requirement, assumed
from mock_server.domain.rules.content import content
from mock_server.domain.submission import (
    Unreadable,
)
from tests.domain.asking import (
    a_policy,
    a_submission,
    an_attempt,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings, refused

FINDINGS: Findings = [
    ({}, "a submission", "a JSON object of at most 1 MiB", "send a JSON object"),
    ({"said": refused(MALFORMED, "BAD-1", "body: empty")}, "body: empty", "JSON", "send a JSON object"),
    ({"said": refused(UNSUPPORTED_MEDIA_TYPE, "BAD-4", "x")}, "x", "JSON", "`Content-Type: application/json`"),
    ({"said": refused(TOO_LARGE, "BAD-5", "x")}, "x", "JSON", "at most 1 MiB"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, unreadable=True)


BAD_1, BAD_2, BAD_4, BAD_5 = assumed("BAD-1"), assumed("BAD-2"), assumed("BAD-4"), assumed("BAD-5")


@pytest.mark.requirement("BAD-1", "BAD-2", "BAD-4", "BAD-5")
@pytest.mark.parametrize(
    ("error", "requirement"),
    [(MALFORMED, BAD_1), (MALFORMED, BAD_2), (UNSUPPORTED_MEDIA_TYPE, BAD_4), (TOO_LARGE, BAD_5)],
    ids=["no JSON object", "wrong type", "wrong media type", "too large"],
)
def test_what_cannot_be_read_is_refused_and_the_client_is_told_where(
    error: ErrorCode, requirement: Requirement
) -> None:
    """BAD-1, BAD-2, BAD-4, BAD-5: `details` says what is wrong and where, and so does the explanation."""
    unreadable = Unreadable(error, requirement, "lra: expected an integer")

    refused = assert_refused(content(an_attempt(unreadable), a_policy()), error, requirement)

    assert refused.details == refused.reason == "lra: expected an integer"


@pytest.mark.requirement("BAD-1", "BAD-2")
@pytest.mark.parametrize("requirement", [BAD_1, BAD_2], ids=["BAD-1", "BAD-2"])
def test_under_the_other_reading_a_malformed_request_is_500(requirement: Requirement) -> None:
    """BAD-1, the alternative: HTTP 500, the same envelope, for a field of the wrong type too."""
    unreadable = Unreadable(MALFORMED, requirement, "body: empty")
    policy = a_policy(Readings(malformed_is_500=True))

    refused = assert_refused(content(an_attempt(unreadable), policy), MALFORMED_AS_500, requirement)

    assert refused.details == "body: empty"


@pytest.mark.requirement("BAD-4", "BAD-5")
@pytest.mark.parametrize("error", [UNSUPPORTED_MEDIA_TYPE, TOO_LARGE], ids=["415", "413"])
def test_the_other_reading_of_a_malformed_body_changes_no_other_answer(error: ErrorCode) -> None:
    """BAD-1: the alternative changes the status of malformed requests only."""
    unreadable = Unreadable(error, BAD_5, "no")
    policy = a_policy(Readings(malformed_is_500=True))

    assert_refused(content(an_attempt(unreadable), policy), error, BAD_5)


@pytest.mark.requirement("BAD-2")
def test_a_submission_was_read_however_odd_its_fields_are() -> None:
    """BAD-2: a missing destination or text is refused by later rules, with their own codes."""
    assert content(an_attempt(a_submission(destination="", text="")), a_policy()) is None

"""The rule `length`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    MALFORMED,
    MALFORMED_AS_500,
    NO_TEXT,
)
from mock_server.domain.policy import Overlong, Readings
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.length import length
from mock_server.domain.submission import (
    Unreadable,
)
from tests.domain.asking import (
    a_policy,
    a_submission,
    an_attempt,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({"text": "x" * 1601}, "1601 characters", "at most 1600 characters", "BAD-3: accepted"),
    ({"readings": Readings(overlong=Overlong.ACCEPTED)}, "5 characters", "any length", "1600"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_fields(text=attempt.submission.text.ljust(1601))


BAD_3 = assumed("BAD-3")
CHARACTERS = [
    pytest.param("x", id="ASCII"),
    pytest.param("€", id="two septets"),
    pytest.param("界", id="UCS-2"),
    pytest.param("😀", id="astral, two UTF-16 units"),
    pytest.param("\u0301", id="combining mark"),
    pytest.param("\n", id="line feed"),
    pytest.param("\x00", id="NUL"),
]


@pytest.mark.requirement("REQ-2", "BAD-3")
@pytest.mark.parametrize("overlong", list(Overlong))
@pytest.mark.parametrize("character", CHARACTERS)
def test_1600_code_points_are_allowed_under_every_reading(character: str, overlong: Overlong) -> None:
    """REQ-2, BAD-3: the limit counts code points, not bytes, septets or UTF-16 units."""
    attempt = an_attempt(a_submission(text=character * 1600))

    assert length(attempt, a_policy(Readings(overlong=overlong))) is None


@pytest.mark.requirement("BAD-3")
@pytest.mark.parametrize("character", CHARACTERS)
def test_1601_code_points_are_malformed(character: str) -> None:
    """BAD-3: refused as BAD-1; `details` has the number of characters and the limit."""
    attempt = an_attempt(a_submission(text=character * 1601))

    refused = assert_refused(length(attempt, a_policy()), MALFORMED, BAD_3)

    assert refused.details == "text: 1601 characters; at most 1600 are allowed"


@pytest.mark.requirement("BAD-3", "BAD-1")
def test_too_long_follows_the_reading_of_malformed() -> None:
    """BAD-3: `as BAD-1` holds under the alternative reading of BAD-1, too."""
    attempt = an_attempt(a_submission(text="x" * 1601))

    assert_refused(length(attempt, a_policy(Readings(malformed_is_500=True))), MALFORMED_AS_500, BAD_3)


@pytest.mark.requirement("BAD-3")
def test_under_one_other_reading_too_long_is_code_66() -> None:
    """BAD-3, an alternative: code 66, without details, like every refusal of the vendor."""
    attempt = an_attempt(a_submission(text="x" * 1601))

    refused = assert_refused(length(attempt, a_policy(Readings(overlong=Overlong.NO_TEXT))), NO_TEXT, BAD_3)

    assert refused.details is None


@pytest.mark.requirement("BAD-3")
@pytest.mark.parametrize("characters", [1601, 100_000])
def test_under_the_third_reading_nothing_is_too_long(characters: int) -> None:
    """BAD-3, an alternative: accepted."""
    attempt = an_attempt(a_submission(text="x" * characters))

    assert length(attempt, a_policy(Readings(overlong=Overlong.ACCEPTED))) is None


@pytest.mark.requirement("BAD-3")
@pytest.mark.parametrize("overlong", list(Overlong))
def test_an_unreadable_body_has_no_length(overlong: Overlong) -> None:
    """BAD-3: a body without a submission is refused by the rule before."""
    attempt = an_attempt(Unreadable(MALFORMED, assumed("BAD-1"), "x" * 1601))

    assert length(attempt, a_policy(Readings(overlong=overlong))) is None


@pytest.mark.requirement("REQ-2")
@pytest.mark.parametrize("text", ["", "x"])
def test_a_short_text_is_not_too_long(text: str) -> None:
    """REQ-2: an empty text is refused by another rule, with its own code."""
    assert length(an_attempt(a_submission(text=text)), a_policy()) is None

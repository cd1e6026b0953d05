"""Whether there is a text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    NO_TEXT,
)
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.text import text
from tests.domain.asking import (
    a_context,
    a_submission,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "5 characters", "at least one character", "at least one character"),
    ({"text": "x"}, "1 character", "one character", "one character"),
    ({"text": ""}, "no text", "one character", "give `text`"),
    ({"text": " ", "readings": Readings(blank_text_is_empty=True)}, "white space only", "not white space", "not w"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, readings=Readings(blank_text_is_empty=True)).with_fields(text=" ")


BLANK_IS_EMPTY = Readings(blank_text_is_empty=True)
BLANKS = [" ", "   ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2003\u2028"]


@pytest.mark.requirement("ERR-66", "BAD-2")
@pytest.mark.parametrize("readings", [Readings(), BLANK_IS_EMPTY], ids=["default", "blank is empty"])
def test_an_empty_text_is_refused(readings: Readings) -> None:
    """ERR-66: empty, missing and null text get code 66, without details."""
    refused = assert_refused(text(a_submission(text=""), a_context(readings)), NO_TEXT, assumed("ERR-66"))

    assert refused.details is None


@pytest.mark.requirement("BAD-7")
@pytest.mark.parametrize("blank", BLANKS)
def test_white_space_is_a_text(blank: str) -> None:
    """BAD-7: a text of white space only is not empty."""
    assert text(a_submission(text=blank), a_context()) is None


@pytest.mark.requirement("BAD-7")
@pytest.mark.parametrize("blank", BLANKS)
def test_under_the_other_reading_white_space_is_no_text(blank: str) -> None:
    """BAD-7, the alternative: code 66."""
    assert_refused(text(a_submission(text=blank), a_context(BLANK_IS_EMPTY)), NO_TEXT, assumed("BAD-7"))


@pytest.mark.requirement("REQ-2", "BAD-1", "BAD-7")
@pytest.mark.parametrize("readings", [Readings(), BLANK_IS_EMPTY], ids=["default", "blank is empty"])
@pytest.mark.parametrize("words", ["x", " x ", "0", "null", "\x00", "\u200b", "😀", "\u0301"])
def test_any_character_that_is_no_white_space_makes_a_text(words: str, readings: Readings) -> None:
    """REQ-2, BAD-1: one character is enough, be it NUL, invisible or an emoji."""
    assert text(a_submission(text=words), a_context(readings)) is None

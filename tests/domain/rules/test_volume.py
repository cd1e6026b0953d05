"""The rule `volume`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    FLOODED,
)
from mock_server.domain.flooding import Limits, Tally
from mock_server.domain.instants import HOUR, LATEST, Instant
from mock_server.domain.requirements import conflict
from mock_server.domain.rules.volume import volume
from tests.domain.asking import MORNING, an_offer, assert_refused
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "+447700900123", "0 of 150 messages", "or send to another number"),
    ({"policy": {"limits": Limits(count_attempts=True)}}, "+44", "0 of 150 attempts", "counts too"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_tally(volume=150)


AF_2 = conflict("AF-2")


@pytest.mark.requirement("AF-2", "ERR-60")
@pytest.mark.parametrize("limit", [150, 100, 1])
def test_the_last_message_within_the_limit_is_good_and_the_next_is_code_60(limit: int) -> None:
    """AF-2: at most 150 messages, or 100 under the other reading: the 151st, or the 101st, is refused."""
    offer = an_offer(Limits(volume=limit))

    assert volume(offer, Tally(volume=limit - 1, volume_frees_at=MORNING)) is None
    refused = assert_refused(volume(offer, Tally(volume=limit, volume_frees_at=MORNING)), FLOODED, AF_2)
    assert refused.details is None
    assert_refused(volume(offer, Tally(volume=limit + 1, volume_frees_at=MORNING)), FLOODED, AF_2)


@pytest.mark.requirement("AF-2")
def test_the_default_limit_is_150() -> None:
    """AF-2: the text of the page, not its diagram."""
    assert volume(an_offer(), Tally(volume=149)) is None
    assert_refused(volume(an_offer(), Tally(volume=150)), FLOODED, AF_2)


@pytest.mark.requirement("AF-2")
def test_a_limit_of_zero_lets_nothing_through() -> None:
    """AF-2: a scenario may set a limit of 0; then no window ever has room again."""
    refused = assert_refused(volume(an_offer(Limits(volume=0)), Tally()), FLOODED, AF_2)

    assert refused.reason == "0 of 0 messages to this destination"


@pytest.mark.requirement("AF-2")
@pytest.mark.parametrize(
    ("frees_at", "shown"),
    [(Instant(MORNING + HOUR), "2026-01-15T10:00:00Z"), (Instant(LATEST + HOUR), "9999-12-31T23:59:59Z")],
    ids=["an hour later", "after the last date"],
)
def test_the_explanation_says_when_there_is_room_again(frees_at: Instant, shown: str) -> None:
    """AF-2: `until the window resets`: the explanation says when that is."""
    said = volume(an_offer(), Tally(volume=150, volume_room_at=frees_at))

    refused = assert_refused(said, FLOODED, AF_2)
    assert refused.reason == f"150 of 150 messages to this destination, room again at {shown}"


@pytest.mark.requirement("AF-3")
def test_copies_of_a_text_do_not_fill_the_volume() -> None:
    """AF-3: the two mechanisms are independent."""
    assert volume(an_offer(Limits(volume=3)), Tally(volume=2, duplicates=99)) is None

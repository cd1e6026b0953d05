"""The rule `duplicate`."""

from __future__ import annotations

import pytest

from mock_server.domain.decision import Drop
from mock_server.domain.flooding import Limits, Tally
from mock_server.domain.requirements import documented
from mock_server.domain.rules.duplicate import duplicate
from tests.domain.asking import an_offer
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "'Hello' through PROVIDER1", "0 of 2 identical texts", "or send another text"),
    ({"text": "x" * 99}, "a text of 99 characters through PROVIDER1", "0 of 2", "or send another text"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_tally(duplicates=2)


DROPPED = Drop(documented("AF-1"))


@pytest.mark.requirement("AF-1")
@pytest.mark.parametrize(("counted", "said"), [(0, None), (1, None), (2, DROPPED), (3, DROPPED)])
def test_two_copies_pass_and_the_third_is_dropped(counted: int, said: Drop | None) -> None:
    """AF-1: at most 2 messages with the same text; from the 3rd on they are silently dropped, not refused."""
    assert duplicate(an_offer(), Tally(volume=counted, duplicates=counted)) == said


@pytest.mark.requirement("AF-1")
@pytest.mark.parametrize("limit", [0, 1, 5])
def test_a_scenario_may_set_another_limit(limit: int) -> None:
    """AF-1: the last copy within the limit passes, the next is dropped; with 0 the first is dropped."""
    offer = an_offer(Limits(duplicates=limit))

    assert duplicate(offer, Tally(duplicates=limit)) == DROPPED
    assert limit == 0 or duplicate(offer, Tally(duplicates=limit - 1)) is None


@pytest.mark.requirement("AF-3")
def test_other_messages_are_no_copies() -> None:
    """AF-3: the two mechanisms are independent."""
    assert duplicate(an_offer(), Tally(volume=149, duplicates=1)) is None

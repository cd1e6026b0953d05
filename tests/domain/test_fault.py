"""Faults and delays: how they are named, and how long they take."""

from __future__ import annotations

import pytest

from mock_server.domain.fault import SPOILS_THE_ANSWER, STATUSES, Delay, Fault, FaultKind, fault_name
from mock_server.domain.instants import HOUR, MINUTE, SECOND


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (Fault(FaultKind.RESET), "reset"),
        (Fault(FaultKind.RESET, after=True), "reset-after"),
        (Fault(FaultKind.UNAVAILABLE, after=True), "503-after"),
        (Fault(FaultKind.TRUNCATED_BODY, after=True), "truncated-body"),
    ],
)
def test_a_fault_says_that_it_comes_after_where_it_need_not(fault: Fault, name: str) -> None:
    """Lost before or lost after the acceptance is the difference between no SMS and two."""
    assert fault_name(fault) == name


def test_what_spoils_an_answer_is_no_answer_of_something_in_between() -> None:
    """A fault is one or the other, or an end of the connection."""
    assert not SPOILS_THE_ANSWER & set(STATUSES)


@pytest.mark.parametrize(("draw", "drawn"), [(0.0, SECOND), (0.5, 2 * SECOND), (0.999999, 3 * SECOND - 2)])
def test_a_uniform_delay_spreads_evenly(draw: float, drawn: int) -> None:
    """From its least to its most."""
    assert Delay(SECOND, 3 * SECOND).drawn(draw) == drawn


def test_a_fixed_delay_knows_no_chance() -> None:
    """Its least is its most."""
    assert {Delay(SECOND, SECOND).drawn(draw) for draw in (0.0, 0.3, 0.99)} == {SECOND}


def test_a_log_normal_delay_has_its_median_in_the_middle_and_a_long_tail() -> None:
    """As networks have it; an hour is the longest, whatever the draw."""
    delay = Delay(median=SECOND, sigma=1.0)

    assert delay.drawn(0.5) == SECOND
    assert delay.drawn(0.1) < SECOND < delay.drawn(0.9)
    assert SECOND - delay.drawn(0.1) < delay.drawn(0.9) - SECOND
    assert Delay(median=MINUTE, sigma=5.0).drawn(1.0) == HOUR
    assert Delay(median=MINUTE, sigma=5.0).drawn(0.0) == 0

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
def test_the_name_of_a_fault_has_a_suffix_only_if_both_stages_are_possible(fault: Fault, name: str) -> None:
    """A retry after a loss before the acceptance sends one SMS, after it two."""
    assert fault_name(fault) == name


def test_no_fault_both_spoils_an_answer_and_replaces_it_by_a_proxys() -> None:
    """A fault does one of these, or ends the connection."""
    assert not SPOILS_THE_ANSWER & set(STATUSES)


@pytest.mark.parametrize(("draw", "drawn"), [(0.0, SECOND), (0.5, 2 * SECOND), (0.999999, 3 * SECOND - 2)])
def test_a_uniform_delay_is_spread_evenly(draw: float, drawn: int) -> None:
    """From its minimum to its maximum."""
    assert Delay(SECOND, 3 * SECOND).drawn(draw) == drawn


def test_a_fixed_delay_is_not_random() -> None:
    """Its minimum is its maximum."""
    assert {Delay(SECOND, SECOND).drawn(draw) for draw in (0.0, 0.3, 0.99)} == {SECOND}


def test_a_log_normal_delay_has_its_median_in_the_middle_and_a_long_tail() -> None:
    """As in networks; it is never longer than an hour."""
    delay = Delay(median=SECOND, sigma=1.0)

    assert delay.drawn(0.5) == SECOND
    assert delay.drawn(0.1) < SECOND < delay.drawn(0.9)
    assert SECOND - delay.drawn(0.1) < delay.drawn(0.9) - SECOND
    assert Delay(median=MINUTE, sigma=5.0).drawn(1.0) == HOUR
    assert Delay(median=MINUTE, sigma=5.0).drawn(0.0) == 0

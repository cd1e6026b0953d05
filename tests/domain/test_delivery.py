"""Delivery: statuses, legal changes, plans, and the current status of a message."""

from __future__ import annotations

import pytest

from mock_server.domain.delivery import (
    LEGAL,
    Carrier,
    Change,
    Channel,
    Plan,
    Status,
    Step,
    accepted,
    change_of,
    changes,
    default_carrier,
    illegal_steps,
    is_legal,
    latest,
)
from mock_server.domain.instants import SECOND, Instant
from tests.domain.asking import MORNING

LEGAL_ON_SMS = {
    ("PROVIDER_ACCEPTANCE", "SENT"),
    ("PROVIDER_ACCEPTANCE", "REJECTED"),
    ("SENT", "DELIVERED"),
    ("SENT", "UNDELIVERED"),
}
"""Stated again on purpose, independently of the table under test."""


def after(seconds: int, status: Status, *, forced: bool = False) -> Step:
    """A step of a plan."""
    return Step(seconds * SECOND, status, forced=forced)


@pytest.mark.requirement("ST-1")
def test_there_are_six_statuses_and_two_channels() -> None:
    """ST-1: with their names on the wire."""
    assert {str(each) for each in Status} == {
        "PROVIDER_ACCEPTANCE",
        "SENT",
        "DELIVERED",
        "REJECTED",
        "UNDELIVERED",
        "READ",
    }
    assert [str(each) for each in Channel] == ["SMS", "RCS"]


@pytest.mark.requirement("ST-2")
@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("later", list(Status))
@pytest.mark.parametrize("former", list(Status))
def test_a_change_is_legal_if_the_table_has_it_and_read_on_rcs_only(
    former: Status, later: Status, channel: Channel
) -> None:
    """ST-2: four changes on both channels, DELIVERED to READ on RCS, and no others."""
    legal = (former, later) in LEGAL_ON_SMS or (channel, former, later) == ("RCS", "DELIVERED", "READ")

    assert is_legal(former, later, channel) is legal


@pytest.mark.requirement("ST-2")
def test_every_status_has_an_entry_in_the_table() -> None:
    """ST-2: final statuses are stated, not omitted."""
    assert set(LEGAL) == set(Status)
    assert {former for former, may_follow in LEGAL.items() if not may_follow} == {"REJECTED", "UNDELIVERED", "READ"}


@pytest.mark.requirement("ST-1", "ST-2")
def test_the_default_plan_sends_after_a_second_and_delivers_after_three() -> None:
    """ST-1, ST-2: the acceptance comes first, at the time of the 200."""
    life = changes(Plan(), MORNING)

    assert [(each.at - MORNING, each.status, each.forced) for each in life] == [
        (0, "PROVIDER_ACCEPTANCE", False),
        (1 * SECOND, "SENT", False),
        (3 * SECOND, "DELIVERED", False),
    ]
    assert Plan().channel is Channel.SMS


@pytest.mark.requirement("ST-1")
def test_a_plan_without_steps_stays_at_the_acceptance() -> None:
    """ST-1: such a message keeps the initial status."""
    life = changes(Plan(()), MORNING)

    assert life == (accepted(MORNING),)
    assert latest(life, Instant(MORNING + 10**15)).status is Status.PROVIDER_ACCEPTANCE


@pytest.mark.requirement("WH-2")
@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("PROVIDER_ACCEPTANCE", "0"),
        ("SENT", "0"),
        ("DELIVERED", "0"),
        ("READ", "0"),
        ("REJECTED", "1"),
        ("UNDELIVERED", "1"),
    ],
)
def test_a_provider_has_a_default_for_each_status(status: Status, code: str) -> None:
    """WH-2: its code is a text, 0 for success; its status is the gateway's; there is no error text."""
    assert default_carrier(Status(status)) == Carrier(code, status, None)


@pytest.mark.requirement("WH-2")
def test_a_step_can_state_what_the_provider_reports() -> None:
    """WH-2: the scenario's values take precedence over the defaults."""
    words = Carrier("7", "BLOCKED", "Number Blocked by Carrier")

    silent = change_of(after(2, Status.UNDELIVERED), MORNING)
    outspoken = change_of(Step(2 * SECOND, Status.UNDELIVERED, words, forced=True), MORNING)

    at = Instant(MORNING + 2 * SECOND)
    assert silent == Change(at, Status.UNDELIVERED, Carrier("1", "UNDELIVERED"))
    assert outspoken == Change(at, Status.UNDELIVERED, words, forced=True)


@pytest.mark.requirement("ST-2")
@pytest.mark.parametrize(
    ("elapsed", "status"),
    [
        (-1, "PROVIDER_ACCEPTANCE"),
        (0, "PROVIDER_ACCEPTANCE"),
        (SECOND - 1, "PROVIDER_ACCEPTANCE"),
        (SECOND, "SENT"),
        (3 * SECOND - 1, "SENT"),
        (3 * SECOND, "DELIVERED"),
        (10**15, "DELIVERED"),
    ],
)
def test_the_status_is_the_last_change_that_has_taken_effect(elapsed: int, status: str) -> None:
    """ST-2: to the microsecond; before the acceptance, if a clock was set back, it is the acceptance."""
    assert latest(changes(Plan(), MORNING), Instant(MORNING + elapsed)).status == status


@pytest.mark.requirement("ST-2")
def test_of_two_changes_at_one_instant_the_later_in_the_plan_counts() -> None:
    """ST-2: both have taken effect."""
    life = changes(Plan((after(1, Status.SENT), after(1, Status.DELIVERED))), MORNING)

    assert latest(life, Instant(MORNING + SECOND)).status is Status.DELIVERED


@pytest.mark.requirement("ST-2")
@pytest.mark.parametrize(
    ("steps", "channel", "illegal"),
    [
        pytest.param((), Channel.SMS, [], id="no steps"),
        pytest.param(Plan().steps, Channel.SMS, [], id="the default"),
        pytest.param((after(1, Status.REJECTED),), Channel.SMS, [], id="rejected"),
        pytest.param(
            (after(1, Status.SENT), after(2, Status.DELIVERED), after(3, Status.READ)), Channel.RCS, [], id="read"
        ),
        pytest.param(
            (after(1, Status.SENT), after(2, Status.DELIVERED), after(3, Status.READ)),
            Channel.SMS,
            [(2, "DELIVERED", "READ")],
            id="read on SMS",
        ),
        pytest.param(
            (after(1, Status.DELIVERED), after(2, Status.SENT)),
            Channel.SMS,
            [(0, "PROVIDER_ACCEPTANCE", "DELIVERED"), (1, "DELIVERED", "SENT")],
            id="two at once",
        ),
        pytest.param(
            (after(1, Status.DELIVERED, forced=True), after(2, Status.SENT)),
            Channel.SMS,
            [(1, "DELIVERED", "SENT")],
            id="one of them forced",
        ),
    ],
)
def test_the_illegal_steps_of_a_plan_are_those_that_are_not_forced(
    steps: tuple[Step, ...], channel: Channel, illegal: list[tuple[int, str, str]]
) -> None:
    """ST-2: each with its index, and the statuses before and after it."""
    assert list(illegal_steps(Plan(steps, channel))) == illegal

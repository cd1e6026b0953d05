"""Which notifications a message has, when each is due, and what every adversity does to them."""

from __future__ import annotations

import pytest

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Plan, changes
from mock_server.domain.instants import HOUR, MINUTE, SECOND
from mock_server.domain.notification import Notification, WebhookRules, notifications
from tests.domain.asking import MORNING

CHANGES = changes(Plan(), MORNING)[1:]
"""SENT after a second, DELIVERED after three."""

Line = tuple[int, str, int, bool]


def lines(earned: tuple[Notification, ...]) -> list[Line]:
    """The key of each notification's id, status, seconds after the acceptance, and whether it has an adversity."""
    return [
        (each.id_key, each.change.status, (each.due - MORNING) // SECOND, each.adversity is not None)
        for each in earned
    ]


@pytest.mark.requirement("WH-1")
def test_every_change_is_notified_when_it_takes_effect() -> None:
    """WH-1: one notification per change, in order, immediately."""
    assert lines(notifications(CHANGES, None)) == [(0, "SENT", 1, False), (1, "DELIVERED", 3, False)]


@pytest.mark.requirement("WH-1")
@pytest.mark.parametrize("adversity", [None, *Adversity])
def test_without_changes_there_are_no_notifications(adversity: Adversity | None) -> None:
    """WH-1: a plan without steps has no notifications, with any adversity."""
    assert notifications((), adversity) == ()


@pytest.mark.requirement("WH-5")
@pytest.mark.parametrize(
    ("adversity", "expected"),
    [
        (
            Adversity.DUPLICATE,
            [(0, "SENT", 1, True), (0, "SENT", 1, True), (1, "DELIVERED", 3, True), (1, "DELIVERED", 3, True)],
        ),
        (Adversity.REORDER, [(1, "DELIVERED", 3, True), (0, "SENT", 3, True)]),
        (Adversity.LATE, [(0, "SENT", 3601, True), (1, "DELIVERED", 3603, True)]),
        (Adversity.BEFORE_ANSWER, [(0, "SENT", 1, True), (1, "DELIVERED", 3, True)]),
        (Adversity.MISSING, []),
        (Adversity.UNKNOWN_STATUS, [(0, "SENT", 1, False), (1, "DELIVERED", 3, True)]),
        (Adversity.UNKNOWN_FIELDS, [(0, "SENT", 1, True), (1, "DELIVERED", 3, True)]),
        (Adversity.MALFORMED_JSON, [(0, "SENT", 1, True), (1, "DELIVERED", 3, True)]),
        (Adversity.WRONG_CONTENT_TYPE, [(0, "SENT", 1, True), (1, "DELIVERED", 3, True)]),
        (
            Adversity.REPEATED_FINAL,
            [(0, "SENT", 1, True), (1, "DELIVERED", 3, True), (-2, "DELIVERED", 3, True)],
        ),
        (Adversity.BURST, [(0, "SENT", 3, True), (1, "DELIVERED", 3, True)]),
    ],
)
def test_each_adversity_does_what_its_name_says(adversity: Adversity, expected: list[Line]) -> None:
    """Which notifications, in which order, when; two with the same number have the same id and body."""
    assert lines(notifications(CHANGES, adversity)) == expected


def test_every_adversity_has_its_case() -> None:
    """Eleven names, each a value in the scenario."""
    assert {str(each) for each in Adversity} == {
        "duplicate",
        "reorder",
        "late",
        "before-answer",
        "missing",
        "unknown-status",
        "unknown-fields",
        "malformed-json",
        "wrong-content-type",
        "repeated-final",
        "burst",
    }


@pytest.mark.requirement("WH-5")
@pytest.mark.parametrize("adversity", [None, *Adversity])
def test_three_adversities_suspend_the_order(adversity: Adversity | None) -> None:
    """WH-5: reorder, burst and before-answer; all others wait until the previous one is done."""
    earned = notifications(CHANGES, adversity)

    suspended = adversity in {"reorder", "burst", "before-answer"}
    assert all(each.suspends_order is suspended for each in earned)


@pytest.mark.requirement("WH-4", "WH-5", "BAD-6")
def test_the_default_rules_are_those_of_the_requirements() -> None:
    """WH-4: 10 s to answer, six retries. WH-5: in order. BAD-6: HTTPS only."""
    assert WebhookRules() == WebhookRules(
        https_only=True,
        timeout=10 * SECOND,
        retries=(10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR),
        in_order=True,
        adversity=None,
    )

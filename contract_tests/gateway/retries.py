"""Notifications that fail at first: the schedule, what stays the same, and the order (WH-4, WH-5)."""

from __future__ import annotations

from contract_tests.gateway.lab import Lab
from contract_tests.gateway.lookups import submitted
from contract_tests.gateway.receipts import expect_told, judge_receipt
from contract_tests.gateway.receiver import ELSEWHERE, WebhookReceiver, reached, receiving
from contract_tests.gateway.suite import Need, check
from contract_tests.report.failures import WrongState

_PATH, _DAY = "/receipts", 86_400
_SENT_ONLY = {"plan": [{"after": "1s", "status": "SENT"}]}
_GAPS = (10, 60, 300, 1800, 7200, 21_600)


def _came(lab: Lab, receiver: WebhookReceiver, times: int, when: str) -> bool:
    """Require this many attempts so far."""
    found = len(receiver.at(_PATH))
    if found != times:
        reached(lab, receiver)
        lab.report(WrongState(("WH-4",), f"{when} {found} attempts have been made, not {times}"))
    return found == times


def _on_schedule(lab: Lab, receiver: WebhookReceiver, gaps: tuple[int, ...], told: int = 1) -> bool:
    """Each repetition comes when its gap has passed, and not one second earlier."""
    for nth, gap in enumerate(gaps, start=told):
        lab.advance(gap - 1)
        if not _came(lab, receiver, nth, f"a second before retry {nth}"):
            return False
        lab.advance(1)
        if not _came(lab, receiver, nth + 1, f"at the time of retry {nth}"):
            return False
    return True


def _same(lab: Lab, receiver: WebhookReceiver) -> None:
    """A repetition has the content and id of the first attempt."""
    attempts = receiver.at(_PATH)
    if len({each.member("id") for each in attempts}) > 1:
        lab.report(WrongState(("WH-4",), "a repetition has another id"))
    if len({each.body for each in attempts}) > 1:
        lab.report(WrongState(("WH-4",), "a repetition has another body"))
    for each in attempts:
        judge_receipt(lab, each)


@check("notifications: repeated until they are taken", "WH-4", "WH-3", needs=[Need.CONTROL])
def until_taken(lab: Lab) -> None:
    """WH-4: 500, a redirect and 404 each lead to a repetition on schedule; a 2xx ends them."""
    for taken in (200, 204, 299):
        with receiving(lab, _SENT_ONLY) as (here, receiver):
            receiver.answers[_PATH] = [500, 302, 307, 404, taken]
            submitted(here, "WH-4", webhook=receiver.webhook(_PATH))
            here.note(f"the receiver answers 500, 302, 307, 404, {taken}")
            here.advance(1)
            if _came(here, receiver, 1, "when it is sent") and _on_schedule(here, receiver, _GAPS[:4]):
                here.advance(_DAY)
                _came(here, receiver, 5, "a day after it was taken")
            _same(here, receiver)
            if receiver.at(ELSEWHERE):
                here.report(WrongState(("WH-4",), "a redirect was followed"))


@check("notifications: given up", "WH-4", needs=[Need.CONTROL])
def given_up(lab: Lab) -> None:
    """WH-4: six repetitions, each after a longer gap, then none."""
    with receiving(lab, _SENT_ONLY) as (here, receiver):
        receiver.answers[_PATH] = [503]
        submitted(here, "WH-4", webhook=receiver.webhook(_PATH))
        here.note("the receiver always answers 503")
        here.advance(1)
        if _came(here, receiver, 1, "when it is sent") and _on_schedule(here, receiver, _GAPS):
            here.advance(10 * _DAY)
            _came(here, receiver, 1 + len(_GAPS), "ten days after the last repetition")
        _same(here, receiver)


@check("notifications: the schedule of the scenario", "WH-4", needs=[Need.CONTROL])
def other_schedule(lab: Lab) -> None:
    """WH-4: the scenario can set another schedule, or no repetitions."""
    for gaps in ((5, 7), ()):
        with receiving(lab, _SENT_ONLY, retries=[f"{gap}s" for gap in gaps]) as (here, receiver):
            receiver.answers[_PATH] = [500]
            submitted(here, "WH-4", webhook=receiver.webhook(_PATH))
            here.advance(1)
            if _came(here, receiver, 1, "when it is sent") and _on_schedule(here, receiver, gaps):
                here.advance(_DAY)
                _came(here, receiver, 1 + len(gaps), "a day later")


@check("notifications: in order", "WH-5", "WH-4", needs=[Need.CONTROL])
def in_order(lab: Lab) -> None:
    """WH-5: DELIVERED waits until SENT has succeeded; under the alternative reading it does not wait."""
    alone = lab.readings.known("WH-5") == "independent"
    with receiving(lab) as (here, receiver):
        receiver.answers[_PATH] = [500, 200]
        submitted(here, "WH-5", webhook=receiver.webhook(_PATH))
        here.note("the receiver answers 500, and 200 from then on")
        by_now = ["SENT", "DELIVERED"] if alone else ["SENT"]
        for seconds, expected in ((1, ["SENT"]), (2, by_now), (7, by_now)):
            here.advance(seconds)
            if not expect_told(here, receiver, _PATH, expected, "WH-5"):
                return
        here.advance(1)
        last = ["SENT", "DELIVERED", "SENT"] if alone else ["SENT", "SENT", "DELIVERED"]
        expect_told(here, receiver, _PATH, last, "WH-5", "WH-4")
        for notified in receiver.at(_PATH):
            judge_receipt(here, notified)


@check("notifications: in order, also behind one that is given up", "WH-5", "WH-4", needs=[Need.CONTROL])
def behind_one_given_up(lab: Lab) -> None:
    """WH-5: a notification that was given up does not delay the next one, nor another message's."""
    with receiving(lab, retries=["10s"]) as (here, receiver):
        receiver.answers[_PATH] = [500, 500, 200]
        submitted(here, "WH-5", webhook=receiver.webhook(_PATH))
        submitted(here, "WH-5", webhook=receiver.webhook("/other"))
        here.note("the receiver answers 500 twice; there is one repetition; another message has another receiver")
        here.advance(3)
        expect_told(here, receiver, "/other", ["SENT", "DELIVERED"], "WH-5")
        here.advance(_DAY)
        alone = here.readings.known("WH-5") == "independent"
        expected = ["SENT", "DELIVERED", "SENT", "DELIVERED"] if alone else ["SENT", "SENT", "DELIVERED"]
        expect_told(here, receiver, _PATH, expected, "WH-5", "WH-4")

"""Due work is performed during an advance, or by itself while the clock runs."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from mock_server.adapters.alarms import LoopAlarm
from mock_server.adapters.clocks import SessionClock
from mock_server.control import ClockVerbs, ControlRequestError, DeliveryVerbs, SessionControl
from mock_server.domain.delivery import Plan, Status, Step
from mock_server.domain.instants import HOUR
from mock_server.domain.message import Message
from mock_server.domain.submission import Submission, Webhook
from mock_server.gateway.scheduler import begin, wake
from mock_server.journal.journal import Bounds
from mock_server.journal.raw_budget import RawBudget
from mock_server.session.session import Session
from tests.delivery.support import (
    DESTINATION,
    HOOK,
    MORNING,
    CountingAlarm,
    Gate,
    ReceivedPost,
    ScriptedSender,
    SenderByUrl,
    a_session,
    advance,
    fired,
    life,
    run,
    send,
    since_morning,
    turns,
)

FASTEST = 100_000.0
"""A clock rate with which an hour passes in 36 ms of wall time."""

REJECTED = {"plan": [{"after": "1s", "status": "REJECTED"}]}


class Expecting(ScriptedSender):
    """A sender with an event for a number of received notifications."""

    def __init__(self, count: int, *script: int | str) -> None:
        super().__init__(*script)
        self._count = count
        self.enough = asyncio.Event()

    def reaction(self, post: ReceivedPost) -> int | str | Gate:
        """Count, and react."""
        if len(self.posts) >= self._count:
            self.enough.set()
        found = super().reaction(post)
        assert isinstance(found, int | str)
        return found


@pytest.mark.requirement("WH-4", "WH-5", "ST-2")
def test_an_advance_performs_everything_in_the_order_of_time() -> None:
    """Changes of messages with and without webhook, attempts and retries are in one log, ordered by time."""

    async def told() -> None:
        sender = ScriptedSender(500)
        session = a_session(sender)

        await send(session, "told")
        await advance(session, "500ms")
        await send(session, "untold", "+447700900124", hook=None)
        progress = await advance(session, "1h")

        assert fired(progress) == [
            (1, "status", "SENT"),
            (1, "webhook", "failed"),
            (1, "status", "SENT"),
            (3, "status", "DELIVERED"),
            (3, "status", "DELIVERED"),
            (11, "webhook", "taken"),
            (11, "webhook", "taken"),
        ]
        assert (progress["status_changes"], progress["webhook_attempts"]) == (4, 3)
        assert (progress["complete"], progress["pending"]) == (True, 0)
        assert since_morning(progress["now"]) == 3600

    run(told)


def test_an_advance_stops_at_its_target_and_the_next_one_continues_from_there() -> None:
    """Work due at the target itself is performed; later work waits."""

    async def told() -> None:
        sender = ScriptedSender(500)
        session = a_session(sender)
        await send(session)

        logs = [fired(await advance(session, duration)) for duration in ("999ms", "1ms", "9999ms", "1ms")]

        assert logs[0] == []
        assert logs[1] == [(1, "status", "SENT"), (1, "webhook", "failed")]
        assert logs[2] == [(3, "status", "DELIVERED")]
        assert logs[3] == [(11, "webhook", "taken"), (11, "webhook", "taken")]

    run(told)


def test_until_idle_advances_to_the_last_pending_change() -> None:
    """The last change of a message without webhook counts too; the clock stops there."""

    async def told() -> None:
        session = a_session(ScriptedSender(), delivery={"plan": [{"after": "5h", "status": "SENT"}]})
        empty = await advance(session)
        await send(session, hook=None)

        progress = await advance(session)

        assert since_morning(empty["now"]) == 0
        assert since_morning(progress["now"]) == 5 * 3600
        assert fired(progress) == [(5 * 3600, "status", "SENT")]

    run(told)


def test_of_a_long_log_only_the_first_entries_are_shown_and_all_are_counted() -> None:
    """`limit` bounds the list, not the counts."""

    async def told() -> None:
        session = a_session(ScriptedSender())
        for number in range(5):
            await send(session, f"{number}")

        progress = await advance(session, limit=3)

        assert len(progress["fired"]) == 3
        assert (progress["status_changes"], progress["webhook_attempts"]) == (10, 10)

    run(told)


def test_a_log_counts_attempts_that_the_journal_no_longer_keeps() -> None:
    """The journal is bounded; the count of webhook attempts includes evicted ones."""

    async def told() -> None:
        session = a_session(ScriptedSender(), bounds=Bounds(exchanges=3))
        for number in range(5):
            await send(session, f"{number}")

        progress = await advance(session)

        assert (progress["status_changes"], progress["webhook_attempts"]) == (10, 10)

    run(told)


@pytest.mark.requirement("WH-5")
def test_an_advance_delayed_by_a_receiver_answers_at_its_wall_limit() -> None:
    """The answer is incomplete and states what is pending; the next advance continues once the receiver answers."""

    async def told() -> None:
        gate = Gate()
        sender = ScriptedSender(gate)
        session = a_session(sender)
        message_id = await send(session)

        held_up = await advance(session, "1h", wall_limit=0.1)
        shown = (await DeliveryVerbs(session).message(message_id))["webhooks"]
        gate.opened.set()
        await turns()
        done = await advance(session, "1h")

        assert (held_up["complete"], held_up["pending"]) == (False, 1)
        assert since_morning(held_up["now"]) < 3600
        assert fired(held_up)[:2] == [(1, "status", "SENT"), (1, "webhook", "under way")]
        assert [(each["outcome"], each["answer"]) for each in shown] == [("under way", None)]
        assert (done["complete"], done["pending"]) == (True, 0)
        assert [post.status for post in sender.posts] == ["SENT", "DELIVERED"]

    run(told)


def test_a_second_advance_meanwhile_is_refused() -> None:
    """409; the first advance is not affected."""

    async def told() -> None:
        gate = Gate()
        session = a_session(ScriptedSender(gate))
        await send(session)
        first = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()

        with pytest.raises(ControlRequestError) as refused:
            await advance(session, "1s")
        gate.opened.set()
        progress = await first

        assert (refused.value.status, refused.value.message) == (409, "Busy")
        assert progress["complete"]
        assert since_morning(progress["now"]) == 3600

    run(told)


def test_sends_during_an_advance_are_served_and_their_due_work_is_performed_before_it_answers() -> None:
    """They are accepted at the time that the advance has reached, and appear in its log."""

    async def told() -> None:
        other = "https://other.example/"
        gate = Gate()
        sender = SenderByUrl({HOOK: gate})
        session = a_session(sender, delivery=REJECTED)
        await send(session)
        moving = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()

        message_id = await send(session, "meanwhile", hook=other)
        gate.opened.set()
        progress = await moving

        assert await life(session, message_id) == [(1, "PROVIDER_ACCEPTANCE"), (2, "REJECTED")]
        assert [(post.seconds, post.status) for post in sender.posts if post.url == other] == [(2, "REJECTED")]
        assert fired(progress) == [
            (1, "status", "REJECTED"),
            (1, "webhook", "taken"),
            (2, "status", "REJECTED"),
            (2, "webhook", "taken"),
        ]

    run(told)


@pytest.mark.requirement("WH-5")
def test_a_hanging_receiver_does_not_delay_another_webhook_of_the_same_time() -> None:
    """Work that is due before any follow-up of the hanging attempt starts in parallel."""

    async def told() -> None:
        dead, alive = "https://dead.example/", "https://alive.example/"
        gate = Gate()
        other = Gate()
        sender = SenderByUrl({dead: gate, alive: other})
        session = a_session(sender, delivery=REJECTED)
        await send(session, "one", hook=dead)
        await send(session, "two", hook=alive)
        moving = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()
        await other.reached.wait()

        assert not moving.done()
        assert sender.posts[1].url == alive
        other.opened.set()
        gate.opened.set()
        assert (await moving)["complete"]

    run(told)


@pytest.mark.requirement("WH-4")
def test_nothing_is_sent_before_a_possible_earlier_follow_up_of_an_attempt_under_way() -> None:
    """An advance keeps the order of time: a retry at 11 s comes before a notification at 20 s."""

    async def told() -> None:
        slow, later = "https://slow.example/", "https://later.example/"
        gate = Gate(500)
        sender = SenderByUrl({slow: gate})
        stub = {"when": {"destination": "+447700900124"}, "then": {"deliver": [{"after": "20s", "status": "SENT"}]}}
        session = a_session(sender, delivery=REJECTED, stubs=[stub], webhooks={"retries": ["10s"]})
        await send(session, "one", hook=slow)
        await send(session, "two", "+447700900124", hook=later)
        moving = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()
        await turns()
        before = [post.url for post in sender.posts]
        gate.opened.set()
        await moving

        assert before == [slow]
        assert [(post.url, post.seconds) for post in sender.posts] == [(slow, 1), (slow, 11), (later, 20)]

    run(told)


@pytest.mark.requirement("WH-4", "WH-5")
def test_work_due_before_the_next_notification_of_a_hanging_entry_starts_in_parallel() -> None:
    """If SENT succeeded now, DELIVERED would follow at 3 s: work due at 2 s need not wait, work due at 4 s must."""

    async def told() -> None:
        slow, soon, later = "https://slow.example/", "https://soon.example/", "https://later.example/"
        gate, beside = Gate(), Gate()
        sender = SenderByUrl({slow: gate, soon: beside})
        stubs = [
            {"when": {"destination": to}, "then": {"deliver": [{"after": after, "status": "SENT"}]}}
            for to, after in (("+447700900124", "2s"), ("+447700900125", "4s"))
        ]
        session = a_session(sender, stubs=stubs)
        await send(session, "one", hook=slow)
        await send(session, "two", "+447700900124", hook=soon)
        await send(session, "three", "+447700900125", hook=later)
        moving = asyncio.create_task(advance(session, "1h"))
        await beside.reached.wait()
        beside.opened.set()
        await turns()
        before = [(post.url, post.seconds) for post in sender.posts]
        gate.opened.set()
        await moving

        assert before == [(slow, 1), (soon, 2)]
        # The clock was frozen at 1 s while the attempt hung, so the attempt took no session time.
        assert [(post.url, post.seconds) for post in sender.posts][2:] == [(slow, 3), (later, 4)]

    run(told)


def test_on_a_running_clock_due_work_is_performed_by_itself() -> None:
    """On a fast clock, hours of failures and retries pass without an advance."""

    async def told() -> None:
        sender = Expecting(8, *[500] * 6)
        session = a_session(sender, clock=SessionClock(rate=FASTEST, at=MORNING))

        message_id = await send(session)
        await sender.enough.wait()
        await turns()

        assert [post.status for post in sender.posts] == ["SENT"] * 7 + ["DELIVERED"]
        shown = (await DeliveryVerbs(session).message(message_id))["webhooks"]
        assert [each["outcome"] for each in shown] == ["failed"] * 6 + ["taken"] * 2
        for former, later in pairwise(shown[:7]):
            assert later["at"] >= former["next_try_at"]
        assert session.notifications_pending == 0

    run(told)


@pytest.mark.requirement("WH-5")
def test_on_a_running_clock_a_hanging_receiver_delays_no_other() -> None:
    """While the clock runs, all due work starts at once."""

    async def told() -> None:
        dead = "https://dead.example/"
        gate = Gate()
        heard = asyncio.Event()

        async def hear(post: ReceivedPost) -> int:
            if post.status == "DELIVERED":
                heard.set()
            return 200

        sender = SenderByUrl({dead: gate, HOOK: hear})
        session = a_session(sender, clock=SessionClock(rate=FASTEST, at=MORNING))
        await send(session, "one", hook=dead)
        await gate.reached.wait()
        await send(session, "two")
        await heard.wait()

        assert [post.status for post in sender.posts if post.url == HOOK] == ["SENT", "DELIVERED"]
        assert len(session.presence.attempt_tasks) >= 1
        gate.opened.set()
        await turns()

    run(told)


def test_freezing_suspends_due_work_and_resuming_continues_it() -> None:
    """The alarm is off while the clock is frozen, and set again when it runs."""

    async def told() -> None:
        sender = Expecting(2)
        alarm = CountingAlarm()
        session = a_session(sender, clock=SessionClock(at=MORNING), alarm=lambda _: alarm)
        clock = ClockVerbs(session)
        await send(session)
        set_by_the_send = alarm.told[-1]
        frozen = await clock.freeze({})
        set_by_the_freeze = alarm.told[-1]

        session.presence.alarm = LoopAlarm(lambda: wake(session))
        resumed = await clock.resume({"factor": FASTEST})
        await sender.enough.wait()

        assert set_by_the_send is not None
        assert 0 <= set_by_the_send <= 1
        assert set_by_the_freeze is None
        assert (frozen["mode"], resumed["mode"], resumed["factor"]) == ("frozen", "scaled", FASTEST)
        assert [post.status for post in sender.posts] == ["SENT", "DELIVERED"]

    run(told)


def test_freezing_at_a_later_time_performs_due_work_only_when_the_clock_moves_again() -> None:
    """A frozen clock performs nothing by itself."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender)
        await send(session)

        await ClockVerbs(session).freeze({"at": "2026-01-15T10:00:00Z"})
        still = list(sender.posts)
        progress = await advance(session, "1s")

        assert still == []
        assert [post.status for post in sender.posts] == ["SENT", "DELIVERED"]
        assert progress["complete"]

    run(told)


def test_a_running_clock_runs_on_after_an_advance() -> None:
    """Work due on the way is performed before the answer; the rest by itself."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender, clock=SessionClock(at=MORNING))
        await send(session)

        progress = await advance(session, "2s")

        assert progress["mode"] == "real"
        assert 2 <= (session.now() - MORNING) / 1e6 < 32
        assert sender.posts[0].status == "SENT"
        session.drop_work()

    run(told)


@pytest.mark.parametrize("pending", [1, 100_000])
def test_pending_work_costs_nothing_while_nothing_is_due(pending: int) -> None:
    """100,000 pending notifications need one alarm, set as often as for a single notification."""

    async def told() -> None:
        alarm = CountingAlarm()
        session = a_session(
            ScriptedSender(),
            clock=SessionClock(at=MORNING),
            alarm=lambda _: alarm,
        )
        plan = Plan((Step(HOUR, Status.SENT),))
        for number in range(pending):
            submission = Submission(DESTINATION, f"{number}", webhook=Webhook(HOOK))
            await begin(session, Message(f"{number}", submission, "admin", "admin", "P", session.now(), "1", plan))
        set_at_first = len(alarm.told)
        wake(session)
        wake(session)

        assert len(session.state.queue) == pending
        assert set_at_first == 1
        assert len(alarm.told) == 3
        assert (session.presence.attempt_tasks, len(asyncio.all_tasks())) == ((), 1)

    run(told)


def test_an_alarm_rings_once_at_the_last_time_that_it_was_set_to() -> None:
    """Earlier settings are replaced; `None` turns the alarm off."""

    async def told() -> None:
        rung: list[int] = []
        heard = asyncio.Event()

        def ring() -> None:
            rung.append(1)
            heard.set()

        alarm = LoopAlarm(ring)

        alarm.ring_in(0.0)
        alarm.ring_in(3600.0)
        alarm.ring_in(0.0)
        await heard.wait()
        alarm.ring_in(0.0)
        alarm.ring_in(None)
        await turns()

        assert rung == [1]

    run(told)


def test_a_reset_drops_pending_work_and_work_under_way() -> None:
    """The hanging attempt is cancelled, and nothing from before the reset happens after it."""

    async def told() -> None:
        gate = Gate()
        sender = ScriptedSender(gate)
        session = a_session(sender)
        await send(session)
        moving = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()

        await SessionControl(session, RawBudget(0)).reset()
        progress = await moving
        gate.opened.set()
        await turns()

        assert (progress["complete"], progress["pending"], progress["fired"]) == (False, 0, [])
        assert session.now() == MORNING
        assert session.notifications_pending == 0
        assert list(session.state.journal.attempts) == []
        assert len(sender.posts) == 1
        again = await send(session)
        assert (await advance(session))["complete"]
        assert await life(session, again) == [(0, "PROVIDER_ACCEPTANCE"), (1, "SENT"), (3, "DELIVERED")]

    run(told)


def test_a_reset_while_a_first_notification_goes_out_before_the_answer_leaves_nothing_behind() -> None:
    """The send ends; the retry and the second notification are dropped."""

    async def told() -> None:
        gate = Gate(500)
        session = a_session(ScriptedSender(gate), webhooks={"adversity": "before-answer"})
        sending = asyncio.create_task(send(session))
        await gate.reached.wait()

        await session.reset()
        gate.opened.set()
        await sending

        assert session.notifications_pending == 0
        assert list(session.state.journal.attempts) == []

    run(told)


def test_a_session_that_ends_cancels_its_attempts() -> None:
    """Dropping the work during an advance ends the advance, and leaves no task."""

    async def told() -> None:
        gate = Gate()
        session: Session = a_session(ScriptedSender(gate))
        await send(session)
        moving = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()

        session.drop_work()
        progress = await moving

        assert progress["pending"] == 0
        assert session.notifications_pending == 0
        assert len(asyncio.all_tasks()) == 1

    run(told)


@pytest.mark.requirement("WH-4", "ST-2")
def test_a_patch_affects_only_messages_accepted_later() -> None:
    """A message keeps the plan and gaps with which it was accepted, also while an attempt is under way."""

    async def told() -> None:
        gate = Gate(500)
        sender = ScriptedSender(gate)
        session = a_session(sender, delivery=REJECTED)
        control = SessionControl(session, RawBudget(0))
        await send(session)
        moving = asyncio.create_task(advance(session, "20s"))
        await gate.reached.wait()

        await control.patch_scenario(
            {"webhooks": {"retries": ["1s"]}, "delivery": {"plan": [{"after": "1s", "status": "SENT"}]}}
        )
        gate.opened.set()
        await moving
        await send(session, "later")
        await advance(session)

        assert [(post.seconds, post.status) for post in sender.posts] == [
            (1, "REJECTED"),
            (11, "REJECTED"),
            (21, "SENT"),
        ]

    run(told)

"""Timers on a session's clock, fired by the alarm or by an advance."""

from __future__ import annotations

import asyncio

import pytest

from mock_server.adapters.clocks import SessionClock
from mock_server.control import ClockVerbs
from mock_server.domain.instants import HOUR, SECOND, Instant
from mock_server.session.session import Session
from tests.delivery.support import (
    MORNING,
    Gate,
    ScriptedSender,
    SenderByUrl,
    a_session,
    advance,
    at,
    run,
    send,
    turns,
)

FASTEST = 100_000.0


async def wait_and_log(session: Session, seconds: float, log: list[tuple[float, str]], name: str = "x") -> bool:
    """Wait until this many seconds after the morning, and log the time then."""
    reached = await session.presence.timers.until(at(seconds))
    log.append(((session.now() - MORNING) / SECOND, name))
    return reached


def test_an_advance_fires_each_timer_at_its_instant_and_in_order() -> None:
    """The clock shows the timer's instant when it fires, also when one advance passes many."""

    async def test() -> list[tuple[float, str]]:
        session = a_session(ScriptedSender())
        log: list[tuple[float, str]] = []
        tasks = [asyncio.create_task(wait_and_log(session, each, log, str(each))) for each in (30, 10, 20, 99)]
        await turns()
        await advance(session, "60s")
        tasks[-1].cancel()
        return log

    assert run(test) == [(10, "10"), (20, "20"), (30, "30")]


def test_timers_and_notifications_come_in_the_order_of_time() -> None:
    """A timer between two notifications fires between them; at the same instant it fires first."""

    async def test() -> list[tuple[float, str]]:
        log: list[tuple[float, str]] = []

        class Writing(ScriptedSender):
            def reaction(self, _: object) -> int:
                log.append(((self.clock.now() - MORNING) / SECOND, "webhook"))
                return 200

        session = a_session(Writing())
        await send(session)
        for each in (2, 3):
            asyncio.get_running_loop().create_task(wait_and_log(session, each, log))
        await turns()
        await advance(session, "10s")
        return log

    assert run(test) == [(1, "webhook"), (2, "x"), (3, "x"), (3, "webhook")]


def test_a_woken_task_runs_before_the_clock_moves_on() -> None:
    """It runs until it ends or waits again, so a chain of timers needs one advance."""

    async def test() -> list[float]:
        session = a_session(ScriptedSender())
        seen: list[float] = []

        async def chain() -> None:
            for _ in range(5):
                await session.presence.timers.until(Instant(session.now() + SECOND))
                await turns(20)
                seen.append((session.now() - MORNING) / SECOND)

        task = asyncio.create_task(chain())
        await turns()
        await advance(session, "1h")
        await task
        return seen

    assert run(test) == [1, 2, 3, 4, 5]


def test_a_woken_task_that_hangs_does_not_block_the_advance() -> None:
    """The advance waits for woken tasks for a limited time."""

    async def test() -> bool:
        session = a_session(ScriptedSender())
        never = asyncio.Event()

        async def hang() -> None:
            await session.presence.timers.until(at(1))
            await never.wait()

        task = asyncio.create_task(hang())
        await turns()
        progress = await advance(session, "2s")
        task.cancel()
        return bool(progress["complete"])

    assert run(test)


def test_a_timer_does_not_fire_before_a_possible_earlier_follow_up_of_an_attempt_under_way() -> None:
    """The order of time holds for timers as for notifications: a retry may come first."""

    async def test() -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
        gate = Gate(500)
        sender = ScriptedSender(gate)
        session = a_session(sender, delivery={"plan": [{"after": "1s", "status": "REJECTED"}]})
        await send(session)
        log: list[tuple[float, str]] = []
        task = asyncio.create_task(wait_and_log(session, 12, log))
        advancing = asyncio.create_task(advance(session, "1m"))
        await gate.reached.wait()
        early = list(log)
        gate.opened.set()
        await advancing
        await task
        assert sender.told() == [(1, "REJECTED"), (11, "REJECTED")]
        return early, log

    assert run(test) == ([], [(12, "x")])


def test_an_advance_until_idle_waits_only_for_timers_that_count() -> None:
    """A delayed answer is pending work; the time-out of a wait is not."""

    async def test() -> tuple[str, bool]:
        session = a_session(ScriptedSender())
        counting = asyncio.create_task(session.presence.timers.until(at(30)))
        waiting = asyncio.create_task(session.presence.timers.until(at(3600), counts=False))
        await turns()
        shown = await advance(session)
        await counting
        still = not waiting.done()
        waiting.cancel()
        return shown["now"], still

    assert run(test) == ("2026-01-15T09:00:30Z", True)


def test_an_advance_until_idle_fires_other_timers_on_its_way() -> None:
    """A timer that does not count fires in order if it lies before the last change of a message."""

    async def test() -> list[tuple[float, str]]:
        session = a_session(ScriptedSender())
        await send(session, hook=None)
        log: list[tuple[float, str]] = []
        session.presence.timers.at(
            at(2), lambda reached: log.append(((session.now() - MORNING) / SECOND, str(reached)))
        )
        await advance(session)
        return log

    assert run(test) == [(2, "True")]


@pytest.mark.parametrize("rate", [1.0, FASTEST])
def test_a_running_clock_fires_timers_by_itself(rate: float) -> None:
    """Real or scaled: the alarm rings for timers as for webhooks."""

    async def test() -> bool:
        session = a_session(ScriptedSender(), clock=SessionClock(rate=rate, at=MORNING))
        return await session.presence.timers.until(Instant(session.now() + int(0.02 * SECOND * rate)))

    assert run(test)


def test_freezing_at_a_later_time_and_resuming_fire_timers() -> None:
    """A timer fires however the clock reaches its instant."""

    async def test() -> tuple[bool, bool]:
        session = a_session(ScriptedSender())
        verbs = ClockVerbs(session)
        first = asyncio.create_task(session.presence.timers.until(at(60)))
        second = asyncio.create_task(session.presence.timers.until(at(7200)))
        await turns()
        await verbs.freeze({"at": "2026-01-15T09:30:00Z"})
        reached = await first
        await verbs.resume({"factor": FASTEST})
        return reached, await second

    assert run(test) == (True, True)


def test_a_timer_for_an_instant_that_has_come_fires_at_once() -> None:
    """Also on a frozen clock."""

    async def test() -> tuple[bool, list[bool]]:
        session = a_session(ScriptedSender())
        told: list[bool] = []
        session.presence.timers.at(MORNING, told.append)
        reached = await session.presence.timers.until(MORNING)
        await turns()
        return reached, told

    assert run(test) == (True, [True])


def test_a_reset_cancels_all_timers() -> None:
    """The waits return False, and new timers can be set."""

    async def test() -> tuple[bool, bool]:
        session = a_session(ScriptedSender())
        task = asyncio.create_task(session.presence.timers.until(at(60)))
        await turns()
        await session.reset()
        ended = await task
        again = asyncio.create_task(session.presence.timers.until(at(60)))
        await turns()
        await advance(session, "60s")
        return ended, await again

    assert run(test) == (False, True)


def test_timers_of_a_deleted_session_are_cancelled() -> None:
    """Also timers that are set after the deletion."""

    async def test() -> list[bool]:
        session = a_session(ScriptedSender())
        task = asyncio.create_task(session.presence.timers.until(at(60)))
        await turns()
        session.presence.timers.close()
        told: list[bool] = []
        session.presence.timers.at(at(60), told.append)
        await turns()
        return [await task, await session.presence.timers.until(at(60)), *told]

    assert run(test) == [False, False, False]


def test_cancelled_timers_do_not_accumulate() -> None:
    """On a frozen clock their instants never come."""

    async def test() -> tuple[int, int]:
        session = a_session(ScriptedSender())
        for _ in range(10_000):
            session.presence.timers.cancel(session.presence.timers.at(at(HOUR), lambda _: None, counts=True))
        return len(session.presence.timers), len(session.presence.timers._heap)

    counting, kept = run(test)
    assert counting == 0
    assert kept <= 200


def test_a_cancelled_task_cancels_its_timer() -> None:
    """As when a client disconnects."""

    async def test() -> tuple[int, bool]:
        session = a_session(SenderByUrl({}))
        task = asyncio.create_task(session.presence.timers.until(at(60)))
        await turns()
        task.cancel()
        await turns()
        return len(session.presence.timers), session.idle

    assert run(test) == (0, True)

"""Who sleeps until an instant of the session's clock, and who wakes them: the clock's alarm, or an advance."""

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


async def sleeper(session: Session, seconds: float, log: list[tuple[float, str]], name: str = "x") -> bool:
    """Timer until so many seconds after the morning, and write down where the clock stood then."""
    reached = await session.presence.timers.until(at(seconds))
    log.append(((session.now() - MORNING) / SECOND, name))
    return reached


def test_an_advance_wakes_each_sleeper_at_its_instant_and_in_order() -> None:
    """The clock stands at the sleeper's instant when it is woken, also where one advance passes many."""

    async def test() -> list[tuple[float, str]]:
        session = a_session(ScriptedSender())
        log: list[tuple[float, str]] = []
        tasks = [asyncio.create_task(sleeper(session, each, log, str(each))) for each in (30, 10, 20, 99)]
        await turns()
        await advance(session, "60s")
        tasks[-1].cancel()
        return log

    assert run(test) == [(10, "10"), (20, "20"), (30, "30")]


def test_sleepers_and_notifications_come_in_the_order_of_time() -> None:
    """A sleeper between two notifications is woken between them; at the same instant it is woken first."""

    async def test() -> list[tuple[float, str]]:
        log: list[tuple[float, str]] = []

        class Writing(ScriptedSender):
            def reaction(self, _: object) -> int:
                log.append(((self.clock.now() - MORNING) / SECOND, "webhook"))
                return 200

        session = a_session(Writing())
        await send(session)
        for each in (2, 3):
            asyncio.get_running_loop().create_task(sleeper(session, each, log))
        await turns()
        await advance(session, "10s")
        return log

    assert run(test) == [(1, "webhook"), (2, "x"), (3, "x"), (3, "webhook")]


def test_what_a_sleeper_does_when_woken_is_done_before_the_clock_moves_on() -> None:
    """Whoever is woken runs until it ends or sleeps again: a chain of sleeps needs one advance."""

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


def test_a_sleeper_that_hangs_after_waking_does_not_hold_the_advance_up() -> None:
    """The advance has patience with what it woke, and then goes on."""

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


def test_a_sleeper_is_not_woken_before_an_attempt_under_way_that_may_bring_about_something_earlier() -> None:
    """The order of time holds for timers as for notifications: a hanging receiver's repetition stands before."""

    async def test() -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
        gate = Gate(500)
        sender = ScriptedSender(gate)
        session = a_session(sender, delivery={"plan": [{"after": "1s", "status": "REJECTED"}]})
        await send(session)
        log: list[tuple[float, str]] = []
        task = asyncio.create_task(sleeper(session, 12, log))
        advancing = asyncio.create_task(advance(session, "1m"))
        await gate.reached.wait()
        early = list(log)
        gate.opened.set()
        await advancing
        await task
        assert sender.told() == [(1, "REJECTED"), (11, "REJECTED")]
        return early, log

    assert run(test) == ([], [(12, "x")])


def test_an_advance_until_idle_goes_on_for_those_who_count_and_passes_by_those_who_do_not() -> None:
    """A held answer is something left to do; a wait that would only give up is not."""

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


def test_an_advance_until_idle_wakes_those_whom_it_passes_by() -> None:
    """Where the last change of a message lies behind a sleeper that does not count, the clock passes it in order."""

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
def test_a_running_clock_wakes_by_itself(rate: float) -> None:
    """Real or scaled: the alarm rings for timers as for webhooks."""

    async def test() -> bool:
        session = a_session(ScriptedSender(), clock=SessionClock(rate=rate, at=MORNING))
        return await session.presence.timers.until(Instant(session.now() + int(0.02 * SECOND * rate)))

    assert run(test)


def test_a_clock_that_is_frozen_further_on_or_set_going_wakes() -> None:
    """Whatever brings the clock to the instant wakes: a jump to a later time, or running again."""

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


def test_an_instant_that_has_come_is_not_slept_for() -> None:
    """Also on a clock that stands still."""

    async def test() -> tuple[bool, list[bool]]:
        session = a_session(ScriptedSender())
        told: list[bool] = []
        session.presence.timers.at(MORNING, told.append)
        reached = await session.presence.timers.until(MORNING)
        await turns()
        return reached, told

    assert run(test) == (True, [True])


def test_a_reset_ends_every_sleep_at_once() -> None:
    """The instant belonged to a time that is gone: whoever slept is told so, and may sleep again."""

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


def test_nobody_sleeps_in_a_session_that_is_gone() -> None:
    """Deleting ends sleeps as a reset does, and those that would begin after it."""

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


def test_sleeps_that_are_called_off_leave_nothing_behind() -> None:
    """On a clock that stands still their time never comes: they must not pile up."""

    async def test() -> tuple[int, int]:
        session = a_session(ScriptedSender())
        for _ in range(10_000):
            session.presence.timers.cancel(session.presence.timers.at(at(HOUR), lambda _: None, counts=True))
        return len(session.presence.timers), len(session.presence.timers._heap)

    counting, kept = run(test)
    assert counting == 0
    assert kept <= 200


def test_a_sleeper_that_is_cancelled_is_forgotten() -> None:
    """A client that goes away takes its sleep with it."""

    async def test() -> tuple[int, bool]:
        session = a_session(SenderByUrl({}))
        task = asyncio.create_task(session.presence.timers.until(at(60)))
        await turns()
        task.cancel()
        await turns()
        return len(session.presence.timers), session.idle

    assert run(test) == (0, True)

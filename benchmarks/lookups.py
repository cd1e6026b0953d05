"""Status look-ups by id, number and reference: the same at a thousand messages and at a million."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable

import uvloop

from mock_server.bootstrap import MockServer
from mock_server.domain.instants import SECOND, Instant
from mock_server.domain.message import Message
from mock_server.domain.submission import Reference, Submission
from mock_server.gateway import lookups
from mock_server.journal.journal import Bounds
from mock_server.scenario.loader import scenario_of
from mock_server.session.session import Session

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ASKED = 2_000
PER_NUMBER = 10
"""Messages to each destination, and with each reference key."""


def run() -> None:
    """Print the median of a look-up by each key, at each size."""
    uvloop.run(_run())


async def _run() -> None:
    world = MockServer(scenario_of({"version": 1}, "benchmark"), Bounds(messages=SIZES[-1]))
    session = world.default
    print("| messages | by id | by number | by reference |\n|---|---|---|---|")
    kept = 0
    for size in SIZES:
        while kept < size:
            await session.state.store.keep(_message(kept, session.now()))
            kept += 1
        every = [number * (size // ASKED or 1) % size for number in range(ASKED)]
        by_id = await _median(every, lambda number: lookups.message_status(session, f"m{number}"))
        by_number = await _median(every, lambda number: _by_number(session, number))
        by_reference = await _median(every, lambda number: _by_reference(session, number))
        print(f"| {size:,} | {by_id:.0f} us | {by_number:.0f} us | {by_reference:.0f} us |")


def _by_number(session: Session, number: int) -> Awaitable[bytes]:
    return lookups.statuses_of_number(session, f"+39340{number // PER_NUMBER:07d}", None, 50)


def _by_reference(session: Session, number: int) -> Awaitable[bytes]:
    return lookups.statuses_of_reference(session, f"order-{number // PER_NUMBER}", None, 50)


async def _median(numbers: list[int], look_up: Callable[[int], Awaitable[object]]) -> float:
    spent = []
    for number in numbers:
        before = time.perf_counter()
        await look_up(number)
        spent.append(time.perf_counter() - before)
    return statistics.median(spent) * 1e6


def _message(number: int, now: Instant) -> Message:
    reference = Reference("ADMIN", None, f"order-{number // PER_NUMBER}")
    submission = Submission(f"+39340{number // PER_NUMBER:07d}", "Hello", reference)
    return Message(f"m{number}", submission, "admin", "admin", "PROVIDER1", Instant(now - 10 * SECOND), "1")

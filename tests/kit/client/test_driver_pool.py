"""The pool of drivers: each has one caller at a time."""

from __future__ import annotations

import asyncio

import pytest

from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.interface import Answer, Printed
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Intent, ReportedAccepted
from tests.kit.client.calls import PATIENCE, intent
from tests.kit.client.children import child


class RecordingDriver:
    """A driver that records concurrent calls and whether it was closed."""

    fresh = False

    def __init__(self, *, breaks: bool = False) -> None:
        self.busy = self.closed = False
        self.calls = 0
        self._breaks = breaks

    async def send(self, intent: Intent, deadline: float) -> Answer:  # noqa: ARG002 - part of the interface
        """Yield to other tasks in the middle of a call."""
        assert not self.busy
        self.busy = True
        self.calls += 1
        await asyncio.sleep(0)
        self.busy = False
        return ReportedAccepted(f"m{intent.id}")

    def take_printed(self) -> Printed:
        """No output."""
        return Printed()

    async def close(self) -> None:
        """Close, or fail to."""
        self.closed = True
        if self._breaks:
            raise OSError("cannot be closed")


async def send_all(pool: DriverPool, count: int) -> list[Answer]:
    """Send `count` intents concurrently through a pool."""

    async def send(number: int) -> Answer:
        async with pool.borrow() as driver:
            return await driver.send(intent(number), PATIENCE)

    return list(await asyncio.gather(*(send(number) for number in range(count))))


def test_each_driver_has_one_caller_at_a_time() -> None:
    """All drivers are used, and none is called concurrently."""
    made: list[RecordingDriver] = []

    def make() -> RecordingDriver:
        made.append(RecordingDriver())
        return made[-1]

    async def converse() -> list[Answer]:
        async with DriverPool(make, 3) as pool:
            return await send_all(pool, 30)

    found = asyncio.run(converse())

    assert found == [ReportedAccepted(f"m{number}") for number in range(30)]
    assert len(made) == 3
    assert all(driver.calls and driver.closed for driver in made)


def test_children_work_concurrently() -> None:
    """As many children as workers, each with its own lines."""

    async def converse() -> list[Answer]:
        async with DriverPool(lambda: ChildDriver(child("tells_pid")), 2) as pool:
            return await send_all(pool, 10)

    found = asyncio.run(converse())

    assert len({answer.message_id for answer in found if isinstance(answer, ReportedAccepted)}) == 2
    assert all(isinstance(answer, ReportedAccepted) for answer in found)


def test_all_drivers_are_closed_even_if_one_fails_to() -> None:
    """The error is raised after all are closed."""
    drivers = [RecordingDriver(breaks=True), RecordingDriver()]
    made = iter(drivers)

    with pytest.raises(OSError, match="cannot be closed"):
        asyncio.run(DriverPool(lambda: next(made), 2).close())

    assert all(driver.closed for driver in drivers)


def test_a_pool_without_workers() -> None:
    """It is an error."""
    with pytest.raises(ValueError, match="at least one"):
        DriverPool(RecordingDriver, 0)

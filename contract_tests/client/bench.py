"""Where cases are played: clients that are lent to one case each, and the stand-in that they send to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from contract_tests.client.cases import Case
from contract_tests.client.driver.calling import Driver, DriverFailure
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.evidence import Evidence
from contract_tests.client.findings import Breach, ClientCheck, ClientFailure
from contract_tests.client.playing import play
from contract_tests.client.programs import simple
from contract_tests.client.replaying import written
from contract_tests.client.shrinking import shrunk
from contract_tests.client.stand_in import StandIn
from contract_tests.target.target import CouldNotRunError

SLOW_WORKERS = 6
"""Clients that wait for their own time-out do so side by side."""

Way = Callable[[Case], Awaitable[Evidence]]
"""How a case is played."""

_NOT_AGAIN = "a client that has just been started does not show it again by this case alone; the seed repeats the run"

_PATIENCE = (10.0, 10.0)
"""Seconds that a client gets for its first message, and for another one."""


class Bench:
    """Everything that cases are played with."""

    def __init__(self, make: Callable[[], Driver], pool: DriverPool, stand_in: StandIn, folder: Path | None) -> None:
        self._make = make
        self._pool = pool
        self._stand_in = stand_in
        self._folder = folder

    async def look(self, operation: Operation) -> Evidence:
        """Have a client send once before anything is judged: it has to start, speak, and call the right place.

        Raises:
            CouldNotRunError: it does not.
        """
        async with self._pool.lent() as driver:
            return await _looked(driver, self._stand_in, operation)

    async def play(self, case: Case) -> Evidence:
        """Play one case with a client that is free."""
        async with self._pool.lent() as driver:
            return await play(case, driver, self._stand_in)

    async def replayed(self, case: Case) -> Evidence:
        """Play one case with a client that has sent nothing before but the first look.

        Raises:
            CouldNotRunError: the first look finds that it cannot be judged.
        """
        async with DriverPool(self._make, 1) as pool, pool.lent() as driver:
            first = await _looked(driver, self._stand_in, case.operation)
            return await play(case, driver, self._stand_in, printed=first.attempts[0].printed)

    async def play_all(self, cases: Sequence[Case], take: Callable[[Evidence], None], workers: int) -> None:
        """Play all: those that wait at once and side by side, the others beside them."""
        slow = [case for case in cases if case.slow or case.pauses]
        fast = iter([case for case in cases if not (case.slow or case.pauses)])
        room = asyncio.Semaphore(SLOW_WORKERS)

        async def wait_with(case: Case) -> None:
            async with room:
                take(await self.play(case))

        async def work() -> None:
            for case in fast:
                take(await self.play(case))

        async with asyncio.TaskGroup() as group:
            for case in slow:
                group.create_task(wait_with(case))
            for _ in range(workers):
                group.create_task(work())

    async def shrunk(self, check: ClientCheck, evidence: Evidence, seconds: float) -> ClientFailure:
        """The breach with the smallest case that shows it to be found in these seconds, and the file of it.

        What counts is a client that has just been started, for that is what a file is played with. Where one that is
        warm shows more than it, the search begins anew without any that is.
        """
        until = time.monotonic() + seconds
        for way in (self.play, self.replayed):
            case = await self._smallest(check, evidence, until, way)
            again = await self._replayed_again(case)
            breach = None if again is None else first_breach(check, again)
            if breach is not None:
                replay = None if self._folder is None else str(written(self._folder, check, breach, case))
                return ClientFailure(check, breach, again, replay)
        seen = first_breach(check, evidence)
        assert seen is not None
        return ClientFailure(check, replace(seen, said=f"{seen.said} ({_NOT_AGAIN})"), evidence)

    async def _smallest(self, check: ClientCheck, evidence: Evidence, until: float, way: Way) -> Case:
        async def still_breaks(case: Case) -> bool:
            try:
                return first_breach(check, await way(case)) is not None
            except CouldNotRunError:
                return False

        return await shrunk(evidence.case, still_breaks, max(0.0, until - time.monotonic()))

    async def _replayed_again(self, case: Case) -> Evidence | None:
        try:
            return await self.replayed(case)
        except CouldNotRunError:
            # It could be judged before: this is about one case, and no reason to lose what was found.
            return None


def first_breach(check: ClientCheck, evidence: Evidence) -> Breach | None:
    """How a case breaks a check, if it does."""
    return next(iter(check.judge(evidence)), None) if check.reaches(evidence) else None


async def _looked(driver: Driver, stand_in: StandIn, operation: Operation) -> Evidence:
    for patience in _PATIENCE:
        evidence = await play(simple(operation, timeout_s=patience), driver, stand_in)
        if any(evidence.attempts[0].exchanges):
            return evidence
        answer = evidence.attempts[0].answer
        if isinstance(answer, DriverFailure):
            lines = f"\n{answer.last_lines}" if answer.last_lines else ""
            raise CouldNotRunError(f"The client does not speak the driver's protocol. {answer.said}{lines}")
    raise CouldNotRunError(
        f"The client never called the gateway: it was given the base URL {evidence.base_url}, nothing came there, "
        f"and it said {answer}. Does it call a host of its own?"
    )

"""Plays cases with a pool of clients and one stand-in, and shrinks those that break."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from contract_tests.client.checks.check import Breach, ClientCheck
from contract_tests.client.driver.interface import Driver, DriverFailure
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import simple_case
from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.playing import play
from contract_tests.client.play.shrinking import shrink
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.results import ClientFailure
from contract_tests.client.run.replay_files import write_replay
from contract_tests.target.target import CouldNotRunError

SLOW_WORKERS = 6
"""Concurrent clients for cases that wait for a time-out."""

Play = Callable[[Case], Awaitable[Evidence]]
"""Plays a case."""

_NOT_REPRODUCED = "a freshly started client does not break with this case alone; the seed repeats the run"

_PROBE_TIMEOUTS_S = (10.0, 10.0)
"""The time-out of the first message, and of a second try."""


class CaseRunner:
    """Plays the cases of a run."""

    def __init__(self, make: Callable[[], Driver], pool: DriverPool, stand_in: StandIn, folder: Path | None) -> None:
        self._make = make
        self._pool = pool
        self._stand_in = stand_in
        self._folder = folder

    async def probe(self, operation: Operation) -> Evidence:
        """Have a client send one message before the run: it must start, answer, and call the gateway.

        Raises:
            CouldNotRunError: it does not.
        """
        async with self._pool.borrow() as driver:
            return await _probe(driver, self._stand_in, operation)

    async def play(self, case: Case) -> Evidence:
        """Play one case with a free client of the pool."""
        async with self._pool.borrow() as driver:
            return await play(case, driver, self._stand_in)

    async def play_fresh(self, case: Case) -> Evidence:
        """Play one case with a new client, which has sent only the probe before.

        Raises:
            CouldNotRunError: the probe fails.
        """
        async with DriverPool(self._make, 1) as pool, pool.borrow() as driver:
            probe = await _probe(driver, self._stand_in, case.operation)
            return await play(case, driver, self._stand_in, printed=probe.attempts[0].printed)

    async def play_all(self, cases: Sequence[Case], take: Callable[[Evidence], None], workers: int) -> None:
        """Play all cases: up to `SLOW_WORKERS` that wait, and concurrently the others on `workers`."""
        slow = [case for case in cases if case.slow or case.pauses]
        fast = iter([case for case in cases if not (case.slow or case.pauses)])
        slots = asyncio.Semaphore(SLOW_WORKERS)

        async def play_slow(case: Case) -> None:
            async with slots:
                take(await self.play(case))

        async def play_fast() -> None:
            for case in fast:
                take(await self.play(case))

        async with asyncio.TaskGroup() as group:
            for case in slow:
                group.create_task(play_slow(case))
            for _ in range(workers):
                group.create_task(play_fast())

    async def shrink(self, check: ClientCheck, evidence: Evidence, seconds: float) -> ClientFailure:
        """Shrink a breach within `seconds`, and write the replay file of the smallest case.

        The smallest case must break with a freshly started client, since a replay starts one. If it breaks only with
        a client that has a history, the search is repeated with fresh clients.
        """
        until = time.monotonic() + seconds
        for play_once in (self.play, self.play_fresh):
            case = await self._smallest(check, evidence, until, play_once)
            again = await self._replay(case)
            breach = None if again is None else first_breach(check, again)
            if breach is not None:
                replay = None if self._folder is None else str(write_replay(self._folder, check, breach, case))
                return ClientFailure(check, breach, again, replay)
        seen = first_breach(check, evidence)
        assert seen is not None
        return ClientFailure(check, replace(seen, said=f"{seen.said} ({_NOT_REPRODUCED})"), evidence)

    async def _smallest(self, check: ClientCheck, evidence: Evidence, until: float, play_once: Play) -> Case:
        async def still_breaks(case: Case) -> bool:
            try:
                return first_breach(check, await play_once(case)) is not None
            except CouldNotRunError:
                return False

        return await shrink(evidence.case, still_breaks, max(0.0, until - time.monotonic()))

    async def _replay(self, case: Case) -> Evidence | None:
        try:
            return await self.play_fresh(case)
        except CouldNotRunError:
            # The client passed the probe before: keep what was found.
            return None


def first_breach(check: ClientCheck, evidence: Evidence) -> Breach | None:
    """The first breach of a check in a case, if any."""
    return next(iter(check.judge(evidence)), None) if check.reaches(evidence) else None


async def _probe(driver: Driver, stand_in: StandIn, operation: Operation) -> Evidence:
    for timeout_s in _PROBE_TIMEOUTS_S:
        evidence = await play(simple_case(operation, timeout_s), driver, stand_in)
        if any(evidence.attempts[0].exchanges):
            return evidence
        answer = evidence.attempts[0].answer
        if isinstance(answer, DriverFailure):
            lines = f"\n{answer.last_lines}" if answer.last_lines else ""
            raise CouldNotRunError(f"The client does not follow the driver protocol. {answer.said}{lines}")
    raise CouldNotRunError(
        f"The client never called the gateway: it was given the base URL {evidence.base_url}, no request arrived "
        f"there, and it reported {answer}. Does it call a fixed host?"
    )

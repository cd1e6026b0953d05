"""Concurrent trials of broken clients: the expected check fails, the case is shrunk, and its replay file fails again.

A trial is a whole run with two differences: the seed shuffles the order of its cases, and it ends with the first case
in which the expected check fails. All trials share one stand-in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from contract_tests.client.checks import CHECKS
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.play.case_sets import fixed_cases, generated_cases, simplest
from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.play.steps import BY_NAME, ScriptStep
from contract_tests.client.run.case_runner import CaseRunner, first_breach
from contract_tests.client.run.replay_files import read_replay
from contract_tests.target.target import CouldNotRunError
from mock_server.scenario.loader import load_scenario
from tests.kit.broken_clients import NEVER_CALL, BrokenClient

TIMEOUT_S = 1.0
"""Seconds until the client gives up, in programs with slow steps; the default of a run."""

_AMPLE_S = 2.0
_TRIES = 3
"""How many times each program is played, with different messages, because a run has several cases per defect."""

_GENERATED = 150
_SHRINK_S = 60.0
"""Seconds; enough that the size of the shrunk case does not depend on the load of the machine."""

_SHRINK_WAITING_S = 10.0
"""Seconds, for clients that wait: each case takes their time-out."""

_SIDE_BY_SIDE = 8
"""The limit of concurrent trials, without clients that wait: these need no processor."""

_CHECKS = {check.id: check for check in CHECKS}

Tell = Callable[["Trial"], None]
"""Called with each finished trial."""


@dataclass(frozen=True)
class Trial:
    """The result of one broken client."""

    client: BrokenClient
    seed: int
    told: frozenset[str] = frozenset()
    """The checks that failed, up to the case in which the expected check did."""
    stopped: str = ""
    """Why the client could not be tested: a run would end with this sentence and exit code 2."""
    smallest: Case | None = None
    replay: Path | None = None
    again: frozenset[str] = frozenset()
    """The checks that fail when the replay file is played."""

    @property
    def right(self) -> bool:
        """Whether the expected check failed, or the run stopped as expected."""
        if self.client.name in NEVER_CALL:
            return "never called the gateway" in self.stopped
        return self.client.check in self.told

    @property
    def replayed(self) -> bool:
        """Whether the replay file shows the breach again; clients that never call have no file."""
        return self.client.name in NEVER_CALL or self.client.check in self.again

    @property
    def verdict(self) -> tuple[object, ...]:
        """The values that a repetition with the same seed must give."""
        # For clients that wait, the size of the shrunk case depends on the load of the machine.
        return self.told, bool(self.stopped), None if self.client.waits else self.smallest

    def __str__(self) -> str:
        found = self.stopped or ", ".join(sorted(self.told)) or "nothing"
        again = (
            "" if self.replayed or not self.right else f"; played again: {', '.join(sorted(self.again)) or 'kept'}"
        )
        return f"{self.client.name}, seed {self.seed}: {self.client.check} expected, {found} told{again}"


async def all_tried(
    clients: Iterable[BrokenClient], seed: int, folder: Path, stand_in: StandIn, tell: Tell = lambda _: None
) -> list[Trial]:
    """Run every trial; the results are in the order of the clients."""
    _of_the_round(seed)  # generated before any time-out runs, because it blocks the event loop
    room = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(client: BrokenClient) -> Trial:
        if client.waits:
            trial = await tried(client, seed, folder, stand_in)
        else:
            async with room:
                trial = await tried(client, seed, folder, stand_in)
        tell(trial)
        return trial

    # Clients that wait start first.
    waiting = {nth: asyncio.ensure_future(one(client)) for nth, client in _in_order(clients)}
    trials = [await waiting[nth] for nth in sorted(waiting)]
    for trial in trials:
        if trial.replay is not None:
            # As `sms-mock check` does; it is slow, so it runs after all time-outs.
            load_scenario(trial.replay)
    return trials


def _in_order(clients: Iterable[BrokenClient]) -> list[tuple[int, BrokenClient]]:
    return sorted(enumerate(clients), key=lambda numbered: not numbered[1].waits)


async def tried(client: BrokenClient, seed: int, folder: Path, stand_in: StandIn) -> Trial:
    """Run one trial."""
    trial = Trial(client, seed)
    async with DriverPool(client.make, 1) as pool:
        runner = CaseRunner(client.make, pool, stand_in, folder)
        try:
            evidence = await runner.probe("admin")
        except CouldNotRunError as error:
            return replace(trial, stopped=str(error))
        cases = iter(_cases(client, seed))
        told = set(_told(evidence))
        while client.check not in told and (case := next(cases, None)) is not None:
            evidence = await runner.play(case)
            told |= set(_told(evidence))
        trial = replace(trial, told=frozenset(told))
        if client.check not in told:
            return trial
        seconds = _SHRINK_WAITING_S if client.waits else _SHRINK_S
        failure = await runner.shrink(_CHECKS[client.check], evidence, seconds)
        if failure.replay is None:
            return trial
        file = Path(failure.replay)
        check, case = read_replay(file)
        assert check == client.check
        again = frozenset(_told(await runner.play_fresh(case)))
        return replace(trial, smallest=failure.case, replay=file, again=again)


def _told(evidence: Evidence) -> Iterator[str]:
    """The checks that fail in a case."""
    return (check.id for check in CHECKS if first_breach(check, evidence) is not None)


def _cases(client: BrokenClient, seed: int) -> Iterable[Case]:
    """The cases for a client: its programs, else all fast cases, with the most likely ones first."""
    fast = _shuffled(_of_the_round(seed), f"{seed} {client.name}")
    if not client.programs:
        zoo_first = client.check.startswith(("wanted.", "request."))
        return sorted(fast, key=lambda case: bool(case.program) == zoo_first)
    wanted = (message for case in fast for message in case.messages)
    programs = [tuple(BY_NAME[name] for name in program) for program in client.programs]
    return [_case(islice(wanted, client.messages), program) for _ in range(_TRIES) for program in programs]


def _case(wanted: Iterable[Mapping[str, Any]], program: tuple[ScriptStep, ...]) -> Case:
    messages = tuple({**message, "destination": simplest(nth)["destination"]} for nth, message in enumerate(wanted))
    return Case(messages, program, timeout_s=TIMEOUT_S if any(step.slow for step in program) else _AMPLE_S)


@cache
def _of_the_round(seed: int) -> tuple[Case, ...]:
    cases = (*fixed_cases("admin", TIMEOUT_S), *generated_cases(seed, _GENERATED, "admin", TIMEOUT_S))
    return tuple(case for case in cases if not case.slow)


def _shuffled(cases: Sequence[Case], seed: str) -> list[Case]:
    order = {nth: sha256(f"{seed} {nth}".encode()).digest() for nth in range(len(cases))}
    return [cases[nth] for nth in sorted(order, key=lambda nth: order[nth])]

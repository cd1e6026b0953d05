"""Runs suite B: probe the client, play and judge every case, and shrink what broke."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from contract_tests.client.checks import CHECKS, checks_of
from contract_tests.client.checks.check import ClientCheck
from contract_tests.client.checks.resending import Resend
from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import fixed_cases, generated_cases
from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.receivers import checks as receiver_checks
from contract_tests.client.results import ClientReport, ClientStanding, ClientVerdict, ReceivedReceipt
from contract_tests.client.run.case_runner import SLOW_WORKERS, CaseRunner
from contract_tests.client.run.coverage_counter import CoverageCounter
from contract_tests.target.target import CouldNotRunError

DEFAULT_CASES = 400
"""Generated cases, in addition to those that every run plays."""

_SHRINK_ALL_S = 20.0

Progress = Callable[[int, int, int], None]
"""Called with the played cases, all cases, and the broken checks so far."""


@dataclass(frozen=True)
class ClientOptions:
    """The options of a run."""

    client: str
    """The client's name in the report: its command."""
    operation: Operation = "admin"
    seed: int = 0
    cases: int = DEFAULT_CASES
    workers: int = 2
    timeout_s: float = 1.0
    """The client's time-out in cases that wait for it."""
    resend: Resend = "never"
    """`allowed`: it may resend a message of unknown fate."""
    known_gaps: frozenset[str] = frozenset()
    folder: Path | None = Path(".sms-contract")
    """Where replay files are written; `None`: nowhere."""
    mock_url: str | None = None
    webhook_url: str | None = None
    """The client's receiver of receipts; `None`: it has none."""
    control_token: str | None = field(default=None, repr=False)
    shrink_s: float = 4.0
    """The maximum time to shrink one breach."""
    replay: Case | None = None
    """Play only this case."""
    command: str = ""
    """The command that repeats the run."""


@dataclass
class _CheckTally:
    """The cases that one check judged, and the smallest that broke it."""

    check: ClientCheck
    reached: int = 0
    broken: int = 0
    smallest: Evidence | None = None

    @property
    def verdict(self) -> ClientVerdict:
        """The verdict over all judged cases."""
        if self.broken:
            return ClientVerdict.BROKEN
        return ClientVerdict.KEPT if self.reached else ClientVerdict.NOT_REACHED

    def take(self, evidence: Evidence) -> None:
        """Judge one case."""
        if not self.check.reaches(evidence):
            return
        self.reached += 1
        if next(iter(self.check.judge(evidence)), None) is not None:
            self.broken += 1
            if self.smallest is None or evidence.case.size < self.smallest.case.size:
                self.smallest = evidence


async def run(options: ClientOptions, make: Callable[[], Driver], progress: Progress | None = None) -> ClientReport:
    """Judge a client.

    Raises:
        CouldNotRunError: it does not start, does not follow the driver protocol, or never calls the gateway; or a
            known gap is not the id of a check.
    """
    _check_known_gaps(options.known_gaps)
    began = time.monotonic()
    cases = _cases(options)
    probes = 1 if options.replay is None else 0
    state = _RunState([_CheckTally(check) for check in checks_of(options.resend)], len(cases) + probes, progress)
    async with StandIn(options.mock_url, token=options.control_token) as stand_in:
        workers = options.workers + min(sum(case.slow for case in cases), SLOW_WORKERS)
        async with DriverPool(make, workers) as pool:
            runner = CaseRunner(make, pool, stand_in, options.folder)
            if options.replay is None:
                state.take(await runner.probe(options.operation))
                await runner.play_all(cases, state.take, options.workers)
            else:
                state.take(await runner.play_fresh(options.replay))
            standings = await _standings(runner, state.tallies, options) + _untestable_checks(options.resend)
            of_receiver, received = await _judge_receiver(options, pool, stand_in)
    return _report(options, state, standings + of_receiver, received, time.monotonic() - began)


@dataclass
class _RunState:
    """The tallies of all checks, and the counts of the run so far."""

    tallies: list[_CheckTally]
    of: int
    progress: Progress | None
    coverage: CoverageCounter = field(default_factory=CoverageCounter)
    played: int = 0

    def take(self, evidence: Evidence) -> None:
        """Judge one more case."""
        self.played += 1
        self.coverage.take(evidence)
        for tally in self.tallies:
            tally.take(evidence)
        if self.progress is not None:
            self.progress(self.played, self.of, sum(1 for each in self.tallies if each.broken))


def _report(
    options: ClientOptions,
    state: _RunState,
    standings: Sequence[ClientStanding],
    received: tuple[ReceivedReceipt, ...],
    seconds: float,
) -> ClientReport:
    return ClientReport(
        client=options.client,
        operation=options.operation,
        seed=options.seed,
        cases=state.played,
        seconds=seconds,
        standings=tuple(standings),
        steps=state.coverage.steps(),
        fields=state.coverage.fields(),
        receipts=received,
        command=options.command,
        closed_gaps=tuple(s.check.id for s in standings if s.known_gap and s.verdict is ClientVerdict.KEPT),
    )


async def _standings(
    runner: CaseRunner, tallies: Iterable[_CheckTally], options: ClientOptions
) -> list[ClientStanding]:
    """The verdicts; each breach is shrunk as far as the time allows."""
    until = time.monotonic() + _SHRINK_ALL_S
    found = []
    for tally in tallies:
        failure = None
        if tally.smallest is not None:
            seconds = min(options.shrink_s, max(0.0, until - time.monotonic()))
            failure = await runner.shrink(tally.check, tally.smallest, seconds)
        gap = tally.check.id in options.known_gaps
        found.append(
            ClientStanding(tally.check, tally.verdict, tally.reached, tally.broken, failure=failure, known_gap=gap)
        )
    return found


async def _judge_receiver(
    options: ClientOptions, pool: DriverPool, stand_in: StandIn
) -> tuple[list[ClientStanding], tuple[ReceivedReceipt, ...]]:
    if options.webhook_url is None or options.replay is not None:
        return receiver_checks.not_testable(), ()
    return await receiver_checks.judge_receiver(
        options.webhook_url, options.operation, pool, stand_in, options.known_gaps
    )


def _cases(options: ClientOptions) -> tuple[Case, ...]:
    if options.replay is not None:
        return (options.replay,)
    fixed = fixed_cases(options.operation, options.timeout_s)
    generated = generated_cases(options.seed, options.cases, options.operation, options.timeout_s)
    return tuple(chain(fixed, generated))


def _untestable_checks(resend: Resend) -> list[ClientStanding]:
    """The checks that do not apply to a client that may resend."""
    judged = {check.id for check in checks_of(resend)}
    return [
        ClientStanding(check, ClientVerdict.NOT_TESTABLE, why="--resend allowed")
        for check in CHECKS
        if check.id not in judged
    ]


def _check_known_gaps(gaps: frozenset[str]) -> None:
    ids = {check.id for check in (*CHECKS, *receiver_checks.ALL_CHECKS)}
    unknown = sorted(gaps - ids)
    if unknown:
        raise CouldNotRunError(
            f"--known-gaps: no check is called {unknown[0]!r}; there are: {', '.join(sorted(ids))}."
        )

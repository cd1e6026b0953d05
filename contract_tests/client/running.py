"""Running suite B: look whether the client calls at all, play every case, and shrink what broke."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from contract_tests.client import receipt_checks
from contract_tests.client.bench import SLOW_WORKERS, Bench
from contract_tests.client.cases import Case
from contract_tests.client.checks import CHECKS, checks_of
from contract_tests.client.checks.resending import Resend
from contract_tests.client.driver.calling import Driver
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.evidence import Evidence
from contract_tests.client.findings import ClientCheck, ClientReport, ClientStanding, ClientVerdict, ReceivedReceipt
from contract_tests.client.meeting import Meetings
from contract_tests.client.programs import enumerated, generated
from contract_tests.client.stand_in import StandIn
from contract_tests.target.target import CouldNotRunError

DEFAULT_CASES = 400
"""Generated ones, beside those that every run plays."""

_SHRINK_ALL = 20.0

Progress = Callable[[int, int, int], None]
"""Told of cases played, cases in all, and checks that are broken so far."""


@dataclass(frozen=True)
class ClientOptions:
    """How a client is to be judged."""

    client: str
    """What it is called in the report: its command."""
    operation: Operation = "admin"
    seed: int = 0
    cases: int = DEFAULT_CASES
    workers: int = 2
    timeout_s: float = 1.0
    """The client's own limit in cases that make it wait."""
    resend: Resend = "never"
    """`allowed`: it may send again when the fate of a message is unknown."""
    known_gaps: frozenset[str] = frozenset()
    folder: Path | None = Path(".sms-contract")
    """Where replays are written; `None`: nowhere."""
    mock_url: str | None = None
    webhook_url: str | None = None
    """Where the client takes receipts; `None`: it takes none."""
    control_token: str | None = field(default=None, repr=False)
    shrink_s: float = 4.0
    """Seconds that may go into making the case of a breach smaller."""
    replay: Case | None = None
    """Play this one alone."""
    command: str = ""
    """What repeats the run."""


@dataclass
class _Tally:
    """What became of one check so far."""

    check: ClientCheck
    reached: int = 0
    broken: int = 0
    smallest: Evidence | None = None

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
        CouldNotRunError: it cannot be started, does not speak the driver's protocol, or never calls the gateway.
    """
    _check_known_gaps(options.known_gaps)
    began = time.monotonic()
    cases = _cases(options)
    judging = _Judging(
        [_Tally(check) for check in checks_of(options.resend)], len(cases) + (options.replay is None), progress
    )
    async with StandIn(options.mock_url, token=options.control_token) as stand_in:
        workers = options.workers + min(sum(case.slow for case in cases), SLOW_WORKERS)
        async with DriverPool(make, workers) as pool:
            bench = Bench(make, pool, stand_in, options.folder)
            if options.replay is None:
                judging.take(await bench.look(options.operation))
                await bench.play_all(cases, judging.take, options.workers)
            else:
                judging.take(await bench.replayed(options.replay))
            standings = await _standings(bench, judging.tallies, options) + _left_open(options.resend)
            of_receipts, received = await _receipts(options, pool, stand_in)
    return _report(options, judging, standings + of_receipts, received, time.monotonic() - began)


@dataclass
class _Judging:
    """What the cases have come to so far."""

    tallies: list[_Tally]
    of: int
    progress: Progress | None
    met: Meetings = field(default_factory=Meetings)
    played: int = 0

    def take(self, evidence: Evidence) -> None:
        """Judge one more case."""
        self.played += 1
        self.met.take(evidence)
        for tally in self.tallies:
            tally.take(evidence)
        if self.progress is not None:
            self.progress(self.played, self.of, sum(1 for each in self.tallies if each.broken))


def _report(
    options: ClientOptions,
    judging: _Judging,
    standings: Sequence[ClientStanding],
    received: tuple[ReceivedReceipt, ...],
    seconds: float,
) -> ClientReport:
    return ClientReport(
        client=options.client,
        operation=options.operation,
        seed=options.seed,
        cases=judging.played,
        seconds=seconds,
        standings=tuple(standings),
        met=judging.met.steps(),
        fields=judging.met.fields(),
        receipts=received,
        command=options.command,
        closed_gaps=tuple(s.check.id for s in standings if s.known_gap and s.verdict is ClientVerdict.KEPT),
    )


async def _standings(bench: Bench, tallies: Iterable[_Tally], options: ClientOptions) -> list[ClientStanding]:
    """The verdicts, each breach with the smallest case that can be found within the time for it."""
    until = time.monotonic() + _SHRINK_ALL
    found = []
    for tally in tallies:
        failure = None
        if tally.smallest is not None:
            seconds = min(options.shrink_s, max(0.0, until - time.monotonic()))
            failure = await bench.shrunk(tally.check, tally.smallest, seconds)
        verdict = (
            ClientVerdict.BROKEN
            if tally.broken
            else ClientVerdict.KEPT
            if tally.reached
            else ClientVerdict.NOT_REACHED
        )
        gap = tally.check.id in options.known_gaps
        found.append(
            ClientStanding(tally.check, verdict, tally.reached, tally.broken, failure=failure, known_gap=gap)
        )
    return found


async def _receipts(
    options: ClientOptions, pool: DriverPool, stand_in: StandIn
) -> tuple[list[ClientStanding], tuple[ReceivedReceipt, ...]]:
    if options.webhook_url is None or options.replay is not None:
        return receipt_checks.not_testable(), ()
    return await receipt_checks.judged(options.webhook_url, options.operation, pool, stand_in, options.known_gaps)


def _cases(options: ClientOptions) -> tuple[Case, ...]:
    if options.replay is not None:
        return (options.replay,)
    fixed = enumerated(options.operation, options.timeout_s)
    return tuple(chain(fixed, generated(options.seed, options.cases, options.operation, options.timeout_s)))


def _left_open(resend: Resend) -> list[ClientStanding]:
    """The checks that a client is not judged by which may send again."""
    judged = {check.id for check in checks_of(resend)}
    return [
        ClientStanding(check, ClientVerdict.NOT_TESTABLE, why="--resend allowed")
        for check in CHECKS
        if check.id not in judged
    ]


def _check_known_gaps(gaps: frozenset[str]) -> None:
    ids = {law.id for law in (*CHECKS, *receipt_checks.LAWS)}
    unknown = sorted(gaps - ids)
    if unknown:
        raise CouldNotRunError(
            f"--known-gaps: no check is called {unknown[0]!r}; there are: {', '.join(sorted(ids))}."
        )

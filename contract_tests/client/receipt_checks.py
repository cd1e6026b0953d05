"""The laws for clients that take receipts, each with what is posted to find out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from contract_tests.client import receipts
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Operation, ReportedAccepted
from contract_tests.client.findings import (
    Breach,
    ClientFailure,
    ClientLaw,
    ClientStanding,
    ClientVerdict,
    ReceivedReceipt,
    Severity,
)
from contract_tests.client.meeting import said
from contract_tests.client.race import ORDERS, Run, race
from contract_tests.client.receipts import QUICK, Posted, Trial, endpoint
from contract_tests.client.stand_in import StandIn

NEEDS_ENDPOINT = "needs --webhook-url"


@dataclass(frozen=True)
class ReceiptCheck(ClientLaw):
    """A law that receipts are posted for."""

    trial: Trial = field(repr=False)
    breaks: Callable[[list[Posted]], Iterator[str]] = field(repr=False)


def _all_taken(posted: Iterable[Posted]) -> Iterator[str]:
    for each in posted:
        if each.status is None:
            yield f"{each.what} was not answered at all: {each.said}"
        elif not each.taken:
            yield f"{each.what} was answered {each.status}; any 2xx takes it, and everything else has it repeated"


def _all_quick(posted: Iterable[Posted]) -> Iterator[str]:
    for each in posted:
        if each.status is None:
            yield f"{each.what} was not answered at all: {each.said}"
        elif each.seconds > QUICK:
            yield f"{each.what} took {each.seconds:.1f} s; answer first and work later: the gateway waits for 10 s"


def _survives(posted: list[Posted]) -> Iterator[str]:
    *broken, right = posted
    for each in broken:
        if each.status is None:
            yield f"{each.what} was not answered at all: {each.said}"
        elif each.status >= 500:
            yield f"{each.what} was answered {each.status}; what is malformed is the sender's fault: answer 4xx"
    yield from _all_taken([right])


CHECKS: tuple[ReceiptCheck, ...] = (
    ReceiptCheck(
        "receipts.documented",
        "A receiver takes every documented receipt with a 2xx; what it does not take is repeated for nine hours.",
        Severity.MAJOR, ("WH-1", "WH-2", "WH-4", "ST-1"), receipts.documented, _all_taken,
    ),
    ReceiptCheck(
        "receipts.quick",
        "A receiver answers at once; one that works first is given up on, and told again.",
        Severity.MAJOR, ("WH-4",), receipts.side_by_side, _all_quick,
    ),
    ReceiptCheck(
        "receipts.duplicates",
        "A receiver takes the same receipt again: the gateway repeats what it is not sure of, with one id and body.",
        Severity.MAJOR, ("WH-4",), receipts.duplicated, _all_taken,
    ),
    ReceiptCheck(
        "receipts.reordered",
        "A receiver takes receipts in any order: a repeated one overtakes none, but networks do.",
        Severity.MAJOR, ("WH-5",), receipts.reordered, _all_taken,
    ),
    ReceiptCheck(
        "receipts.unknown",
        "A receiver takes what it does not know, for the gateway may learn new words.",
        Severity.MINOR, ("WH-2", "ST-1"), receipts.unknown, _all_taken,
    ),
    ReceiptCheck(
        "receipts.malformed",
        "A receiver refuses what is no JSON, and lives on.",
        Severity.MAJOR, ("WH-2",), receipts.malformed, _survives,
    ),
)  # fmt: skip

RACE = ClientLaw(
    "receipts.race",
    "Receipts may come before the answer to their send, twice, in any order: each is taken, and the answer is told.",
    Severity.CRITICAL,
    ("WH-1", "WH-4", "WH-5", "WH-6"),
)

LAWS: tuple[ClientLaw, ...] = (*CHECKS, RACE)


def not_testable() -> list[ClientStanding]:
    """How they stand with a client that has no receiver."""
    return [ClientStanding(law, ClientVerdict.NOT_TESTABLE, why=NEEDS_ENDPOINT) for law in LAWS]


async def judged(
    url: str, operation: Operation, pool: DriverPool, stand_in: StandIn, gaps: frozenset[str]
) -> tuple[list[ClientStanding], tuple[ReceivedReceipt, ...]]:
    """How they stand with the receiver at a URL, and what it met; `CouldNotRunError` where there is none."""
    found: list[ClientStanding] = []
    received: list[ReceivedReceipt] = []
    async with endpoint(url) as to:
        for number, check in enumerate(CHECKS):
            posted = await check.trial(to, str(UUID(int=2**100 + number, version=4)))
            found.append(_standing(check, len(posted), list(check.breaks(posted)), _lines(posted), gaps))
            received += _received(check, posted)
        async with pool.lent() as driver:
            runs = {order: await race(order, operation, driver, stand_in, to) for order in ORDERS}
    found.append(_raced([run for run in runs.values() if run is not None], gaps))
    return found, (*received, *(_race(order, run) for order, run in runs.items()))


def _received(law: ClientLaw, posted: Iterable[Posted]) -> Iterator[ReceivedReceipt]:
    kinds: dict[str, list[Posted]] = {}
    for each in posted:
        kinds.setdefault(each.what, []).append(each)
    return (ReceivedReceipt(law.id, what, _answered(alike)) for what, alike in kinds.items())


def _race(order: tuple[str, ...], run: Run | None) -> ReceivedReceipt:
    what = ", then ".join(order)
    if run is None:
        return ReceivedReceipt(RACE.id, what)
    other = isinstance(run.answer, ReportedAccepted) and run.answer.message_id != run.message_id
    return ReceivedReceipt(RACE.id, what, _answered(run.posted), said(run.answer) + " under another id" * other)


def _answered(posted: Iterable[Posted]) -> dict[str, int]:
    return dict(Counter("none" if each.status is None else str(each.status) for each in posted))


def _raced(runs: list[Run], gaps: frozenset[str]) -> ClientStanding:
    if not runs:
        return ClientStanding(RACE, ClientVerdict.NOT_REACHED, why="the client sent nothing that could be told of")
    lost = [(run, sentence) for run in runs for sentence in _lost(run)]
    lines = tuple(f"order: {', '.join(run.order)}" for run, _ in lost[:1]) + _lines(lost[0][0].posted if lost else ())
    return _standing(RACE, len(runs), [sentence for _, sentence in lost], lines, gaps)


def _lost(run: Run) -> Iterator[str]:
    order = ", ".join(run.order)
    for sentence in _all_taken(run.posted):
        yield f"{sentence} (in the order: {order})"
    if not (isinstance(run.answer, ReportedAccepted) and run.answer.message_id == run.message_id):
        yield f"the send was accepted as {run.message_id}, and the client said {run.answer} (in the order: {order})"


def _standing(
    law: ClientLaw, reached: int, breaches: list[str], lines: tuple[str, ...], gaps: frozenset[str]
) -> ClientStanding:
    failure = ClientFailure(law, Breach(breaches[0]), lines=lines) if breaches else None
    verdict = ClientVerdict.BROKEN if breaches else ClientVerdict.KEPT
    # A race may break in several ways, and is one case.
    return ClientStanding(
        law, verdict, reached, min(len(breaches), reached), failure=failure, known_gap=law.id in gaps
    )


def _lines(posted: Iterable[Posted]) -> tuple[str, ...]:
    return tuple(
        f"{each.seconds:6.2f} s  POST {each.what}: {each.status or 'no answer'} {each.said[:80]}".rstrip()
        for each in posted
    )

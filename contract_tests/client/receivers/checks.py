"""The checks for clients that take receipts, each with the receipts that it posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from contract_tests.client.checks.check import Breach, CheckSpec, Severity
from contract_tests.client.driver.interface import summary_of
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Operation, ReportedAccepted
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.receivers import receipts
from contract_tests.client.receivers.race import ORDERS, RaceRun, race
from contract_tests.client.receivers.receipts import QUICK, PostedReceipt, ReceiptScript, open_endpoint
from contract_tests.client.results import ClientFailure, ClientStanding, ClientVerdict, ReceivedReceipt

NEEDS_ENDPOINT = "needs --webhook-url"


@dataclass(frozen=True)
class ReceiptCheck(CheckSpec):
    """A check that posts receipts."""

    script: ReceiptScript = field(repr=False)
    breaks: Callable[[list[PostedReceipt]], Iterator[str]] = field(repr=False)


def _all_accepted(posted: Iterable[PostedReceipt]) -> Iterator[str]:
    for each in posted:
        if each.status is None:
            yield f"{each.what} was not answered: {each.said}"
        elif not each.accepted:
            yield f"{each.what} was answered {each.status}; answer 2xx, or the gateway repeats it"


def _all_quick(posted: Iterable[PostedReceipt]) -> Iterator[str]:
    for each in posted:
        if each.status is None:
            yield f"{each.what} was not answered: {each.said}"
        elif each.seconds > QUICK:
            yield f"{each.what} took {each.seconds:.1f} s; answer before processing it: the gateway waits 10 s"


def _survives_malformed(posted: list[PostedReceipt]) -> Iterator[str]:
    *broken, valid = posted
    for each in broken:
        if each.status is None:
            yield f"{each.what} was not answered: {each.said}"
        elif each.status >= 500:
            yield f"{each.what} was answered {each.status}; answer 4xx to malformed content"
    yield from _all_accepted([valid])


CHECKS: tuple[ReceiptCheck, ...] = (
    ReceiptCheck(
        "receipts.documented",
        "A receiver answers every documented receipt with a 2xx; others are repeated for nine hours.",
        Severity.MAJOR, ("WH-1", "WH-2", "WH-4", "ST-1"), receipts.documented, _all_accepted,
    ),
    ReceiptCheck(
        "receipts.quick",
        "A receiver answers at once; after ten seconds the gateway gives up and repeats the receipt.",
        Severity.MAJOR, ("WH-4",), receipts.concurrent, _all_quick,
    ),
    ReceiptCheck(
        "receipts.duplicates",
        "A receiver accepts a repeated receipt: if in doubt, the gateway repeats it with the same id and body.",
        Severity.MAJOR, ("WH-4",), receipts.duplicated, _all_accepted,
    ),
    ReceiptCheck(
        "receipts.reordered",
        "A receiver accepts receipts in any order: the network may reorder them.",
        Severity.MAJOR, ("WH-5",), receipts.reordered, _all_accepted,
    ),
    ReceiptCheck(
        "receipts.unknown",
        "A receiver accepts unknown statuses and members, since the gateway may add some.",
        Severity.MINOR, ("WH-2", "ST-1"), receipts.unknown, _all_accepted,
    ),
    ReceiptCheck(
        "receipts.malformed",
        "A receiver refuses malformed content with a 4xx and keeps running.",
        Severity.MAJOR, ("WH-2",), receipts.malformed, _survives_malformed,
    ),
)  # fmt: skip

RACE = CheckSpec(
    "receipts.race",
    "Receipts may come before the answer to their send, twice, in any order: each is accepted, the answer reported.",
    Severity.CRITICAL,
    ("WH-1", "WH-4", "WH-5", "WH-6"),
)

ALL_CHECKS: tuple[CheckSpec, ...] = (*CHECKS, RACE)


def not_testable() -> list[ClientStanding]:
    """The verdicts for a client without a receiver."""
    return [ClientStanding(check, ClientVerdict.NOT_TESTABLE, why=NEEDS_ENDPOINT) for check in ALL_CHECKS]


async def judge_receiver(
    url: str, operation: Operation, pool: DriverPool, stand_in: StandIn, gaps: frozenset[str]
) -> tuple[list[ClientStanding], tuple[ReceivedReceipt, ...]]:
    """Judge the receiver at a URL; return the verdicts and what was posted. `CouldNotRunError` if there is none."""
    found: list[ClientStanding] = []
    received: list[ReceivedReceipt] = []
    async with open_endpoint(url) as endpoint:
        for number, check in enumerate(CHECKS):
            posted = await check.script(endpoint, str(UUID(int=2**100 + number, version=4)))
            found.append(_standing(check, len(posted), list(check.breaks(posted)), _lines(posted), gaps))
            received += _received(check, posted)
        async with pool.borrow() as driver:
            runs = {order: await race(order, operation, driver, stand_in, endpoint) for order in ORDERS}
    found.append(_race_standing([run for run in runs.values() if run is not None], gaps))
    return found, (*received, *(_received_race(order, run) for order, run in runs.items()))


def _received(check: CheckSpec, posted: Iterable[PostedReceipt]) -> Iterator[ReceivedReceipt]:
    kinds: dict[str, list[PostedReceipt]] = {}
    for each in posted:
        kinds.setdefault(each.what, []).append(each)
    return (ReceivedReceipt(check.id, what, _answered(alike)) for what, alike in kinds.items())


def _received_race(order: tuple[str, ...], run: RaceRun | None) -> ReceivedReceipt:
    what = ", then ".join(order)
    if run is None:
        return ReceivedReceipt(RACE.id, what)
    other = isinstance(run.answer, ReportedAccepted) and run.answer.message_id != run.message_id
    return ReceivedReceipt(RACE.id, what, _answered(run.posted), summary_of(run.answer) + " under another id" * other)


def _answered(posted: Iterable[PostedReceipt]) -> dict[str, int]:
    return dict(Counter("none" if each.status is None else str(each.status) for each in posted))


def _race_standing(runs: list[RaceRun], gaps: frozenset[str]) -> ClientStanding:
    if not runs:
        return ClientStanding(RACE, ClientVerdict.NOT_REACHED, why="the client sent no message that was accepted")
    lost = [(run, sentence) for run in runs for sentence in _race_breaches(run)]
    lines = tuple(f"order: {', '.join(run.order)}" for run, _ in lost[:1]) + _lines(lost[0][0].posted if lost else ())
    return _standing(RACE, len(runs), [sentence for _, sentence in lost], lines, gaps)


def _race_breaches(run: RaceRun) -> Iterator[str]:
    order = ", ".join(run.order)
    for sentence in _all_accepted(run.posted):
        yield f"{sentence} (in order: {order})"
    if not (isinstance(run.answer, ReportedAccepted) and run.answer.message_id == run.message_id):
        yield f"the send was accepted as {run.message_id}, and the client reported {run.answer} (in order: {order})"


def _standing(
    check: CheckSpec, reached: int, breaches: list[str], lines: tuple[str, ...], gaps: frozenset[str]
) -> ClientStanding:
    failure = ClientFailure(check, Breach(breaches[0]), lines=lines) if breaches else None
    verdict = ClientVerdict.BROKEN if breaches else ClientVerdict.KEPT
    # A race is one case, even if it breaks in several ways.
    return ClientStanding(
        check, verdict, reached, min(len(breaches), reached), failure=failure, known_gap=check.id in gaps
    )


def _lines(posted: Iterable[PostedReceipt]) -> tuple[str, ...]:
    return tuple(
        f"{each.seconds:6.2f} s  POST {each.what}: {each.status or 'no answer'} {each.said[:80]}".rstrip()
        for each in posted
    )

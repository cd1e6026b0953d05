"""What is sent again, and what must not be (the catalogue's persistence, AF-1, AF-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from contract_tests.client.checks.outcomes import WRONG_TYPE, accepted_as, contradicts, refused_with
from contract_tests.client.evidence import Evidence, Seen
from contract_tests.client.findings import Breach, ClientCheck, Severity
from contract_tests.client.steps import PERMANENT, Group

MOST_OF_64 = 5
"""Sends of one intent while no provider is available: bounded."""
MOST_OF_60 = 2
"""Sends of one intent into a full window: a repeat before it has moved is in vain."""

_NOT_PROCESSED = frozenset({"429", "503", "503 with Retry-After"})
"""Answers of something in between that say that nothing was done: to send again is left open."""

Resend = Literal["never", "allowed"]
"""Whether a client may send again what may have been taken."""

Row = tuple[Seen, ...]


def rows(evidence: Evidence) -> Iterator[Row]:
    """The sends of each intent, wherever they came in: some clients answer, and send again when nobody looks."""
    found: list[list[Seen]] = [[] for _ in evidence.attempts]
    for number, attempt in enumerate(evidence.attempts):
        for seen in attempt.sends:
            found[_whose(seen, number, evidence)].append(seen)
    for seen in evidence.late:
        if seen.is_send and found:
            found[_whose(seen, len(found) - 1, evidence)].append(seen)
    return map(tuple, found)


def _whose(seen: Seen, current: int, evidence: Evidence) -> int:
    """The intent that a send is for: the one at hand, unless its number is that of an earlier one only."""
    sent = seen.json.get("destination") if isinstance(seen.json, dict) else None
    wanted = [attempt.intent.message["destination"] for attempt in evidence.attempts[: current + 1]]
    return max((number for number, each in enumerate(wanted) if each == sent), default=current)


def _of_rows(  # noqa: PLR0913, PLR0917 - the parts of a check
    id_: str,
    sentence: str,
    severity: Severity,
    ids: tuple[str, ...],
    judge: Callable[[Row, Evidence], Iterator[str]],
    concerns: Callable[[Seen], bool],
) -> ClientCheck:
    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, row in enumerate(rows(evidence)):
            for said in judge(row, evidence):
                yield Breach(said, number, row[-1].exchange)

    return ClientCheck(id_, sentence, severity, ids, judged, lambda evidence: any(map(concerns, evidence.sends)))


def _permanent(row: Row, _: Evidence) -> Iterator[str]:
    for number, seen in enumerate(row[:-1]):
        code = refused_with(seen)
        if code in PERMANENT and not _in_doubt(seen):
            more = len(row) - number - 1
            times = "once" if more == 1 else f"{more} times"
            yield f"the message was refused with {code}, which is for good, and sent {times} more"
            return


def _in_doubt(seen: Seen) -> bool:
    """Whether a code is no plain refusal, or one of a send without credentials, which `request.basic` tells."""
    return seen.step.group is Group.ODD or (seen.status == 401 and seen.header("authorization") is None)


def _provider_down(row: Row, _: Evidence) -> Iterator[str]:
    sent = sum(refused_with(seen) == 64 for seen in row)
    if sent > MOST_OF_64:
        yield f"no provider was available, and the message was sent {sent} times; {MOST_OF_64} are enough to give up"


def _hammering(row: Row, _: Evidence) -> Iterator[str]:
    sent = sum(refused_with(seen) == 60 for seen in row)
    if sent > MOST_OF_60:
        yield (
            f"the number had its fill (60), and the message was sent {sent} times while the window stood still; "
            "it moves within an hour, not within a second"
        )


def ledger(evidence: Evidence) -> str:
    """Intents and what the gateway took of them."""
    intents, taken = len(evidence.attempts), sum(seen.taken for seen in evidence.sends)
    doubles = sum(max(0, sum(seen.taken for seen in row) - 1) for row in rows(evidence))
    return f"{intents} intent{'s' * (intents != 1)}, {taken} accepted, {doubles} duplicate{'s' * (doubles != 1)}"


def _unreadable(seen: Seen) -> bool:
    """Taken, and the client cannot have read so, or need not."""
    return seen.taken and (accepted_as(seen) is None or seen.step.name == WRONG_TYPE)


def _readable(seen: Seen) -> bool:
    """Taken, and said so in plain words."""
    return seen.taken and not _unreadable(seen)


def _accepted(row: Row, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in row[:-1] if _readable(seen)), None)
    if first is not None:
        yield f"the message was accepted with an id ({first.step.name}), and sent again: {ledger(evidence)}"


def _unknown_fate(row: Row, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in row[:-1] if _unreadable(seen)), None)
    if first is not None:
        yield f"after {first.step.name}, behind the acceptance, the message was sent again: {ledger(evidence)}"


def _unreached(seen: Seen) -> bool:
    """Not taken, which no client can read out of what it had: nothing, a proxy's page, or a 200 that says nothing."""
    odd = seen.step.group is Group.ODD and (seen.status == 200 or contradicts(seen))
    lost = seen.step.fate_unknown or seen.step.group is Group.PROXY or odd
    return lost and not seen.taken and seen.step.name not in _NOT_PROCESSED


def _before(row: Row, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in row[:-1] if _unreached(seen)), None)
    if first is not None:
        yield (
            f"after {first.step.name} the message was sent again. This time the gateway had not taken it, which no "
            f"client can know: {ledger(evidence)}"
        )


def checks(resend: Resend) -> tuple[ClientCheck, ...]:
    """The laws of sending again; `allowed` leaves open whether a message of unknown fate is sent again."""
    found = [
        _of_rows(
            "retry.permanent", "What is refused for good is not sent again: the answer will be the same.",
            Severity.MAJOR, ("ERR-8", "ERR-56", "ERR-59", "ERR-61", "ERR-63b", "ERR-66", "ERR-74"), _permanent,
            lambda seen: refused_with(seen) in PERMANENT,
        ),
        _of_rows(
            "retry.provider-down", "While no provider is available, a client tries a few times at most, and says so.",
            Severity.MAJOR, ("ERR-64", "PR-1"), _provider_down, lambda seen: refused_with(seen) == 64,
        ),
        _of_rows(
            "retry.hammering", "A number that had its fill is left alone until its window moves.",
            Severity.MAJOR, ("ERR-60", "AF-2", "AF-3"), _hammering, lambda seen: refused_with(seen) == 60,
        ),
        _of_rows(
            "resend.accepted",
            "What the gateway has accepted, in whatever dress, is not sent again: people get it twice.",
            Severity.CRITICAL, ("ANS-1", "AF-1"), _accepted, _readable,
        ),
    ]  # fmt: skip
    unknown = _of_rows(
        "resend.unknown-fate", "A message that may have been taken is not sent again unasked: people get it twice.",
        Severity.CRITICAL, ("PR-1", "AF-1"), _unknown_fate, _unreadable,
    )  # fmt: skip
    # Less than a double, for the ledger shows none; but a client that does this does the other as well, one day.
    before = _of_rows(
        "resend.before",
        "A lost answer does not tell whether the message was taken: to send again is for callers.",
        Severity.MAJOR, ("PR-1",), _before, _unreached,
    )  # fmt: skip
    if resend == "allowed":
        return tuple(found)
    return (*found, unknown, before)

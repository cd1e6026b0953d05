"""What is sent again, and what must not be (the catalogue's persistence, AF-1, AF-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract_tests.client.checks.outcomes import refused_with
from contract_tests.client.evidence import Evidence, Seen
from contract_tests.client.findings import Breach, Check, Severity
from contract_tests.client.steps import PERMANENT, Group

MOST_OF_64 = 5
"""Sends of one intent while no provider is available: bounded."""
MOST_OF_60 = 2
"""Sends of one intent into a full window: a repeat before it has moved is in vain."""

_NOT_PROCESSED = frozenset({"429", "503", "503 with Retry-After"})
"""Answers of something in between that say that nothing was done: to send again is left open."""

_WRONG_TYPE = "wrong-content-type"

Row = tuple[Seen, ...]


def rows(evidence: Evidence) -> Iterator[Row]:
    """The sends of each intent; what still came at the end belongs to the last one."""
    for number, attempt in enumerate(evidence.attempts):
        late = tuple(each for each in evidence.late if each.is_send) if number == len(evidence.attempts) - 1 else ()
        yield (*attempt.sends, *late)


def _of_rows(  # noqa: PLR0913, PLR0917 - the parts of a check
    id_: str,
    sentence: str,
    severity: Severity,
    ids: tuple[str, ...],
    judge: Callable[[Row, Evidence], Iterator[str]],
    concerns: Callable[[Seen], bool],
) -> Check:
    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, row in enumerate(rows(evidence)):
            for said in judge(row, evidence):
                yield Breach(said, number, row[-1].exchange)

    return Check(id_, sentence, severity, ids, judged, lambda evidence: any(map(concerns, evidence.sends)))


def _permanent(row: Row, _: Evidence) -> Iterator[str]:
    for number, seen in enumerate(row[:-1]):
        code = refused_with(seen)
        if code in PERMANENT and seen.step.group is Group.REFUSED:
            more = len(row) - number - 1
            yield f"the message was refused with {code}, which is for good, and sent {more} times more"
            return


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
    """Taken, and the client cannot have read so, or need not believe it."""
    answer_lost = seen.step.fate_unknown or seen.step.group in {Group.PROXY, Group.ODD}
    return seen.taken and (answer_lost or seen.step.name == _WRONG_TYPE)


def _readable(seen: Seen) -> bool:
    """Taken, and the answer says so."""
    return seen.taken and not _unreadable(seen)


def _after_acceptance(row: Row, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in row[:-1] if _readable(seen)), None)
    if first is not None:
        yield f"the message was accepted ({first.step.name}), and sent again: {ledger(evidence)}"


def _unknown_fate(row: Row, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in row[:-1] if _unreadable(seen)), None)
    if first is not None:
        yield f"after {first.step.name}, behind the acceptance, the message was sent again: {ledger(evidence)}"


def _unreached(seen: Seen) -> bool:
    lost = seen.step.fate_unknown or seen.step.group is Group.PROXY
    return lost and not seen.taken and seen.step.name not in _NOT_PROCESSED


def _before(row: Row, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in row[:-1] if _unreached(seen)), None)
    if first is not None:
        yield (
            f"after {first.step.name} the message was sent again. This time the gateway had not taken it, which no "
            f"client can know: {ledger(evidence)}"
        )


def checks(resend: str) -> tuple[Check, ...]:
    """The laws of sending again; `resend` is `never` or `allowed`, which leaves open what may come twice."""
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
            Severity.CRITICAL, ("ANS-1", "AF-1"), _after_acceptance, _readable,
        ),
    ]  # fmt: skip
    unknown = _of_rows(
        "resend.unknown-fate", "A message that may have been taken is not sent again unasked: people get it twice.",
        Severity.CRITICAL, ("PR-1", "AF-1"), _unknown_fate, _unreadable,
    )  # fmt: skip
    before = _of_rows(
        "resend.before",
        "A lost answer does not tell whether the message was taken: to send again is for callers.",
        Severity.MAJOR, ("PR-1",), _before, _unreached,
    )  # fmt: skip
    if resend == "allowed":
        return tuple(found)
    return (*found, unknown, before)

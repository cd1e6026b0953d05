"""Resending: what may be sent again and what must not be (the catalogue's persistence, AF-1, AF-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from contract_tests.client.checks.check import Breach, ClientCheck, Severity
from contract_tests.client.checks.outcomes import WRONG_TYPE, accepted_as, contradicts, refused_with
from contract_tests.client.play.evidence import Evidence, SeenRequest
from contract_tests.client.play.steps import PERMANENT, Group

MOST_OF_64 = 5
"""The most sends of one intent while no provider is available."""
MOST_OF_60 = 2
"""The most sends of one intent into a full window, which moves only within an hour."""

_NOT_PROCESSED = frozenset({"429", "503", "503 with Retry-After"})
"""A proxy's answers that say that nothing was processed; a client may send again."""

Resend = Literal["never", "allowed"]
"""Whether a client may resend what may have been accepted."""

IntentSends = tuple[SeenRequest, ...]


def sends_by_intent(evidence: Evidence) -> Iterator[IntentSends]:
    """The sends of each intent, including those that arrived during or after later intents."""
    found: list[list[SeenRequest]] = [[] for _ in evidence.attempts]
    for number, attempt in enumerate(evidence.attempts):
        for seen in attempt.sends:
            found[_intent_of(seen, number, evidence)].append(seen)
    for seen in evidence.late:
        if seen.is_send and found:
            found[_intent_of(seen, len(found) - 1, evidence)].append(seen)
    return map(tuple, found)


def _intent_of(seen: SeenRequest, current: int, evidence: Evidence) -> int:
    """The index of the intent that a send is for, by its destination; by default the current one."""
    sent = seen.json.get("destination") if isinstance(seen.json, dict) else None
    wanted = [attempt.intent.message["destination"] for attempt in evidence.attempts[: current + 1]]
    return max((number for number, each in enumerate(wanted) if each == sent), default=current)


def _intent_check(  # noqa: PLR0913, PLR0917 - the members of a check
    id_: str,
    sentence: str,
    severity: Severity,
    ids: tuple[str, ...],
    judge: Callable[[IntentSends, Evidence], Iterator[str]],
    concerns: Callable[[SeenRequest], bool],
) -> ClientCheck:
    def judged(evidence: Evidence) -> Iterator[Breach]:
        for number, sends in enumerate(sends_by_intent(evidence)):
            for said in judge(sends, evidence):
                yield Breach(said, number, sends[-1].exchange)

    return ClientCheck(id_, sentence, severity, ids, judged, lambda evidence: any(map(concerns, evidence.sends)))


def _permanent(sends: IntentSends, _: Evidence) -> Iterator[str]:
    for number, seen in enumerate(sends[:-1]):
        code = refused_with(seen)
        if code in PERMANENT and not _in_doubt(seen):
            more = len(sends) - number - 1
            times = "once" if more == 1 else f"{more} times"
            yield f"the message was refused with {code}, which is permanent, and sent {times} more"
            return


def _in_doubt(seen: SeenRequest) -> bool:
    """Whether a code is not a regular refusal, or is the answer to missing credentials (see `request.basic`)."""
    return seen.step.group is Group.ODD or (seen.status == 401 and seen.header("authorization") is None)


def _provider_down(sends: IntentSends, _: Evidence) -> Iterator[str]:
    sent = sum(refused_with(seen) == 64 for seen in sends)
    if sent > MOST_OF_64:
        yield f"no provider was available, and the message was sent {sent} times; give up after {MOST_OF_64}"


def _hammering(sends: IntentSends, _: Evidence) -> Iterator[str]:
    sent = sum(refused_with(seen) == 60 for seen in sends)
    if sent > MOST_OF_60:
        yield (
            f"the window of the number was full (60), and the message was sent {sent} times; the window moves within "
            "an hour, not within a second"
        )


def ledger(evidence: Evidence) -> str:
    """How many intents there were, and how many accepted messages and duplicates."""
    intents, taken = len(evidence.attempts), sum(seen.taken for seen in evidence.sends)
    doubles = sum(max(0, sum(seen.taken for seen in sends) - 1) for sends in sends_by_intent(evidence))
    return f"{intents} intent{'s' * (intents != 1)}, {taken} accepted, {doubles} duplicate{'s' * (doubles != 1)}"


def _unreadable(seen: SeenRequest) -> bool:
    """Whether the message was accepted without an answer that the client must understand."""
    return seen.taken and (accepted_as(seen) is None or seen.step.name == WRONG_TYPE)


def _readable(seen: SeenRequest) -> bool:
    """Whether the message was accepted with an answer that the client must understand."""
    return seen.taken and not _unreadable(seen)


def _accepted(sends: IntentSends, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in sends[:-1] if _readable(seen)), None)
    if first is not None:
        yield f"the message was accepted with an id ({first.step.name}), and sent again: {ledger(evidence)}"


def _unknown_fate(sends: IntentSends, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in sends[:-1] if _unreadable(seen)), None)
    if first is not None:
        yield f"after {first.step.name}, after the acceptance, the message was sent again: {ledger(evidence)}"


def _fate_unclear(seen: SeenRequest) -> bool:
    """Whether the message was not accepted, and no client can know: no answer, a proxy's page, or an odd 200."""
    odd = seen.step.group is Group.ODD and (seen.status == 200 or contradicts(seen))
    lost = seen.step.fate_unknown or seen.step.group is Group.PROXY or odd
    return lost and not seen.taken and seen.step.name not in _NOT_PROCESSED


def _before(sends: IntentSends, evidence: Evidence) -> Iterator[str]:
    first = next((seen for seen in sends[:-1] if _fate_unclear(seen)), None)
    if first is not None:
        yield (
            f"after {first.step.name} the message was sent again. This time the gateway had not accepted it, but the "
            f"client cannot know that: {ledger(evidence)}"
        )


def checks(resend: Resend) -> tuple[ClientCheck, ...]:
    """The checks of resending; `allowed` leaves out those for messages of unknown fate."""
    found = [
        _intent_check(
            "retry.permanent", "A permanently refused message is not sent again: the answer will be the same.",
            Severity.MAJOR, ("ERR-8", "ERR-56", "ERR-59", "ERR-61", "ERR-63b", "ERR-66", "ERR-74"), _permanent,
            lambda seen: refused_with(seen) in PERMANENT,
        ),
        _intent_check(
            "retry.provider-down",
            "While no provider is available, a client retries a few times at most, then reports it.",
            Severity.MAJOR, ("ERR-64", "PR-1"), _provider_down, lambda seen: refused_with(seen) == 64,
        ),
        _intent_check(
            "retry.hammering", "A number whose window is full is not retried until the window moves.",
            Severity.MAJOR, ("ERR-60", "AF-2", "AF-3"), _hammering, lambda seen: refused_with(seen) == 60,
        ),
        _intent_check(
            "resend.accepted",
            "An accepted message is not sent again, even if its answer is unusual: people would get it twice.",
            Severity.CRITICAL, ("ANS-1", "AF-1"), _accepted, _readable,
        ),
    ]  # fmt: skip
    unknown = _intent_check(
        "resend.unknown-fate",
        "A message that may have been accepted is not sent again unasked: people could get it twice.",
        Severity.CRITICAL, ("PR-1", "AF-1"), _unknown_fate, _unreadable,
    )  # fmt: skip
    # Not a duplicate here, but the same behaviour duplicates messages when the gateway has accepted them.
    before = _intent_check(
        "resend.before",
        "A lost answer does not tell whether the message was accepted: only the caller may send again.",
        Severity.MAJOR, ("PR-1",), _before, _fate_unclear,
    )  # fmt: skip
    if resend == "allowed":
        return tuple(found)
    return (*found, unknown, before)

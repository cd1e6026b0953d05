"""The caller is told the truth (ANS-1 to ANS-4, the refusal catalogue).

With several sends for one intent the answer to the last one counts. Left open is what sensible clients do either way:
an integer `code` on any answer but a 200 may be told as refused with it, or as failed.
"""

from __future__ import annotations

from typing import Any

from contract_tests.client.checks.making import Says, is_failed, of_attempts, outcome, told
from contract_tests.client.driver.protocol import ReportedAccepted, ReportedRefused
from contract_tests.client.evidence import Seen, SendAttempt
from contract_tests.client.findings import ClientCheck, Severity
from contract_tests.client.steps import Group, Sees


def member(seen: Seen, name: str) -> Any:
    """A member of the answer's JSON object as the client could read it; `None` where there is none."""
    if seen.step.sees is not Sees.ANSWER or not isinstance(seen.answered, dict):
        return None
    return seen.answered.get(name)


def accepted_as(seen: Seen | None) -> str | None:
    """The id under which an answer accepts; `None` where it accepts nothing, whatever it looks like."""
    if seen is None or seen.status != 200 or member(seen, "code") is not None:
        return None
    id_ = member(seen, "id")
    return id_ if isinstance(id_, str) and id_ else None


def refused_with(seen: Seen | None) -> int | None:
    """The integer code of an answer that is no 200."""
    code = None if seen is None or seen.status == 200 else member(seen, "code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def shown(seen: Seen | None) -> str:
    """What the client had, in words."""
    if seen is None:
        return "nothing reached the gateway"
    if seen.step.sees is not Sees.ANSWER:
        return f"the client had {seen.step.sees.value} ({seen.step.name})"
    body = seen.answer[:100].decode(errors="replace") or "an empty body"
    return f"the answer was {seen.status} with {body!r} ({seen.step.name})"


WRONG_TYPE = "wrong-content-type"
"""The step whose right acceptance may be told as accepted and as failed."""


def contradicts(seen: Seen | None) -> bool:
    """Whether body and status say different things: an id without a 200, or a code on one."""
    if seen is None:
        return False
    return (seen.status != 200 and member(seen, "id") is not None) or (
        seen.status == 200 and member(seen, "code") is not None
    )


def _said_accepted(attempt: SendAttempt) -> bool:
    return isinstance(outcome(attempt), ReportedAccepted)


def _accepted(attempt: SendAttempt) -> Says:
    if _said_accepted(attempt) and accepted_as(attempt.last) is None:
        yield f"the client said accepted, and {shown(attempt.last)}: only a 200 with an id is an acceptance"


def _contradiction(attempt: SendAttempt) -> Says:
    if _said_accepted(attempt):
        yield f"the client said accepted, and {shown(attempt.last)}: an answer that contradicts its status is none"


def _refused(attempt: SendAttempt) -> Says:
    said, right = outcome(attempt), refused_with(attempt.last)
    if isinstance(said, ReportedRefused) and said.code != right:
        if right is None:
            yield f"the client said refused with {said.code}, and {shown(attempt.last)}: that is no refusal"
        else:
            yield f"the client said refused with {said.code}, and the gateway refused with {right}"


def _failed(attempt: SendAttempt) -> Says:
    said = outcome(attempt)
    if said is not None and not isinstance(said, ReportedAccepted):
        yield f"the client said {told(said)}, and {shown(attempt.last)}: the message is on its way"


def _is_plain_acceptance(attempt: SendAttempt) -> bool:
    last = attempt.last
    return accepted_as(last) is not None and last is not None and last.step.group is not Group.TOLERANCE


def _unknown(attempt: SendAttempt) -> Says:
    said = outcome(attempt)
    if said is not None and not is_failed(said):
        yield f"the client said {told(said)}, and {shown(attempt.last)}: nobody knows what became of the message"


def _fate_unknown(attempt: SendAttempt) -> bool:
    last = attempt.last
    return last is not None and (last.step.fate_unknown or last.step.group is Group.PROXY)


def _told_elsewhere(attempt: SendAttempt) -> bool:
    """Whether a false acceptance has a sharper check of its own."""
    return contradicts(attempt.last) or _fate_unknown(attempt)


def _id(attempt: SendAttempt) -> Says:
    said, right = outcome(attempt), accepted_as(attempt.last)
    if isinstance(said, ReportedAccepted) and said.message_id != right:
        yield f"the client told the id {said.message_id!r:.60}, and the gateway gave {right!r}"


def _provider(attempt: SendAttempt) -> Says:
    said = outcome(attempt)
    if not isinstance(said, ReportedAccepted) or attempt.last is None:
        return
    right = member(attempt.last, "provider")
    # An empty string is what some languages have for none.
    if said.provider and said.provider != right:
        yield f"the client told the provider {said.provider!r:.60}, and the gateway named {right!r}: none is invented"


def _both_accepted(attempt: SendAttempt) -> bool:
    return _said_accepted(attempt) and accepted_as(attempt.last) is not None


CHECKS: tuple[ClientCheck, ...] = (
    of_attempts(
        "outcome.accepted",
        "Accepted is what a 200 with an id says, and nothing else: or messages get lost unseen.",
        Severity.CRITICAL, ("ANS-1",), _accepted,
        lambda attempt: outcome(attempt) is not None and not _told_elsewhere(attempt),
    ),
    of_attempts(
        "outcome.contradiction", "An answer whose body contradicts its status is no success.",
        Severity.MAJOR, ("ANS-1", "ANS-3"), _contradiction, lambda attempt: contradicts(attempt.last),
    ),
    of_attempts(
        "outcome.refused", "A refusal is told with the code that the gateway gave: callers act by it.",
        Severity.MAJOR, ("ANS-3", "ANS-4"), _refused,
        lambda attempt: not _fate_unknown(attempt) and (
            isinstance(outcome(attempt), ReportedRefused) or refused_with(attempt.last) is not None
        ),
    ),
    of_attempts(
        "outcome.failed", "What was accepted is told as accepted: a caller who hears of a failure sends again.",
        Severity.CRITICAL, ("ANS-1",), _failed, _is_plain_acceptance,
    ),
    of_attempts(
        "outcome.unknown-fate", "Where nobody can know the fate of a message, the caller hears that, and no guess.",
        Severity.CRITICAL, ("ANS-1", "PR-1"), _unknown, _fate_unknown,
    ),
    of_attempts(
        "outcome.id", "The id that is told is the gateway's: receipts and look-ups know no other.",
        Severity.CRITICAL, ("ANS-1", "WH-6"), _id, _both_accepted,
    ),
    of_attempts(
        "outcome.provider", "The provider that is told is the one that the gateway named, or none.",
        Severity.MINOR, ("ANS-2", "REQ-6"), _provider, _both_accepted,
    ),
)  # fmt: skip

"""The client reports the right outcome to its caller (ANS-1 to ANS-4, the refusal catalogue).

Of several sends for one intent, the answer to the last one counts. An integer `code` on an answer other than a 200
may be reported as refused or as failed, since sensible clients do either.
"""

from __future__ import annotations

from typing import Any

from contract_tests.client.checks.builders import Sentences, attempt_check, is_failed, outcome, outcome_text
from contract_tests.client.checks.check import ClientCheck, Severity
from contract_tests.client.driver.protocol import ReportedAccepted, ReportedRefused
from contract_tests.client.play.evidence import SeenRequest, SendAttempt
from contract_tests.client.play.steps import Group, Sees


def member(seen: SeenRequest, name: str) -> Any:
    """A member of the answer's JSON object as the client could read it; `None` if there is none."""
    if seen.step.sees is not Sees.ANSWER or not isinstance(seen.answered, dict):
        return None
    return seen.answered.get(name)


def accepted_as(seen: SeenRequest | None) -> str | None:
    """The message id of an acceptance; `None` if the answer is not one."""
    if seen is None or seen.status != 200 or member(seen, "code") is not None:
        return None
    id_ = member(seen, "id")
    return id_ if isinstance(id_, str) and id_ else None


def refused_with(seen: SeenRequest | None) -> int | None:
    """The integer code of an answer other than a 200."""
    code = None if seen is None or seen.status == 200 else member(seen, "code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def answer_text(seen: SeenRequest | None) -> str:
    """The answer that the client received, in words."""
    if seen is None:
        return "nothing reached the gateway"
    if seen.step.sees is not Sees.ANSWER:
        return f"the client received {seen.step.sees.value} ({seen.step.name})"
    body = seen.answer[:100].decode(errors="replace") or "an empty body"
    return f"the answer was {seen.status} with {body!r} ({seen.step.name})"


WRONG_TYPE = "wrong-content-type"
"""The step whose valid acceptance may be reported as accepted or as failed."""


def contradicts(seen: SeenRequest | None) -> bool:
    """Whether body and status contradict each other: an id without a 200, or a code with one."""
    if seen is None:
        return False
    return (seen.status != 200 and member(seen, "id") is not None) or (
        seen.status == 200 and member(seen, "code") is not None
    )


def _reported_accepted(attempt: SendAttempt) -> bool:
    return isinstance(outcome(attempt), ReportedAccepted)


def _accepted(attempt: SendAttempt) -> Sentences:
    if _reported_accepted(attempt) and accepted_as(attempt.last) is None:
        yield f"the client reported accepted, and {answer_text(attempt.last)}: only a 200 with an id is an acceptance"


def _contradiction(attempt: SendAttempt) -> Sentences:
    if _reported_accepted(attempt):
        yield f"the client reported accepted, and {answer_text(attempt.last)}: its body contradicts its status"


def _refused(attempt: SendAttempt) -> Sentences:
    said, right = outcome(attempt), refused_with(attempt.last)
    if isinstance(said, ReportedRefused) and said.code != right:
        if right is None:
            yield f"the client reported refused with {said.code}, and {answer_text(attempt.last)}: that is no refusal"
        else:
            yield f"the client reported refused with {said.code}, and the gateway refused with {right}"


def _failed(attempt: SendAttempt) -> Sentences:
    said = outcome(attempt)
    if said is not None and not isinstance(said, ReportedAccepted):
        yield f"the client reported {outcome_text(said)}, and {answer_text(attempt.last)}: the message was accepted"


def _is_plain_acceptance(attempt: SendAttempt) -> bool:
    last = attempt.last
    return accepted_as(last) is not None and last is not None and last.step.group is not Group.TOLERANCE


def _unknown(attempt: SendAttempt) -> Sentences:
    said = outcome(attempt)
    if said is not None and not is_failed(said):
        yield f"the client reported {outcome_text(said)}, and {answer_text(attempt.last)}: its fate is unknown"


def _fate_unknown(attempt: SendAttempt) -> bool:
    last = attempt.last
    return last is not None and (last.step.fate_unknown or last.step.group is Group.PROXY)


def _has_specific_check(attempt: SendAttempt) -> bool:
    """Whether a more specific check judges a false acceptance."""
    return contradicts(attempt.last) or _fate_unknown(attempt)


def _id(attempt: SendAttempt) -> Sentences:
    said, right = outcome(attempt), accepted_as(attempt.last)
    if isinstance(said, ReportedAccepted) and said.message_id != right:
        yield f"the client reported the id {said.message_id!r:.60}, and the gateway gave {right!r}"


def _provider(attempt: SendAttempt) -> Sentences:
    said = outcome(attempt)
    if not isinstance(said, ReportedAccepted) or attempt.last is None:
        return
    right = member(attempt.last, "provider")
    # Some languages use an empty string for none.
    if said.provider and said.provider != right:
        yield f"the client reported the provider {said.provider!r:.60}, and the gateway gave {right!r}"


def _both_accepted(attempt: SendAttempt) -> bool:
    return _reported_accepted(attempt) and accepted_as(attempt.last) is not None


CHECKS: tuple[ClientCheck, ...] = (
    attempt_check(
        "outcome.accepted",
        "Only a 200 with an id is reported as accepted; anything else loses messages unnoticed.",
        Severity.CRITICAL, ("ANS-1",), _accepted,
        lambda attempt: outcome(attempt) is not None and not _has_specific_check(attempt),
    ),
    attempt_check(
        "outcome.contradiction", "An answer whose body contradicts its status is not reported as accepted.",
        Severity.MAJOR, ("ANS-1", "ANS-3"), _contradiction, lambda attempt: contradicts(attempt.last),
    ),
    attempt_check(
        "outcome.refused", "A refusal is reported with the gateway's code: callers act on it.",
        Severity.MAJOR, ("ANS-3", "ANS-4"), _refused,
        lambda attempt: not _fate_unknown(attempt) and (
            isinstance(outcome(attempt), ReportedRefused) or refused_with(attempt.last) is not None
        ),
    ),
    attempt_check(
        "outcome.failed", "An acceptance is reported as accepted: a caller that sees a failure sends again.",
        Severity.CRITICAL, ("ANS-1",), _failed, _is_plain_acceptance,
    ),
    attempt_check(
        "outcome.unknown-fate", "If the fate of a message is unknown, the client reports that instead of a guess.",
        Severity.CRITICAL, ("ANS-1", "PR-1"), _unknown, _fate_unknown,
    ),
    attempt_check(
        "outcome.id", "The reported id is the gateway's: receipts and look-ups use no other.",
        Severity.CRITICAL, ("ANS-1", "WH-6"), _id, _both_accepted,
    ),
    attempt_check(
        "outcome.provider", "The reported provider is the gateway's, or none.",
        Severity.MINOR, ("ANS-2", "REQ-6"), _provider, _both_accepted,
    ),
)  # fmt: skip

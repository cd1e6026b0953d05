"""The gateway: what happens to a submission, from the rules to the kept message."""

from __future__ import annotations

from mock_server.domain.decision import Accepted, Decision, Drop, Objection, Refused, SilentlyDropped
from mock_server.domain.flooding import Offer
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.requirements import documented
from mock_server.domain.rules import (
    COUNTED_ATTEMPT_RULES,
    HEALTH_RULES,
    Context,
    context_of,
    object_to_attempt,
    object_to_submission,
)
from mock_server.domain.stub import Stub
from mock_server.domain.submission import Attempt, Submission
from mock_server.session import Session

ACCEPTED_BY = "provider accepted"
"""What decided when no rule stood in the way."""

_ANS_1 = documented("ANS-1")


async def submit(session: Session, attempt: Attempt) -> Decision:
    """Decide an attempt to send: the rules in their order, then one atomic step of the store (ORD-1)."""
    policy = session.policy
    submission = object_to_attempt(attempt, policy)
    if isinstance(submission, Objection):
        return _refusal(submission)
    context = context_of(attempt, submission, policy)
    objection = object_to_submission(submission, context)
    offer = Offer(submission.destination, submission.text, policy.provider(), policy.limits)
    stub = session.stubs.match(submission.destination)
    if stub is not None:
        return await _forced(session, stub, offer, objection, attempt.at)
    if objection is None:
        return await _hand_over(session, attempt, submission, context, offer)
    if policy.limits.count_attempts and objection.rule in COUNTED_ATTEMPT_RULES:
        await session.store.count_attempt(offer, attempt.at)
    return _refusal(objection)


def service_status(session: Session, attempt: Attempt) -> Decision | None:
    """Refuse who may not ask for the administrators' health check; `None` lets it be answered (OP-4)."""
    for rule in HEALTH_RULES:
        refused = rule(attempt, session.policy)
        if refused is not None:
            return _refusal(Objection(rule.__name__, refused))
    return None


async def _hand_over(
    session: Session, attempt: Attempt, submission: Submission, context: Context, offer: Offer
) -> Decision:
    """Ask the windows and the providers; keep what a provider takes."""
    objection, tally, ordinal = await session.store.reserve(offer, attempt.at)
    if objection is not None and isinstance(objection.said, Refused):
        return Decision(objection.said, objection.rule, objection.said.requirement, tally=tally)
    message_id = session.ids.message_id(offer.destination, offer.text, ordinal)
    provider = offer.provider or ""
    if objection is not None:
        dropped = SilentlyDropped(message_id, provider)
        requirement = objection.said.requirement
        return Decision(dropped, objection.rule, requirement, tally=tally, detailed=submission.detailed)
    caller, sender = context.caller.username, context.sender.username
    message = Message(message_id, submission, caller, sender, provider, attempt.at, attempt.exchange)
    await session.store.keep(message)
    return Decision(Accepted(message_id, provider), ACCEPTED_BY, _ANS_1, tally=tally, detailed=submission.detailed)


async def _forced(
    session: Session, stub: Stub, offer: Offer, objection: Objection[Refused] | None, now: Instant
) -> Decision:
    """Answer as the stub says and reserve nothing; what the rules would have said is kept for the explanation."""
    natural: Objection[Refused | Drop] | None = objection
    tally = None
    if natural is None:
        natural, tally, _ = await session.store.peek(offer, now)
    refused = Refused(stub.refuse, stub.refuse.requirement, reason=f"forced by {stub.name}")
    return Decision(refused, stub.name, stub.refuse.requirement, forced=True, natural=natural, tally=tally)


def _refusal(objection: Objection[Refused]) -> Decision:
    return Decision(objection.said, objection.rule, objection.said.requirement)

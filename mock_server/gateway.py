"""The gateway: what happens to a submission, from the rules to the kept message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from mock_server import timeline, wire
from mock_server.domain.decision import Accepted, Decision, Drop, Objection, Refused, SilentlyDropped
from mock_server.domain.delivery import Plan, Status, Step, latest
from mock_server.domain.errors import ErrorCode
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
from mock_server.domain.submission import Attempt, Submission, Webhook
from mock_server.session import Session

ACCEPTED_BY = "provider accepted"
"""What decided when no rule stood in the way."""

_ANS_1 = documented("ANS-1")

_NEVER_SENT = Plan((Step(0, Status.REJECTED),))
"""The life of a dropped duplicate where the status API knows of it (the alternative reading of AF-7)."""


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
    if stub is not None and stub.refuse is not None:
        return await _forced(session, stub, stub.refuse, offer, objection, attempt.at)
    if objection is None:
        return await _hand_over(session, attempt, submission, context, offer)
    if policy.limits.count_attempts and objection.rule in COUNTED_ATTEMPT_RULES:
        await session.store.count_attempt(offer, attempt.at)
    return _refusal(objection)


async def message_status(session: Session, message_id: str) -> bytes | None:
    """The answer to a look-up by id; `None` when the id is not known (MS-3)."""
    message = await session.store.message(message_id)
    return None if message is None else wire.status_answer(await _view(session, message))


async def statuses_of_number(session: Session, number: str, before: Instant | None, count: int) -> bytes:
    """The answer to a look-up by destination (MS-2)."""
    found = await session.store.by_destination(number, before, count)
    return wire.statuses_answer([await _view(session, message) for message in found])


async def statuses_of_reference(session: Session, key: str, before: Instant | None, count: int) -> bytes:
    """The answer to a look-up by reference key (MS-2)."""
    found = await session.store.by_reference(key, before, count)
    return wire.statuses_answer([await _view(session, message) for message in found])


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
    """Ask the windows and the providers; keep what a provider takes, and begin its life."""
    objection, tally, ordinal = await session.store.reserve(offer, attempt.at)
    if objection is not None and isinstance(objection.said, Refused):
        return Decision(objection.said, objection.rule, objection.said.requirement, tally=tally)
    provider = offer.provider or ""
    message_id = session.ids.message_id(offer.destination, offer.text, provider, ordinal)
    if objection is not None:
        if context.policy.readings.dropped_is_rejected:
            await session.store.keep(_message(session, attempt, submission, context, message_id, dropped=True))
        dropped = SilentlyDropped(message_id, provider)
        requirement = objection.said.requirement
        return Decision(dropped, objection.rule, requirement, tally=tally, detailed=submission.detailed)
    message = _message(session, attempt, submission, context, message_id)
    await session.store.keep(message)
    session.watchers.message_kept(message)
    if submission.webhook is not None:
        await timeline.begin(session, message)
    return Decision(Accepted(message_id, provider), ACCEPTED_BY, _ANS_1, tally=tally, detailed=submission.detailed)


def _message(  # noqa: PLR0913 - the parts of a message
    session: Session,
    attempt: Attempt,
    submission: Submission,
    context: Context,
    message_id: str,
    *,
    dropped: bool = False,
) -> Message:
    policy = context.policy
    stub = session.stubs.match(submission.destination)
    plan = policy.plan if stub is None or stub.plan is None else stub.plan
    return Message(
        message_id,
        submission,
        context.caller.username,
        context.sender.username,
        policy.provider() or "",
        attempt.at,
        attempt.exchange,
        _NEVER_SENT if dropped else plan,
        policy.webhooks.adversity if stub is None or stub.adversity is None else stub.adversity,
        None if submission.webhook is None else _own_receiver(submission.webhook, attempt),
        stub is not None,
        dropped,
    )


def _own_receiver(webhook: Webhook, attempt: Attempt) -> str | None:
    """The name of the session's own receiver that a webhook's URL stands for."""
    url = webhook.url or ""
    rest = next((url[len(base) :] for base in attempt.receivers if url.startswith(base)), None)
    return None if rest is None else unquote(re.split("[?#]", rest)[0])


async def _view(session: Session, message: Message) -> Mapping[str, Any]:
    """A message as it stands now: computed when somebody looks."""
    change = latest(await session.store.life(message), session.now())
    return wire.status_view(message, change, session.ids.derived_id("provider", message.id))


async def _forced(  # noqa: PLR0913, PLR0917 - what a forced refusal is explained by
    session: Session,
    stub: Stub,
    error: ErrorCode,
    offer: Offer,
    objection: Objection[Refused] | None,
    now: Instant,
) -> Decision:
    """Answer as the stub says and reserve nothing; what the rules would have said is kept for the explanation."""
    natural: Objection[Refused | Drop] | None = objection
    tally = None
    if natural is None:
        natural, tally, _ = await session.store.peek(offer, now)
    refused = Refused(error, error.requirement, reason=f"forced by {stub.name}")
    return Decision(refused, stub.name, error.requirement, forced=True, natural=natural, tally=tally)


def _refusal(objection: Objection[Refused]) -> Decision:
    return Decision(objection.said, objection.rule, objection.said.requirement)

"""What happens to a submission: the rules in their order, the store's atomic decision, and the kept message."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from mock_server.domain.adversity import Adversity
from mock_server.domain.decision import (
    Accepted,
    Decision,
    Drop,
    Intercepted,
    Objection,
    Refused,
    SilentlyDropped,
)
from mock_server.domain.delivery import Plan, Status, Step
from mock_server.domain.errors import ErrorCode
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.message import Message
from mock_server.domain.requirements import documented
from mock_server.domain.rules import (
    COUNTED_ATTEMPT_RULES,
    Context,
    context_of,
    object_to_attempt,
    object_to_submission,
)
from mock_server.domain.stub import Stage, Stub
from mock_server.domain.submission import Attempt, Submission, Webhook
from mock_server.gateway import scheduler
from mock_server.gateway.stub_selection import StubSelection
from mock_server.session.session import Session

ACCEPTED_BY = "provider accepted"
"""What decided when no rule refused."""

_ANS_1 = documented("ANS-1")

_NEVER_SENT = Plan((Step(0, Status.REJECTED),))
"""The life of a dropped duplicate under the alternative reading of AF-7."""


Natural = tuple[Objection[Refused | Drop] | None, Tally | None]
"""What the rules would have said without a stub, and what the windows held then."""


async def submit(session: Session, attempt: Attempt, selection: StubSelection) -> Decision:
    """Decide an attempt to send: the rules in their order, then one atomic step of the store (ORD-1).

    Stubs apply before the first rule, once the body is known to be a submission, and on acceptance.
    """
    policy = session.policy
    arrival = None if selection.idle else selection.at(Stage.ARRIVAL)
    if arrival is not None and arrival.outcome.refuse is not None:
        return _forced_refusal(arrival, arrival.outcome.refuse, await foresee(session, attempt))
    submission = object_to_attempt(attempt, policy)
    if isinstance(submission, Objection):
        return _refusal(submission)
    context = context_of(attempt, submission, policy)
    objection = object_to_submission(submission, context)
    handing = _Handing(session, attempt, submission, context, selection)
    stub = None if selection.idle else selection.at(Stage.DECISION)
    if stub is not None:
        return await _forced(handing, stub, objection)
    if objection is None:
        return await _hand_over(handing)
    if policy.limits.count_attempts and objection.rule in COUNTED_ATTEMPT_RULES:
        await session.state.store.count_attempt(_offer(submission, context), attempt.at)
    return _refusal(objection)


async def intercept(session: Session, attempt: Attempt, stub: Stub) -> Decision:
    """Record that a stub kept the attempt from the gateway, with what the rules would have said."""
    natural, tally = await foresee(session, attempt)
    return Decision(Intercepted(), stub.name, None, forced=True, natural=natural, tally=tally)


async def foresee(session: Session, attempt: Attempt) -> Natural:
    """What the rules would say, without counting."""
    submission = object_to_attempt(attempt, session.policy)
    if isinstance(submission, Objection):
        return submission, None
    context = context_of(attempt, submission, session.policy)
    objection = object_to_submission(submission, context)
    if objection is not None:
        return objection, None
    natural, tally, _ = await session.state.store.peek(_offer(submission, context), attempt.at)
    return natural, tally


class _Handing(NamedTuple):
    """A submission on its way to the provider, with everything known about it."""

    session: Session
    attempt: Attempt
    submission: Submission
    context: Context
    selection: StubSelection


class _Fate(NamedTuple):
    """What is decided about an accepted message beyond its acceptance."""

    plan: Plan
    adversity: Adversity | None = None
    forced: bool = False
    dropped: bool = False


def _offer(submission: Submission, context: Context) -> Offer:
    """The submission as the windows and providers see it."""
    policy = context.policy
    return Offer(submission.destination, submission.text, policy.provider(), policy.limits)


async def _hand_over(handing: _Handing) -> Decision:
    """Ask the windows and the providers; keep what a provider accepts, and start its delivery."""
    session, submission = handing.session, handing.submission
    offer = _offer(submission, handing.context)
    objection, tally, ordinal = await session.state.store.reserve(offer, handing.attempt.at)
    if objection is not None and isinstance(objection.said, Refused):
        return Decision(objection.said, objection.rule, objection.said.requirement, tally=tally)
    provider = offer.provider or ""
    message_id = session.state.ids.message_id(offer.destination, offer.text, provider, ordinal)
    if objection is not None:
        await _drop(handing, message_id)
        dropped = SilentlyDropped(message_id, provider)
        requirement = objection.said.requirement
        return Decision(dropped, objection.rule, requirement, tally=tally, detailed=submission.detailed)
    await _keep(handing, message_id, provider)
    return Decision(Accepted(message_id, provider), ACCEPTED_BY, _ANS_1, tally=tally, detailed=submission.detailed)


async def _keep(handing: _Handing, message_id: str, provider: str, *, forced: bool = False) -> None:
    """Keep an accepted message, and start its delivery."""
    message = _message(handing, message_id, provider, _fate(handing, forced=forced))
    await handing.session.state.store.keep(message)
    handing.session.presence.subscriptions.messages.publish(message)
    if handing.submission.webhook is not None:
        await scheduler.begin(handing.session, message)


def _fate(handing: _Handing, *, forced: bool) -> _Fate:
    """The plan and adversity of a message: of the deciding stub, else of the fate's stub, else of the scenario."""
    policy, selection = handing.context.policy, handing.selection
    plan, adversity = policy.plan, policy.webhooks.adversity
    if selection.idle:
        return _Fate(plan, adversity, forced)
    fate, decision = selection.at(Stage.FATE), selection.at(Stage.DECISION)
    for stub in (fate, decision):
        if stub is not None:
            plan = stub.outcome.plan or plan
            adversity = stub.outcome.adversity or adversity
    return _Fate(plan, adversity, forced or fate is not None)


async def _drop(handing: _Handing, message_id: str) -> None:
    """Send to nobody; under the alternative reading of AF-7 the status API knows the message all the same."""
    policy = handing.context.policy
    if policy.readings.dropped_is_rejected:
        provider = policy.provider() or ""
        message = _message(handing, message_id, provider, _Fate(_NEVER_SENT, dropped=True))
        await handing.session.state.store.keep(message)


def _message(handing: _Handing, message_id: str, provider: str, fate: _Fate) -> Message:
    attempt, submission, context = handing.attempt, handing.submission, handing.context
    return Message(
        id=message_id,
        submission=submission,
        caller=context.caller.username,
        sender=context.sender.username,
        provider=provider,
        accepted_at=attempt.at,
        exchange=attempt.exchange,
        plan=fate.plan,
        adversity=fate.adversity,
        receiver=None if submission.webhook is None else _own_receiver(submission.webhook, attempt),
        forced=fate.forced,
        dropped=fate.dropped,
    )


def _own_receiver(webhook: Webhook, attempt: Attempt) -> str | None:
    """The name of the session's own receiver that a webhook's URL points to."""
    url = webhook.url or ""
    rest = next((url[len(base) :] for base in attempt.receivers if url.startswith(base)), None)
    return None if rest is None else unquote(re.split("[?#]", rest)[0])


async def _forced(handing: _Handing, stub: Stub, objection: Objection[Refused] | None) -> Decision:
    """Answer as the stub says; what the rules would have said is kept for the explanation."""
    session, policy, now = handing.session, handing.context.policy, handing.attempt.at
    offer = _offer(handing.submission, handing.context)
    natural: Objection[Refused | Drop] | None = objection
    if stub.outcome.accept:
        # It counts like any other acceptance, whatever the rules say.
        counted, tally, ordinal = await session.state.store.reserve(offer, now, forced=True)
        provider = offer.provider or next((each.name for each in policy.providers), "")
        message_id = session.state.ids.message_id(offer.destination, offer.text, provider, ordinal)
        await _keep(handing, message_id, provider, forced=True)
        accepted = Accepted(message_id, provider)
        detailed = handing.submission.detailed
        natural = natural or counted
        return Decision(accepted, stub.name, None, forced=True, natural=natural, tally=tally, detailed=detailed)
    seen: Tally | None = None
    if natural is None:
        natural, seen, _ = await session.state.store.peek(offer, now)
    if stub.outcome.refuse is not None:
        return _forced_refusal(stub, stub.outcome.refuse, (natural, seen))
    message_id = session.state.ids.derived_id("forced drop", handing.attempt.exchange)
    await _drop(handing, message_id)
    dropped = SilentlyDropped(message_id, offer.provider or "")
    detailed = handing.submission.detailed
    return Decision(dropped, stub.name, None, forced=True, natural=natural, tally=seen, detailed=detailed)


def _forced_refusal(stub: Stub, error: ErrorCode, natural: Natural) -> Decision:
    """Refuse, and reserve nothing."""
    objection, tally = natural
    refused = Refused(error, error.requirement, reason=f"forced by {stub.name}")
    return Decision(refused, stub.name, error.requirement, forced=True, natural=objection, tally=tally)


def _refusal(objection: Objection[Refused]) -> Decision:
    return Decision(objection.said, objection.rule, objection.said.requirement)

"""The gateway: what happens to a submission, from the rules to the kept message."""

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
"""What decided when no rule stood in the way."""

_ANS_1 = documented("ANS-1")

_NEVER_SENT = Plan((Step(0, Status.REJECTED),))
"""The life of a dropped duplicate where the status API knows of it (the alternative reading of AF-7)."""


Natural = tuple[Objection[Refused | Drop] | None, Tally | None]
"""What the rules would have said, and what the windows held when they were asked."""


async def submit(session: Session, attempt: Attempt, selection: StubSelection) -> Decision:
    """Decide an attempt to send: the rules in their order, then one atomic step of the store (ORD-1).

    Stubs have their say before the first rule, after the body was found to be a submission, and on acceptance.
    """
    arrival = selection.at(Stage.ARRIVAL)
    if arrival is not None and arrival.outcome.refuse is not None:
        return _forced_refusal(arrival, arrival.outcome.refuse, await foresee(session, attempt))
    policy = session.policy
    submission = object_to_attempt(attempt, policy)
    if isinstance(submission, Objection):
        return _refusal(submission)
    context = context_of(attempt, submission, policy)
    objection = object_to_submission(submission, context)
    handing = _Handing(session, attempt, submission, context, selection)
    stub = selection.at(Stage.DECISION)
    if stub is not None:
        return await _forced(handing, stub, objection)
    if objection is None:
        return await _hand_over(handing)
    if policy.limits.count_attempts and objection.rule in COUNTED_ATTEMPT_RULES:
        await session.store.count_attempt(handing.offer, attempt.at)
    return _refusal(objection)


async def intercept(session: Session, attempt: Attempt, stub: Stub) -> Decision:
    """Decide nothing: the stub keeps the attempt from the gateway. What the rules would have said is kept."""
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
    offer = Offer(submission.destination, submission.text, session.policy.provider(), session.policy.limits)
    natural, tally, _ = await session.store.peek(offer, attempt.at)
    return natural, tally


class _Handing(NamedTuple):
    """A submission that is about to be handed over, with everything that is known of it."""

    session: Session
    attempt: Attempt
    submission: Submission
    context: Context
    selection: StubSelection

    @property
    def offer(self) -> Offer:
        """How the windows see it."""
        policy = self.context.policy
        return Offer(self.submission.destination, self.submission.text, policy.provider(), policy.limits)


async def _hand_over(handing: _Handing) -> Decision:
    """Ask the windows and the providers; keep what a provider takes, and begin its life."""
    session, submission = handing.session, handing.submission
    offer = handing.offer
    objection, tally, ordinal = await session.store.reserve(offer, handing.attempt.at)
    if objection is not None and isinstance(objection.said, Refused):
        return Decision(objection.said, objection.rule, objection.said.requirement, tally=tally)
    provider = offer.provider or ""
    message_id = session.ids.message_id(offer.destination, offer.text, provider, ordinal)
    if objection is not None:
        await _drop(handing, message_id)
        dropped = SilentlyDropped(message_id, provider)
        requirement = objection.said.requirement
        return Decision(dropped, objection.rule, requirement, tally=tally, detailed=submission.detailed)
    await _keep(handing, message_id, provider)
    return Decision(Accepted(message_id, provider), ACCEPTED_BY, _ANS_1, tally=tally, detailed=submission.detailed)


async def _keep(handing: _Handing, message_id: str, provider: str, *, forced: bool = False) -> None:
    """Keep an accepted message, and begin its life."""
    policy = handing.context.policy
    plan, adversity = policy.plan, policy.webhooks.adversity
    # What is decided with the message goes before what is said of its fate alone.
    for stage in () if handing.selection.idle else (Stage.FATE, Stage.DECISION):
        stub = handing.selection.at(stage)
        if stub is not None:
            plan = plan if stub.outcome.plan is None else stub.outcome.plan
            adversity = adversity if stub.outcome.adversity is None else stub.outcome.adversity
            forced = forced or stage is Stage.FATE
    message = _message(handing, message_id, provider, plan=plan, adversity=adversity, forced=forced)
    await handing.session.store.keep(message)
    handing.session.subscriptions.message_kept(message)
    if handing.submission.webhook is not None:
        await scheduler.begin(handing.session, message)


async def _drop(handing: _Handing, message_id: str) -> None:
    """Send to nobody; where AF-7 is read so, the status API knows of it all the same."""
    policy = handing.context.policy
    if policy.readings.dropped_is_rejected:
        provider = policy.provider() or ""
        await handing.session.store.keep(_message(handing, message_id, provider, plan=_NEVER_SENT, dropped=True))


def _message(  # noqa: PLR0913 - the parts of a message
    handing: _Handing,
    message_id: str,
    provider: str,
    *,
    plan: Plan,
    adversity: Adversity | None = None,
    forced: bool = False,
    dropped: bool = False,
) -> Message:
    attempt, submission, context = handing.attempt, handing.submission, handing.context
    return Message(
        message_id,
        submission,
        context.caller.username,
        context.sender.username,
        provider,
        attempt.at,
        attempt.exchange,
        plan,
        adversity,
        None if submission.webhook is None else _own_receiver(submission.webhook, attempt),
        forced,
        dropped,
    )


def _own_receiver(webhook: Webhook, attempt: Attempt) -> str | None:
    """The name of the session's own receiver that a webhook's URL stands for."""
    url = webhook.url or ""
    rest = next((url[len(base) :] for base in attempt.receivers if url.startswith(base)), None)
    return None if rest is None else unquote(re.split("[?#]", rest)[0])


async def _forced(handing: _Handing, stub: Stub, objection: Objection[Refused] | None) -> Decision:
    """Answer as the stub says; what the rules would have said is kept for the explanation."""
    session, offer, now = handing.session, handing.offer, handing.attempt.at
    natural: Objection[Refused | Drop] | None = objection
    if stub.outcome.accept:
        # It counts like any other acceptance, whatever stands against it.
        counted, tally, ordinal = await session.store.reserve(offer, now, forced=True)
        provider = offer.provider or next((each.name for each in session.policy.providers), "")
        message_id = session.ids.message_id(offer.destination, offer.text, provider, ordinal)
        await _keep(handing, message_id, provider, forced=True)
        accepted = Accepted(message_id, provider)
        detailed = handing.submission.detailed
        natural = natural or counted
        return Decision(accepted, stub.name, None, forced=True, natural=natural, tally=tally, detailed=detailed)
    seen: Tally | None = None
    if natural is None:
        natural, seen, _ = await session.store.peek(offer, now)
    if stub.outcome.refuse is not None:
        return _forced_refusal(stub, stub.outcome.refuse, (natural, seen))
    message_id = session.ids.derived_id("forced drop", handing.attempt.exchange)
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

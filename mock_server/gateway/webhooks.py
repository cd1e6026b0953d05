"""Notifications on their way: one attempt, what came of it, and what follows from that (WH-1 to WH-6)."""

from __future__ import annotations

from mock_server import wire
from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Change
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.notification import Notification, notifications
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.ports import Answered
from mock_server.session.delivery_queue import Lane
from mock_server.session.session import Session


def lanes_for(session: Session, message: Message, changes: tuple[Change, ...]) -> tuple[Lane, ...]:
    """What a message's webhook is to be told: in one lane, or in one each where nothing waits (WH-5)."""
    if message.submission.webhook is None or message.submission.webhook.url is None:
        return ()
    rules = session.policy.webhooks
    earned = notifications(changes, message.adversity)
    if rules.in_order and not any(each.suspends_order for each in earned):
        return (Lane(message, earned, rules),) if earned else ()
    return tuple(Lane(message, (each,), rules) for each in earned)


async def attempt(session: Session, lane: Lane, notification: Notification, at: Instant) -> WebhookAttempt:
    """Deliver what the lane has next, once, write it down, and put on the agenda what follows.

    `at` is the session's time of the attempt; on a frozen clock the attempt takes no time.
    """
    if lane.body is None:
        lane.body = _body(session, lane.message, notification)
    content_type = "text/plain" if notification.adversity is Adversity.WRONG_CONTENT_TYPE else "application/json"
    content = lane.body, content_type
    record = WebhookAttempt(lane.message, notification.change.status, at, lane.attempts + 1, content)
    session.journal.attempts.begin(record)
    answered = await _deliver(session, lane.message, *content)
    ended = Instant(at + session.clock.elapsed(answered.wall_seconds))
    _settle(session, lane, record, answered, ended)
    return record


async def _deliver(session: Session, message: Message, body: bytes, content_type: str) -> Answered:
    target = message.submission.webhook
    assert target is not None and target.url is not None, "only such a message has a lane"  # noqa: PT018, S101
    if message.receiver is not None:
        return session.receivers.take(message.receiver, body, content_type, session.now())
    return await session.sender.post(target.url, body, content_type, session.policy.webhooks.timeout)


def _settle(session: Session, lane: Lane, record: WebhookAttempt, answered: Answered, ended: Instant) -> None:
    gap = lane.next_gap()
    record.answered = answered
    if answered.taken:
        lane.proceed(ended)
    elif gap is None:
        record.gave_up = True
        lane.proceed(ended)
    else:
        record.next_try_at = Instant(ended + gap)
        lane.repeat_at(record.next_try_at)
    if lane.current is not None:
        session.agenda.put(lane)


def _body(session: Session, message: Message, notification: Notification) -> bytes:
    ids = session.ids
    view = wire.status_view(message, notification.change, ids.derived_id("provider", message.id))
    receipt_id = ids.derived_id("receipt", message.id, notification.number)
    return wire.receipt(view, receipt_id, ids.derived_id("webhook", message.id), notification.adversity)

"""Webhook delivery: one attempt, its outcome, and what follows from it (WH-1 to WH-6)."""

from __future__ import annotations

from mock_server import wire
from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Change
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.notification import Notification, notifications
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.ports import WebhookAnswer
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.session import Session


def entries_for(session: Session, message: Message, changes: tuple[Change, ...]) -> tuple[QueueEntry, ...]:
    """The notifications of a message: one entry in order, or one entry each where nothing waits (WH-5)."""
    if message.submission.webhook is None or message.submission.webhook.url is None:
        return ()
    rules = session.policy.webhooks
    due = notifications(changes, message.adversity)
    if rules.in_order and not any(each.suspends_order for each in due):
        return (QueueEntry(message, due, rules),) if due else ()
    return tuple(QueueEntry(message, (each,), rules) for each in due)


async def attempt(session: Session, entry: QueueEntry, notification: Notification, at: Instant) -> WebhookAttempt:
    """Deliver the entry's next notification once, record the attempt, and queue what follows.

    `at` is the session's time of the attempt; on a frozen clock the attempt takes no time.
    """
    body = _body(session, entry.message, notification) if entry.body is None else entry.body
    entry.keep_body(body)
    content_type = "text/plain" if notification.adversity is Adversity.WRONG_CONTENT_TYPE else "application/json"
    content = body, content_type
    record = WebhookAttempt(entry.message, notification.change.status, at, entry.attempts + 1, content)
    session.state.journal.attempts.begin(record)
    answer = await _deliver(session, entry.message, *content)
    ended = Instant(at + session.state.clock.elapsed(answer.wall_seconds))
    _settle(session, entry, record, answer, ended)
    return record


async def _deliver(session: Session, message: Message, body: bytes, content_type: str) -> WebhookAnswer:
    target = message.submission.webhook
    assert target is not None and target.url is not None, "only such a message has an entry"  # noqa: PT018, S101
    if message.receiver is not None:
        return session.state.receivers.deliver(message.receiver, body, content_type, session.now())
    return await session.sender.post(target.url, body, content_type, session.policy.webhooks.timeout)


def _settle(
    session: Session, entry: QueueEntry, record: WebhookAttempt, answer: WebhookAnswer, ended: Instant
) -> None:
    gap = entry.next_gap()
    next_try_at = None if answer.taken or gap is None else Instant(ended + gap)
    session.state.journal.attempts.end(record, answer, next_try_at)
    if next_try_at is None:
        entry.proceed(ended)
    else:
        entry.repeat_at(next_try_at)
    if entry.current is not None:
        session.state.queue.put(entry)


def _body(session: Session, message: Message, notification: Notification) -> bytes:
    ids = session.state.ids
    view = wire.status_view(message, notification.change, ids.derived_id("provider", message.id))
    receipt_id = ids.derived_id("receipt", message.id, notification.id_key)
    return wire.receipt(view, receipt_id, ids.derived_id("webhook", message.id), notification.adversity)

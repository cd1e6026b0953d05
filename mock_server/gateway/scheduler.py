"""Perform what is due: by itself while the clock runs, or in order of time when a tester advances it.

An advance keeps strictly to the order of time: nothing starts that is due later than a possible follow-up of an
attempt under way. On a running clock everything due starts at once, so that no receiver waits for another.
"""

from __future__ import annotations

import asyncio
import logging

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Change, changes
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.notification import Notification, WebhookRules, notifications
from mock_server.gateway import webhooks
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.session import Session

logger = logging.getLogger("mock_server")

_ONCE = WebhookRules(retries=())

_PATIENCE = 0.05
"""Seconds of wall time that an advance gives each attempt before it starts the next one in parallel."""


class Fired(msgspec.Struct, frozen=True):
    """An event of an advance: a change of a message, or an attempt to notify of one."""

    at: Instant
    message: Message
    what: Change | WebhookAttempt


class Progress(msgspec.Struct, frozen=True):
    """How far an advance came."""

    fired: tuple[Fired, ...]
    complete: bool
    pending: int
    """Queue entries that wait or are under way."""
    attempts: int
    """Webhook attempts, those included that the journal no longer keeps."""


class BusyError(Exception):
    """Another advance of this session is under way."""


async def begin(session: Session, message: Message) -> None:
    """Queue a message's notifications; under `before-answer` send the first one at once."""
    entries = webhooks.entries_for(session, message, changes(message.plan, message.accepted_at)[1:])
    early = entries[:1] if message.adversity is Adversity.BEFORE_ANSWER else ()
    for entry in entries[len(early) :]:
        put(session, entry)
    for entry in early:
        entry.send_at(session.now())
        await asyncio.wait({_start(session, entry)})


def wake(session: Session) -> None:
    """Start what a running clock has made due, and set the alarm for the next."""
    if session.presence.advancing:
        return
    session.presence.timers.wake(session.now())
    while session.state.clock.rate and _is_due(session, session.now()):
        _start(session, session.state.queue.take())
    session.arm()


async def push(session: Session, message: Message, change: Change) -> None:
    """Give a message a status by hand: it ends the message's plan, and its webhook is notified."""
    store, queue = session.state.store, session.state.queue
    life = await store.life(message)
    past = tuple(each for each in life if each.at <= change.at)
    await store.keep_life(message, (*past, change))
    session.state.scenario.extend_longest_plan(change.at - message.accepted_at)
    session.presence.subscriptions.changes.publish((message, (*past, change)))
    waiting = queue.withdraw(message.id)
    under_way = [entry for entry in session.presence.attempts_under_way if entry.message.id == message.id]
    for entry in waiting:
        entry.forget_after(change.at)
    for entry in under_way:
        entry.forget_after(change.at, under_way=True)
    if message.submission.webhook is not None:
        in_order = [entry for entry in (*waiting, *under_way) if entry.rules.in_order]
        if in_order:
            last = in_order[-1]
        else:
            last = QueueEntry(message, (), session.policy.webhooks)
            waiting.append(last)
        for each in notifications((change,), message.adversity):
            last.append(msgspec.structs.replace(each, number=len(past) - 1))
    for entry in waiting:
        if entry.current is not None:
            put(session, entry)


async def resend(session: Session, message: Message, change: Change, number: int) -> WebhookAttempt:
    """Notify a message's webhook of a change once more, independent of the delivery queue."""
    again = Notification(number, change, session.now())
    return await webhooks.attempt(session, QueueEntry(message, (again,), _ONCE), again, session.now())


def put(session: Session, entry: QueueEntry) -> None:
    """Queue an entry, and set the alarm anew if the entry is the first one due."""
    former = session.next_due
    session.state.queue.put(entry)
    if (former is None or entry.due < former) and not session.presence.advancing:
        session.arm()


async def advance(session: Session, target: Instant | None, wall_limit: float) -> Progress:
    """Move the clock to an instant, or until nothing is left to do, and perform everything due on the way.

    A reset ends it, since the work belongs to the world before the reset.

    Raises:
        BusyError: another advance is under way.
    """
    if session.presence.advancing:
        raise BusyError
    state = session.state
    began, epoch = session.now(), state.queue.epoch
    first_attempt = state.journal.attempts.opened
    complete = False
    try:
        with session.presence.advance():
            complete = await _perform_within(session, target, wall_limit)
    finally:
        wake(session)
    pending = session.notifications_pending
    if state.queue.epoch != epoch:
        return Progress((), complete, pending, 0)
    fired = await _fired(session, began, first_attempt)
    return Progress(fired, complete, pending, state.journal.attempts.opened - first_attempt)


async def _perform_within(session: Session, target: Instant | None, wall_limit: float) -> bool:
    """Perform what is due up to the target; whether it was reached within the limit and without a reset."""
    queue, clock = session.state.queue, session.state.clock
    epoch = queue.epoch
    try:
        async with asyncio.timeout(wall_limit):
            await _perform(session, target)
            if target is None and queue.epoch == epoch:
                target = await _last_change(session)
                await _perform(session, target)
    except TimeoutError:
        return False
    if queue.epoch != epoch:
        return False
    if target is not None:
        clock.move_to(target)
    return True


async def _perform(session: Session, target: Instant | None) -> None:
    queue, timers = session.state.queue, session.presence.timers
    epoch = queue.epoch
    while queue.epoch == epoch:
        due = session.next_due
        left = not session.idle if target is None else due is not None and due <= target
        if due is not None and left and _may_start(session, due):
            session.state.clock.move_to(due)
            if due == timers.next_due:
                timers.wake(due)
                await timers.settled(_PATIENCE)
            else:
                await asyncio.wait({_start(session, queue.take())}, timeout=_PATIENCE)
        elif session.presence.attempt_tasks:
            await asyncio.wait(session.presence.attempt_tasks, return_when=asyncio.FIRST_COMPLETED)
        else:
            return


def _may_start(session: Session, due: Instant) -> bool:
    follow_ups = (entry.earliest_follow_up() for entry in session.presence.attempts_under_way)
    return all(follow_up is None or follow_up >= due for follow_up in follow_ups)


def _is_due(session: Session, now: Instant) -> bool:
    due = session.state.queue.next_due
    return due is not None and due <= now


def _start(session: Session, entry: QueueEntry) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(_attempt(session, entry, session.now()))
    session.presence.attempt_started(task, entry)

    def done(_: asyncio.Task[None]) -> None:
        session.presence.attempt_ended(task)
        if not session.presence.advancing:
            wake(session)

    task.add_done_callback(done)
    return task


async def _attempt(session: Session, entry: QueueEntry, at: Instant) -> None:
    notification = entry.current
    if notification is None:
        return
    try:
        await webhooks.attempt(session, entry, notification, at)
    except Exception:
        logger.exception("bug in the mock: a notification of message %s was lost", entry.message.id)


async def _last_change(session: Session) -> Instant:
    """The time of the last planned change of all kept messages."""
    store = session.state.store
    return max([session.now(), *[(await store.life(message))[-1].at for message in await store.messages()]])


async def _fired(session: Session, began: Instant, first_attempt: int) -> tuple[Fired, ...]:
    """What happened since then, in order of time; a change comes before the attempts to notify of it."""
    ended, state = session.now(), session.state
    fired = [Fired(attempt.at, attempt.message, attempt) for attempt in state.journal.attempts.since(first_attempt)]
    for message in reversed(await state.store.messages()):
        if message.accepted_at + state.scenario.longest_plan > began:
            life = await state.store.life(message)
            fired += [Fired(each.at, message, each) for each in life[1:] if began < each.at <= ended]
    return tuple(sorted(fired, key=lambda each: (each.at, isinstance(each.what, WebhookAttempt))))

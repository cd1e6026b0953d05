"""What is due, performed: by itself while a clock runs, or all at once when a tester moves it.

A tester's advance keeps to the time order strictly: nothing starts whose time comes after something that an attempt
still under way may bring about. What a running clock makes due starts at once, so that no receiver waits for another.
"""

from __future__ import annotations

import asyncio
import logging
import sys

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
"""Seconds of wall time that an advance gives each attempt before it lets the next one start beside it."""


class Fired(msgspec.Struct, frozen=True):
    """Something that came to pass during an advance: a change of a message, or an attempt to tell of one."""

    at: Instant
    message: Message
    what: Change | WebhookAttempt


class Progress(msgspec.Struct, frozen=True):
    """How far an advance came."""

    fired: tuple[Fired, ...]
    complete: bool
    pending: int
    """Lanes that still wait or are under way."""
    attempts: int
    """Webhook attempts, those included that the journal no longer keeps."""


class BusyError(Exception):
    """Another advance of this session is under way."""


async def begin(session: Session, message: Message) -> None:
    """Put a message's notifications on the delivery queue; under `before-answer` the first goes out at once."""
    entries = webhooks.entries_for(session, message, changes(message.plan, message.accepted_at)[1:])
    early = entries[:1] if message.adversity is Adversity.BEFORE_ANSWER else ()
    for entry in entries[len(early) :]:
        put(session, entry)
    for entry in early:
        entry.due = session.now()
        await asyncio.wait({_start(session, entry)})


def wake(session: Session) -> None:
    """Start what a running clock has made due, and wait for the next."""
    if not session.advancing:
        session.timers.wake(session.now())
    while not session.advancing and session.clock.rate and _is_due(session, session.now()):
        _start(session, session.delivery_queue.take())
    arm(session)


async def push(session: Session, message: Message, change: Change) -> None:
    """Give a message a status by hand: its plan ends here, and its webhook is told of the change."""
    life = await session.store.life(message)
    past = tuple(each for each in life if each.at <= change.at)
    await session.store.keep_life(message, (*past, change))
    session.longest_plan = max(session.longest_plan, change.at - message.accepted_at)
    session.subscriptions.message_changed(message, (*past, change))
    waiting = session.delivery_queue.withdraw(message.id)
    under_way = [entry for entry in session.under_way.values() if entry.message.id == message.id]
    for entry in waiting:
        entry.forget_after(change.at)
    for entry in under_way:
        entry.forget_after(change.at, under_way=True)
    if message.submission.webhook is not None:
        entries = [entry for entry in (*waiting, *under_way) if entry.rules.in_order]
        last = entries[-1] if entries else QueueEntry(message, (), session.policy.webhooks)
        waiting += [] if entries else [last]
        number = len(past) - 1
        for each in notifications((change,), message.adversity):
            last.append(msgspec.structs.replace(each, number=number if each.number >= 0 else ~number))
    for entry in waiting:
        if entry.current is not None:
            put(session, entry)


async def resend(session: Session, message: Message, change: Change, number: int) -> WebhookAttempt:
    """Tell a message's webhook of a change again, once, whatever the delivery queue holds."""
    again = Notification(number, change, session.now())
    return await webhooks.attempt(session, QueueEntry(message, (again,), _ONCE), again, session.now())


def arm(session: Session) -> None:
    """Have the session woken when something is due next."""
    session.arm()


def put(session: Session, entry: QueueEntry) -> None:
    """Put work on the delivery queue; the alarm is set again only where it comes before all other."""
    former = session.next_due
    session.delivery_queue.put(entry)
    if (former is None or entry.due < former) and not session.advancing:
        arm(session)


async def advance(session: Session, target: Instant | None, wall_limit: float) -> Progress:
    """Move the clock to an instant, or until nothing is left to do, and perform everything on the way.

    A reset ends it: what it had to do belonged to a world that is gone.

    Raises:
        BusyError: another advance is under way.
    """
    if session.advancing:
        raise BusyError
    began = session.now()
    session.advancing = True
    session.alarm.ring_in(None)
    world = session.delivery_queue
    first_attempt = session.journal.attempts.opened
    try:
        async with asyncio.timeout(wall_limit):
            await _perform(session, target)
            if target is None and session.delivery_queue is world:
                target = await _last_change(session)
                await _perform(session, target)
    except TimeoutError:
        complete = False
    else:
        complete = session.delivery_queue is world
        if complete and target is not None:
            session.clock.move_to(target)
    finally:
        session.advancing = False
        wake(session)
    pending = len(session.delivery_queue) + len(session.under_way)
    if session.delivery_queue is not world:
        return Progress((), complete, pending, 0)
    fired = await _fired(session, began, first_attempt)
    return Progress(fired, complete, pending, session.journal.attempts.opened - first_attempt)


async def _perform(session: Session, target: Instant | None) -> None:
    world = session.delivery_queue
    while session.delivery_queue is world:
        due = session.next_due
        left = not session.idle if target is None else due is not None and due <= target
        if due is not None and left and _may_start(session, due):
            session.clock.move_to(due)
            if due == session.timers.next_due:
                session.timers.wake(due)
                await session.timers.settled(_PATIENCE)
            else:
                await asyncio.wait({_start(session, session.delivery_queue.take())}, timeout=_PATIENCE)
        elif session.under_way:
            await asyncio.wait(session.under_way, return_when=asyncio.FIRST_COMPLETED)
        else:
            return


def _may_start(session: Session, due: Instant) -> bool:
    follow_ups = (entry.earliest_follow_up() for entry in session.under_way.values())
    return all(follow_up is None or follow_up >= due for follow_up in follow_ups)


def _is_due(session: Session, now: Instant) -> bool:
    due = session.delivery_queue.next_due
    return due is not None and due <= now


def _start(session: Session, entry: QueueEntry) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(_attempt(session, entry, session.now()))
    session.under_way[task] = entry

    def done(_: asyncio.Task[None]) -> None:
        session.under_way.pop(task, None)
        if not session.advancing:
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
    """When the last of the messages that are kept has changed for the last time."""
    last = session.now()
    for message in await session.store.messages(sys.maxsize):
        last = max(last, (await session.store.life(message))[-1].at)
    return last


async def _fired(session: Session, began: Instant, first_attempt: int) -> tuple[Fired, ...]:
    """What came to pass since then, in the order of time; a change stands before the attempts to tell of it."""
    ended = session.now()
    fired = [Fired(attempt.at, attempt.message, attempt) for attempt in session.journal.attempts.since(first_attempt)]
    for message in reversed(await session.store.messages(sys.maxsize)):
        if message.accepted_at + session.longest_plan > began:
            life = await session.store.life(message)
            fired += [Fired(each.at, message, each) for each in life[1:] if began < each.at <= ended]
    return tuple(sorted(fired, key=lambda each: (each.at, isinstance(each.what, WebhookAttempt))))

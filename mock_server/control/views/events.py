"""The console's time view: recent events of a session, and what comes next."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from heapq import nlargest, nsmallest
from itertools import dropwhile, islice, takewhile
from typing import Any, NamedTuple

from mock_server.control import shapes
from mock_server.control.requests import ControlRequestError
from mock_server.domain.instants import LATEST, Instant, rfc3339
from mock_server.domain.message import Message
from mock_server.explanation import masked
from mock_server.gateway.scheduler import Fired
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.session.delivery_queue import QueueEntry
from mock_server.session.session import Session

MOST_MESSAGES = 200
"""The newest messages whose changes are examined, since a page repeats the question every second."""

_MARK = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


class Mark(NamedTuple):
    """A position among the events: the time, and the number of webhook attempts until then."""

    at: Instant
    attempts: int

    def __str__(self) -> str:
        """Its form in a URL."""
        return f"{self.at}-{self.attempts}"


def mark_of(text: str) -> Mark:
    """Parse a mark.

    Raises:
        ControlError: 400, it is none.
    """
    found = _MARK.fullmatch(text)
    if found is None or int(found[1]) > LATEST:
        raise ControlRequestError(400, "Bad request", f"{text[:40]!r} is no mark; they look like 1768467600000000-17")
    return Mark(Instant(int(found[1])), int(found[2]))


async def happened(session: Session, since: Mark | None, until: Mark | None, limit: int) -> dict[str, Any]:
    """The newest changes and attempts between two marks (default: the beginning, and now), oldest first."""
    begin, end = since or Mark(Instant(-1), 0), until or Mark(session.now(), session.state.journal.attempts.opened)
    attempts = [Fired(each.at, each.message, each) for each in islice(_attempts(session, begin, end), limit)]
    changes = [each async for each in _changes(session, begin.at, min(end.at, session.now()))]
    newest = nlargest(limit, [*changes, *attempts], key=_place)
    return {
        "from": None if since is None else rfc3339(since.at),
        "to": rfc3339(end.at),
        "fired": [shapes.fired(each, session.secrets) for each in reversed(newest)],
        "status_changes": len(changes),
        "webhook_attempts": max(0, min(end.attempts, session.state.journal.attempts.opened) - begin.attempts),
        "messages_searched": min(await session.state.store.count(), MOST_MESSAGES),
        "messages": await session.state.store.count(),
    }


async def due(session: Session, limit: int) -> dict[str, Any]:
    """What comes next, the first events in detail."""
    changes = [each async for each in _changes(session, session.now(), None)]
    first = nsmallest(limit, changes, key=lambda each: each.at)
    coming = [shapes.fired(each, session.secrets) for each in first]
    coming += [_coming(entry, session) for entry in session.state.queue.first(limit) if entry.current is not None]
    next_change = first[0].at if first else None
    instants = [each for each in (session.next_due, next_change) if each is not None]
    return {
        "advancing": session.presence.advancing,
        "next_at": rfc3339(min(instants)) if instants else None,
        "status_changes": len(changes),
        "webhooks": len(session.state.queue),
        "under_way": len(session.presence.attempts_under_way),
        "held_answers": len(session.presence.timers),
        "coming": sorted(coming, key=lambda each: str(each["at"]))[:limit],
    }


def _place(event: Fired) -> tuple[Instant, bool, int]:
    """A change sorts before the attempts to notify of it; attempts sort by their numbers."""
    what = event.what
    return (event.at, True, int(what.id)) if isinstance(what, WebhookAttempt) else (event.at, False, 0)


def _attempts(session: Session, begin: Mark, end: Mark) -> Iterator[WebhookAttempt]:
    """Newest first."""
    earlier = dropwhile(lambda each: int(each.id) > end.attempts, session.state.journal.attempts)
    return takewhile(lambda each: int(each.id) > begin.attempts, earlier)


async def _changes(session: Session, begin: Instant, end: Instant | None) -> AsyncIterator[Fired]:
    """The changes after `begin` and up to `end`; the acceptance is not one of them."""
    messages: list[Message] = list(await session.state.store.messages(MOST_MESSAGES))
    for message in reversed(messages):
        if message.accepted_at + session.state.scenario.longest_plan <= begin:
            continue
        for each in (await session.state.store.life(message))[1:]:
            if begin < each.at and (end is None or each.at <= end):
                yield Fired(each.at, message, each)


def _coming(entry: QueueEntry, session: Session) -> dict[str, Any]:
    current = entry.current
    return {
        "at": rfc3339(entry.due),
        "message_id": entry.message.id,
        "destination": masked(entry.message.submission.destination, session.secrets),
        "event": "webhook",
        "status": None if current is None else current.change.status,
        "attempt": entry.attempts + 1,
    }

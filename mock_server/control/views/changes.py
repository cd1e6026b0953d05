"""Detecting changes that an open page shows; the pages poll it, so that sends pay nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mock_server.domain.instants import SECOND
from mock_server.domain.message import Message
from mock_server.session.session import Session
from mock_server.session.subscriptions import Subscriber

State = tuple[object, ...]
"""Differs from an earlier value if something visible may have changed; its content means nothing else."""


class ChangeVerbs:
    """Detect changes of a session, and its end."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def identity(self) -> object:
        """Unique among all sessions, later ones of the same name included."""
        return self._session.identity

    async def state(self) -> State:
        """The state to compare with an earlier one."""
        session = self._session
        journal = session.state.journal
        return (
            session.identity,
            session.state.scenario.revision,
            session.scenario,
            journal.opened,
            journal.settled,
            journal.attempts.opened,
            len(session.presence.attempts_under_way),
            len(session.presence.held_answers),
            session.state.stubs.ended(session.now()),
            len(session.state.queue),
            await session.state.store.count(),
            await self._time(),
        )

    async def _time(self) -> object:
        """The time counts as visible only while a message is still in delivery."""
        session = self._session
        now = session.now()
        if not session.state.clock.rate:
            return now
        newest = await session.state.store.messages(1)
        lively = bool(newest) and now - newest[0].accepted_at <= session.state.scenario.longest_plan + SECOND
        return now // SECOND if lively else session.state.clock.mode

    @contextmanager
    def ending(self) -> Iterator[asyncio.Event]:
        """An event that is set when the session ends or the server stops; at once if it has ended."""
        ended = asyncio.Event()
        if self._session.ended:
            # A page may be admitted just before its session is deleted, and subscribe just after.
            ended.set()
        waiter: Subscriber[Message] = Subscriber(_nothing, _nothing, ended.set, _no_text, {})
        self._session.presence.subscriptions.messages.add(waiter)
        try:
            yield ended
        finally:
            self._session.presence.subscriptions.messages.remove(waiter)


def _nothing(*_: Any) -> None:
    """Ignore the event."""


def _no_text(*_: Any) -> str:
    return ""

"""Whether anything has changed that a page shows: looked at by whoever shows it, so that nobody else pays for it."""

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
"""Differs from an earlier one where something that can be seen may have changed; what it holds says nothing else."""


class ChangeVerbs:
    """See whether a session has changed, and hear when it ends."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def identity(self) -> object:
        """Not that of any other session, of the same name neither."""
        return self._session.identity

    async def state(self) -> State:
        """What to compare with what it was before."""
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
        """A running clock changes what is seen only while some message is still on its way."""
        session = self._session
        now = session.now()
        if not session.state.clock.rate:
            return now
        newest = await session.state.store.messages(1)
        lively = bool(newest) and now - newest[0].accepted_at <= session.state.scenario.longest_plan + SECOND
        return now // SECOND if lively else session.state.clock.mode

    @contextmanager
    def ending(self) -> Iterator[asyncio.Event]:
        """An event that is set when the session ends, or the server is about to; at once where it has ended."""
        ended = asyncio.Event()
        if self._session.ended:
            # A page may be let in just before its session is deleted, and begin to listen just after.
            ended.set()
        waiter: Subscriber[Message] = Subscriber(_nothing, _nothing, ended.set, _no_text, {})
        self._session.presence.subscriptions.messages.add(waiter)
        try:
            yield ended
        finally:
            self._session.presence.subscriptions.messages.remove(waiter)


def _nothing(*_: Any) -> None:
    """Nothing is to be done about it."""


def _no_text(*_: Any) -> str:
    return ""

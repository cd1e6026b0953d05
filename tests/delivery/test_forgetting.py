"""Deletion of messages, and subscriptions to what happens in a session."""

from __future__ import annotations

import asyncio
import logging

import pytest

from mock_server.domain.message import Message
from mock_server.session.subscriptions import Memo, Subscriber
from tests.delivery.support import Gate, ScriptedSender, a_session, advance, run, send


def test_an_attempt_under_way_ends_and_nothing_follows_it() -> None:
    """After a deletion a hanging receiver may answer, but no retry and no other status is sent."""

    async def test() -> tuple[int, list[str]]:
        gate = Gate(500)
        sender = ScriptedSender(gate)
        session = a_session(sender)
        await send(session)
        advancing = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()
        forgotten = await session.forget_messages()
        gate.opened.set()
        await advancing
        await advance(session)
        return forgotten, [each.outcome for each in session.state.journal.attempts]

    assert run(test) == (1, ["given up"])


def test_forgetting_leaves_the_windows_as_they_are() -> None:
    """Two identical texts stay counted, so the third is dropped."""

    async def test() -> list[int]:
        session = a_session(ScriptedSender())
        for _ in range(2):
            await send(session)
        forgotten = [await session.forget_messages()]
        await send(session)
        return [*forgotten, len(await session.state.store.messages(10)), await session.state.store.evicted()]

    assert run(test) == [2, 0, 0]


def test_a_bug_in_a_subscriber_does_not_fail_a_send(caplog: pytest.LogCaptureFixture) -> None:
    """The exception is logged."""

    async def test() -> str:
        session = a_session(ScriptedSender())

        def broken(_: Message, __: Memo) -> None:
            raise RuntimeError("broken")

        session.presence.subscriptions.messages.add(Subscriber(broken, lambda: None, lambda: None, lambda *_: "", {}))
        return await send(session, hook=None)

    with caplog.at_level(logging.ERROR, "mock_server"):
        assert run(test)
    assert "a subscriber failed" in caplog.text


def test_a_removed_subscriber_leaves_nothing_in_the_index() -> None:
    """Removing a subscriber twice has no effect."""

    async def test() -> list[int]:
        session = a_session(ScriptedSender())
        topic = session.presence.subscriptions.messages
        subscribers = [
            Subscriber[Message](lambda *_: None, lambda: None, lambda: None, lambda *_: "", exact)
            for exact in ({}, {"text": "x"}, {"text": "x"}, {"text": "y", "id": "1"})
        ]
        for each in subscribers:
            topic.add(each)
        lengths = [len(topic)]
        for each in (*subscribers, *subscribers):
            topic.remove(each)
            lengths.append(len(topic))
        assert not topic._by_text
        return lengths

    assert run(test) == [4, 3, 2, 1, 0, 0, 0, 0, 0]

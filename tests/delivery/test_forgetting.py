"""What follows when messages are forgotten, and what arrives for those who wait."""

from __future__ import annotations

import asyncio
import logging

import pytest

from mock_server.domain.message import Message
from mock_server.session.subscriptions import Memo, Subscriber
from tests.delivery.support import Gate, ScriptedSender, a_session, advance, run, send


def test_an_attempt_under_way_ends_and_nothing_follows_it() -> None:
    """Messages were deleted: the receiver that hangs may answer, but no repetition and no other status goes out."""

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
    """Two identical texts were counted, and are still: the third is dropped."""

    async def test() -> list[int]:
        session = a_session(ScriptedSender())
        for _ in range(2):
            await send(session)
        forgotten = [await session.forget_messages()]
        await send(session)
        return [*forgotten, len(await session.state.store.messages(10)), await session.state.store.evicted()]

    assert run(test) == [2, 0, 0]


def test_a_bug_in_a_wait_is_no_bug_of_whoever_sends(caplog: pytest.LogCaptureFixture) -> None:
    """What happens in a session goes on whatever its subscriptions do."""

    async def test() -> str:
        session = a_session(ScriptedSender())

        def broken(_: Message, __: Memo) -> None:
            raise RuntimeError("broken")

        session.presence.subscriptions.messages.add(Subscriber(broken, lambda: None, lambda: None, lambda *_: "", {}))
        return await send(session, hook=None)

    with caplog.at_level(logging.ERROR, "mock_server"):
        assert run(test)
    assert "a subscriber failed" in caplog.text


def test_a_waiter_is_removed_from_where_it_was_found() -> None:
    """Nothing stays behind of those who waited; who does not wait can be removed all the same."""

    async def test() -> list[int]:
        session = a_session(ScriptedSender())
        channel = session.presence.subscriptions.messages
        waiters = [
            Subscriber[Message](lambda *_: None, lambda: None, lambda: None, lambda *_: "", exact)
            for exact in ({}, {"text": "x"}, {"text": "x"}, {"text": "y", "id": "1"})
        ]
        for each in waiters:
            channel.add(each)
        lengths = [len(channel)]
        for each in (*waiters, *waiters):
            channel.remove(each)
            lengths.append(len(channel))
        assert not channel._by_text
        return lengths

    assert run(test) == [4, 3, 2, 1, 0, 0, 0, 0, 0]

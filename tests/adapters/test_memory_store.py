"""The messages of a session in memory: newest first, bounded, and counted when they go."""

from __future__ import annotations

import asyncio

import pytest

from mock_server.adapters.memory_store import MemoryStore
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.submission import Submission


def message(number: int) -> Message:
    """A message whose id is its number."""
    return Message(str(number), Submission("+447700900123", f"{number}"), "admin", "admin", "P", Instant(number), "1")


async def filled(store: MemoryStore, count: int) -> MemoryStore:
    """The store with as many messages kept, one after the other."""
    for number in range(count):
        await store.keep(message(number))
    return store


def test_the_oldest_message_goes_when_there_are_too_many() -> None:
    """The bound holds, the store says how many went, and they are unknown from then on."""

    async def told() -> None:
        store = await filled(MemoryStore(3), 5)

        assert [each.id for each in await store.messages(10)] == ["4", "3", "2"]
        assert await store.evicted() == 2
        assert await store.message("1") is None
        kept = await store.message("2")
        assert kept is not None
        assert kept.id == "2"

    asyncio.run(told())


def test_a_list_goes_on_before_a_message_and_refuses_an_unknown_one() -> None:
    """Pages follow each other without a gap."""

    async def told() -> None:
        store = await filled(MemoryStore(10), 5)

        first = [each.id for each in await store.messages(2)]
        second = [each.id for each in await store.messages(2, before=first[-1])]

        assert (first, second) == (["4", "3"], ["2", "1"])
        assert await store.messages(2, before="0") == []
        with pytest.raises(KeyError):
            await store.messages(2, before="99")

    asyncio.run(told())


def test_clearing_forgets_messages_and_what_was_evicted() -> None:
    """As if nothing had ever been kept."""

    async def told() -> None:
        store = await filled(MemoryStore(1), 3)

        await store.clear()

        assert await store.messages(10) == []
        assert await store.evicted() == 0

    asyncio.run(told())

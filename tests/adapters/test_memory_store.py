"""The messages of a session in memory: found by id, number and reference, bounded and counted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from mock_server.adapters.memory_store import MemoryStore
from mock_server.domain.delivery import Plan, accepted, changes
from mock_server.domain.flooding import Limits, Offer
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.submission import Reference, Submission

NUMBER, OTHER = "+447700900123", "+447700900124"


def message(number: int, *, at: int | None = None, to: str = NUMBER, key: str | None = None) -> Message:
    """A message whose id is its number, accepted at that instant or at `at`."""
    reference = None if key is None else Reference("ADMIN", None, key)
    accepted_at = Instant(number if at is None else at)
    return Message(str(number), Submission(to, f"{number}", reference), "admin", "admin", "P", accepted_at, "1")


async def filled(store: MemoryStore, count: int) -> MemoryStore:
    """The store after keeping this many messages."""
    for number in range(count):
        await store.keep(message(number))
    return store


def test_the_oldest_message_is_evicted_when_there_are_too_many() -> None:
    """The bound holds, evictions are counted, and evicted messages are unknown."""

    async def told() -> None:
        store = await filled(MemoryStore(3), 5)

        assert [each.id for each in await store.messages(10)] == ["4", "3", "2"]
        assert await store.evicted() == 2
        assert await store.message("1") is None
        kept = await store.message("2")
        assert kept is not None
        assert kept.id == "2"

    asyncio.run(told())


def test_a_list_continues_before_a_message_and_rejects_an_unknown_one() -> None:
    """Pages follow without a gap."""

    async def told() -> None:
        store = await filled(MemoryStore(10), 5)

        first = [each.id for each in await store.messages(2)]
        second = [each.id for each in await store.messages(2, before=first[-1])]

        assert (first, second) == (["4", "3"], ["2", "1"])
        assert await store.messages(2, before="0") == []
        with pytest.raises(KeyError):
            await store.messages(2, before="99")

    asyncio.run(told())


def test_clearing_deletes_messages_and_the_count_of_evictions() -> None:
    """The store is as new."""

    async def told() -> None:
        store = await filled(MemoryStore(1), 3)

        await store.clear()

        assert await store.messages(10) == []
        assert await store.evicted() == 0

    asyncio.run(told())


@pytest.mark.requirement("MS-2", "MS-5")
def test_messages_are_found_by_number_and_by_reference_key() -> None:
    """MS-2: latest first, bounded; a message without a key is under no key."""

    async def told() -> None:
        store = MemoryStore(100)
        for number in range(6):
            await store.keep(message(number, to=NUMBER if number % 2 else OTHER, key="k" if number < 3 else None))

        assert ids(await store.by_destination(NUMBER, None, 50)) == "531"
        assert ids(await store.by_destination(OTHER, None, 2)) == "42"
        assert ids(await store.by_reference("k", None, 50)) == "210"
        assert ids(await store.by_reference("K", None, 50)) == ""
        assert ids(await store.by_destination("+1", None, 50)) == ""

    asyncio.run(told())


@pytest.mark.requirement("MS-5")
def test_before_is_strict_and_ties_are_in_the_order_of_arrival() -> None:
    """MS-5: the later acceptance first."""

    async def told() -> None:
        store = MemoryStore(100)
        for number, at in enumerate([10, 20, 20, 20, 30]):
            await store.keep(message(number, at=at))

        assert ids(await store.by_destination(NUMBER, None, 50)) == "43210"
        assert ids(await store.by_destination(NUMBER, Instant(31), 50)) == "43210"
        assert ids(await store.by_destination(NUMBER, Instant(30), 2)) == "32"
        assert ids(await store.by_destination(NUMBER, Instant(20), 50)) == "0"
        assert ids(await store.by_destination(NUMBER, Instant(10), 50)) == ""

    asyncio.run(told())


@pytest.mark.requirement("MS-2", "MS-5")
def test_a_clock_that_was_set_back_leaves_look_ups_in_the_order_of_acceptance() -> None:
    """MS-5: look-ups sort by time of acceptance, the tester's list by arrival."""

    async def told() -> None:
        store = MemoryStore(4)
        for number, at in enumerate([50, 10, 50, 30]):
            await store.keep(message(number, at=at, key="k"))

        assert ids(await store.by_destination(NUMBER, None, 50)) == "2031"
        assert ids(await store.by_reference("k", Instant(50), 50)) == "31"
        assert ids(await store.messages(50)) == "3210"
        for number in (4, 5):
            await store.keep(message(number, at=0, key="k"))
        assert ids(await store.by_destination(NUMBER, None, 50)) == "2354"
        assert ids(await store.by_reference("k", None, 50)) == "2354"

    asyncio.run(told())


@pytest.mark.requirement("MS-2")
def test_an_evicted_message_is_not_found() -> None:
    """Its keys and its changed life are deleted too."""

    async def told() -> None:
        store = MemoryStore(1)
        first, second = message(1, to=OTHER, key="a"), message(2, key="b")
        await store.keep(first)
        await store.keep_life(first, (accepted(first.accepted_at),))
        await store.keep(second)

        assert ids(await store.by_destination(OTHER, None, 50)) == ""
        assert ids(await store.by_reference("a", None, 50)) == ""
        assert ids(await store.by_reference("b", None, 50)) == "2"
        assert await store.life(first) == changes(Plan(), first.accepted_at)

    asyncio.run(told())


@pytest.mark.requirement("ST-2")
def test_a_life_is_the_plans_unless_a_tester_changed_it() -> None:
    """ST-2: a changed life is deleted with everything else."""

    async def told() -> None:
        store = MemoryStore(10)
        one = message(1)
        await store.keep(one)
        planned = await store.life(one)
        await store.keep_life(one, planned[:2])
        changed = await store.life(one)
        await store.clear()

        assert planned == changes(one.plan, one.accepted_at)
        assert changed == planned[:2]
        assert ids(await store.by_destination(NUMBER, None, 50)) == ""

    asyncio.run(told())


@pytest.mark.requirement("AF-7")
def test_a_dropped_message_is_looked_up_and_not_listed() -> None:
    """AF-7, the alternative: it is kept only for look-ups."""

    async def told() -> None:
        store = MemoryStore(10)
        await store.keep(message(1))
        await store.keep(msgspec.structs.replace(message(2), dropped=True))

        assert ids(await store.messages(10)) == "1"
        assert ids(await store.by_destination(NUMBER, None, 50)) == "21"
        assert await store.message("2") is not None

    asyncio.run(told())


def ids(messages: Sequence[Message]) -> str:
    """The ids of messages, joined."""
    return "".join(each.id for each in messages)


def test_a_snapshot_restores_the_store_any_number_of_times() -> None:
    """Messages by every key, changed lives, evictions and windows."""

    async def seen(store: MemoryStore) -> object:
        offer = Offer(NUMBER, "text", "P", Limits())
        return (
            await store.messages(10),
            await store.by_destination(NUMBER, None, 10),
            await store.by_reference("key", None, 10),
            [await store.life(each) for each in await store.messages(10)],
            await store.evicted(),
            await store.count(),
            await store.peek(offer, Instant(5)),
        )

    async def told() -> None:
        store = await filled(MemoryStore(4), 5)
        kept = message(5, key="key")
        await store.keep(kept)
        await store.keep(message(6, at=2))
        await store.keep_life(kept, (accepted(Instant(5)),))
        offer = Offer(NUMBER, "text", "P", Limits())
        await store.reserve(offer, Instant(5))
        before, state = await seen(store), await store.snapshot()
        assert await store.count() == 4

        for _ in range(2):
            await filled(store, 3)
            await store.keep_life(kept, changes(Plan(), Instant(1)))
            await store.reserve(offer, Instant(5))
            await store.count_attempt(Offer("+1", "x", "P", Limits()), Instant(5))
            assert await seen(store) != before
            await store.restore(state)
            assert await seen(store) == before

        await store.clear()
        await store.restore(state)
        assert await seen(store) == before

    asyncio.run(told())


def test_the_count_is_of_the_messages_that_are_listed() -> None:
    """A dropped message is kept for the status API and not counted, nor is its eviction."""

    async def told() -> None:
        store = MemoryStore(2)
        await store.keep(msgspec.structs.replace(message(0), dropped=True))
        assert await store.count() == 0
        await store.keep(message(1))
        assert await store.count() == 1
        await store.keep(message(2))
        assert await store.count() == 2
        await store.clear()
        assert await store.count() == 0

    asyncio.run(told())

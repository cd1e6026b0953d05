"""The contract of `StateStore`: windows, messages and lives behave as lists and the naive model of the windows."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from copy import deepcopy
from itertools import product
from typing import Any, NamedTuple, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_server.domain.decision import Drop
from mock_server.domain.delivery import Change, accepted, changes
from mock_server.domain.flooding import Limits, Offer
from mock_server.domain.instants import HOUR, Instant
from mock_server.domain.message import Message
from mock_server.domain.submission import Reference, Submission
from mock_server.ports import Ordinal, Reservation
from mock_server.session.state import State
from tests.adapters.contract.implementations import MOST, Create, on_each_implementation, play
from tests.adapters.flooding_model import FloodingModel

LIMITS = Limits(duplicates=2, volume=4, duplicates_window=HOUR, volume_window=2 * HOUR)
NUMBERS, TEXTS, KEYS = ("+447700900001", "+447700900002"), ("x", "y"), ("k", "l")

numbers = st.sampled_from(NUMBERS)
texts = st.sampled_from(TEXTS)

T = TypeVar("T")


class KeptSend(NamedTuple):
    """One send."""

    number: str
    text: str
    key: str | None
    dropped: bool
    forced: bool
    earlier: int
    """How much earlier it is accepted: the clock was set back."""


sends = st.builds(
    KeptSend,
    number=numbers,
    text=texts,
    key=st.none() | st.sampled_from(KEYS),
    dropped=st.booleans(),
    forced=st.sampled_from([False, False, True]),
    earlier=st.sampled_from([0, 0, HOUR]),
)


class ListedStore:
    """What a store holds, as lists."""

    def __init__(self) -> None:
        self.windows = FloodingModel()
        self.messages: list[Message] = []
        self.lives: dict[str, tuple[Change, ...]] = {}
        self.evicted = 0
        self.issued: set[tuple[str, str, Ordinal]] = set()
        """The ordinals of each pair of number and text."""

    def keep(self, message: Message) -> None:
        """Keep a message, and evict the one that arrived first."""
        self.messages.append(message)
        if len(self.messages) > MOST:
            self.lives.pop(self.messages.pop(0).id, None)
            self.evicted += 1

    def forget_messages(self) -> None:
        """Only the windows stay."""
        self.messages, self.lives, self.evicted = [], {}, 0

    @property
    def newest_first(self) -> list[Message]:
        """The messages that are listed, by arrival."""
        return [each for each in reversed(self.messages) if not each.dropped]

    def latest(
        self, number: str | None = None, key: str | None = None, before: Instant | None = None
    ) -> list[Message]:
        """Messages by number or key, by acceptance and then by arrival."""
        found = [
            each
            for each in self.messages
            if (number is None or each.submission.destination == number)
            and (key is None or (each.submission.reference is not None and each.submission.reference.key == key))
            and (before is None or each.accepted_at < before)
        ]
        return sorted(found, key=lambda each: each.accepted_at)[::-1]


class StoreMachine(RuleBasedStateMachine):
    """The store, and lists."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = state.store
        self.lists = ListedStore()
        self.kept, self.kept_lists = self.run(self.store.snapshot()), deepcopy(self.lists)
        self.now = Instant(10 * HOUR)
        self.made = 0
        self.changed: dict[str, Message] = {}
        """Every message whose life was ever changed; some are gone."""

    def teardown(self) -> None:
        """Close the loop."""
        self.loop.close()

    def run(self, verb: Coroutine[Any, Any, T]) -> T:
        """Await a verb of the store."""
        return self.loop.run_until_complete(verb)

    @initialize(steps=st.lists(sends, min_size=MOST + 1, max_size=2 * MOST))
    def fill(self, steps: list[KeptSend]) -> None:
        """The store begins with as many messages as it keeps."""
        self.send(steps)

    @rule(steps=st.lists(sends, min_size=1, max_size=MOST + 1))
    def send(self, steps: list[KeptSend]) -> None:
        """Messages arrive, enough to evict."""
        for each in steps:
            self._send(each)

    def _send(self, step: KeptSend) -> Reservation:
        """Ask the windows, and keep what they accept or what is forced; each such send has an ordinal of its own."""
        offer = Offer(step.number, step.text, "P", LIMITS)
        foreseen = self.run(self.store.peek(offer, self.now))
        found = self.run(self.store.reserve(offer, self.now, forced=step.forced))
        assert (foreseen.objection, foreseen.tally) == (found.objection, found.tally)
        objection = found.objection
        verdict = "accepted" if objection is None else "dropped" if isinstance(objection.said, Drop) else "refused"
        assert verdict == self.lists.windows.send(step.number, step.text, LIMITS, self.now, forced=step.forced)
        if verdict != "refused" or step.forced:
            issued = (step.number, step.text, found.ordinal)
            assert issued not in self.lists.issued
            self.lists.issued.add(issued)
        if verdict == "accepted" or step.forced:
            self.made += 1
            reference = None if step.key is None else Reference(None, None, step.key)
            submission = Submission(step.number, step.text, reference)
            accepted_at = Instant(self.now - step.earlier)
            message = Message(
                str(self.made), submission, "admin", "admin", "P", accepted_at, "1", dropped=step.dropped
            )
            self.run(self.store.keep(message))
            self.lists.keep(message)
        return found

    @rule(number=numbers)
    def count_attempt(self, number: str) -> None:
        """A refused attempt counts towards the volume."""
        self.run(self.store.count_attempt(Offer(number, "", "P", LIMITS), self.now))
        self.lists.windows.count_attempt(number, LIMITS, self.now)

    @rule(by=st.sampled_from([1, HOUR // 2, HOUR, 2 * HOUR]))
    def advance(self, by: int) -> None:
        """Time passes."""
        self.now = Instant(self.now + by)

    @precondition(lambda self: self.lists.messages)
    @rule(index=st.integers(0, MOST - 1))
    def change_life(self, index: int) -> None:
        """A tester ends a message's plan at its acceptance."""
        message = self.lists.messages[index % len(self.lists.messages)]
        self.lists.lives[message.id] = (accepted(message.accepted_at),)
        self.changed[message.id] = message
        self.run(self.store.keep_life(message, self.lists.lives[message.id]))

    @rule()
    def forget_messages(self) -> None:
        """Delete the messages; the windows stay."""
        assert self.run(self.store.forget_messages()) == len(self.lists.newest_first)
        self.lists.forget_messages()

    @rule()
    def clear(self) -> None:
        """Delete everything."""
        self.run(self.store.clear())
        self.lists = ListedStore()

    @rule()
    def snapshot(self) -> None:
        """Taken now, restored later."""
        self.kept, self.kept_lists = self.run(self.store.snapshot()), deepcopy(self.lists)

    @rule(steps=st.lists(sends, min_size=1, max_size=MOST + 1), index=st.integers(0, MOST - 1))
    def replay(self, steps: list[KeptSend], index: int) -> None:
        """After each return to a snapshot the same sends get the same answers."""
        self.snapshot()
        answers = []
        for _ in range(3):
            if self.lists.messages:
                self.change_life(index)
            answers.append([self._send(each) for each in steps])
            self.shows_the_lists()
            self.restore()
        assert answers == answers[:1] * 3

    @rule()
    def restore(self) -> None:
        """Return to the last snapshot, as often as wanted."""
        self.run(self.store.restore(self.kept))
        self.lists = deepcopy(self.kept_lists)

    @invariant()
    def shows_the_lists(self) -> None:
        """Messages, look-ups and lives."""
        self.run(self._shows_the_lists())

    async def _shows_the_lists(self) -> None:
        await self._counts_in_the_windows()
        await self._lists_the_messages()
        await self._finds_by_number_and_key()
        await self._knows_the_lives()

    async def _lists_the_messages(self) -> None:
        """The list and its pages, the counts, and each message by its id."""
        newest_first = self.lists.newest_first
        assert (await self.store.messages()) == newest_first
        assert (await self.store.messages(1)) == newest_first[:1]
        for index, message in enumerate(newest_first):
            assert (await self.store.messages(before=message.id)) == newest_first[index + 1 :]
            assert (await self.store.messages(1, message.id)) == newest_first[index + 1 : index + 2]
        with pytest.raises(KeyError):
            await self.store.messages(before="unknown")
        assert (await self.store.count()) == len(newest_first)
        assert (await self.store.evicted()) == self.lists.evicted
        kept = {each.id: each for each in self.lists.messages}
        for message_id in map(str, range(1, self.made + 1)):
            assert (await self.store.message(message_id)) == kept.get(message_id)

    async def _finds_by_number_and_key(self) -> None:
        """The latest first, before an instant, at most so many."""
        lists, find = self.lists, self.store.by_destination
        for number in NUMBERS:
            assert (await find(number, None, None)) == lists.latest(number)
            assert (await find(number, None, 1)) == lists.latest(number)[:1]
            assert (await find(number, self.now, None)) == lists.latest(number, before=self.now)
        for key in KEYS:
            assert (await self.store.by_reference(key, None, None)) == lists.latest(key=key)
            assert (await self.store.by_reference(key, self.now, 2)) == lists.latest(key=key, before=self.now)[:2]

    async def _counts_in_the_windows(self) -> None:
        """What a send to each number with each text would find."""
        for number, text in product(NUMBERS, TEXTS):
            tally = (await self.store.peek(Offer(number, text, "P", LIMITS), self.now)).tally
            in_volume, copies = self.lists.windows.counted(number, text, self.now)
            assert (tally.volume, tally.duplicates) == (len(in_volume), len(copies))

    async def _knows_the_lives(self) -> None:
        """The plan's, unless a tester changed it; a changed life is deleted with its message."""
        for each in {each.id: each for each in (*self.lists.messages, *self.changed.values())}.values():
            planned = changes(each.plan, each.accepted_at)
            assert (await self.store.life(each)) == self.lists.lives.get(each.id, planned)


@on_each_implementation
def test_the_store_behaves_as_lists(create: Create) -> None:
    """Messages by id, number and key, lives, evictions and windows, through snapshots and deletions."""
    play(StoreMachine, create)


@on_each_implementation
def test_concurrent_reservations_never_exceed_a_limit(create: Create) -> None:
    """Deciding and counting are one step: of many sends at once, the windows accept as many as the limit allows."""
    store = create().store
    offer, now = Offer(NUMBERS[0], "x", "P", LIMITS), Instant(10 * HOUR)

    async def reserve_at_once() -> list[Reservation]:
        return await asyncio.gather(*(store.reserve(offer, now) for _ in range(10)))

    found = asyncio.run(reserve_at_once())

    assert sum(each.objection is None for each in found) == LIMITS.duplicates
    assert len({each.ordinal for each in found}) == len(found)

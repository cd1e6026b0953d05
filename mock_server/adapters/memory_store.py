"""The state of one session in this process."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from itertools import dropwhile, islice
from operator import attrgetter
from typing import NamedTuple

from mock_server.adapters.windows import Windows
from mock_server.domain.delivery import Change, changes
from mock_server.domain.flooding import Offer
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.ports import Reservation

_accepted_at = attrgetter("accepted_at")


class MemoryStore:
    """Windows and messages in dictionaries; atomic, because no method suspends."""

    def __init__(self, most_messages: int) -> None:
        self._most_messages = most_messages
        self._empty()

    def _empty(self) -> None:
        self._messages: dict[str, Message] = {}
        self._order: deque[Message] = deque()
        self._destinations = _Index()
        self._references = _Index()
        self._lives: dict[str, tuple[Change, ...]] = {}
        self._evicted = 0
        self._dropped = 0
        self._windows = Windows()

    async def reserve(self, offer: Offer, now: Instant, *, forced: bool = False) -> Reservation:
        """Decide and count in one atomic step: an objection reserves nothing (AF-5), unless it is to be forced."""
        return self._windows.reserve(offer, now, forced=forced)

    async def peek(self, offer: Offer, now: Instant) -> Reservation:
        """What `reserve` would say, without counting."""
        return self._windows.peek(offer, now)

    async def count_attempt(self, offer: Offer, now: Instant) -> None:
        """Count a refused attempt towards the volume (the alternative reading of AF-5)."""
        self._windows.count_attempt(offer, now)

    async def keep(self, message: Message) -> None:
        """Keep an accepted message; evict the oldest when there are too many."""
        self._messages[message.id] = message
        self._order.append(message)
        self._dropped += message.dropped
        self._destinations.add(message.submission.destination, message)
        reference = message.submission.reference
        if reference is not None and reference.key is not None:
            self._references.add(reference.key, message)
        if len(self._order) > self._most_messages:
            self._forget(self._order.popleft())

    def _forget(self, message: Message) -> None:
        del self._messages[message.id]
        self._dropped -= message.dropped
        self._destinations.remove(message.submission.destination, message)
        reference = message.submission.reference
        if reference is not None and reference.key is not None:
            self._references.remove(reference.key, message)
        self._lives.pop(message.id, None)
        self._evicted += 1

    async def message(self, message_id: str) -> Message | None:
        """One message, or `None` when it is unknown or evicted."""
        return self._messages.get(message_id)

    async def messages(self, limit: int | None = None, before: str | None = None) -> Sequence[Message]:
        """The newest messages, newest first; those accepted before the message `before` where it is given."""
        found = reversed(self._order)
        newest_first = (message for message in found if not message.dropped)
        if before is not None:
            if before not in self._messages:
                raise KeyError(before)
            behind = dropwhile(lambda message: message.id != before, newest_first)
            return list(islice(islice(behind, 1, None), limit))
        return list(islice(newest_first, limit))

    async def keep_life(self, message: Message, life: tuple[Change, ...]) -> None:
        """Keep a life that a tester changed, instead of the plan's."""
        self._lives[message.id] = life

    async def life(self, message: Message) -> tuple[Change, ...]:
        """All changes of a message, future ones included: the plan's, unless a tester changed them."""
        return self._lives.get(message.id) or changes(message.plan, message.accepted_at)

    async def by_destination(self, destination: str, before: Instant | None, count: int | None) -> Sequence[Message]:
        """The newest messages to a destination, newest first, accepted strictly before an instant (MS-2, MS-5)."""
        return self._destinations.newest(destination, before, count)

    async def by_reference(self, key: str, before: Instant | None, count: int | None) -> Sequence[Message]:
        """The newest messages with a reference key, newest first, accepted strictly before an instant."""
        return self._references.newest(key, before, count)

    async def count(self) -> int:
        """How many messages are kept that `messages` would list."""
        return len(self._order) - self._dropped

    async def snapshot(self) -> StoreState:
        """The messages in their order, the lives that were changed by hand, and the windows."""
        return StoreState(tuple(self._order), dict(self._lives), self._evicted, self._windows.copy())

    async def restore(self, state: StoreState) -> None:
        """Return to a snapshot; the indexes follow from the messages."""
        self._empty()
        for message in state.messages:
            await self.keep(message)
        self._lives, self._evicted, self._windows = dict(state.lives), state.evicted, state.windows.copy()

    async def evicted(self) -> int:
        """How many messages were evicted for newer ones."""
        return self._evicted

    async def forget_messages(self) -> int:
        """Delete all messages and their lives, but not the windows; how many messages there were."""
        forgotten = sum(not message.dropped for message in self._order)
        windows = self._windows
        self._empty()
        self._windows = windows
        return forgotten

    async def clear(self) -> None:
        """Delete everything."""
        self._empty()


class StoreState(NamedTuple):
    """The messages in their order, the lives that a tester changed, and the windows."""

    messages: tuple[Message, ...]
    lives: dict[str, tuple[Change, ...]]
    evicted: int
    windows: Windows


class _Index:
    """Messages by a key, each list in the order of acceptance, ties in the order of arrival."""

    def __init__(self) -> None:
        self._lists: dict[str, list[Message]] = {}

    def add(self, key: str, message: Message) -> None:
        kept = self._lists.get(key)
        if kept is None:
            self._lists[key] = [message]
        elif message.accepted_at >= kept[-1].accepted_at:
            kept.append(message)
        else:
            # Only after the clock was set back.
            insort(kept, message, key=_accepted_at)

    def remove(self, key: str, message: Message) -> None:
        kept = self._lists[key]
        if kept[0] is message:
            del kept[0]
        else:
            kept.remove(message)
        if not kept:
            del self._lists[key]

    def newest(self, key: str, before: Instant | None, count: int | None) -> list[Message]:
        kept = self._lists.get(key, [])
        end = len(kept) if before is None else bisect_left(kept, before, key=_accepted_at)
        return kept[0 if count is None else max(0, end - count) : end][::-1]

"""The state of one session in this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import dropwhile, islice

from mock_server.adapters.windows import Windows
from mock_server.domain.flooding import Offer
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.ports import Reservation


class MemoryStore:
    """Windows and messages in dictionaries; atomic because nothing in here waits."""

    def __init__(self, most_messages: int) -> None:
        self._most_messages = most_messages
        self._messages: dict[str, Message] = {}
        self._order: deque[str] = deque()
        self._evicted = 0
        self._windows = Windows()

    async def reserve(self, offer: Offer, now: Instant) -> Reservation:
        """Decide and count in one atomic step: an objection reserves nothing (AF-5)."""
        return self._windows.reserve(offer, now)

    async def peek(self, offer: Offer, now: Instant) -> Reservation:
        """What `reserve` would say, without counting."""
        return self._windows.peek(offer, now)

    async def count_attempt(self, offer: Offer, now: Instant) -> None:
        """Count a refused attempt towards the volume (the alternative reading of AF-5)."""
        self._windows.count_attempt(offer, now)

    async def keep(self, message: Message) -> None:
        """Keep an accepted message; the oldest goes when there are too many."""
        self._messages[message.id] = message
        self._order.append(message.id)
        if len(self._order) > self._most_messages:
            del self._messages[self._order.popleft()]
            self._evicted += 1

    async def message(self, message_id: str) -> Message | None:
        """One message, or `None` when it is unknown or was evicted."""
        return self._messages.get(message_id)

    async def messages(self, limit: int, before: str | None = None) -> Sequence[Message]:
        """The newest messages, newest first; those accepted before the message `before` where it is given."""
        ids = iter(reversed(self._order))
        if before is not None:
            if before not in self._messages:
                raise KeyError(before)
            ids = islice(dropwhile(lambda each: each != before, ids), 1, None)
        return [self._messages[each] for each in islice(ids, limit)]

    async def evicted(self) -> int:
        """How many messages had to go for newer ones."""
        return self._evicted

    async def clear(self) -> None:
        """Forget everything."""
        self._messages.clear()
        self._order.clear()
        self._evicted = 0
        self._windows = Windows()

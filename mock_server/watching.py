"""What happens in a session, offered to those who wait for it: once to each, and never again.

Nobody polls. Where nobody waits, what happens costs one look at an empty collection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from mock_server.domain.delivery import Change
from mock_server.domain.message import Message
from mock_server.journal import Exchange

logger = logging.getLogger("mock_server")

T = TypeVar("T")

Memo = dict[str, Any]
"""What the waiters of one arrival work out once for all of them."""


class Waiter(Generic[T]):
    """Somebody who waits; `offer` is called with what arrives, and must neither wait nor raise."""

    __slots__ = ("began_anew", "offer", "place", "session_ended")

    def __init__(
        self,
        offer: Callable[[T, Memo], None],
        began_anew: Callable[[], None],
        session_ended: Callable[[], None],
        only: Mapping[str, str] | None = None,
    ) -> None:
        self.offer = offer
        self.began_anew = began_anew
        """Called when what there was is there no more, or other things are."""
        self.session_ended = session_ended
        self.place: Mapping[str, str] = only or {}
        """Values that an arrival must have; by the first that is an index of the channel it is passed over unseen."""


class Channel(Generic[T]):
    """The waiters for one kind of arrival.

    Those who name a value of an index are found by it: an arrival never goes through all who wait for others.
    """

    def __init__(self, indexes: Mapping[str, Callable[[T], str | None]]) -> None:
        self._indexes = indexes
        self._waiters: dict[tuple[str, str], dict[Waiter[T], None]] = {}

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiters.values()))

    def add(self, waiter: Waiter[T]) -> None:
        """Offer what arrives from now on."""
        self._waiters.setdefault(self._place(waiter), {})[waiter] = None

    def remove(self, waiter: Waiter[T]) -> None:
        """Offer nothing more; one that does not wait stays so."""
        place = self._place(waiter)
        waiting = self._waiters.get(place, {})
        waiting.pop(waiter, None)
        if not waiting:
            self._waiters.pop(place, None)

    def arrived(self, item: T) -> None:
        """Offer something to each waiter whom it may concern."""
        if not self._waiters:
            return
        memo: Memo = {}
        places = [_ANYWHERE, *((name, value_of(item) or "null") for name, value_of in self._indexes.items())]
        for waiter in [each for place in places for each in self._waiters.get(place, ())]:
            try:
                waiter.offer(item, memo)
            except Exception:
                # Whoever waits has a bug of ours to bear, and not whoever sends.
                logger.exception("bug in the mock: a wait could not look at what arrived")

    def begin_anew(self) -> None:
        """What there was is gone: tell everybody; they wait on."""
        for waiter in [each for waiting in self._waiters.values() for each in waiting]:
            waiter.began_anew()

    def end(self) -> None:
        """The session is gone: tell everybody."""
        ended, self._waiters = self._waiters, {}
        for waiter in [each for waiting in ended.values() for each in waiting]:
            waiter.session_ended()

    def _place(self, waiter: Waiter[T]) -> tuple[str, str]:
        named = ((name, waiter.place[name]) for name in self._indexes if name in waiter.place)
        return next(named, _ANYWHERE)


_ANYWHERE = ("", "")

Lived = tuple[Message, tuple[Change, ...]]
"""A message, and all changes of its life, those to come included."""


class Watchers:
    """Everybody who waits for something to happen in one session."""

    def __init__(self) -> None:
        self.exchanges: Channel[Exchange] = Channel(
            {"id": lambda each: each.id, "destination": lambda each: each.destination}
        )
        self.messages: Channel[Message] = Channel(_INDEXES)
        self.changes: Channel[Lived] = Channel({"id": lambda each: each[0].id})

    def exchange_settled(self, exchange: Exchange) -> None:
        """A request was served to its end, or as far as it went."""
        self.exchanges.arrived(exchange)

    def message_kept(self, message: Message) -> None:
        """A message was accepted."""
        self.messages.arrived(message)

    def message_changed(self, message: Message, life: tuple[Change, ...]) -> None:
        """A tester gave a message another life than its plan's."""
        self.changes.arrived((message, life))

    def begin_anew(self) -> None:
        """The session is another world now, empty or a former one; who waits in it waits on."""
        for channel in (self.exchanges, self.messages, self.changes):
            channel.begin_anew()

    def end(self) -> None:
        """The session is gone: end every wait."""
        for channel in (self.exchanges, self.messages, self.changes):
            channel.end()


def _key_of(message: Message) -> str | None:
    reference = message.submission.reference
    return None if reference is None else reference.key


_INDEXES: Mapping[str, Callable[[Message], str | None]] = {
    "id": lambda each: each.id,
    "exchange": lambda each: each.exchange,
    "reference.key": _key_of,
    "destination": lambda each: each.submission.destination,
}
"""The more of the messages a value tells apart, the earlier it stands."""

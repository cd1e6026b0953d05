"""What happens in a session, offered to those who wait for it: once to each, and never again.

Nobody polls. Where nobody waits, what happens costs one look at an empty collection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from mock_server.domain.delivery import Change
from mock_server.domain.message import Message
from mock_server.journal.exchange import Exchange

logger = logging.getLogger("mock_server")

T = TypeVar("T")

Memo = dict[str, Any]
"""What the waiters of one arrival work out once for all of them."""


class Subscriber(Generic[T]):
    """Somebody who waits; its functions are called where things happen, and must neither wait nor raise."""

    __slots__ = ("began_anew", "exact", "offer", "session_ended", "text_of")

    def __init__(
        self,
        offer: Callable[[T, Memo], None],
        began_anew: Callable[[], None],
        session_ended: Callable[[], None],
        text_of: Callable[[T, Memo, str], str],
        exact: Mapping[str, str],
    ) -> None:
        self.offer = offer
        """Called with what arrives."""
        self.began_anew = began_anew
        """Called when what there was is there no more, or other things are."""
        self.session_ended = session_ended
        self.text_of = text_of
        """A member of what arrives, as text; all waiters of a channel mean the same by it."""
        self.exact = exact
        """Members that must have just this text: by one of them the waiter is found, and passed over else."""


Waiting = dict[Subscriber[T], None]


class Channel(Generic[T]):
    """The waiters for one kind of arrival.

    Those who name the text of a member are found by it: an arrival is never offered to those who wait for another.
    """

    def __init__(self, telling: tuple[str, ...]) -> None:
        self._telling = telling
        """Members by what they tell apart: the more of the items, the earlier."""
        self._by_text: dict[str, dict[str, Waiting[T]]] = {}
        self._others: Waiting[T] = {}

    def __iter__(self) -> Iterator[Subscriber[T]]:
        """Everybody who waits."""
        yield from tuple(self._others)
        for by_text in tuple(self._by_text.values()):
            for waiting in tuple(by_text.values()):
                yield from tuple(waiting)

    def __len__(self) -> int:
        """How many wait."""
        return sum(1 for _ in self)

    def add(self, waiter: Subscriber[T]) -> None:
        """Offer what arrives from now on."""
        member = self._member(waiter)
        if member is None:
            self._others[waiter] = None
        else:
            self._by_text.setdefault(member, {}).setdefault(waiter.exact[member], {})[waiter] = None

    def remove(self, waiter: Subscriber[T]) -> None:
        """Offer nothing more; one that does not wait stays so."""
        self._others.pop(waiter, None)
        member = self._member(waiter)
        if member is None or member not in self._by_text:
            return
        by_text = self._by_text[member]
        waiting = by_text.get(waiter.exact[member], {})
        waiting.pop(waiter, None)
        if not waiting:
            by_text.pop(waiter.exact[member], None)
        if not by_text:
            del self._by_text[member]

    def arrived(self, item: T) -> None:
        """Offer something to each waiter whom it may concern."""
        if not self._others and not self._by_text:
            return
        memo: Memo = {}
        try:
            concerned = [*self._others]
            for member, by_text in self._by_text.items():
                somebody = next(iter(next(iter(by_text.values()))))
                concerned += by_text.get(somebody.text_of(item, memo, member), ())
            for waiter in concerned:
                waiter.offer(item, memo)
        except Exception:
            # Whoever waits has a bug of ours to bear, and not whoever sends.
            logger.exception("bug in the mock: a wait could not look at what arrived")

    def begin_anew(self) -> None:
        """What there was is gone: tell everybody; they wait on."""
        for waiter in self:
            waiter.began_anew()

    def end(self) -> None:
        """The session is gone: tell everybody, and nobody waits any more."""
        ended = list(self)
        self._by_text.clear()
        self._others.clear()
        for waiter in ended:
            waiter.session_ended()

    def _member(self, waiter: Subscriber[T]) -> str | None:
        return next((each for each in (*self._telling, *waiter.exact) if each in waiter.exact), None)


Lived = tuple[Message, tuple[Change, ...]]
"""A message, and all changes of its life, those to come included."""


class Subscriptions:
    """Everybody who waits for something to happen in one session."""

    def __init__(self) -> None:
        telling = ("id", "message_id", "exchange", "reference.key", "destination", "text")
        self.exchanges: Channel[Exchange] = Channel(telling)
        self.messages: Channel[Message] = Channel(telling)
        self.changes: Channel[Lived] = Channel(telling)

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

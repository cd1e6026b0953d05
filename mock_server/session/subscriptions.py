"""Subscriptions to what happens in a session; waits and pages use them instead of polling.

Without a subscriber, an event costs one look at an empty collection.
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
"""A cache that the subscribers of one event share."""


class Subscriber(Generic[T]):
    """A set of callbacks. They run where the event happens, and must neither wait nor raise."""

    __slots__ = ("exact", "offer", "on_reset", "session_ended", "text_of")

    def __init__(
        self,
        offer: Callable[[T, Memo], None],
        on_reset: Callable[[], None],
        session_ended: Callable[[], None],
        text_of: Callable[[T, Memo, str], str],
        exact: Mapping[str, str],
    ) -> None:
        self.offer = offer
        """Called with each event."""
        self.on_reset = on_reset
        """Called when the items were deleted or replaced."""
        self.session_ended = session_ended
        self.text_of = text_of
        """A member of the item, as text; the same for all subscribers of a topic."""
        self.exact = exact
        """Members that must equal these texts; one of them selects the subscriber."""


Subscribed = dict[Subscriber[T], None]


class Topic(Generic[T]):
    """The subscribers of one kind of event.

    A subscriber that requires a member's text is found by it, so that an event is not offered to all others.
    """

    def __init__(self, selective: tuple[str, ...]) -> None:
        self._selective = selective
        """Members to select by, the most selective first."""
        self._by_text: dict[str, dict[str, Subscribed[T]]] = {}
        self._others: Subscribed[T] = {}

    def __iter__(self) -> Iterator[Subscriber[T]]:
        """All subscribers."""
        yield from tuple(self._others)
        for by_text in tuple(self._by_text.values()):
            for subscribed in tuple(by_text.values()):
                yield from tuple(subscribed)

    def __len__(self) -> int:
        """How many subscribers there are."""
        return sum(1 for _ in self)

    def add(self, subscriber: Subscriber[T]) -> None:
        """Add a subscriber."""
        member = self._member(subscriber)
        if member is None:
            self._others[subscriber] = None
        else:
            self._by_text.setdefault(member, {}).setdefault(subscriber.exact[member], {})[subscriber] = None

    def remove(self, subscriber: Subscriber[T]) -> None:
        """Remove a subscriber; no effect on one that is not subscribed."""
        self._others.pop(subscriber, None)
        member = self._member(subscriber)
        if member is None or member not in self._by_text:
            return
        by_text = self._by_text[member]
        subscribed = by_text.get(subscriber.exact[member], {})
        subscribed.pop(subscriber, None)
        if not subscribed:
            by_text.pop(subscriber.exact[member], None)
        if not by_text:
            del self._by_text[member]

    def publish(self, item: T) -> None:
        """Offer an item to each subscriber that may match it."""
        if not self._others and not self._by_text:
            return
        memo: Memo = {}
        try:
            matching = [*self._others]
            for member, by_text in self._by_text.items():
                any_of_them = next(iter(next(iter(by_text.values()))))
                matching += by_text.get(any_of_them.text_of(item, memo, member), ())
            for subscriber in matching:
                subscriber.offer(item, memo)
        except Exception:
            # A bug in a wait must not fail the send.
            logger.exception("bug in the mock: a subscriber failed")

    def on_reset(self) -> None:
        """Notify all subscribers that the items were replaced; they stay subscribed."""
        for subscriber in self:
            subscriber.on_reset()

    def end(self) -> None:
        """Notify all subscribers that the session ended, and remove them."""
        ended = list(self)
        self._by_text.clear()
        self._others.clear()
        for subscriber in ended:
            subscriber.session_ended()

    def _member(self, subscriber: Subscriber[T]) -> str | None:
        return next((each for each in (*self._selective, *subscriber.exact) if each in subscriber.exact), None)


Lived = tuple[Message, tuple[Change, ...]]
"""A message and all changes of its life, future ones included."""


class Subscriptions:
    """The topics of one session."""

    def __init__(self) -> None:
        selective = ("id", "message_id", "exchange", "reference.key", "destination", "text")
        self.exchanges: Topic[Exchange] = Topic(selective)
        """Requests that were served to their end, or as far as they went."""
        self.messages: Topic[Message] = Topic(selective)
        """Accepted messages."""
        self.changes: Topic[Lived] = Topic(selective)
        """Messages whose life a tester changed."""

    def on_reset(self) -> None:
        """Notify all subscribers that the session was reset or restored; they stay subscribed."""
        for topic in (self.exchanges, self.messages, self.changes):
            topic.on_reset()

    def end(self) -> None:
        """Notify all subscribers that the session ended."""
        for topic in (self.exchanges, self.messages, self.changes):
            topic.end()

"""The console's inbox: all sends of a session, accepted and refused, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from mock_server import explanation
from mock_server.control.requests import ControlRequestError
from mock_server.control.search.subjects import ExchangeSubject
from mock_server.domain.delivery import Status, latest
from mock_server.domain.instants import rfc3339
from mock_server.domain.message import Message
from mock_server.journal.exchange import Exchange
from mock_server.session.session import Session

MOST_SOUGHT = 2000
"""Sends that one search examines at most, since an open page repeats it every second."""

ACCEPTED, DROPPED, REFUSED = "accepted", "dropped", "refused"
INTERCEPTED, BUG, UNANSWERED = "intercepted", "bug", "unanswered"

_BY_STATUS = {Status.PROVIDER_ACCEPTANCE: ACCEPTED} | {
    status: status.value.lower() for status in Status if status is not Status.PROVIDER_ACCEPTANCE
}
_BY_OUTCOME = {
    explanation.DROPPED: DROPPED,
    explanation.REFUSED: REFUSED,
    explanation.INTERCEPTED: INTERCEPTED,
    explanation.BUG: BUG,
}

STATES = (*_BY_STATUS.values(), *_BY_OUTCOME.values(), UNANSWERED)
"""The states of a send."""

_STEP = 64
"""Messages that are skipped at a time on the way to an old page."""

_OF_NO_MESSAGE = frozenset({*_BY_OUTCOME.values(), UNANSWERED})

_Item = tuple[int, Message | Exchange]
"""A send with the number of its exchange."""


def state_of(message: Mapping[str, Any] | None, exchange: Mapping[str, Any] | None) -> str:
    """One of `STATES`: a message's status, or the outcome of a send without a message."""
    if message is not None:
        return _BY_STATUS[Status(message["status"])]
    if exchange is None or exchange["status"] is None:
        return UNANSWERED
    return _BY_OUTCOME.get(exchange["outcome"], UNANSWERED)


class Sought(NamedTuple):
    """The filter of the inbox."""

    text: str = ""
    """Must be contained in the text, the destination or the reference key, ignoring case."""
    state: str = ""
    """One of `STATES`; empty: any."""
    destination: str | None = None


ALL = Sought()


class InboxVerbs:
    """The verb of the inbox."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def sends(self, sought: Sought = ALL, *, limit: int, before: str | None = None) -> dict[str, Any]:
        """The newest sends that match, newest first.

        `older` is where to go on, as `before` of the next call: `None` where there is nothing more. A search looks
        through `MOST_SOUGHT` sends and no more, so that it may find nothing and still name an `older`.

        Raises:
            ControlError: 400, `before` is no number of an exchange, or the state is none.
        """
        if sought.state and sought.state not in STATES:
            raise ControlRequestError(
                400, "Bad request", f"state: {sought.state[:40]!r} is not one of {', '.join(STATES)}"
            )
        found: list[dict[str, Any]] = []
        last = None
        for looked_at, (number, item) in enumerate(await self._items(sought, self._number(before))):
            if len(found) == limit or looked_at == MOST_SOUGHT:
                return {"sends": found, "older": last}
            last = str(number)
            if not _may_be_meant(item, sought):
                continue
            shown = await self._shown(number, item)
            if _is_meant(shown, sought):
                found.append(shown)
        return {"sends": found, "older": None}

    def _number(self, before: str | None) -> int:
        """The number of the exchange to begin before; without one, begin with the newest."""
        if before is None:
            return self._session.state.journal.opened + 1
        if not (before.isascii() and before.isdigit() and len(before) <= 18):
            raise ControlRequestError(400, "Bad request", f"before: {before[:40]!r} is no number of an exchange")
        return int(before)

    async def _items(self, sought: Sought, before: int) -> Iterator[_Item]:
        """The candidates before an exchange, newest first: messages, failures, or both, as the state requires."""
        journal = self._session.state.journal
        messages: Sequence[Message] = ()
        if sought.state not in _OF_NO_MESSAGE:
            # No more than needed: with a hundred thousand kept messages, listing all would dominate.
            most = MOST_SOUGHT + max(1, journal.opened + 2 - before)
            store, destination = self._session.state.store, sought.destination
            messages = (
                await store.messages(most)
                if destination is None
                else await store.by_destination(destination, None, None)
            )
        failures: Iterable[Exchange] = ()
        if sought.state in _OF_NO_MESSAGE or not sought.state:
            failures = _sends(journal, sought.destination)
        behind = islice(messages, _newer(messages, before), None)
        numbered = ((int(each.exchange), each) for each in behind if not each.dropped)
        return _newest_first(numbered, ((int(each.id), each) for each in failures), before)

    async def _shown(self, number: int, item: Message | Exchange) -> dict[str, Any]:
        found = await self._of_message(item) if isinstance(item, Message) else self._of_exchange(item)
        return {"exchange": str(number), **found}

    async def _of_message(self, message: Message) -> dict[str, Any]:
        secrets = self._session.secrets
        status = latest(await self._session.state.store.life(message), self._session.now()).status
        submission = message.submission
        key = None if submission.reference is None else submission.reference.key
        return {
            "message": message.id,
            "at": rfc3339(message.accepted_at),
            "destination": explanation.masked(submission.destination, secrets),
            "text": explanation.masked(submission.text, secrets),
            "key": explanation.masked(key, secrets),
            "state": _BY_STATUS[status],
            "code": None,
            "forced": message.forced,
        }

    def _of_exchange(self, exchange: Exchange) -> dict[str, Any]:
        subject = ExchangeSubject(exchange, self._session.secrets)
        view = subject.view
        text, key = subject.value("text"), subject.value("reference.key")
        return {
            "message": None,
            "at": view["at"],
            "destination": subject.value("destination"),
            "text": text if isinstance(text, str) else None,
            "key": key if isinstance(key, str) else None,
            "state": state_of(None, view),
            "code": view["code"],
            "forced": view["forced"],
        }


def _newer(messages: Sequence[Message], before: int) -> int:
    """How many messages came after an exchange and can be skipped, in steps of `_STEP`."""
    newer = 0
    while newer + _STEP < len(messages) and int(messages[newer + _STEP].exchange) >= before:
        newer += _STEP
    return newer


def _sends(journal: Iterable[Exchange], destination: str | None) -> Iterator[Exchange]:
    for exchange in journal:
        if exchange.operation is None or not exchange.settled:
            continue
        if destination is None or exchange.destination == destination:
            yield exchange


def _newest_first(messages: Iterator[_Item], sends: Iterator[_Item], before: int) -> Iterator[_Item]:
    """Messages merged with the sends that led to no message.

    The journal is gone through no farther than the messages are: nearly all that stands in it are messages again.
    """
    of_journal = next(sends, None)
    for item in messages:
        while of_journal is not None and of_journal[0] > item[0]:
            if of_journal[0] < before and _is_failure(of_journal[1]):
                yield of_journal
            of_journal = next(sends, None)
        if item[0] < before:
            yield item
    while of_journal is not None:
        if of_journal[0] < before and _is_failure(of_journal[1]):
            yield of_journal
        of_journal = next(sends, None)


def _is_failure(item: Message | Exchange) -> bool:
    return isinstance(item, Exchange) and explanation.outcome(item) != explanation.ACCEPTED


def _may_be_meant(item: Message | Exchange, sought: Sought) -> bool:
    """A cheap test first: a send without the searched text does not contain it masked either.

    Unless it is a text that stands in what masking writes: asterisks, or an escape.
    """
    if not sought.text or not isinstance(item, Message) or "*" in sought.text or "\\" in sought.text:
        return True
    wanted, submission = sought.text.casefold(), item.submission
    key = None if submission.reference is None else submission.reference.key
    return any(wanted in (each or "").casefold() for each in (submission.text, submission.destination, key))


def _is_meant(shown: dict[str, Any], sought: Sought) -> bool:
    if sought.state and shown["state"] != sought.state:
        return False
    wanted = sought.text.casefold()
    return not wanted or any(wanted in (shown[each] or "").casefold() for each in ("text", "destination", "key"))

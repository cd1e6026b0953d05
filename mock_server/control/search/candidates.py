"""Candidates for a filter, found by indexes where possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Protocol, TypeVar

from mock_server.control.requests import ControlRequestError
from mock_server.control.search.filters import ParsedQuery
from mock_server.domain.message import Message
from mock_server.journal.exchange import Exchange
from mock_server.session.session import Session


class _Numbered(Protocol):
    id: str


N = TypeVar("N", bound=_Numbered)


def newer(items: Iterable[N], after: str | None) -> Iterator[N]:
    """The numbered items, newest first, that came after one, which may be evicted."""
    if after is None:
        return iter(items)
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise ControlRequestError(400, "Bad request", f"after: {after[:40]!r} is no id; ids here are numbers")
    number = int(after)
    return takewhile(lambda each: int(each.id) > number, items)


def exchanges_newer(
    session: Session, wanted: ParsedQuery, among: Iterable[Exchange] | None = None
) -> Iterator[Exchange]:
    """Exchanges that may match, newest first; all others do not."""
    found = newer(session.state.journal if among is None else among, wanted.after)
    destination = wanted.filter.exact.get("destination")
    return found if destination is None else (each for each in found if each.destination == destination)


async def messages_newer(session: Session, wanted: ParsedQuery, before: str | None = None) -> Iterable[Message]:
    """Messages that may match, newest first; all others do not.

    Raises:
        ControlError: 404, `before` or `after` names no message that is kept.
    """
    store, exact = session.state.store, wanted.filter.exact
    for name, named in (("before", before), ("after", wanted.after)):
        if named is not None and await store.message(named) is None:
            raise ControlRequestError(404, "Unknown message", f"{name}: no message {named!r} is kept in this session")
    if before is None and wanted.after is None:
        if "destination" in exact:
            found = await store.by_destination(exact["destination"], None, None)
            return [message for message in found if not message.dropped]
        if "reference.key" in exact:
            found = await store.by_reference(exact["reference.key"], None, None)
            return [message for message in found if not message.dropped]
    kept = await store.messages(before=before)
    return takewhile(lambda message: message.id != wanted.after, kept)

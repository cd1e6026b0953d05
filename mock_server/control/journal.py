"""The verbs of the journal: find, count and delete exchanges and messages; the ledger; HAR."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import dropwhile, islice
from typing import Any

from mock_server import explanation
from mock_server.control import har, ledger
from mock_server.control.requests import MOST_LISTED, ControlRequestError
from mock_server.control.search.candidates import exchanges_newer, messages_newer, newer
from mock_server.control.search.filters import Filter, ParsedQuery, asked
from mock_server.control.search.subjects import (
    ATTEMPT_MEMBERS,
    EXCHANGE_MEMBERS,
    MESSAGE_MEMBERS,
    AttemptSubject,
    ExchangeSubject,
    MessageSubject,
)
from mock_server.domain.message import Message
from mock_server.journal.exchange import Exchange
from mock_server.journal.raw_budget import RawBudget
from mock_server.session.session import Session

Query = Mapping[str, str]
"""Filters by name, as in a URL: `{"destination": "+447700900123", "text~": "code"}`."""

_NO_FILTERS: Query = {}


class JournalVerbs:
    """Find, count and delete exchanges and messages."""

    def __init__(self, session: Session, raw: RawBudget) -> None:
        self._session = session
        self._raw = raw

    async def exchanges(
        self, query: Query = _NO_FILTERS, *, limit: int = MOST_LISTED, before: str | None = None
    ) -> dict[str, Any]:
        """The newest matching exchanges as summaries, newest first."""
        found = _ExchangeSearch(self._exchange_filter(query))
        subjects = found.among(self._exchanges_behind(before), self._session)
        shown = [each.view for each in islice(subjects, limit)]
        evicted = {"evicted": self._session.state.journal.evicted, "raw_bodies_evicted": self._raw.evicted}
        return {"exchanges": shown, **evicted, **found.unknown()}

    async def count_exchanges(self, query: Query = _NO_FILTERS) -> dict[str, Any]:
        """How many exchanges match."""
        found = _ExchangeSearch(self._exchange_filter(query))
        count = sum(1 for _ in found.among(self._session.state.journal, self._session))
        return {"count": count, "evicted": self._session.state.journal.evicted, **found.unknown()}

    def forget_exchanges(self) -> dict[str, Any]:
        """Delete all exchanges and reset the ledger; numbers continue, and messages keep theirs."""
        return {"deleted": self._session.forget_exchanges()}

    async def exchange(self, exchange_id: str) -> dict[str, Any]:
        """One exchange with the full explanation of its answer."""
        found = self._session.state.journal.get(exchange_id)
        if found is None:
            evicted = self._session.state.journal.evicted
            kept = f"this session keeps its newest exchanges; {evicted} older ones were evicted"
            forgotten = f"; those up to {self._session.state.journal.forgotten} were deleted"
            kept += forgotten if self._session.state.journal.forgotten else ""
            raise ControlRequestError(404, "Unknown exchange", f"no exchange {exchange_id!r}: {kept}")
        return explanation.explanation(found, self._session.secrets, self._session.state.stubs)

    async def messages(
        self, query: Query = _NO_FILTERS, *, limit: int = MOST_LISTED, before: str | None = None
    ) -> dict[str, Any]:
        """The newest matching messages, newest first."""
        shown = [each.view for each in await self._messages(self._message_filter(query), limit, before)]
        return {"messages": shown, "evicted": await self._session.state.store.evicted()}

    async def count_messages(self, query: Query = _NO_FILTERS) -> dict[str, Any]:
        """How many messages match."""
        count = len(await self._messages(self._message_filter(query), None, None))
        return {"count": count, "evicted": await self._session.state.store.evicted()}

    async def forget_messages(self) -> dict[str, Any]:
        """Delete all messages, their lives and pending notifications; the windows stay."""
        return {"deleted": await self._session.forget_messages()}

    async def webhooks(self, query: Query = _NO_FILTERS, *, limit: int = MOST_LISTED) -> dict[str, Any]:
        """The newest matching webhook attempts, newest first."""
        wanted, after = asked(query, ATTEMPT_MEMBERS, self._session.secrets)
        attempts = self._session.state.journal.attempts
        subjects = (AttemptSubject(each, self._session.secrets) for each in newer(attempts, after))
        shown = [each.view for each in islice(filter(wanted.matches, subjects), limit)]
        return {"webhooks": shown, "evicted": attempts.evicted}

    def ledger(self) -> dict[str, Any]:
        """The counters, and the duplicates by intent."""
        return ledger.view(self._session)

    def counters(self) -> dict[str, Any]:
        """The counters alone, which are cheap."""
        return ledger.counters(self._session)

    def duplicates(self, *, newest: int) -> dict[str, Any]:
        """The duplicates by intent among the newest exchanges."""
        journal = self._session.state.journal
        kept = {"searched": min(newest, len(journal)), "kept": len(journal), "evicted": journal.evicted}
        return {**ledger.duplicates(self._session, newest), **kept}

    def har(self, query: Query, origin: str) -> dict[str, Any]:
        """The matching exchanges, oldest first, as HAR 1.2; `origin` is the server's as the client wrote it."""
        found = _ExchangeSearch(self._exchange_filter(query))
        matching = [each.id for each in found.among(self._session.state.journal, self._session)]
        kept = [self._session.state.journal.get(each) for each in reversed(matching)]
        return har.har([each for each in kept if each is not None], self._session.secrets, origin)

    def _exchange_filter(self, query: Query) -> ParsedQuery:
        return asked(query, EXCHANGE_MEMBERS, self._session.secrets)

    def _message_filter(self, query: Query) -> ParsedQuery:
        return asked(query, MESSAGE_MEMBERS, self._session.secrets)

    def _exchanges_behind(self, before: str | None) -> Iterable[Exchange]:
        if before is None:
            return self._session.state.journal
        if self._session.state.journal.get(before) is None:
            raise ControlRequestError(
                404, "Unknown exchange", f"before: no exchange {before!r} is kept in this session"
            )
        return islice(dropwhile(lambda each: each.id != before, self._session.state.journal), 1, None)

    async def _messages(self, wanted: ParsedQuery, limit: int | None, before: str | None) -> list[MessageSubject]:
        session = self._session
        if wanted.filter.is_open and wanted.after is None and before is None:
            kept: Iterable[Message] = await session.state.store.messages(limit)
        else:
            kept = await messages_newer(session, wanted, before)
        subjects = (MessageSubject(message, session.secrets) for message in kept)
        return list(islice(filter(wanted.filter.matches, subjects), limit))


class _ExchangeSearch:
    """Matching exchanges, and how many could not be decided."""

    def __init__(self, wanted: ParsedQuery) -> None:
        self._wanted = wanted
        self._filter: Filter = wanted.filter
        self._unknown = 0

    def among(self, exchanges: Iterable[Exchange], session: Session) -> Iterator[ExchangeSubject]:
        """The matching ones, newest first."""
        for exchange in exchanges_newer(session, self._wanted, exchanges):
            subject = ExchangeSubject(exchange, session.secrets)
            if self._filter.matches(subject):
                yield subject
            elif self._filter.looks_into_requests:
                self._unknown += self._filter.is_unknown(subject)

    def unknown(self) -> dict[str, int]:
        """How many exchanges need an evicted body to decide, if the filter reads bodies."""
        return {"not_searched": self._unknown} if self._filter.looks_into_requests else {}

"""The waiting verbs: for exchanges, for messages, and for statuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from mock_server.control import shapes
from mock_server.control.long_poll.poll import SETTINGS, Miss, Poll, Turn, settings_of, wait
from mock_server.control.requests import ControlRequestError
from mock_server.control.search.candidates import exchanges_newer, messages_newer
from mock_server.control.search.filters import ParsedQuery, asked
from mock_server.control.search.subjects import (
    EXCHANGE_MEMBERS,
    MESSAGE_MEMBERS,
    ExchangeSubject,
    MessageSubject,
    Subject,
    raw_of_exchange,
    raw_of_message,
)
from mock_server.domain.delivery import Change, Status, changes, latest
from mock_server.domain.instants import rfc3339
from mock_server.domain.message import Message
from mock_server.journal.exchange import Exchange
from mock_server.scenario.problems import did_you_mean, shown
from mock_server.session.session import Session
from mock_server.session.subscriptions import Lived, Memo, Subscriber, Topic
from mock_server.session.timers import Timer

T = TypeVar("T")

_LONGEST_SHOWN = 200


class WaitVerbs:
    """Wait until matching items exist."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def exchanges(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Wait for exchanges that were served to their end."""
        session = self._session
        wanted = asked(query, EXCHANGE_MEMBERS, session.secrets, SETTINGS)
        return await wait(session, query, settings_of(query), _Exchanges(session, wanted))

    async def messages(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Wait for accepted messages."""
        session = self._session
        wanted = asked(query, MESSAGE_MEMBERS, session.secrets, SETTINGS)
        return await wait(session, query, settings_of(query), _Messages(session, wanted))

    async def statuses(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Wait for messages that have, or have had, one of the statuses `status=SENT,DELIVERED`."""
        session = self._session
        statuses = _statuses(query.get("status"))
        if "id" in query and "message_id" in query:
            raise ControlRequestError(400, "Bad request", "message_id: another name for id; one of them is allowed")
        named = {"id" if name == "message_id" else name: text for name, text in query.items()}
        wanted = asked(named, MESSAGE_MEMBERS, session.secrets, (*SETTINGS, "status"))
        return await wait(session, query, settings_of(query), _Statuses(session, wanted, statuses))


def _statuses(text: str | None) -> frozenset[Status]:
    if text is None:
        known = ", ".join(Status)
        raise ControlRequestError(
            400, "Bad request", f"status: say which, one or several of {known}, with commas between"
        )
    try:
        return frozenset(Status(each) for each in text.split(","))
    except ValueError:
        wrong = next(each for each in text.split(",") if each not in list(Status))
        near = did_you_mean(wrong, Status)
        said = f"status: {shown(wrong)} is not one of {', '.join(Status)}{near}"
        raise ControlRequestError(400, "Bad request", said) from None


@contextmanager
def _offered(topic: Topic[T], subscriber: Subscriber[T]) -> Iterator[None]:
    topic.add(subscriber)
    try:
        yield
    finally:
        topic.remove(subscriber)


def _on_reset(poll: Poll) -> Any:
    return lambda: poll.take_turn(Turn.BEGAN_ANEW)


def _on_end(poll: Poll) -> Any:
    return lambda: poll.take_turn(Turn.SESSION_ENDED)


def _miss(wanted: ParsedQuery, subjects: Iterable[Subject], poll: Poll) -> Miss | None:
    for subject in subjects:
        if subject.id in poll.found:
            continue
        member = wanted.filter.difference(subject)
        if member is None:
            return Miss(subject.id, "after", f"newer than {wanted.after}", "older")
        # Each kind of item has another name for its time, in the same form.
        texts = (rfc3339(subject.at),) if member in {"since", "until"} else subject.texts(member)
        return Miss(subject.id, member, wanted.filter.wanted(member), ", ".join(texts)[:_LONGEST_SHOWN])
    return None


class _Exchanges:
    """Source of exchanges, as they settle."""

    name = "exchanges"

    def __init__(self, session: Session, wanted: ParsedQuery) -> None:
        self._session = session
        self._wanted = wanted

    @contextmanager
    def watching(self, poll: Poll) -> Iterator[None]:
        def offer(exchange: Exchange, memo: Memo) -> None:
            subject = self._shared(exchange, memo)
            if self._wanted.filter.matches(subject):
                poll.take(subject.id, subject.view)

        def text_of(exchange: Exchange, memo: Memo, member: str) -> str:
            # The wanted text holds no secret, so matching it unmasked is enough.
            return raw_of_exchange(exchange, member) or self._shared(exchange, memo).texts(member)[0]

        subscriber = Subscriber(offer, _on_reset(poll), _on_end(poll), text_of, self._wanted.filter.exact)
        with _offered(self._session.presence.subscriptions.exchanges, subscriber):
            yield

    async def collect(self, poll: Poll, *, anew: bool) -> None:
        wanted = self._wanted._replace(after=None) if anew else self._wanted
        subjects = map(self._subject, exchanges_newer(self._session, wanted))
        found = [each for each in subjects if each.settled and wanted.filter.matches(each)]
        for subject in reversed(found):
            poll.take(subject.id, subject.view)

    async def nearest(self, poll: Poll) -> tuple[int, Miss | None]:
        journal = self._session.state.journal
        settled = (each for each in map(self._subject, journal) if each.settled)
        return len(journal), _miss(self._wanted, settled, poll)

    def _shared(self, exchange: Exchange, memo: Memo) -> ExchangeSubject:
        """The subject, computed once for all waits."""
        found: ExchangeSubject = memo.get("subject") or memo.setdefault("subject", self._subject(exchange))
        return found

    def _subject(self, exchange: Exchange) -> ExchangeSubject:
        return ExchangeSubject(exchange, self._session.secrets)


Take = Callable[[Poll, MessageSubject], None]


def _take_as_shown(poll: Poll, subject: MessageSubject) -> None:
    poll.take(subject.id, subject.view)


class _Messages:
    """Source of messages, as they are accepted."""

    name = "messages"

    def __init__(self, session: Session, wanted: ParsedQuery, take: Take | None = None) -> None:
        self._session = session
        self._wanted = wanted
        self._take = take or _take_as_shown
        """What to do with a matching message."""

    @contextmanager
    def watching(self, poll: Poll) -> Iterator[None]:
        def offer(message: Message, memo: Memo) -> None:
            subject = self.shared(message, memo)
            if self._wanted.filter.matches(subject):
                self._take(poll, subject)

        def text_of(message: Message, memo: Memo, member: str) -> str:
            return raw_of_message(message, member) or self.shared(message, memo).texts(member)[0]

        subscriber = Subscriber(offer, _on_reset(poll), _on_end(poll), text_of, self._wanted.filter.exact)
        with _offered(self._session.presence.subscriptions.messages, subscriber):
            yield

    async def matching(self, *, anew: bool) -> list[MessageSubject]:
        """The matching messages that exist, oldest first."""
        wanted = self._wanted._replace(after=None) if anew else self._wanted
        subjects = map(self.subject, await messages_newer(self._session, wanted))
        return [each for each in subjects if wanted.filter.matches(each)][::-1]

    async def collect(self, poll: Poll, *, anew: bool) -> None:
        for subject in await self.matching(anew=anew):
            self._take(poll, subject)

    async def nearest(self, poll: Poll) -> tuple[int, Miss | None]:
        kept = await self._session.state.store.messages()
        return len(kept), _miss(self._wanted, map(self.subject, kept), poll)

    def shared(self, message: Message, memo: Memo) -> MessageSubject:
        """The subject, computed once for all waits."""
        found: MessageSubject = memo.get("subject") or memo.setdefault("subject", self.subject(message))
        return found

    def subject(self, message: Message) -> MessageSubject:
        """A message as the filters see it."""
        return MessageSubject(message, self._session.secrets)


class _Statuses:
    """Source of messages that reach a status: by their plan, or set by a tester.

    A status is computed on demand; a timer waits for the instant that the message's life names.
    """

    name = "messages"

    def __init__(self, session: Session, wanted: ParsedQuery, statuses: frozenset[Status]) -> None:
        self._session = session
        self._wanted = wanted
        self._messages = _Messages(session, wanted, self._found)
        self._statuses = statuses
        self._awaited: dict[str, tuple[MessageSubject, Timer | None]] = {}
        """Matching messages, each with the timer for its status."""

    @contextmanager
    def watching(self, poll: Poll) -> Iterator[None]:
        def changed(lived: Lived, _: Memo) -> None:
            message, life = lived
            subject, sleep = self._awaited.get(message.id, (None, None))
            if subject is not None and message.id not in poll.found:
                self._call_off(sleep)
                self._look(poll, subject, life)

        def text_of(lived: Lived, memo: Memo, member: str) -> str:
            return self._messages.shared(lived[0], memo).texts(member)[0]

        # The topic of messages already reports reset and end.
        subscriber = Subscriber(changed, lambda: None, lambda: None, text_of, self._wanted.filter.exact)
        try:
            with self._messages.watching(poll), _offered(self._session.presence.subscriptions.changes, subscriber):
                yield
        finally:
            self._forget()

    async def collect(self, poll: Poll, *, anew: bool) -> None:
        self._forget()
        for subject in await self._messages.matching(anew=anew):
            self._look(poll, subject, await self._session.state.store.life(subject.message))

    def _found(self, poll: Poll, subject: MessageSubject) -> None:
        """A new message has the life of its plan."""
        self._look(poll, subject, changes(subject.message.plan, subject.message.accepted_at))

    async def nearest(self, poll: Poll) -> tuple[int, Miss | None]:
        items, miss = await self._messages.nearest(poll)
        newest = next((each for each in reversed(self._awaited) if each not in poll.found), None)
        if newest is not None:
            # Nearer than a message that another filter excludes.
            life = await self._session.state.store.life(self._awaited[newest][0].message)
            status = latest(life, self._session.now()).status
            miss = Miss(newest, "status", f"is one of {', '.join(sorted(self._statuses))}", status)
        return items, miss

    def _look(self, poll: Poll, subject: MessageSubject, life: tuple[Change, ...]) -> None:
        """Offer a message that reached a status, or set a timer for when it will."""
        timers = self._session.presence.timers
        instants = [each.at for each in life if each.status in self._statuses]
        sleep = None
        if instants and min(instants) <= self._session.now():
            poll.take(subject.id, self._view(subject, life))
        elif instants:
            sleep = timers.at(min(instants), lambda reached: self._come(poll, subject, life) if reached else None)
        self._awaited[subject.id] = subject, sleep

    def _come(self, poll: Poll, subject: MessageSubject, life: tuple[Change, ...]) -> None:
        poll.take(subject.id, self._view(subject, life))

    def _view(self, subject: MessageSubject, life: tuple[Change, ...]) -> dict[str, Any]:
        now = self._session.now()
        past = [shapes.change(each) for each in life if each.at <= now]
        return {**subject.view, "status": latest(life, now).status, "changes": past}

    def _call_off(self, sleep: Timer | None) -> None:
        if sleep is not None:
            self._session.presence.timers.cancel(sleep)

    def _forget(self) -> None:
        for _, sleep in self._awaited.values():
            self._call_off(sleep)
        self._awaited.clear()

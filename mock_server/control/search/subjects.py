"""Searchable items: exchanges, messages and webhook attempts, with the members that filters read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from mock_server import explanation, wire
from mock_server.control import shapes
from mock_server.domain.delivery import Status
from mock_server.domain.instants import Instant
from mock_server.domain.message import Message
from mock_server.domain.secrets import Secrets
from mock_server.domain.submission import Reference, Submission, Webhook
from mock_server.domain.urls import find_links
from mock_server.journal.exchange import Exchange
from mock_server.journal.webhook_attempts import WebhookAttempt
from mock_server.ports import WebhookAnswer


class Subject:
    """One item, with its members by dotted path, computed on demand."""

    def __init__(self, item_id: str, at: Instant, secrets: Secrets) -> None:
        self.id = item_id
        self.at = at
        self.secrets = secrets
        self._texts: dict[str, tuple[str, ...]] = {}

    @cached_property
    def view(self) -> Mapping[str, Any]:
        """The item as lists show it."""
        raise NotImplementedError

    def texts(self, path: str) -> tuple[str, ...]:
        """A member as text, or each item of a list, in the spelling of JSON without quotation marks."""
        found = self._texts.get(path)
        if found is None:
            value = self.value(path)
            each = value if isinstance(value, list | tuple) else (value,)
            found = self._texts[path] = tuple(map(_text, each))
        return found

    def value(self, path: str) -> object:
        """A member of the view; `None` if there is none."""
        return _member(self.view, path)


class ExchangeSubject(Subject):
    """An exchange: the members of its summary and of its request."""

    def __init__(self, exchange: Exchange, secrets: Secrets) -> None:
        super().__init__(exchange.id, exchange.at, secrets)
        self._exchange = exchange

    @cached_property
    def view(self) -> Mapping[str, Any]:
        """The exchange's summary."""
        return explanation.summary(self._exchange, self.secrets)

    @property
    def settled(self) -> bool:
        """Whether the request was served to its end."""
        return self._exchange.settled

    @property
    def readable(self) -> bool:
        """Whether the request can be parsed: an evicted or truncated one cannot."""
        return self._exchange.operation is None or not (self._exchange.body is None or self._exchange.body_cut)

    def value(self, path: str) -> object:
        """A member of the summary or of the request."""
        if path == "destination":
            return explanation.masked(self._exchange.destination, self.secrets)
        if path not in REQUEST_MEMBERS:
            return super().value(path)
        found = _member(self.request, path)
        return explanation.masked(found, self.secrets) if isinstance(found, str) else found

    @cached_property
    def request(self) -> Mapping[str, Any]:
        """The submission of the request; empty if it was none."""
        exchange = self._exchange
        if exchange.operation is None or not exchange.body or not self.readable:
            return {}
        content = wire.read_submission(exchange.body, exchange.operation)
        return wire.submission_view(content) if isinstance(content, Submission) else {}


class MessageSubject(Subject):
    """A message."""

    def __init__(self, message: Message, secrets: Secrets) -> None:
        super().__init__(message.id, message.accepted_at, secrets)
        self.message = message

    @cached_property
    def view(self) -> Mapping[str, Any]:
        """The message as lists show it."""
        return explanation.message(self.message, self.secrets)

    @cached_property
    def _cheap_view(self) -> Mapping[str, Any]:
        return explanation.message_without_finds(self.message, self.secrets)

    def value(self, path: str) -> object:
        """A member of the message; codes and links are computed only on demand."""
        if path == "destination":
            # Most filters name one of these, and most messages fail it.
            return explanation.masked(self.message.submission.destination, self.secrets)
        if path in _FINDS:
            return _FINDS[path](str(self._cheap_view["text"]))
        return _member(self._cheap_view, path)


class AttemptSubject(Subject):
    """A webhook attempt."""

    def __init__(self, attempt: WebhookAttempt, secrets: Secrets) -> None:
        super().__init__(attempt.id, attempt.at, secrets)
        self._attempt = attempt

    @cached_property
    def view(self) -> Mapping[str, Any]:
        """The attempt as lists show it."""
        return shapes.attempt(self._attempt, self.secrets)


def raw_of_exchange(exchange: Exchange, path: str) -> str | None:
    """A member that needs no computation, unmasked; `None` if it needs a subject."""
    return (exchange.destination or "null") if path == "destination" else exchange.id if path == "id" else None


def raw_of_message(message: Message, path: str) -> str | None:
    """A member that needs no computation, unmasked; `None` if it needs a subject."""
    raw = _RAW.get(path)
    return None if raw is None else raw(message)


def _key(message: Message) -> str:
    reference = message.submission.reference
    return "null" if reference is None or reference.key is None else reference.key


_RAW: Mapping[str, Callable[[Message], str]] = {
    "id": lambda message: message.id,
    "exchange": lambda message: message.exchange,
    "reference.key": _key,
    "destination": lambda message: message.submission.destination,
    "text": lambda message: message.submission.text,
}


def _codes(text: str) -> tuple[str, ...]:
    from mock_server.domain.otp import find_otps  # noqa: PLC0415 - as in `explanation`

    return find_otps(text)


_FINDS = {"codes": _codes, "links": find_links}


def _text(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _member(view: object, path: str) -> object:
    for step in path.split("."):
        if not isinstance(view, Mapping):
            return None
        view = view.get(step)
    return view


def _paths(view: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in view.items():
        if isinstance(value, Mapping):
            yield from _paths(value, f"{before}{name}.")
        else:
            yield before + name


# The members are those of a view: a member that is added there can be filtered by here.
_SUBMISSION = Submission(reference=Reference(), webhook=Webhook())
_MESSAGE = Message("", _SUBMISSION, "", "", "", Instant(0), "")
_NONE = Secrets()


def _attempt() -> WebhookAttempt:
    attempt = WebhookAttempt(_MESSAGE, Status.SENT, Instant(0), 1, (b"", ""))
    attempt.end(WebhookAnswer(None, None, b"", 0.0), None)
    return attempt


_SUMMARY = ExchangeSubject(Exchange(Instant(0), "", b"", b""), _NONE).view
_SUMMARY_MEMBERS = tuple(_paths(_SUMMARY))
REQUEST_MEMBERS = frozenset(_paths(wire.submission_view(_SUBMISSION))) - frozenset(_SUMMARY_MEMBERS)
"""The members that are read from the request's body."""
EXCHANGE_MEMBERS = (*_SUMMARY_MEMBERS, *sorted(REQUEST_MEMBERS))
_MESSAGE_VIEW = explanation.message_without_finds(_MESSAGE, _NONE)
MESSAGE_MEMBERS = (*_paths(_MESSAGE_VIEW), *_FINDS)
ATTEMPT_MEMBERS = tuple(_paths(AttemptSubject(_attempt(), _NONE).view))

LISTS = frozenset(_FINDS) | {
    path
    for view in (_SUMMARY, _MESSAGE_VIEW)
    for path in _paths(view)
    if isinstance(_member(view, path), list | tuple)
}
"""Members that are lists."""

"""The journal of one session: each request with its answer and the reason, bounded, and without secrets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from hashlib import sha256

import msgspec

from mock_server.domain.delivery import Status
from mock_server.domain.instants import Instant
from mock_server.domain.secrets import MASK, Secrets, spellings
from mock_server.domain.submission import BasicCredentials
from mock_server.journal.counters import Counters
from mock_server.journal.exchange import Exchange
from mock_server.journal.raw_budget import RawBudget
from mock_server.journal.webhook_attempts import AttemptLog, AttemptsState
from mock_server.wire.credentials import read_credentials
from mock_server.wire.requests import webhook_secrets

Headers = list[tuple[bytes, bytes]]

SECRET_HEADERS = frozenset(
    {b"authorization", b"proxy-authorization", b"x-api-key", b"cookie", b"x-mock-control-token"}
)
"""Headers whose values are never recorded."""

_LONGEST_SECRET = 1024
"""Bytes around a cut that are searched for a secret."""


class Bounds(msgspec.Struct, frozen=True):
    """How much a server keeps."""

    exchanges: int = 10_000
    """Exchanges, for each session."""
    bytes: int = 64 * 1024 * 1024
    """Raw bodies and headers, for the whole server."""
    body: int = 64 * 1024
    """Of one body; its length and hash are kept whatever its size."""
    messages: int = 100_000
    """Accepted messages, for each session."""


class JournalState(msgspec.Struct, frozen=True):
    """A journal as it stood. Its raw bytes count towards the server's budget too."""

    entries: tuple[Exchange, ...]
    opened: int
    forgotten: int
    counters: Counters
    attempts: AttemptsState


class Journal:
    """The exchanges of one session, numbered from 1."""

    def __init__(self, bounds: Bounds, raw: RawBudget) -> None:
        self._bounds = bounds
        self._raw = raw
        self._entries: deque[Exchange] = deque()
        self._opened = 0
        self.settled = 0
        """How many requests were served to their end, evicted ones included."""
        self._epoch = 0
        self._closed = False
        self._forgotten = 0
        self.attempts = AttemptLog(bounds.exchanges)
        self.counters = Counters()

    def __len__(self) -> int:
        """How many exchanges are kept."""
        return len(self._entries)

    @property
    def evicted(self) -> int:
        """How many exchanges were evicted for newer ones."""
        return self._opened - self._forgotten - len(self._entries)

    @property
    def opened(self) -> int:
        """The number of the newest exchange."""
        return self._opened

    @property
    def forgotten(self) -> int:
        """The number of the last exchange that a tester deleted; 0 where none was."""
        return self._forgotten

    def open(self, at: Instant, method: str, path: bytes, headers: Headers) -> Exchange:
        """Begin an entry. It stays in the journal even if the request is never completed."""
        # One string instead of a list of pairs: freeing two dozen cold objects per evicted request costs more.
        kept = [header if header[0] not in SECRET_HEADERS else (header[0], MASK) for header in headers]
        exchange = Exchange(at, method, path, b"\r\n".join(map(b": ".join, kept)))
        self._enter(exchange)
        return exchange

    def _enter(self, exchange: Exchange) -> None:
        self._opened += 1
        exchange.id, exchange.epoch = str(self._opened), self._epoch
        self._entries.append(exchange)
        if len(self._entries) > self._bounds.exchanges:
            oldest = self._entries.popleft()
            self._raw.release(oldest)
            oldest.head = None

    def record_body(self, exchange: Exchange, body: bytes, now: Instant, secrets: Secrets) -> None:
        """Keep the body, or its beginning up to the limit, cut outside any secret.

        The request is complete now. After a reset since it began, it is entered again.
        """
        exchange.at = now
        if exchange.epoch != self._epoch and not self._closed:
            self._enter(exchange)
        exchange.body_read = True
        exchange.body_length = len(body)
        if len(body) > self._bounds.body:
            exchange.body_sha256 = sha256(body).hexdigest()
            exchange.body_cut = True
            body = body[: _cut(body, self._bounds.body, secrets)]
        exchange.body = body

    def settle(self, exchange: Exchange, presented: bytes | None) -> None:
        """Complete and count an entry, and mask the secrets that only this exchange knows.

        `presented` is the request's `Authorization` header.
        """
        self._mask_unknown_secrets(exchange, presented)
        exchange.settled = True
        self.settled += 1
        if exchange.epoch != self._epoch or self._closed:
            return
        if exchange.operation is not None:
            error = exchange.protocol_error
            code = None if error is None else error.error.code
            self.counters.count(exchange.decision, code, bug=exchange.bug is not None)
        if exchange.head is not None:
            self._raw.hold(exchange, _size(exchange))

    def _mask_unknown_secrets(self, exchange: Exchange, presented: bytes | None) -> None:
        """Mask passwords that belong to no account, since the masking of the accounts' secrets does not find them.

        These are a password that was refused, and one that the client sent for its webhook's receiver.
        """
        found: set[bytes] = set()
        if exchange.decision is None or exchange.decision.rule == "authentication":
            credentials = read_credentials(presented)
            if isinstance(credentials, BasicCredentials):
                found |= spellings(credentials.username, credentials.password)
        for secret in webhook_secrets(exchange.body or b""):
            found |= spellings("", secret)
        if found:
            _mask(exchange, Secrets(found))

    def __iter__(self) -> Iterator[Exchange]:
        """All exchanges, newest first."""
        return reversed(self._entries)

    def get(self, exchange_id: str) -> Exchange | None:
        """One exchange, or `None` when it is unknown or evicted."""
        if not (exchange_id.isascii() and exchange_id.isdigit()) or not self._entries or len(exchange_id) > 18:
            return None
        index = int(exchange_id) - int(self._entries[0].id)
        found = self._entries[index] if 0 <= index < len(self._entries) else None
        return found if found is not None and found.id == exchange_id else None

    def forget(self) -> int:
        """Delete all exchanges and reset the counters; return how many there were. Numbers continue.

        A request being served is entered again when its body is complete.
        """
        forgotten = len(self._entries)
        for exchange in self._entries:
            self._raw.release(exchange)
        self._entries.clear()
        self._forgotten = self._opened
        self._epoch += 1
        self.counters = Counters()
        return forgotten

    def clear(self) -> None:
        """Delete everything, and number from 1 again."""
        self.forget()
        self._opened = self._forgotten = 0
        self.attempts.clear()

    def snapshot(self, due_again: frozenset[tuple[str, Status]], now: Instant) -> JournalState:
        """The journal as it stands; `due_again` names attempts under way by message and status."""
        return JournalState(
            self._copies(self._entries),
            self._opened,
            self._forgotten,
            self.counters.copy(),
            self.attempts.snapshot(due_again, now),
        )

    def restore(self, state: JournalState) -> None:
        """Return to a snapshot; requests being served belong to the world before."""
        self.clear()
        self._entries.extend(self._copies(state.entries))
        self._opened, self._forgotten = state.opened, state.forgotten
        self.counters = state.counters.copy()
        self.attempts.restore(state.attempts)

    def discard(self, state: JournalState) -> None:
        """Release the raw bytes of a snapshot."""
        for exchange in state.entries:
            self._raw.release(exchange)

    def _copies(self, entries: Iterable[Exchange]) -> tuple[Exchange, ...]:
        copies = tuple(map(copy, entries))
        for exchange in copies:
            exchange.epoch, exchange.raw_size = self._epoch, 0
            if exchange.head is not None:
                self._raw.hold(exchange, _size(exchange))
        return copies

    def close(self) -> None:
        """Delete everything for good: requests still being served leave no trace."""
        self.clear()
        self._closed = True


def _mask(exchange: Exchange, secrets: Secrets) -> None:
    # The hash stays that of the body as it came.
    exchange.body_sha256 = exchange.sha256
    exchange.path = secrets.mask(exchange.path)
    exchange.body = None if exchange.body is None else secrets.mask(exchange.body)
    exchange.destination = exchange.destination and secrets.mask(exchange.destination.encode()).decode()
    exchange.bug = exchange.bug and secrets.mask(exchange.bug.encode(errors="backslashreplace")).decode()
    exchange.head = None if exchange.head is None else secrets.mask(exchange.head)


def _size(exchange: Exchange) -> int:
    return len(exchange.path) + len(exchange.head or b"") + len(exchange.body or b"")


def _cut(body: bytes, at: int, secrets: Secrets) -> int:
    """Where to cut a body so that no secret is cut in two: masking would not find a half."""
    while at > 0:
        before, behind = body[max(0, at - _LONGEST_SECRET) : at], body[at : at + _LONGEST_SECRET]
        if secrets.mask(before + behind) == secrets.mask(before) + secrets.mask(behind):
            break
        at = max(0, at - _LONGEST_SECRET)
    return at

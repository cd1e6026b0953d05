"""What came in, what went out, and the reason: bounded, and without secrets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from hashlib import sha256

import msgspec

from mock_server.domain.delivery import Status
from mock_server.domain.instants import Instant
from mock_server.domain.secrets import MASK, Secrets
from mock_server.journal.counters import Ledger
from mock_server.journal.exchange import Exchange
from mock_server.journal.raw_budget import RawBytes
from mock_server.journal.webhook_attempts import AttemptLog, AttemptsState

Headers = list[tuple[bytes, bytes]]

SECRET_HEADERS = frozenset(
    {b"authorization", b"proxy-authorization", b"x-api-key", b"cookie", b"x-mock-control-token"}
)
"""Headers whose values are never kept."""

_LONGEST_SECRET = 1024
"""Bytes; how far around a cut a secret is looked for."""


class Bounds(msgspec.Struct, frozen=True):
    """How much a server remembers."""

    exchanges: int = 10_000
    """Exchanges, for each session."""
    bytes: int = 64 * 1024 * 1024
    """Raw bodies and headers, for the whole server."""
    body: int = 64 * 1024
    """Of one body; its length and hash are kept whatever its size."""
    messages: int = 100_000
    """Accepted messages, for each session."""


class JournalState(msgspec.Struct, frozen=True):
    """A journal as it stood. Its raw bytes count towards the server's budget like any other."""

    entries: tuple[Exchange, ...]
    opened: int
    forgotten: int
    ledger: Ledger
    attempts: AttemptsState


class Journal:
    """The exchanges of one session, numbered from 1."""

    def __init__(self, bounds: Bounds, raw: RawBytes) -> None:
        self._bounds = bounds
        self._raw = raw
        self._entries: deque[Exchange] = deque()
        self._opened = 0
        self.settled = 0
        """How many requests were served to their end, whatever has become of their entries since."""
        self._epoch = 0
        self._closed = False
        self._forgotten = 0
        self.attempts = AttemptLog(bounds.exchanges)
        self.ledger = Ledger()

    def __len__(self) -> int:
        """How many exchanges are kept."""
        return len(self._entries)

    @property
    def evicted(self) -> int:
        """How many exchanges had to go for newer ones."""
        return self._opened - self._forgotten - len(self._entries)

    @property
    def opened(self) -> int:
        """The number of the newest exchange."""
        return self._opened

    @property
    def forgotten(self) -> int:
        """The number of the last exchange that was deleted; 0 where none was."""
        return self._forgotten

    def open(self, at: Instant, method: str, path: bytes, headers: Headers) -> Exchange:
        """Begin an entry; it is in the journal from now on, whatever becomes of the request."""
        # One string and not a list of pairs: freeing two dozen small objects that nobody has touched for ten thousand
        # requests costs more than joining them.
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
        """Keep the body as it came, or its beginning: as long as allowed, and no half of a secret at its end.

        The request is complete now. One that was begun before a reset belongs to what came after it.
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

    def settle(self, exchange: Exchange) -> None:
        """Count an entry that is complete, and its raw bytes unless it had to go before it was."""
        exchange.settled = True
        self.settled += 1
        if exchange.epoch != self._epoch or self._closed:
            return
        if exchange.operation is not None:
            error = exchange.protocol_error
            code = None if error is None else error.error.code
            self.ledger.count(exchange.decision, code, bug=exchange.bug is not None)
        if exchange.head is not None:
            self._raw.hold(exchange, _size(exchange))

    def withhold(self, exchange: Exchange, secrets: Secrets) -> None:
        """Mask a secret that only this exchange knows: a password that was presented and is no account's."""
        # The hash stays that of what came, and not of what is shown of it.
        exchange.body_sha256 = exchange.sha256
        exchange.path = secrets.mask(exchange.path)
        exchange.body = None if exchange.body is None else secrets.mask(exchange.body)
        exchange.destination = exchange.destination and secrets.mask(exchange.destination.encode()).decode()
        exchange.bug = exchange.bug and secrets.mask(exchange.bug.encode(errors="backslashreplace")).decode()
        exchange.head = None if exchange.head is None else secrets.mask(exchange.head)

    def __iter__(self) -> Iterator[Exchange]:
        """All exchanges, newest first."""
        return reversed(self._entries)

    def get(self, exchange_id: str) -> Exchange | None:
        """One exchange, or `None` when it is unknown or was evicted."""
        if not (exchange_id.isascii() and exchange_id.isdigit()) or not self._entries or len(exchange_id) > 18:
            return None
        index = int(exchange_id) - int(self._entries[0].id)
        found = self._entries[index] if 0 <= index < len(self._entries) else None
        return found if found is not None and found.id == exchange_id else None

    def forget(self) -> int:
        """Forget all exchanges, and count anew; the numbers go on, so that none ever names two. How many there were.

        A request that is being served is entered anew when its body is there.
        """
        forgotten = len(self._entries)
        for exchange in self._entries:
            self._raw.release(exchange)
        self._entries.clear()
        self._forgotten = self._opened
        self._epoch += 1
        self.ledger = Ledger()
        return forgotten

    def clear(self) -> None:
        """Forget everything, and number from 1 again."""
        self.forget()
        self._opened = self._forgotten = 0
        self.attempts.clear()

    def snapshot(self, due_again: frozenset[tuple[str, Status]], now: Instant) -> JournalState:
        """The journal as it stands; `due_again` names the messages and statuses whose attempts are under way."""
        return JournalState(
            self._copies(self._entries),
            self._opened,
            self._forgotten,
            self.ledger.copy(),
            self.attempts.snapshot(due_again, now),
        )

    def restore(self, state: JournalState) -> None:
        """Go back to a snapshot, as often as one likes; what is still being served was in another world."""
        self.clear()
        self._entries.extend(self._copies(state.entries))
        self._opened, self._forgotten = state.opened, state.forgotten
        self.ledger = state.ledger.copy()
        self.attempts.restore(state.attempts)

    def discard(self, state: JournalState) -> None:
        """Hold the raw bytes of a snapshot no longer."""
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
        """Forget everything, and hold nothing any more: requests that are still being served leave no trace."""
        self.clear()
        self._closed = True


def _size(exchange: Exchange) -> int:
    return len(exchange.path) + len(exchange.head or b"") + len(exchange.body or b"")


def _cut(body: bytes, at: int, secrets: Secrets) -> int:
    """Where to cut a body, so that no secret is cut in two: a half is not found when the rest is masked."""
    while at > 0:
        before, behind = body[max(0, at - _LONGEST_SECRET) : at], body[at : at + _LONGEST_SECRET]
        if secrets.mask(before + behind) == secrets.mask(before) + secrets.mask(behind):
            break
        at = max(0, at - _LONGEST_SECRET)
    return at

"""What came in, what went out, and the reason: bounded, and without secrets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from hashlib import sha256

import msgspec

from mock_server.attempts import AttemptLog
from mock_server.domain.decision import Decision
from mock_server.domain.errors import ErrorCode
from mock_server.domain.instants import Instant
from mock_server.domain.requirements import Requirement
from mock_server.domain.secrets import MASK, Secrets
from mock_server.domain.submission import Operation
from mock_server.stubs import NearMiss

Headers = list[tuple[bytes, bytes]]

_MOST_RELEASED = 1000

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


class ProtocolError(msgspec.Struct, frozen=True):
    """An answer that no rule of the gateway gave: unknown path, wrong method, too large (BAD-5)."""

    error: ErrorCode
    rule: str
    requirement: Requirement | None
    details: str | None = None


class Exchange:
    """One HTTP request with its answer. It is filled in while the request is served."""

    __slots__ = (
        "answer",
        "at",
        "body",
        "body_cut",
        "body_length",
        "body_read",
        "body_sha256",
        "bug",
        "decision",
        "destination",
        "disconnected",
        "disconnected_early",
        "epoch",
        "head",
        "id",
        "method",
        "near",
        "operation",
        "path",
        "protocol_error",
        "raw_size",
        "status",
        "stubs",
        "trouble",
    )

    def __init__(self, at: Instant, method: str, path: bytes, head: bytes) -> None:
        self.id = ""
        self.epoch = 0
        """Which of the journal's lives the entry belongs to: a reset begins another one."""
        self.at = at
        """When the request was complete; of one that is not, when it began."""
        self.method = method
        self.path = path
        """As it came, with the query."""
        self.head: bytes | None = head
        """The header lines as they stand on the wire; `None` once they were evicted."""
        self.body: bytes | None = b""
        """At most `Bounds.body` bytes; `None` once it was evicted."""
        self.body_cut = False
        self.body_read = False
        """Whether anybody read the body: of one that nobody did nothing is known but what the client declared."""
        self.body_length: int | None = None
        self.body_sha256: str | None = None
        """Computed when the body is cut or evicted; until then it can be had from the body."""
        self.operation: Operation | None = None
        self.destination: str | None = None
        self.decision: Decision | None = None
        self.protocol_error: ProtocolError | None = None
        self.status: int | None = None
        self.answer = b""
        self.bug: str | None = None
        """The traceback of a bug in the mock."""
        self.disconnected = False
        """The client went away before the request was complete."""
        self.disconnected_early = False
        """The client went away while its answer was late."""
        self.stubs: tuple[str, ...] = ()
        """The stubs that had their say."""
        self.near: tuple[NearMiss, ...] = ()
        """Stubs that were kept from it by their limits."""
        self.trouble: str | None = None
        """What stubs did to the transport."""
        self.raw_size = 0
        """What the server's budget counts for this entry."""

    @property
    def sha256(self) -> str:
        """The hash of the whole body, hexadecimal."""
        return self.body_sha256 or sha256(self.body or b"").hexdigest()

    def give_up(self) -> None:
        """Let the raw bytes go, for newer ones; length and hash stay."""
        self.body_sha256 = self.sha256
        self.body, self.head = None, None
        self.raw_size = 0


class RawBytes:
    """The server's budget for raw bodies and headers; the oldest go first, whichever session they belong to."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._order: deque[Exchange] = deque()
        self._released = 0
        self.evicted = 0
        """How many exchanges had to give up their raw bytes."""

    @property
    def held(self) -> int:
        """Bytes held now."""
        return self._held

    def hold(self, exchange: Exchange, size: int) -> None:
        """Count an exchange's bytes, and take the oldest away while there are too many."""
        exchange.raw_size = size
        self._order.append(exchange)
        self._held += size
        while self._held > self._most:
            oldest = self._order.popleft()
            if not oldest.raw_size:
                self._released -= 1
                continue
            self._held -= oldest.raw_size
            self.evicted += 1
            oldest.give_up()

    def release(self, exchange: Exchange) -> None:
        """Count an exchange no longer."""
        if not exchange.raw_size:
            return
        self._held -= exchange.raw_size
        exchange.raw_size = 0
        self._released += 1
        order = self._order
        while order and not order[0].raw_size:
            order.popleft()
            self._released -= 1
        # A quiet session's entry at the front must not keep a busy session's released ones behind it for ever.
        if self._released > _MOST_RELEASED and self._released * 2 > len(order):
            self._order = deque(each for each in order if each.raw_size)
            self._released = 0


class Journal:
    """The exchanges of one session, numbered from 1."""

    def __init__(self, bounds: Bounds, raw: RawBytes) -> None:
        self._bounds = bounds
        self._raw = raw
        self._entries: deque[Exchange] = deque()
        self._opened = 0
        self._epoch = 0
        self._closed = False
        self.attempts = AttemptLog(bounds.exchanges)

    @property
    def evicted(self) -> int:
        """How many exchanges had to go for newer ones."""
        return self._opened - len(self._entries)

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
        """Count the raw bytes of an entry that is complete, unless it had to go before it was."""
        if exchange.head is not None and exchange.epoch == self._epoch and not self._closed:
            self._raw.hold(exchange, len(exchange.path) + len(exchange.head) + len(exchange.body or b""))

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

    def clear(self) -> None:
        """Forget everything, and number from 1 again."""
        for exchange in self._entries:
            self._raw.release(exchange)
        self._entries.clear()
        self._opened = 0
        self._epoch += 1
        self.attempts.clear()

    def close(self) -> None:
        """Forget everything, and hold nothing any more: requests that are still being served leave no trace."""
        self.clear()
        self._closed = True


def _cut(body: bytes, at: int, secrets: Secrets) -> int:
    """Where to cut a body, so that no secret is cut in two: a half is not found when the rest is masked."""
    while at > 0:
        before, behind = body[max(0, at - _LONGEST_SECRET) : at], body[at : at + _LONGEST_SECRET]
        if secrets.mask(before + behind) == secrets.mask(before) + secrets.mask(behind):
            break
        at = max(0, at - _LONGEST_SECRET)
    return at

"""What the gateway needs from outside; `adapters` has the implementations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.delivery import Change
from mock_server.domain.fault import NEEDS_A_PORT, FaultKind
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Duration, Instant
from mock_server.domain.message import Message


class Clock(Protocol):
    """The time of one session."""

    @property
    def mode(self) -> str:
        """`real`, `scaled` or `frozen`."""
        ...

    @property
    def rate(self) -> float:
        """How many seconds of the session's time pass in one of wall time; 0 when it is frozen."""
        ...

    def now(self) -> Instant:
        """The session's time."""
        ...

    def advance(self, by: Duration) -> None:
        """Move forward; a running clock runs on from there."""
        ...

    def move_to(self, instant: Instant) -> None:
        """Move forward to an instant; no effect if it has passed."""
        ...

    def freeze(self, at: Instant | None = None) -> None:
        """Stop, now or at an instant."""
        ...

    def resume(self, rate: float = 1.0) -> None:
        """Run on from the present time, `rate` times as fast as wall time."""
        ...

    def wall_seconds_until(self, instant: Instant) -> float | None:
        """How long to wait for an instant; `None` if the clock is frozen."""
        ...

    def elapsed(self, wall_seconds: float) -> Duration:
        """How much session time passes in this much wall time."""
        ...

    def reset(self) -> None:
        """Return to how the clock was created."""
        ...


Stopwatch = Callable[[], Duration]
"""Monotonic wall time since some instant."""


class Ordinal(NamedTuple):
    """Which of several equal submissions this is.

    The n-th of its destination, text and provider within one generation; generations are as long as the longer
    window, so that counting never needs more memory than the windows do.
    """

    generation: int
    nth: int


class Ids(Protocol):
    """Ids and random draws, derived from the session's seed."""

    def message_id(self, destination: str, text: str, provider: str, ordinal: Ordinal) -> str:
        """A UUID that depends on the seed and these values alone."""
        ...

    def draw(self, purpose: str) -> float:
        """A number from [0, 1) that depends on the seed and the purpose alone."""
        ...

    def derived_id(self, purpose: str, message_id: str, number: int = 0) -> str:
        """A UUID for something that belongs to a message."""
        ...


class Reservation(NamedTuple):
    """The store's decision: an objection or `None`, and what the windows held before."""

    objection: Objection[Refused | Drop] | None
    tally: Tally
    ordinal: Ordinal


_Snapshot = TypeVar("_Snapshot")


class StateStore(Protocol[_Snapshot]):
    """The windows, messages and lives of one session; generic in the form of its snapshots."""

    async def reserve(self, offer: Offer, now: Instant, *, forced: bool = False) -> Reservation:
        """Decide and count in one atomic step: an objection reserves nothing (AF-5), unless it is to be forced."""
        ...

    async def peek(self, offer: Offer, now: Instant) -> Reservation:
        """What `reserve` would say, without counting."""
        ...

    async def count_attempt(self, offer: Offer, now: Instant) -> None:
        """Count a refused attempt towards the volume (the alternative reading of AF-5)."""
        ...

    async def keep(self, message: Message) -> None:
        """Keep an accepted message; evict the oldest when there are too many."""
        ...

    async def message(self, message_id: str) -> Message | None:
        """One message, or `None` when it is unknown or evicted."""
        ...

    async def keep_life(self, message: Message, life: tuple[Change, ...]) -> None:
        """Keep a life that a tester changed, instead of the plan's."""
        ...

    async def life(self, message: Message) -> tuple[Change, ...]:
        """All changes of a message, future ones included: the plan's, unless a tester changed them."""
        ...

    async def by_destination(self, destination: str, before: Instant | None, count: int | None) -> Sequence[Message]:
        """The newest messages to a destination, newest first, accepted strictly before an instant (MS-2, MS-5)."""
        ...

    async def by_reference(self, key: str, before: Instant | None, count: int | None) -> Sequence[Message]:
        """The newest messages with a reference key, newest first, accepted strictly before an instant."""
        ...

    async def messages(self, limit: int | None = None, before: str | None = None) -> Sequence[Message]:
        """The messages, newest first: all, or at most `limit`; with `before` those accepted before that message.

        Raises:
            KeyError: `before` names no message that is kept.
        """
        ...

    async def count(self) -> int:
        """How many messages are kept that `messages` would list."""
        ...

    async def snapshot(self) -> _Snapshot:
        """Everything that `clear` deletes, as an immutable value for `restore`."""
        ...

    async def restore(self, state: _Snapshot) -> None:
        """Return to a snapshot; it stays usable."""
        ...

    async def evicted(self) -> int:
        """How many messages were evicted for newer ones."""
        ...

    async def forget_messages(self) -> int:
        """Delete all messages and their lives, but not the windows; how many messages there were."""
        ...

    async def clear(self) -> None:
        """Delete everything."""
        ...


class WebhookAnswer(NamedTuple):
    """The outcome of one attempt to deliver a notification."""

    status: int | None
    """`None` when no answer came."""
    error: str | None
    """Why there is no answer, or why the answer does not count."""
    body: bytes
    """The beginning of the answer's body."""
    wall_seconds: float

    @property
    def taken(self) -> bool:
        """Whether the receiver accepted the notification: any 2xx (WH-4)."""
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    """Delivers notifications over HTTP."""

    async def post(self, url: str, body: bytes, content_type: str, patience: Duration) -> WebhookAnswer:
        """Make one attempt; every behaviour of the receiver is an answer, not an exception."""
        ...


WIRE = "mock.wire"
"""The ASGI extension that holds a request's `Wire`."""


class Wire(Protocol):
    """The connection of a request, for faults that HTTP forbids."""

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        ...

    def close(self) -> None:
        """Close the connection in an orderly way."""
        ...

    def reset(self) -> None:
        """Reset the connection."""
        ...


class TransportFaultError(ConnectionError):
    """A transport fault in process, where there is no connection to break: the caller gets this exception."""

    def __init__(self, kind: FaultKind) -> None:
        why = NEEDS_A_PORT.get(kind, "a client on a real port sees it on its connection")
        super().__init__(f"forced: {kind}; {why}")
        self.kind = kind


class Alarm(Protocol):
    """Wakes a session when something is due."""

    def ring_in(self, wall_seconds: float | None) -> None:
        """Ring once after this time, instead of an earlier setting; `None` cancels."""
        ...

"""What the gateway needs from the world around it; `adapters` has the implementations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.instants import Duration, Instant
from mock_server.domain.message import Message


class Clock(Protocol):
    """The time of one session."""

    @property
    def mode(self) -> str:
        """`real` or `frozen`."""
        ...

    def now(self) -> Instant:
        """The session's time."""
        ...

    def advance(self, by: Duration) -> None:
        """Move forward; a real clock runs on from there."""
        ...

    def freeze(self, at: Instant | None = None) -> None:
        """Stop, now or at an instant."""
        ...

    def reset(self) -> None:
        """Go back to how the clock was made."""
        ...


class Ordinal(NamedTuple):
    """Which of several equal submissions this is.

    The n-th of its destination and text within one generation; generations are as long as the longer window, so
    that counting never needs more memory than the windows do.
    """

    generation: int
    nth: int


class Ids(Protocol):
    """Everything that looks random, drawn from the session's seed."""

    def message_id(self, destination: str, text: str, ordinal: Ordinal) -> str:
        """A UUID that depends on the seed and these values alone."""
        ...


class Reservation(NamedTuple):
    """What the store decided: nothing stood in the way, or what did; and what it counted before."""

    objection: Objection[Refused | Drop] | None
    tally: Tally
    ordinal: Ordinal


class StateStore(Protocol):
    """The state of one session: windows and messages."""

    async def reserve(self, offer: Offer, now: Instant) -> Reservation:
        """Decide and count in one atomic step: an objection reserves nothing (AF-5)."""
        ...

    async def peek(self, offer: Offer, now: Instant) -> Reservation:
        """What `reserve` would say, without counting."""
        ...

    async def count_attempt(self, offer: Offer, now: Instant) -> None:
        """Count a refused attempt towards the volume (the alternative reading of AF-5)."""
        ...

    async def keep(self, message: Message) -> None:
        """Keep an accepted message; the oldest goes when there are too many."""
        ...

    async def message(self, message_id: str) -> Message | None:
        """One message, or `None` when it is unknown or was evicted."""
        ...

    async def messages(self, limit: int, before: str | None = None) -> Sequence[Message]:
        """The newest messages, newest first; those accepted before the message `before` where it is given.

        Raises:
            KeyError: `before` names no message that is kept.
        """
        ...

    async def evicted(self) -> int:
        """How many messages had to go for newer ones."""
        ...

    async def clear(self) -> None:
        """Forget everything."""
        ...

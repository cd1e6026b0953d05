"""Receivers of notifications for those who have none yet: they record, and answer as they are told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from mock_server.domain.instants import Instant
from mock_server.ports import Answered

_MOST_KEPT = 1000
_MOST_RECEIVERS = 1000


class Behaviour(StrEnum):
    """What a receiver can do beside answering with a status."""

    HANG = "hang"
    REDIRECT = "redirect"
    RESET = "reset"


class Received(msgspec.Struct, frozen=True):
    """One notification as it arrived, and the answer it got: a status, or what the receiver did instead."""

    at: Instant
    body: bytes
    content_type: str
    answer: int | Behaviour


class Receiver:
    """A receiver by name."""

    def __init__(self) -> None:
        self._received: deque[Received] = deque(maxlen=_MOST_KEPT)
        self._answer: int | Behaviour = 200
        self._times: int | None = None

    def __iter__(self) -> Iterator[Received]:
        """What arrived, oldest first."""
        return iter(self._received)

    def copy(self) -> Receiver:
        """The same, to be gone on with on its own."""
        made = Receiver()
        made._received.extend(self._received)
        made.answer_with(self._answer, self._times)
        return made

    def answer_with(self, answer: int | Behaviour, times: int | None) -> None:
        """Answer so, the next few times or from now on; after those times 200 again."""
        self._answer, self._times = answer, times

    def take(self, body: bytes, content_type: str, at: Instant) -> int | Behaviour:
        """Record a notification, and say what it is answered with."""
        answer = self._answer
        if self._times is not None:
            self._times -= 1
            if self._times <= 0:
                self.answer_with(200, None)
        self._received.append(Received(at, body, content_type, answer))
        return answer


class Receivers:
    """The receivers of one session; one that is named for the first time is there."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receiver] = {}

    def received(self, name: str) -> tuple[Received, ...]:
        """What arrived at a receiver, oldest first; to look makes none."""
        return tuple(self._receivers.get(name, ()))

    def named(self, name: str) -> Receiver:
        """A receiver by name.

        Raises:
            OverflowError: there are too many to make another.
        """
        found = self._receivers.get(name)
        if found is None:
            if len(self._receivers) >= _MOST_RECEIVERS:
                raise OverflowError(f"a session has at most {_MOST_RECEIVERS} receivers")
            found = self._receivers[name] = Receiver()
        return found

    def take(self, name: str, body: bytes, content_type: str, at: Instant) -> Answered:
        """Deliver in process: what would take time on a network takes none here."""
        if not name or "/" in name:
            return Answered(404, None, b"", 0.0)
        try:
            answer = self.named(name).take(body, content_type, at)
        except OverflowError as error:
            return Answered(None, str(error), b"", 0.0)
        if answer is Behaviour.HANG:
            return Answered(None, "timed out: the receiver hangs", b"", 0.0)
        if answer is Behaviour.RESET:
            return Answered(None, "connection reset by the receiver", b"", 0.0)
        if answer is Behaviour.REDIRECT:
            return Answered(307, "redirects are not followed", b"", 0.0)
        return Answered(answer, None, b"", 0.0)

    def forget(self, name: str) -> None:
        """Forget a receiver, what it got and what it was told."""
        self._receivers.pop(name, None)

    def snapshot(self) -> object:
        """What all receivers got, and what they were told."""
        return {name: receiver.copy() for name, receiver in self._receivers.items()}

    def restore(self, state: object) -> None:
        """Go back to a snapshot, as often as one likes."""
        assert isinstance(state, dict), "a snapshot of receivers"  # noqa: S101
        self._receivers = {name: receiver.copy() for name, receiver in state.items()}

    def clear(self) -> None:
        """Forget every receiver."""
        self._receivers.clear()

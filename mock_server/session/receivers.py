"""The mock's own receivers of notifications: they record each one, and answer as instructed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from mock_server.domain.instants import Instant
from mock_server.ports import WebhookAnswer

_MOST_KEPT = 1000
_MOST_RECEIVERS = 1000


class Behaviour(StrEnum):
    """What a receiver can do other than answer with a status."""

    HANG = "hang"
    REDIRECT = "redirect"
    RESET = "reset"


class Received(msgspec.Struct, frozen=True):
    """One notification as it arrived, and its answer: a status, or what the receiver did instead."""

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
        """An independent copy."""
        made = Receiver()
        made._received.extend(self._received)
        made.answer_with(self._answer, self._times)
        return made

    def answer_with(self, answer: int | Behaviour, times: int | None) -> None:
        """Answer with this from now on, or for a number of times and with 200 afterwards."""
        self._answer, self._times = answer, times

    def record(self, body: bytes, content_type: str, at: Instant) -> int | Behaviour:
        """Record a notification; the answer to it."""
        answer = self._answer
        if self._times is not None:
            self._times -= 1
            if self._times <= 0:
                self.answer_with(200, None)
        self._received.append(Received(at, body, content_type, answer))
        return answer


ReceiversState = dict[str, "Receiver"]
"""The receivers of a session as they stood, by name."""


class Receivers:
    """The receivers of one session, each created on first use."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receiver] = {}

    def received(self, name: str) -> tuple[Received, ...]:
        """What arrived at a receiver, oldest first; does not create it."""
        return tuple(self._receivers.get(name, ()))

    def answer_with(self, name: str, answer: int | Behaviour, times: int | None) -> None:
        """Instruct a receiver; see `Receiver.answer_with`.

        Raises:
            OverflowError: there are too many to create another.
        """
        self._named(name).answer_with(answer, times)

    def record(self, name: str, body: bytes, content_type: str, at: Instant) -> int | Behaviour:
        """Record a notification; the answer to it.

        Raises:
            OverflowError: there are too many to create another.
        """
        return self._named(name).record(body, content_type, at)

    def deliver(self, name: str, body: bytes, content_type: str, at: Instant) -> WebhookAnswer:
        """Deliver in process, without the delay of a network."""
        if not name or "/" in name:
            return WebhookAnswer(404, None, b"", 0.0)
        try:
            answer = self.record(name, body, content_type, at)
        except OverflowError as error:
            return WebhookAnswer(None, str(error), b"", 0.0)
        if answer is Behaviour.HANG:
            return WebhookAnswer(None, "timed out: the receiver hangs", b"", 0.0)
        if answer is Behaviour.RESET:
            return WebhookAnswer(None, "connection reset by the receiver", b"", 0.0)
        if answer is Behaviour.REDIRECT:
            return WebhookAnswer(307, "redirects are not followed", b"", 0.0)
        return WebhookAnswer(answer, None, b"", 0.0)

    def forget(self, name: str) -> None:
        """Delete a receiver."""
        self._receivers.pop(name, None)

    def snapshot(self) -> ReceiversState:
        """What all receivers got, and their instructions."""
        return {name: receiver.copy() for name, receiver in self._receivers.items()}

    def restore(self, state: ReceiversState) -> None:
        """Return to a snapshot; it stays usable."""
        self._receivers = {name: receiver.copy() for name, receiver in state.items()}

    def clear(self) -> None:
        """Delete every receiver."""
        self._receivers.clear()

    def _named(self, name: str) -> Receiver:
        found = self._receivers.get(name)
        if found is None:
            if len(self._receivers) >= _MOST_RECEIVERS:
                raise OverflowError(f"a session has at most {_MOST_RECEIVERS} receivers")
            found = self._receivers[name] = Receiver()
        return found

"""The verbs of what follows an acceptance: lives of messages, webhooks, and receivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mock_server import explanation
from mock_server.control import shapes
from mock_server.control.requests import ControlRequestError, only
from mock_server.domain.delivery import LEGAL, Carrier, Change, Status, default_carrier, is_legal, latest
from mock_server.domain.message import Message
from mock_server.gateway import scheduler
from mock_server.session.receivers import Behaviour
from mock_server.session.session import Session


class DeliveryVerbs:
    """Show the lives of messages, and change them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def message(self, message_id: str) -> dict[str, Any]:
        """One message with all its changes, past and planned, and its webhook attempts."""
        message = await self._message(message_id)
        life = await self._session.state.store.life(message)
        now = self._session.now()
        attempts = [each for each in self._session.state.journal.attempts if each.message.id == message_id]
        return {
            **explanation.message(message, self._session.secrets),
            "status": latest(life, now).status,
            "changes": [shapes.change(each) for each in life if each.at <= now],
            "planned": [shapes.change(each) for each in life if each.at > now],
            "webhooks": [shapes.attempt(each, self._session.secrets) for each in reversed(attempts)],
        }

    async def push(self, message_id: str, request: Mapping[str, object]) -> dict[str, Any]:
        """Give a message a status now: `{"status": …, "provider": {"code", "status", "message"}, "force": true}`."""
        only(request, {"status", "provider", "force"})
        force = request.get("force", False)
        if not isinstance(force, bool):
            raise ControlRequestError(400, "Bad request", f"force: {force!r} is neither true nor false")
        message = await self._message(message_id)
        status = _status(request.get("status"))
        former = latest(await self._session.state.store.life(message), self._session.now()).status
        legal = is_legal(former, status, message.plan.channel)
        if not legal and not force:
            may = ", ".join(sorted(LEGAL[former])) or "nothing"
            raise ControlRequestError(
                409,
                "Illegal change",
                f"{former} to {status}: after {former} may come {may}; `force: true` does it anyway",
            )
        carrier = _carrier(request.get("provider"), status)
        change = Change(self._session.now(), status, carrier, forced=not legal)
        await scheduler.push(self._session, message, change)
        scheduler.wake(self._session)
        return await self.message(message_id)

    async def resend(self, message_id: str) -> dict[str, Any]:
        """Notify the message's webhook of its last change again, once, now."""
        message = await self._message(message_id)
        if message.submission.webhook is None:
            raise ControlRequestError(409, "No webhook", f"message {message_id} was sent without a webhook")
        now = self._session.now()
        past = [each for each in await self._session.state.store.life(message) if each.at <= now]
        if len(past) == 1:
            raise ControlRequestError(
                409, "Nothing to tell", "the message has not changed yet, and its acceptance is not told"
            )
        attempt = await scheduler.resend(self._session, message, past[-1], len(past) - 2)
        return shapes.attempt(attempt, self._session.secrets)

    def receive(self, name: str, body: bytes, content_type: str) -> int | Behaviour:
        """Record a notification at a receiver; the answer to it."""
        with _bounded_receivers():
            return self._session.state.receivers.record(name, body, content_type, self._session.now())

    def received(self, name: str) -> dict[str, Any]:
        """What a receiver got, oldest first."""
        received = [
            shapes.received(each, self._session.secrets) for each in self._session.state.receivers.received(name)
        ]
        return {"name": name, "received": received}

    def instruct(self, name: str, request: Mapping[str, object]) -> dict[str, Any]:
        """Instruct a receiver to answer `{"answer": 500 | "hang" | "redirect" | "reset", "times": 3}`."""
        only(request, {"answer", "times"})
        answer, times = request.get("answer"), request.get("times")
        if times is not None and (type(times) is not int or times < 1):
            raise ControlRequestError(400, "Bad request", f"times: {times!r} is not a number from 1")
        with _bounded_receivers():
            self._session.state.receivers.answer_with(name, _answer(answer), times)
        return self.received(name) | {"answer": answer, "times": times}

    def forget(self, name: str) -> dict[str, Any]:
        """Delete a receiver."""
        self._session.state.receivers.forget(name)
        return {"deleted": name}

    async def _message(self, message_id: str) -> Message:
        found = await self._session.state.store.message(message_id)
        if found is None or found.dropped:
            raise ControlRequestError(404, "Unknown message", f"no message {message_id!r} is kept in this session")
        return found


@contextmanager
def _bounded_receivers() -> Iterator[None]:
    try:
        yield
    except OverflowError as error:
        raise ControlRequestError(409, "Too many receivers", str(error)) from None


def _answer(answer: object) -> int | Behaviour:
    if type(answer) is int and 200 <= answer <= 599:
        return answer
    try:
        return Behaviour(str(answer))
    except ValueError:
        known = ", ".join(Behaviour)
        raise ControlRequestError(
            400, "Bad request", f"answer: {answer!r} is neither a status from 200 to 599 nor one of {known}"
        ) from None


def _status(status: object) -> Status:
    try:
        return Status(str(status))
    except ValueError:
        raise ControlRequestError(
            400, "Bad request", f"status: {status!r} is not one of {', '.join(Status)}"
        ) from None


def _carrier(provider: object, status: Status) -> Carrier:
    usual = default_carrier(status)
    if provider is None:
        return usual
    if not isinstance(provider, dict) or not all(isinstance(each, str) for each in provider.values()):
        raise ControlRequestError(
            400, "Bad request", "provider: an object of strings is required: code, status, message"
        )
    only(provider, {"code", "status", "message"})
    return Carrier(provider.get("code", usual.code), provider.get("status", usual.status), provider.get("message"))

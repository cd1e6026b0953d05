"""The healthy client; each part of its behaviour can be replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from contract_tests.client.driver.function import FunctionDriver, Returned
from contract_tests.client.driver.protocol import Intent, Outcome, ReportedAccepted, ReportedFailed, ReportedRefused
from tests.kit.broken_clients.wire import Connection, Pooled, Reply, WireRequest

PATHS = {"admin": "/api/Admin/send", "services": "/api/Services/send"}

REFUSALS: Mapping[int, frozenset[int]] = {500: frozenset({8, 56, 59, 60, 61, 64, 66, 74}), 401: frozenset({63})}
"""The documented codes, by their HTTP status."""

Message = dict[str, Any]


@dataclass(frozen=True)
class SendTry:
    """One send of an intent, with its result."""

    nth: int
    """Counted from 1."""
    outcome: Outcome
    reply: Reply | None = None
    error: OSError | None = None
    """Why there is no reply; a time-out is a `TimeoutError`."""


def encoded(message: Message) -> bytes:
    """The encoded body of a message."""
    return json.dumps(message).encode()


def requested(intent: Intent, content: bytes) -> WireRequest:
    """The request for an intent."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Authorization": intent.login.header,
    }
    return WireRequest("POST", intent.base_url.rstrip("/") + PATHS[intent.operation], headers, content)


def interpret(reply: Reply) -> Outcome:
    """The outcome of an answer. Only documented forms count; unknown members are ignored."""
    if reply.members is None:
        return ReportedFailed(f"HTTP {reply.status} without a JSON object")
    message_id, code, provider = (reply.members.get(name) for name in ("id", "code", "provider"))
    if reply.status == 200 and isinstance(message_id, str) and message_id and code is None:
        return ReportedAccepted(message_id, provider if isinstance(provider, str) else None)
    if message_id is None and type(code) is int and code in REFUSALS.get(reply.status, ()):
        return ReportedRefused(code)
    return ReportedFailed(f"HTTP {reply.status} with code {code!r}")


@dataclass(frozen=True)
class Variant:
    """How a client behaves; the defaults are healthy."""

    message: Callable[[Message], Message] = dict
    """The message to send, from the requested one."""
    content: Callable[[Message], bytes] = encoded
    request: Callable[[WireRequest, Intent], WireRequest] = lambda request, _: request
    """The request to send, from the healthy one."""
    connect: Callable[[], Connection] = Pooled
    interpret: Callable[[Reply], Outcome] = interpret
    on_error: Callable[[OSError], Outcome] = lambda error: ReportedFailed(f"{type(error).__name__}: {error}")
    """The outcome if there is no answer."""
    retry: Callable[[SendTry], bool] = lambda _: False
    """Whether to send again."""
    report: Callable[[Outcome, Intent], Returned] = lambda outcome, _: outcome
    """What is returned to the driver."""


class ClientDriver(FunctionDriver):
    """A client with this behaviour, called in this process."""

    def __init__(self, behaviour: Variant = Variant()) -> None:
        super().__init__(self._sent)
        self._behaviour = behaviour
        self._connection = behaviour.connect()

    async def _sent(self, intent: Intent) -> Returned:
        for nth in count(1):
            tried = await self._tried(intent, nth)
            if not self._behaviour.retry(tried):
                break
        return self._behaviour.report(tried.outcome, intent)

    async def _tried(self, intent: Intent, nth: int) -> SendTry:
        behaviour = self._behaviour
        content = behaviour.content(behaviour.message(dict(intent.message)))
        try:
            reply = await self._connection.exchange(
                behaviour.request(requested(intent, content), intent), intent.timeout_s
            )
        except OSError as error:
            return SendTry(nth, behaviour.on_error(error), error=error)
        return SendTry(nth, behaviour.interpret(reply), reply)

    async def close(self) -> None:
        """Close the client and its connections."""
        await super().close()
        await self._connection.close()

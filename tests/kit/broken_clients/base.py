"""The healthy client: an ordinary one, each of whose ways can be replaced by a bad one."""

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
"""The codes that the gateway documents, by the HTTP status that carries them."""

Message = dict[str, Any]


@dataclass(frozen=True)
class SendTry:
    """One send of an intent, and what became of it."""

    nth: int
    """Counted from 1."""
    outcome: Outcome
    reply: Reply | None = None
    error: OSError | None = None
    """Why there is no reply; a time-out is a `TimeoutError`."""


def encoded(message: Message) -> bytes:
    """A message as it goes over the wire."""
    return json.dumps(message).encode()


def requested(intent: Intent, content: bytes) -> WireRequest:
    """The request for an intent."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Authorization": intent.login.header,
    }
    return WireRequest("POST", intent.base_url.rstrip("/") + PATHS[intent.operation], headers, content)


def understood(reply: Reply) -> Outcome:
    """What an answer means. Only what the gateway documents counts; members that nobody knows do not matter."""
    if reply.members is None:
        return ReportedFailed(f"HTTP {reply.status} without a JSON object")
    message_id, code, provider = (reply.members.get(name) for name in ("id", "code", "provider"))
    if reply.status == 200 and isinstance(message_id, str) and message_id and code is None:
        return ReportedAccepted(message_id, provider if isinstance(provider, str) else None)
    if message_id is None and type(code) is int and code in REFUSALS.get(reply.status, ()):
        return ReportedRefused(code)
    return ReportedFailed(f"HTTP {reply.status} with code {code!r}")


@dataclass(frozen=True)
class Behaviour:
    """How a client does each thing; whatever is not given is healthy."""

    message: Callable[[Message], Message] = dict
    """What is sent of what the caller wants."""
    content: Callable[[Message], bytes] = encoded
    request: Callable[[WireRequest, Intent], WireRequest] = lambda request, _: request
    """The request as it really goes out."""
    connect: Callable[[], Connection] = Pooled
    understood: Callable[[Reply], Outcome] = understood
    lost: Callable[[OSError], Outcome] = lambda error: ReportedFailed(f"{type(error).__name__}: {error}")
    """What it means that no answer came."""
    again: Callable[[SendTry], bool] = lambda _: False
    """Whether to send once more after this."""
    told: Callable[[Outcome, Intent], Returned] = lambda outcome, _: outcome
    """The last word to the caller."""


class ClientDriver(FunctionDriver):
    """A client of these ways, called in this process."""

    def __init__(self, ways: Behaviour = Behaviour()) -> None:
        super().__init__(self._sent)
        self._ways = ways
        self._connection = ways.connect()

    async def _sent(self, intent: Intent) -> Returned:
        for nth in count(1):
            tried = await self._tried(intent, nth)
            if not self._ways.again(tried):
                break
        return self._ways.told(tried.outcome, intent)

    async def _tried(self, intent: Intent, nth: int) -> SendTry:
        ways = self._ways
        content = ways.content(ways.message(dict(intent.message)))
        try:
            reply = await self._connection.exchange(
                ways.request(requested(intent, content), intent), intent.timeout_s
            )
        except OSError as error:
            return SendTry(nth, ways.lost(error), error=error)
        return SendTry(nth, ways.understood(reply), reply)

    async def close(self) -> None:
        """End the client, and close its connections."""
        await super().close()
        await self._connection.close()

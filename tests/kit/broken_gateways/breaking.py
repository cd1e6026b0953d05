"""Break a healthy mock: change its answers or its requests in a middleware, or replace a part of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.testing import MockGateway


@dataclass(frozen=True)
class SentRequest:
    """A vendor request, before the application gets it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The members of the body; none where it is no JSON object."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def having(self, **members: Any) -> SentRequest:
        """The same request with members replaced."""
        return replace(self, body=json.dumps({**self.members, **members}).encode())


@dataclass(frozen=True)
class GivenAnswer:
    """An answer, before it is sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The members of the body; none where it is no JSON object."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def having(self, **members: Any) -> GivenAnswer:
        """The same answer with members replaced."""
        return replace(self, body=json.dumps({**self.members, **members}).encode())

    def without(self, name: str) -> GivenAnswer:
        """The same answer without a member."""
        return replace(self, body=json.dumps({k: v for k, v in self.members.items() if k != name}).encode())

    def with_header(self, name: str, value: str | None) -> GivenAnswer:
        """The same answer with a header replaced, or removed if the value is `None`."""
        others = {key: found for key, found in self.headers.items() if key != name}
        return replace(self, headers=others if value is None else {**others, name: value})


ChangeAnswer = Callable[[SentRequest, GivenAnswer], GivenAnswer]
ChangeRequest = Callable[[SentRequest], SentRequest | GivenAnswer]


@dataclass(frozen=True)
class Broken:
    """A gateway that breaks one requirement, and the id that the suite must report as broken."""

    name: str
    requirement: str
    answer: ChangeAnswer | None = None
    request: ChangeRequest | None = None
    part: Callable[[], AbstractContextManager[Any]] = field(default=nullcontext)

    def __str__(self) -> str:
        """The name, for test ids."""
        return self.name


@contextmanager
def served(broken: Broken | None) -> Iterator[str]:
    """Serve a broken gateway, or the healthy one for `None`, and yield its URL."""
    with ExitStack() as stack:
        gateway = MockGateway()
        if broken is not None:
            stack.enter_context(broken.part())
            gateway.server.app = _Changing(gateway.server.app, broken)
        stack.enter_context(gateway)
        yield gateway.url


class _Changing:
    """A middleware that changes vendor requests and answers; control calls pass unchanged."""

    def __init__(self, app: ASGIApp, broken: Broken) -> None:
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/_" in scope["path"]:
            await self._app(scope, receive, send)
            return
        asked = await _read(scope, receive)
        changed = asked if self._broken.request is None else self._broken.request(asked)
        said = changed if isinstance(changed, GivenAnswer) else await self._ask(scope, changed)
        if self._broken.answer is not None:
            said = self._broken.answer(asked, said)
        headers = [(name.encode(), value.encode("latin-1")) for name, value in said.headers.items()]
        headers = [(name, value) for name, value in headers if name != b"content-length"]
        length = (b"content-length", str(len(said.body)).encode())
        await send({"type": "http.response.start", "status": said.status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": said.body})

    async def _ask(self, scope: Scope, asked: SentRequest) -> GivenAnswer:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(name.encode(), value.encode("latin-1")) for name, value in asked.headers.items()]
        await self._app({**scope, "headers": headers}, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return GivenAnswer(sent[0]["status"], _decoded(sent[0]["headers"]), body)


async def _read(scope: Scope, receive: Receive) -> SentRequest:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    path = scope["path"]
    if path.startswith("/~"):
        path = "/" + path.split("/", 2)[-1]
    return SentRequest(scope["method"], path, _decoded(scope["headers"]), body)


def _decoded(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}

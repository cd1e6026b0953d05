"""The record of a played case: each intent with the client's answer and the requests that reached the gateway."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contract_tests.client.driver.interface import Answer, Printed
from contract_tests.client.driver.protocol import Intent
from contract_tests.client.play.cases import Case
from contract_tests.client.play.steps import ScriptStep
from contract_tests.target.exchange import NOT_JSON

MASK = "***"
"""What the journal shows in place of a secret."""


@dataclass(frozen=True)
class SeenRequest:
    """One request that reached the gateway, with its answer, from the journal."""

    exchange: str
    step: ScriptStep
    method: str
    url: str
    """As the client requested it, with the session's prefix; secrets masked."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None
    """`None` if there was no answer."""
    answer: bytes
    answer_headers: Mapping[str, str]
    outcome: str
    """As the journal names it: accepted, silently dropped, refused, intercepted …"""
    message_id: str | None
    """Of the accepted message."""
    raw: Mapping[str, Any] = field(repr=False, default_factory=dict, compare=False)

    def header(self, name: str) -> str | None:
        """The first header of a name, case-insensitive."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @cached_property
    def json(self) -> Any:
        """The request's decoded body, or `NOT_JSON`."""
        return _loaded(self.body)

    @cached_property
    def answered(self) -> Any:
        """The answer's decoded body as the client could read it, or `NOT_JSON`."""
        if self.step.name in {"broken-json", "wrong-content-length"}:
            return NOT_JSON
        return _loaded(self.answer)

    @property
    def is_send(self) -> bool:
        """Whether it calls one of the two send operations."""
        return self.method == "POST" and self.path in {"/api/Admin/send", "/api/Services/send"}

    @property
    def path(self) -> str:
        """The path without the session's prefix and the query."""
        _, _, rest = self.url.partition("://")
        path = "/" + rest.partition("/")[2].partition("?")[0]
        if path.startswith("/~"):
            path = "/" + path[2:].partition("/")[2]
        return path

    @property
    def requirement(self) -> str | None:
        """The requirement of the gateway's own answer, such as `ERR-63a`."""
        found = self.raw.get("_exchange", {}).get("requirement")
        return found if isinstance(found, str) else None

    @property
    def taken(self) -> bool:
        """Whether the message was accepted, or an answer said so: a resend duplicates it."""
        return self.outcome == "accepted" or (self.step.accepts and self.step.intercepts)


@dataclass(frozen=True)
class SendAttempt:
    """One intent, from the line that the client received to its answer."""

    intent: Intent
    answer: Answer
    exchanges: tuple[SeenRequest, ...]
    """Every request during the attempt, oldest first."""
    seconds: float
    printed: Printed = field(default_factory=Printed)
    deadline: float = 0.0
    """Seconds after which the kit stopped waiting for the client."""

    @property
    def sends(self) -> tuple[SeenRequest, ...]:
        """The requests that are sends."""
        return tuple(each for each in self.exchanges if each.is_send)

    @property
    def last(self) -> SeenRequest | None:
        """The last send; `None` if there was none."""
        return self.sends[-1] if self.sends else None


@dataclass(frozen=True)
class Evidence:
    """A played case."""

    case: Case
    attempts: tuple[SendAttempt, ...]
    late: tuple[SeenRequest, ...] = ()
    """Requests that arrived after the client's last answer."""
    base_url: str = ""

    @property
    def sends(self) -> Iterator[SeenRequest]:
        """Every send of the case."""
        for attempt in self.attempts:
            yield from attempt.sends
        yield from (each for each in self.late if each.is_send)


def seen_from_har(entry: Mapping[str, Any], step: ScriptStep) -> SeenRequest:
    """Convert one entry of the gateway's HAR."""
    request, response, exchange = entry["request"], entry["response"], entry["_exchange"]
    posted = request.get("postData", {})
    text = posted.get("text", "")
    body = b64decode(text) if posted.get("_encoding") == "base64" else text.encode("utf-8", "surrogatepass")
    content = response["content"]
    answer = content.get("text", "")
    return SeenRequest(
        exchange=exchange["id"],
        step=step,
        method=request["method"],
        url=request["url"],
        headers=tuple((each["name"], each["value"]) for each in request["headers"]),
        body=body,
        status=response["status"] or None,
        answer=b64decode(answer) if content.get("encoding") == "base64" else answer.encode(),
        answer_headers={each["name"]: each["value"] for each in response["headers"]},
        outcome=exchange["outcome"],
        message_id=exchange["message_id"],
        raw=entry,
    )


def _loaded(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return NOT_JSON


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

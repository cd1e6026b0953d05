"""What is known of a case that was played: each intent with the client's word, and what reached the gateway."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contract_tests.client.cases import Case
from contract_tests.client.driver.calling import Answer, Printed
from contract_tests.client.driver.protocol import Intent
from contract_tests.client.steps import ScriptStep
from contract_tests.target.exchange import NOT_JSON

MASK = "***"
"""What the journal shows in the place of a secret; it stands where the secret stood."""


@dataclass(frozen=True)
class Seen:
    """One request that reached the gateway, from its journal, and what was answered."""

    exchange: str
    step: ScriptStep
    method: str
    url: str
    """As the client asked for it, the session's prefix included; secrets masked."""
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int | None
    """`None` where nothing was answered."""
    answer: bytes
    answer_headers: Mapping[str, str]
    outcome: str
    """The gateway's word: accepted, silently dropped, refused, intercepted …"""
    message_id: str | None
    """Of the message that the gateway took."""
    raw: Mapping[str, Any] = field(repr=False, default_factory=dict, compare=False)

    def header(self, name: str) -> str | None:
        """The first header of a name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @cached_property
    def json(self) -> Any:
        """The request's body as plain values, or `NOT_JSON`."""
        return _loaded(self.body)

    @cached_property
    def answered(self) -> Any:
        """The answer's body as plain values as the client could read it, or `NOT_JSON`."""
        if self.step.name in {"broken-json", "wrong-content-length"}:
            return NOT_JSON
        return _loaded(self.answer)

    @property
    def is_send(self) -> bool:
        """Whether it is a send of one of the two operations."""
        return self.method == "POST" and self.path in {"/api/Admin/send", "/api/Services/send"}

    @property
    def path(self) -> str:
        """Without the session's prefix and the query."""
        _, _, rest = self.url.partition("://")
        path = "/" + rest.partition("/")[2].partition("?")[0]
        if path.startswith("/~"):
            path = "/" + path[2:].partition("/")[2]
        return path

    @property
    def requirement(self) -> str | None:
        """The statement that the gateway's own answer rests on, such as `ERR-63a`."""
        found = self.raw.get("_exchange", {}).get("requirement")
        return found if isinstance(found, str) else None

    @property
    def taken(self) -> bool:
        """Whether the message was accepted, or an answer said so: sent again it comes twice."""
        return self.outcome == "accepted" or (self.step.accepts and self.step.intercepts)


@dataclass(frozen=True)
class SendAttempt:
    """One intent, from the line that the client got to the answer that it gave."""

    intent: Intent
    answer: Answer
    exchanges: tuple[Seen, ...]
    """Every request that came in the meantime, the oldest first."""
    seconds: float
    printed: Printed = field(default_factory=Printed)
    deadline: float = 0.0
    """Seconds after which the lab gave up on the client."""

    @property
    def sends(self) -> tuple[Seen, ...]:
        """The requests that are sends."""
        return tuple(each for each in self.exchanges if each.is_send)

    @property
    def last(self) -> Seen | None:
        """The send whose answer the client had last; `None` where it sent nothing."""
        return self.sends[-1] if self.sends else None


@dataclass(frozen=True)
class Evidence:
    """A case that was played."""

    case: Case
    attempts: tuple[SendAttempt, ...]
    late: tuple[Seen, ...] = ()
    """What still came when the last answer was in."""
    base_url: str = ""

    @property
    def sends(self) -> Iterator[Seen]:
        """Every send of the case."""
        for attempt in self.attempts:
            yield from attempt.sends
        yield from (each for each in self.late if each.is_send)


def seen_in(entry: Mapping[str, Any], step: ScriptStep) -> Seen:
    """One entry of the gateway's HAR."""
    request, response, exchange = entry["request"], entry["response"], entry["_exchange"]
    posted = request.get("postData", {})
    text = posted.get("text", "")
    body = b64decode(text) if posted.get("_encoding") == "base64" else text.encode("utf-8", "surrogatepass")
    content = response["content"]
    answer = content.get("text", "")
    return Seen(
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

"""One HTTP exchange: the request, the answer, and both as text."""

from __future__ import annotations

import json
import shlex
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

LOOK_UPS = "/api/messagestatus/"
"""Below this are the look-ups of the Message Status API (OP-7)."""

NOT_JSON: Any = object()
"""Stands for the content of an answer that is no JSON."""

_LONGEST_SHOWN = 2000
_MASK = "$SMS_PASSWORD"
_KEY_MASK = "$SMS_API_KEY"


@dataclass(frozen=True, slots=True)
class Login:
    """A username and password for HTTP Basic; the password is never printed."""

    username: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of `Authorization`."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()

    @property
    def spellings(self) -> tuple[str, ...]:
        """The spellings of the password, which no answer may contain."""
        encoded = (b64encode(self.password.encode()).decode(), self.header.removeprefix("Basic "))
        escaped = (json.dumps(self.password)[1:-1], quote(self.password, safe=""), quote_plus(self.password))
        return tuple(dict.fromkeys((self.password, *escaped, *(spelling.rstrip("=") for spelling in encoded))))


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the target: a path below its base URL, headers in order, and the bytes of the body."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    login: Login | None = None

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class Answer:
    """An answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    @cached_property
    def json(self) -> Any:
        """The content as plain values, or `NOT_JSON`."""
        try:
            return json.loads(self.body.decode())
        except (ValueError, RecursionError):
            return NOT_JSON

    def member(self, name: str) -> Any:
        """One member of a JSON object; `NOT_JSON` if there is none."""
        return self.json.get(name, NOT_JSON) if isinstance(self.json, dict) else NOT_JSON

    def shown(self) -> str:
        """The answer for people: status, type and body."""
        body = self.body[:_LONGEST_SHOWN].decode(errors="backslashreplace")
        return f"{self.status} {self.headers.get('content-type', 'without Content-Type')}\n{body}"


def curl(base_url: str, request: Request) -> str:
    """The request as a curl command; password and key come from `SMS_PASSWORD` and `SMS_API_KEY`."""
    parts = ["curl", "-sS", "-X", request.method]
    if request.login is not None:
        parts += ["-u", f"{request.login.username}:{_MASK}"]
    for name, value in request.headers:
        if name.lower() == "x-api-key":
            parts += ["-H", f"{name}:{_KEY_MASK}"]
        elif request.login is None or name.lower() != "authorization":
            parts += ["-H", f"{name}: {value}"]
    if not request.header("content-type") and request.body:
        parts += ["-H", "Content-Type:"]
    parts += _data(request.body)
    command = " ".join(_quoted(part) for part in [*parts, base_url.rstrip("/") + request.path])
    return masked(command, request.login)


def _data(body: bytes) -> list[str]:
    if not body:
        return []
    if len(body) > _LONGEST_SHOWN:
        return ["--data-binary", f"@body-of-{len(body)}-bytes"]
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = ""
    if not text or not all(character.isprintable() or character in "\n\t" for character in text):
        return ["--data-binary", "$'" + "".join(f"\\x{byte:02x}" for byte in body) + "'"]
    return ["--data-binary", text]


def _quoted(part: str) -> str:
    for mask in (_MASK, _KEY_MASK):
        if part.endswith(f":{mask}"):
            return f'{shlex.quote(part.removesuffix(mask))}"{mask}"'
    return part if part.startswith("$'") else shlex.quote(part)


def masked(text: str, login: Login | None) -> str:
    """The text with the password masked, in every spelling."""
    for spelling in login.spellings if login else ():
        if len(spelling) >= 4:
            text = text.replace(spelling, "***")
    return text

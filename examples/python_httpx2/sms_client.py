"""Sends SMS through the gateway, with httpx2 and asyncio."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import httpx2

REFUSALS = {500: {8, 56, 59, 60, 61, 64, 66, 74}, 401: {63}}
"""The codes that the gateway documents, by the HTTP status that carries them."""

PATHS = {"admin": "/api/Admin/send", "services": "/api/Services/send"}


@dataclass(frozen=True)
class Accepted:
    """The provider has the message."""

    message_id: str
    provider: str | None


@dataclass(frozen=True)
class Refused:
    """The gateway will not send it, and says why."""

    code: int


@dataclass(frozen=True)
class Failed:
    """Never sent, or its fate is unknown: a second try may bring it twice, so that is for the caller to decide."""

    reason: str


class SmsClient:
    """One account at the gateway; `http` is shared by all, for its connections are worth keeping."""

    def __init__(
        self, http: httpx2.AsyncClient, base_url: str, username: str, password: str, *, timeout: float = 10.0
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._auth = httpx2.BasicAuth(username, password)
        self._timeout = timeout

    async def send(self, message: dict[str, Any], operation: str = "admin") -> Accepted | Refused | Failed:
        """Send once; `message` has the gateway's own fields, such as `destination` and `text`."""
        try:
            # httpx2 counts its time-out anew with every byte; this one holds for the whole exchange.
            async with asyncio.timeout(self._timeout):
                response = await self._http.post(
                    self._base_url + PATHS[operation],
                    json=message,
                    headers={"Accept": "application/json"},
                    auth=self._auth,
                    timeout=self._timeout,
                    follow_redirects=False,
                )
        except (TimeoutError, httpx2.TimeoutException):
            return Failed(f"no complete answer within {self._timeout:g} s")
        except httpx2.HTTPError as error:
            return Failed(f"{type(error).__name__}: {error}")
        return _understood(response.status_code, response.content)


def _understood(status: int, body: bytes) -> Accepted | Refused | Failed:
    """What an answer means. Only what the gateway documents counts; members that nobody knows do not matter."""
    try:
        answer = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return Failed(f"HTTP {status} without a JSON object")
    message_id, code, provider = answer.get("id"), answer.get("code"), answer.get("provider")
    if status == 200 and isinstance(message_id, str) and message_id and code is None:
        return Accepted(message_id, provider if isinstance(provider, str) else None)
    if message_id is None and type(code) is int and code in REFUSALS.get(status, ()):
        return Refused(code)
    return Failed(f"HTTP {status} with code {code!r}")

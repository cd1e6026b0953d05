"""Sends SMS through the gateway, with requests."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

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
    """One account at the gateway. Like a `requests.Session`, it is for one thread at a time."""

    def __init__(self, base_url: str, username: str, password: str, *, timeout: float = 10.0) -> None:
        self.timeout = timeout
        self._base_url = base_url.rstrip("/")
        # requests would encode text as Latin-1, and the gateway reads UTF-8.
        self._auth = HTTPBasicAuth(username.encode(), password.encode())
        self._session = requests.Session()

    def send(self, message: dict[str, Any], operation: str = "admin") -> Accepted | Refused | Failed:
        """Send once; `message` has the gateway's own fields, such as `destination` and `text`."""
        session, url = self._session, self._base_url + PATHS[operation]
        answers: queue.SimpleQueue[Accepted | Refused | Failed] = queue.SimpleQueue()
        # requests counts its time-out anew with every byte: an answer that drips would never end. So a thread waits
        # for it, and is left to itself, with its session, when the time for the whole is over.
        job = threading.Thread(target=lambda: answers.put(self._exchange(session, url, message)), daemon=True)
        job.start()
        try:
            return answers.get(timeout=self.timeout)
        except queue.Empty:
            self._session = requests.Session()
            return Failed(f"no complete answer within {self.timeout:g} s")

    def _exchange(self, session: requests.Session, url: str, message: dict[str, Any]) -> Accepted | Refused | Failed:
        try:
            response = session.post(
                url,
                json=message,
                headers={"Accept": "application/json"},
                auth=self._auth,
                timeout=self.timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, OSError, ValueError) as error:
            return Failed(type(error).__name__)
        return _understood(response.status_code, response.content)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


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

"""The seam between the verbs and the ways to ask: a request as it goes out, an answer as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from mock_server.client.errors import ControlError

VERSION = "1"
"""The version of the control API that this client speaks."""


class ControlRequest(NamedTuple):
    """One request: its target is the path with the query, as it stands on the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    patience: float | None = None
    """Seconds of wall time that its answer may take; by default the caller's own."""


class ControlAnswer(NamedTuple):
    """One answer; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Caller(Protocol):
    """A way to ask a gateway. May be used by several threads at once."""

    @property
    def url(self) -> str:
        """What a client takes for the gateway's base URL, without a session and without a last slash."""
        ...

    def call(self, asked: ControlRequest) -> ControlAnswer:
        """Ask once.

        Raises:
            ControlError: without a status, where no answer came.
        """
        ...

    def close(self) -> None:
        """Let go of what is open; a later call opens it again."""
        ...


def content_of(asked: ControlRequest, answered: ControlAnswer, url: str) -> Any:
    """What a control answer says: JSON decoded, other texts as they are.

    Raises:
        ControlError: it was refused, or it is no answer of a control API that this client knows.
    """
    version = answered.headers.get("x-mock-control-version")
    if version is None:
        raise ControlError(
            None,
            "Not a mock",
            f"{url} is no SMS gateway mock: {asked.method} {asked.target} answered {answered.status} "
            "without X-Mock-Control-Version",
        )
    if version != VERSION:
        raise ControlError(
            None,
            "Another version",
            f"{url} speaks version {version[:20]} of the control API, this client version {VERSION}; "
            "install the same release on both sides",
        )
    content = _decoded(answered)
    if 200 <= answered.status < 300:
        return content
    if "x-mock-bug" in answered.headers:
        raise ControlError(answered.status, "A bug in the mock", str(content).strip())
    if not (isinstance(content, dict) and isinstance(content.get("message"), str)):
        raise ControlError(answered.status, "Refused", f"{asked.method} {asked.target} answered {answered.status}")
    raise ControlError(answered.status, content["message"], content.get("details"))


def _decoded(answered: ControlAnswer) -> Any:
    if not answered.headers.get("content-type", "").startswith("application/json"):
        return answered.body.decode(errors="replace")
    try:
        return msgspec.json.decode(answered.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ControlError(None, "Not a mock", f"its JSON ends in the middle: {answered.body[:80]!r}") from None

"""The interface between the verbs and the ways to reach a gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from mock_server.client.errors import ControlError

VERSION = "1"
"""The version of the control API that this client speaks."""


class ControlRequest(NamedTuple):
    """One request; its target is the raw path with the query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    patience: float | None = None
    """The time-out in seconds of wall time; by default the caller's."""


class ControlAnswer(NamedTuple):
    """One answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Caller(Protocol):
    """A way to reach a gateway. Safe for several threads."""

    @property
    def url(self) -> str:
        """The gateway's base URL, without a session and a trailing slash."""
        ...

    def call(self, asked: ControlRequest) -> ControlAnswer:
        """Make one call.

        Raises:
            ControlError: without a status, where no answer came.
        """
        ...

    def close(self) -> None:
        """Close open connections; a later call opens new ones."""
        ...


def content_of(asked: ControlRequest, answered: ControlAnswer, url: str) -> Any:
    """The content of a control answer: decoded JSON, or a text.

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

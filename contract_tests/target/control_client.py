"""The parts of a stand-in's control API that the suite needs: sessions, clock, scenario, messages, journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import httpx2

from contract_tests.target.target import CouldNotRunError


class ControlApiError(Exception):
    """The control API refused or did not answer; the sentence says which call and why."""


class ControlSession:
    """One session of the stand-in, named `name`; it is deleted at the end of the `with` block that created it."""

    def __init__(self, control: ControlClient, name: str) -> None:
        self._control = control
        self.name = name

    def advance(self, seconds: float) -> None:
        """Advance the session's clock."""
        self._control.call("POST", "/_control/clock/advance", {"seconds": seconds}, self.name)

    def patch(self, **parts: Any) -> None:
        """Replace top-level parts of the session's scenario."""
        self._control.call("PATCH", "/_control/scenario", parts, self.name)

    def messages(self, limit: int = 1000) -> list[dict[str, Any]]:
        """The accepted messages, newest first."""
        found = self._control.call("GET", f"/_control/messages?limit={limit}", None, self.name)
        return cast("list[dict[str, Any]]", found["messages"])

    def webhook_attempts(self) -> list[dict[str, Any]]:
        """The attempts to deliver notifications, newest first."""
        found = self._control.call("GET", "/_control/webhooks?limit=100", None, self.name)
        return cast("list[dict[str, Any]]", found["webhooks"])

    def reset(self) -> None:
        """Reset the session to its creation."""
        self._control.call("POST", "/_control/reset", {}, self.name)

    def exchanges(self) -> int:
        """The number of requests to the session."""
        found = self._control.call("GET", "/_control/exchanges?limit=5", None, self.name)
        return len(found["exchanges"])


class ControlClient:
    """A client of `--control`, whose address may differ from the target's."""

    def __init__(self, url: str, *, timeout: float = 10.0, token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = httpx2.Client(timeout=timeout, trust_env=False)
        if token is not None:
            self._client.headers["X-Mock-Control-Token"] = token

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, session: str | None = None
    ) -> dict[str, Any]:
        """Make one call; `ControlApiError` if the answer is not a JSON object with a 2xx."""
        headers = {} if session is None else {"X-Mock-Session": session}
        try:
            answer = self._client.request(method, self.url + path, json=body, headers=headers)
            content = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            raise ControlApiError(f"{method} {self.url}{path}: {error or type(error).__name__}") from error
        if not answer.is_success or not isinstance(content, dict):
            raise ControlApiError(f"{method} {self.url}{path} answered {answer.status_code}: {answer.text[:500]}")
        return content

    def scenario(self) -> dict[str, Any]:
        """The scenario that the stand-in runs by default."""
        return self.call("GET", "/_control/scenario")

    @contextmanager
    def session(self, scenario: Mapping[str, Any]) -> Iterator[ControlSession]:
        """A session of its own with this scenario, deleted afterwards."""
        name = self.call("POST", "/_control/sessions", {"scenario": scenario})["id"]
        try:
            yield ControlSession(self, name)
        finally:
            self.call("DELETE", f"/_control/sessions/{name}")


def connected(url: str, timeout: float, token: str | None = None) -> ControlClient:
    """A client of a control API that answers; `CouldNotRunError` if none does."""
    if token is not None and not (token.isascii() and token.isprintable() and token.strip()):
        raise CouldNotRunError("--control-token: visible ASCII characters are allowed, and at least one.")
    client = ControlClient(url, timeout=timeout, token=token)
    try:
        client.call("GET", "/_ready")
    except ControlApiError as error:
        client.close()
        raise CouldNotRunError(f"There is no control API at {url}: {error}.") from error
    return client

"""Shared by tests over HTTP: a client of one session, helpers that send, and assertions about answers."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from mock_server.journal.journal import Bounds
from mock_server.testing import MockGateway
from tests.stated import stated_refusals

ADMIN = ("admin", "admin-secret")
CUSTOMER = ("customer-account", "customer-secret")
"""May send URLs, and is not an administrator."""
ORDINARY = ("web-shop", "web-shop-secret")

DESTINATION = "+447700900123"
MORNING = "2026-01-15T09:00:00Z"

Auth = tuple[str, str]

MISSING_HEADER = "Missing basic authentication header"
BAD_CREDENTIALS = "Username or password not valid"

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

CATALOGUE: dict[int, tuple[int, str]] = {
    **{each.code: (each.status, each.message) for each in stated_refusals()},
    400: (400, "Malformed request"),
    404: (404, "Not found"),
    405: (405, "Method not allowed"),
    413: (413, "Payload too large"),
    415: (415, "Unsupported media type"),
}
"""Status and message of each code, from the requirements and BAD-1 to BAD-5, independent of the mock."""


def assert_refused(
    response: httpx2.Response,
    code: int,
    *,
    message: str | None = None,
    status: int | None = None,
    details: str | re.Pattern[str] | None = None,
    challenge: bool = True,
) -> None:
    """Assert that a response is exactly a refusal: status, every header, and the envelope byte for byte (ANS-3 to 5).

    `details` is what the envelope holds: a text is compared whole, a pattern is searched for.
    """
    usual_status, usual_message = CATALOGUE[code]
    expected_status = usual_status if status is None else status

    assert response.status_code == expected_status, response.text
    _assert_headers(response, challenge=challenge and expected_status == 401, allow=expected_status == 405)
    found = response.json()
    if isinstance(details, re.Pattern):
        assert details.search(found["details"]), found
    else:
        assert found["details"] == details
    assert response.content == _compact(
        {"code": code, "message": message or usual_message, "details": found["details"]}
    )


def assert_accepted(response: httpx2.Response, *, provider: str | None = None) -> str:
    """Assert that a response is exactly an acceptance, with the given provider; return the id (ANS-1, ANS-2)."""
    assert response.status_code == 200, response.text
    _assert_headers(response)
    message_id: str = response.json()["id"]
    assert _UUID4.fullmatch(message_id)
    named = {} if provider is None else {"provider": provider}
    assert response.content == _compact({"message": "0: Accepted for delivery", **named, "id": message_id})
    return message_id


def assert_control(response: httpx2.Response, status: int = 200) -> Any:
    """Assert that a response is JSON of the control API, with its version and this status; return its content."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-mock-control-version"] == "1"
    return response.json()


def assert_control_error(response: httpx2.Response, status: int, message: str, details: str) -> None:
    """Assert that a response is an error of the control API, with `details` in its `details`."""
    found = assert_control(response, status)
    assert list(found) == ["code", "message", "details"]
    assert (found["code"], found["message"]) == (status, message)
    told = found["details"] if isinstance(found["details"], str) else "\n".join(found["details"])
    assert details in told


def _assert_headers(response: httpx2.Response, *, challenge: bool = False, allow: bool = False) -> None:
    expected = {"date", "content-type", "content-length", "x-mock-exchange"}
    expected |= {"www-authenticate"} if challenge else set()
    expected |= {"allow"} if allow else set()
    assert set(response.headers) == expected
    assert response.headers["content-type"] == "application/json"
    if challenge:
        assert response.headers["www-authenticate"] == 'Basic realm="SMS Gateway"'
    if allow:
        assert response.headers["allow"] == "POST"


def _compact(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def basic(username: str, password: str) -> str:
    """The `Authorization` header for a username and password."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


class SessionClient:
    """A tester's client of one session: it sends messages like the vendor's clients, and calls the control API."""

    def __init__(self, client: httpx2.Client, name: str) -> None:
        self.client = client
        self.name = name
        self.prefix = f"/~{name}"

    def send(
        self,
        text: object = "Hello",
        destination: object = DESTINATION,
        *,
        auth: Auth | None = ADMIN,
        operation: str = "Admin",
        headers: Mapping[str, str] | None = None,
        **fields: object,
    ) -> httpx2.Response:
        """Send a message; every other keyword is a field of the request."""
        return self.send_object(
            {"destination": destination, "text": text, **fields}, auth=auth, operation=operation, headers=headers
        )

    def send_object(
        self,
        content: object,
        *,
        auth: Auth | None = ADMIN,
        operation: str = "Admin",
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send any JSON value."""
        return self.send_raw(json.dumps(content).encode(), auth=auth, operation=operation, headers=headers)

    def send_raw(
        self,
        body: bytes,
        *,
        auth: Auth | None = ADMIN,
        operation: str = "Admin",
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send any bytes."""
        return self.post(f"/api/{operation}/send", body, auth=auth, headers=headers)

    def post(
        self, path: str, body: bytes = b"", *, auth: Auth | None = ADMIN, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Post to a path of the session."""
        sent = {"Content-Type": "application/json"} | ({} if auth is None else {"Authorization": basic(*auth)})
        return self.client.post(self.prefix + path, content=body, headers=sent | dict(headers or {}))

    def request(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Make any request to a path of the session, without credentials."""
        return self.client.request(method, self.prefix + path, json=body)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Make a control request that must succeed; return its content."""
        return assert_control(self.request(method, f"/_control{path}", body))

    def control_created(self, path: str, body: object) -> Any:
        """Make a control request that must create something; return its content."""
        return assert_control(self.request("POST", f"/_control{path}", body), 201)

    def receiver(self, name: str = "mine") -> str:
        """The webhook URL of one of the session's own receivers."""
        return f"{str(self.client.base_url).rstrip('/')}{self.prefix}/_control/receiver/{name}"

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    def patch(self, **parts: object) -> None:
        """Replace top-level parts of the scenario."""
        self.control("PATCH", "/scenario", parts)

    def messages(self) -> list[dict[str, Any]]:
        """The accepted messages, newest first."""
        found: list[dict[str, Any]] = self.control("GET", "/messages")["messages"]
        return found

    def exchanges(self) -> list[dict[str, Any]]:
        """The journal, newest first."""
        found: list[dict[str, Any]] = self.control("GET", "/exchanges")["exchanges"]
        return found

    def why(self, response: httpx2.Response) -> dict[str, Any]:
        """The explanation of an answer."""
        found: dict[str, Any] = self.control("GET", f"/exchanges/{response.headers['x-mock-exchange']}")
        return found


def decided(world: SessionClient, response: httpx2.Response) -> tuple[str, str, str]:
    """Outcome, rule and requirement of an answer, from the journal."""
    found = world.why(response)
    return found["outcome"], found["rule"], found["requirement"]


@contextmanager
def bounded(**bounds: int) -> Iterator[SessionClient]:
    """The default session of a gateway with small bounds."""
    with (
        MockGateway(bounds=Bounds(**bounds)) as gateway,
        httpx2.Client(base_url=gateway.url, trust_env=False) as client,
    ):
        yield SessionClient(client, "default")


class SessionFactory:
    """Creates sessions on one server."""

    def __init__(self, gateway: MockGateway, client: httpx2.Client) -> None:
        self.gateway = gateway
        self.client = client
        self.made: list[str] = []

    def __call__(
        self, *, scenario: object = None, frozen_at: str | None = MORNING, seed: int | None = None, **parts: object
    ) -> SessionClient:
        """Create a session with a frozen clock: of the default scenario, another one, or one with replaced parts."""
        asked: dict[str, object] = {}
        if scenario is not None:
            asked["scenario"] = scenario
        elif parts:
            asked["scenario"] = {"version": 1, **parts}
        if frozen_at is not None:
            asked["clock"] = {"mode": "frozen", "at": frozen_at}
        if seed is not None:
            asked["seed"] = seed
        name: str = assert_control(self.client.post("/_control/sessions", json=asked), 201)["id"]
        self.made.append(name)
        return SessionClient(self.client, name)

"""`MockGateway`: a gateway for tests, on a port or in this process."""

from __future__ import annotations

import asyncio
import socket

import httpx2
import pytest

from mock_server.api.server import HttpServer
from mock_server.scenario.model import Scenario
from mock_server.testing import MockGateway
from tests.support import ADMIN, DESTINATION, basic

BODY = {"destination": DESTINATION, "text": "Hi"}


def test_a_gateway_serves_from_with_to_the_end_of_the_block() -> None:
    """On a free port, which is free again afterwards; the gateway can be started again."""
    gateway = MockGateway()
    for _ in range(2):
        with gateway as running:
            url = httpx2.URL(running.url)
            assert httpx2.get(f"{running.url}/_ready", trust_env=False).status_code == 200

        with pytest.raises(OSError, match="refused"), socket.create_connection((url.host, url.port or 0)):
            pass


def test_a_gateway_that_is_not_started_has_no_url() -> None:
    """The error says what to write; stopping it does nothing."""
    gateway = MockGateway()
    gateway.stop()

    with pytest.raises(RuntimeError, match="with MockGateway"):
        _ = gateway.url


def test_a_gateway_is_started_once(gateway: MockGateway) -> None:
    """Starting it again is an error: a second port would be a second gateway."""
    with pytest.raises(RuntimeError, match="started already"):
        gateway.start()


@pytest.mark.parametrize("scenario", ["watchlist", Scenario(version=1, watchlist=(DESTINATION, "+447700900061"))])
def test_a_gateway_takes_a_scenario_by_name_or_as_a_value(scenario: str | Scenario) -> None:
    """In process, as an ASGI application, without a port."""

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=MockGateway(scenario).app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.post(
                "/api/Admin/send",
                json=BODY | {"destination": "+447700900061"},
                headers={"Authorization": basic(*ADMIN)},
            )

    response = asyncio.run(send())

    assert response.json()["code"] == 61


def test_the_port_and_the_asgi_application_share_one_gateway(gateway: MockGateway) -> None:
    """A message sent by one way is seen by the other."""

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=gateway.app)
        async with httpx2.AsyncClient(transport=transport, base_url=gateway.url) as client:
            return await client.post("/api/Admin/send", json=BODY, headers={"Authorization": basic(*ADMIN)})

    response = asyncio.run(send())

    assert response.status_code == 200
    listed = httpx2.get(f"{gateway.url}/_control/messages?limit=1", trust_env=False).json()["messages"]
    assert listed[0]["id"] == response.json()["id"]


def test_a_gateway_that_cannot_start_raises_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its cause."""

    def broken(*_: object, **__: object) -> None:
        raise OSError("no loop today")

    monkeypatch.setattr(HttpServer, "run", broken)

    with pytest.raises(RuntimeError, match="did not start") as caught:
        MockGateway().start()

    assert isinstance(caught.value.__cause__, OSError)


def test_a_gateway_takes_a_given_port() -> None:
    """A client's configuration need not change; a port in use is an error at the start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            MockGateway(port=port).start()

    with MockGateway(port=port) as running:
        assert running.url == f"http://127.0.0.1:{port}"


def test_without_a_port_nothing_is_bound_and_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop thread performs what becomes due; the gateway can be started again."""
    monkeypatch.setattr("mock_server.testing.mock_gateway.bind", None)
    gateway = MockGateway(port=None)
    for _ in range(2):
        with gateway as running:
            assert running.control.clock().mode == "real"
            assert running.url == "http://gateway.localhost"

    with pytest.raises(RuntimeError, match="with MockGateway"):
        _ = gateway.control

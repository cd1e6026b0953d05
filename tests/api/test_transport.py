"""Transports in process: ordinary httpx clients send without a socket, and get faults as their library's errors."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest

from mock_server.domain.fault import NEEDS_A_PORT, FaultKind
from mock_server.testing import MockGateway
from mock_server.testing.transport import transport
from tests.support import ADMIN, DESTINATION

BODY = {"destination": DESTINATION, "text": "Hello"}
BREAK_JSON = {FaultKind.BROKEN_JSON, FaultKind.WRONG_CONTENT_LENGTH}

ERRORS = {
    FaultKind.RESET: "ReadError",
    FaultKind.EMPTY: "RemoteProtocolError",
    FaultKind.HANG: "ReadTimeout",
    FaultKind.DOWN: "ReadError",
    FaultKind.TRUNCATED_BODY: "RemoteProtocolError",
    FaultKind.MALFORMED_CHUNK: "RemoteProtocolError",
}
ANSWERS = {
    FaultKind.BROKEN_JSON: 200,
    FaultKind.WRONG_CONTENT_LENGTH: 200,
    FaultKind.WRONG_CONTENT_TYPE: 200,
    FaultKind.CLOSED_IDLE: 200,
    FaultKind.HTML_PAGE: 502,
    FaultKind.BAD_GATEWAY: 502,
    FaultKind.UNAVAILABLE: 503,
    FaultKind.GATEWAY_TIMEOUT: 504,
    FaultKind.TOO_MANY_REQUESTS: 429,
}


@pytest.fixture(scope="module")
def unbound() -> Iterator[MockGateway]:
    """A gateway without a port."""
    with MockGateway(port=None) as running:
        yield running


def post(gateway: MockGateway, library: ModuleType, outcome: str = "accept", **options: Any) -> Any:
    """One send by a sync client of the library."""
    with library.Client(transport=gateway.transport(library.__name__), base_url=gateway.url, auth=ADMIN) as client:
        return client.post("/api/Admin/send", json=BODY, headers={"X-Mock-Outcome": outcome}, **options)


async def apost(gateway: MockGateway, library: ModuleType, outcome: str = "accept", **options: Any) -> Any:
    """One send by an async client of the library."""
    through = gateway.transport(library.__name__)
    async with library.AsyncClient(transport=through, base_url=gateway.url, auth=ADMIN) as client:
        return await client.post("/api/Admin/send", json=BODY, headers={"X-Mock-Outcome": outcome}, **options)


def test_every_fault_has_its_error_its_answer_or_its_refusal() -> None:
    """A new kind of fault needs a row."""
    assert {*ERRORS, *ANSWERS, *NEEDS_A_PORT} == set(FaultKind)


@pytest.mark.parametrize("library", [httpx2, httpx])
@pytest.mark.parametrize("kind", ERRORS)
def test_a_fault_on_the_connection_is_the_librarys_own_error(
    unbound: MockGateway, library: ModuleType, kind: FaultKind
) -> None:
    """Sync and async; a client handles it as in production."""
    error = getattr(library, ERRORS[kind])

    with pytest.raises(error) as sync:
        post(unbound, library, f"fault={kind}")
    with pytest.raises(error):
        asyncio.run(apost(unbound, library, f"fault={kind}"))

    assert sync.value.request.url.path == "/api/Admin/send"


@pytest.mark.parametrize("library", [httpx2, httpx])
@pytest.mark.parametrize("kind", ANSWERS)
def test_a_fault_that_http_can_express_is_an_answer(
    unbound: MockGateway, library: ModuleType, kind: FaultKind
) -> None:
    """With its status; half of a JSON body is not JSON."""
    answered = post(unbound, library, f"fault={kind}")

    assert answered.status_code == ANSWERS[kind]
    if kind in BREAK_JSON:
        with pytest.raises(ValueError, match=r"(?i)unterminated|delimiter|EOF|unexpected|expecting"):
            answered.json()


@pytest.mark.parametrize("kind", ERRORS)
def test_a_fault_in_process_acts_before_or_after_the_acceptance(unbound: MockGateway, kind: FaultKind) -> None:
    """A fault after the decision leaves a message; one before it does not."""
    for outcome, accepted in ((f"fault={kind}", False), (f"fault={kind}-after", True)):
        unbound.control.reset()
        try:
            post(unbound, httpx2, outcome)
        except httpx2.TransportError:
            spoils = kind in {FaultKind.TRUNCATED_BODY, FaultKind.MALFORMED_CHUNK}
            assert bool(unbound.control.messages()) is (accepted or spoils)


@pytest.mark.parametrize("kind", NEEDS_A_PORT)
def test_a_fault_that_needs_a_port_is_refused(unbound: MockGateway, kind: FaultKind) -> None:
    """In a header and over the control API; one of the scenario is an error for the request that it applies to."""
    answered = post(unbound, httpx2, f"fault={kind}")

    assert (answered.status_code, answered.json()["details"]) == (400, f"X-Mock-Outcome: {NEEDS_A_PORT[kind]}")
    with pytest.raises(Exception, match="slow-drip needs a real port"):
        unbound.control.add_stub({"then": {"fault": kind}})
    with (
        httpx2.Client(transport=unbound.transport(), base_url=unbound.url, auth=ADMIN) as client,
        pytest.raises(ConnectionError, match="slow-drip needs a real port"),
    ):
        client.post("/api/Admin/send", json=BODY | {"destination": "+447700900525"})


def test_a_late_answer_triggers_the_clients_read_time_out(unbound: MockGateway) -> None:
    """As on a connection."""
    with pytest.raises(httpx2.ReadTimeout):
        post(unbound, httpx2, "delay=60s", timeout=0.01)
    with pytest.raises(httpx2.ReadTimeout):
        asyncio.run(apost(unbound, httpx2, "hold", timeout=0.01))


def test_a_client_in_process_is_answered_like_any_other(unbound: MockGateway) -> None:
    """Query, path, headers and refusals; sessions by their base URL."""
    with unbound.control.create_session(name="in-process") as session:
        base = f"{unbound.url}/~in-process"
        with httpx2.Client(transport=unbound.transport(), base_url=base, auth=ADMIN) as client:
            refused = client.post("/api/Admin/send", json=BODY | {"text": ""})
            looked_up = client.get(f"/api/messagestatus/phonenumber/{DESTINATION}", params={"count": 1})

        assert (refused.status_code, refused.json()["code"]) == (500, 66)
        assert looked_up.status_code == 403
        assert [each.status for each in session.exchanges()] == [403, 500]


def test_other_libraries_are_told_to_take_a_port(unbound: MockGateway) -> None:
    """They have no transports to replace."""
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(
        ValueError, match="'requests' takes no transport in process; choose one of httpx2, httpx, or a port"
    ):
        transport("requests", unbound.app, loop)

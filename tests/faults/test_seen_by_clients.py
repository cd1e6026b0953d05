"""What clients of production see of each fault: the exception, exit code or error code to handle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_server.domain.fault import FaultKind
from tests.faults.clients import CLIENTS, Client, ClientPost, found, post_of
from tests.faults.support import force, serves
from tests.faults.test_on_the_wire import LAWS, quick
from tests.support import SessionClient, assert_control

ONE_OF = " | "
"""Separates the descriptions of different versions of one client."""

SEEN: dict[str, dict[FaultKind, str]] = {
    "curl": {
        FaultKind.RESET: "exit 56",
        FaultKind.EMPTY: "exit 52",
        FaultKind.HANG: "exit 28",
        FaultKind.DOWN: "exit 56",
        FaultKind.TRUNCATED_BODY: "exit 18",
        FaultKind.MALFORMED_CHUNK: "exit 56",
        FaultKind.BROKEN_JSON: "200 no JSON",
        FaultKind.WRONG_CONTENT_LENGTH: "200 no JSON",
        FaultKind.SLOW_DRIP: "200 accepted",
        FaultKind.WRONG_CONTENT_TYPE: "200 accepted",
        FaultKind.CLOSED_IDLE: "200 accepted",
        FaultKind.HTML_PAGE: "502 no JSON",
        FaultKind.BAD_GATEWAY: "502 no JSON",
        FaultKind.UNAVAILABLE: "503 no JSON",
        FaultKind.GATEWAY_TIMEOUT: "504 no JSON",
        FaultKind.TOO_MANY_REQUESTS: "429 no JSON",
    },
    "requests": {
        FaultKind.RESET: "ConnectionError < ConnectionResetError",
        FaultKind.EMPTY: "ConnectionError < RemoteDisconnected",
        FaultKind.HANG: "ReadTimeout < TimeoutError",
        FaultKind.DOWN: "ConnectionError < ConnectionResetError",
        FaultKind.TRUNCATED_BODY: "ChunkedEncodingError < IncompleteRead",
        FaultKind.MALFORMED_CHUNK: "ChunkedEncodingError < ValueError",
        FaultKind.BROKEN_JSON: "200 no JSON",
        FaultKind.WRONG_CONTENT_LENGTH: "200 no JSON",
        FaultKind.SLOW_DRIP: "200 accepted",
        FaultKind.WRONG_CONTENT_TYPE: "200 accepted",
        FaultKind.CLOSED_IDLE: "200 accepted",
        FaultKind.HTML_PAGE: "502 no JSON",
        FaultKind.BAD_GATEWAY: "502 no JSON",
        FaultKind.UNAVAILABLE: "503 no JSON",
        FaultKind.GATEWAY_TIMEOUT: "504 no JSON",
        FaultKind.TOO_MANY_REQUESTS: "429 no JSON",
    },
    "httpx": {
        FaultKind.RESET: "ReadError < ConnectionResetError",
        FaultKind.EMPTY: "RemoteProtocolError",
        FaultKind.HANG: "ReadTimeout < TimeoutError",
        FaultKind.DOWN: "ReadError < ConnectionResetError",
        FaultKind.TRUNCATED_BODY: "RemoteProtocolError",
        FaultKind.MALFORMED_CHUNK: "RemoteProtocolError",
        FaultKind.BROKEN_JSON: "200 no JSON",
        FaultKind.WRONG_CONTENT_LENGTH: "200 no JSON",
        FaultKind.SLOW_DRIP: "200 accepted",
        FaultKind.WRONG_CONTENT_TYPE: "200 accepted",
        FaultKind.CLOSED_IDLE: "200 accepted",
        FaultKind.HTML_PAGE: "502 no JSON",
        FaultKind.BAD_GATEWAY: "502 no JSON",
        FaultKind.UNAVAILABLE: "503 no JSON",
        FaultKind.GATEWAY_TIMEOUT: "504 no JSON",
        FaultKind.TOO_MANY_REQUESTS: "429 no JSON",
    },
    "fetch": {
        FaultKind.RESET: "TypeError < ECONNRESET",
        FaultKind.EMPTY: "TypeError < UND_ERR_SOCKET",
        FaultKind.HANG: "TimeoutError",
        FaultKind.DOWN: "TypeError < ECONNRESET",
        FaultKind.TRUNCATED_BODY: "TypeError < UND_ERR_RES_CONTENT_LENGTH_MISMATCH | TypeError < UND_ERR_SOCKET",
        FaultKind.MALFORMED_CHUNK: "TypeError < HPE_INVALID_CHUNK_SIZE",
        FaultKind.BROKEN_JSON: "200 no JSON",
        FaultKind.WRONG_CONTENT_LENGTH: "200 no JSON",
        FaultKind.SLOW_DRIP: "200 accepted",
        FaultKind.WRONG_CONTENT_TYPE: "200 accepted",
        FaultKind.CLOSED_IDLE: "200 accepted",
        FaultKind.HTML_PAGE: "502 no JSON",
        FaultKind.BAD_GATEWAY: "502 no JSON",
        FaultKind.UNAVAILABLE: "503 no JSON",
        FaultKind.GATEWAY_TIMEOUT: "504 no JSON",
        FaultKind.TOO_MANY_REQUESTS: "429 no JSON",
    },
}
"""What each client sees of each fault. `A < B`: the class that is caught, and the class of the root cause."""


_GIVES_UP = 0.5
"""A timeout in seconds that is long enough for a new process to send its request."""


@pytest.fixture(scope="module", params=CLIENTS)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each client."""
    named: str = request.param
    return named


@pytest.fixture(scope="module")
def sender(name: str) -> Iterator[Client]:
    """The client of that name, shared by all its tests."""
    with CLIENTS[name]() as opened:
        yield opened


def post_for(world: SessionClient, kind: FaultKind) -> ClientPost:
    """A send by a client with a long timeout for answers that come, and a short one for others."""
    return post_of(world, patience=_GIVES_UP) if kind is FaultKind.HANG else post_of(world)


def test_every_client_has_a_row_for_every_kind_of_fault() -> None:
    """A new kind of fault needs a row for each client."""
    assert set(SEEN) == set(CLIENTS)
    assert {client: set(FaultKind) - set(rows) for client, rows in SEEN.items()} == {each: set() for each in CLIENTS}


def test_a_machine_without_a_client_fails_and_skips_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure names what is missing."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(AssertionError, match="curl is not installed"):
        found("curl")


@pytest.mark.parametrize("kind", FaultKind)
def test_a_client_sees_a_fault_as_it_would_in_production(
    world: SessionClient, sender: Client, name: str, kind: FaultKind
) -> None:
    """The error that its author must handle; it sent once, and the message is accepted or not as the fault says."""
    assert kind in SEEN[name], f"no row for {kind} as {name} sees it"
    force(world, {"fault": quick(kind)}, times=1)

    seen = sender.sees(post_for(world, kind))

    assert seen in SEEN[name][kind].split(ONE_OF)
    assert [each["trouble"] for each in world.exchanges()] == [kind.value]
    assert len(world.messages()) == LAWS[kind].accepted
    assert serves(world)


@pytest.mark.parametrize("fault", [each for each in LAWS if each.endswith("-after")])
def test_a_client_cannot_distinguish_faults_before_and_after_the_acceptance(
    world: SessionClient, sender: Client, name: str, fault: str
) -> None:
    """The error is the same: a retry may send a second SMS."""
    kind = FaultKind(fault.removesuffix("-after"))
    force(world, {"fault": fault}, times=1)

    seen = sender.sees(post_for(world, kind))

    assert seen in SEEN[name][kind].split(ONE_OF)
    assert len(world.exchanges()) == len(world.messages()) == 1


_REPEATS = {"curl": True, "requests": False, "httpx": False, "fetch": False}


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.EMPTY])
def test_only_curl_retries_on_a_kept_connection_that_breaks(
    world: SessionClient, sender: Client, name: str, kind: FaultKind
) -> None:
    """On a connection that was used before, curl repeats a POST by itself: the recipient gets the SMS twice."""
    when, then = {"nth": 2}, {"fault": f"{kind}-after"}
    assert_control(world.request("POST", "/_control/stubs", {"when": when, "then": then}), 201)

    seen = sender.sees(post_of(world, "first"), post_of(world, "second"))

    texts = [each["text"] for each in world.messages()]
    if _REPEATS[name]:
        assert (seen, texts) == ("200 accepted", ["second", "second", "first"])
    else:
        assert (seen, texts) == (SEEN[name][kind], ["second", "first"])


_DEFEATED = {"curl": "exit 28", "requests": "200 accepted", "httpx": "200 accepted", "fetch": "TimeoutError"}


def test_a_slow_answer_evades_the_timeouts_of_pythons_clients(
    world: SessionClient, sender: Client, name: str
) -> None:
    """They apply from byte to byte: an answer that takes over a second passes a timeout of half a second."""
    force(world, {"fault": {"kind": "slow-drip", "interval": "6ms"}})

    assert sender.sees(post_of(world, patience=_GIVES_UP)) == _DEFEATED[name]
    assert len(world.messages()) == 1

"""Transport faults byte by byte, on a bare socket, because a client's library may hide a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import httpx2
import pytest

from mock_server.domain.fault import STATUSES, Fault, FaultKind, fault_name
from mock_server.scenario.compile_stubs import fault_of
from mock_server.scenario.faults import FAULT_NAMES
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from mock_server.testing import MockGateway
from tests.faults.support import SEED, Ending, RawLine, WireAnswer, force, sending, serves, under_way
from tests.raw_client import raw_request
from tests.support import SessionClient, SessionFactory

JSON, TEXT, HTML = "application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"

OF_THE_SERVER = {"date", "content-type", "content-length", "x-mock-exchange"}
"""The headers of an answer that the HTTP server sends."""
OF_RAW_BYTES = {"content-type", "content-length", "x-mock-exchange", "connection"}
"""The headers of an answer that is sent as raw bytes; it announces the end of the connection."""

WireCheck = Callable[[RawLine, bytes], None]
"""Checks what is received, given the body of the answer without a fault."""


@pytest.fixture(scope="module")
def whole(gateway: MockGateway) -> bytes:
    """The body of the answer without a fault: that of the first message of a session of SEED."""
    with httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        world = SessionFactory(gateway, client)(seed=SEED)
        answered = world.send()
        client.delete(f"/_control/sessions/{world.name}")
    return answered.content


def reset(line: RawLine, _: bytes) -> None:
    """No byte, and an RST."""
    assert line.until_the_end() == (b"", Ending.RST)


def closed(line: RawLine, _: bytes) -> None:
    """No byte, and a FIN."""
    assert line.until_the_end() == (b"", Ending.FIN)


def silent(line: RawLine, _: bytes) -> None:
    """Neither a byte nor an end while the client waits."""
    assert line.is_silent()


def half_the_body(line: RawLine, whole: bytes) -> None:
    """The whole length is declared, half of it comes, and a FIN."""
    answer = _closed_after(line)
    assert answer.headers["content-length"] == str(len(whole))
    assert answer.body == whole[: len(whole) // 2]


def half_the_length(line: RawLine, whole: bytes) -> None:
    """Half the length is declared, the whole body comes, and a FIN."""
    answer = _closed_after(line)
    assert answer.headers["content-length"] == str(len(whole) // 2)
    assert answer.body == whole


def every_byte(line: RawLine, whole: bytes) -> None:
    """A slow answer is complete in the end, followed by a FIN."""
    answer = _closed_after(line)
    assert answer.headers["content-length"] == str(len(whole))
    assert answer.body == whole


def _closed_after(line: RawLine) -> WireAnswer:
    received, ending = line.until_the_end()
    answer = WireAnswer(received)
    assert ending is Ending.FIN
    assert answer.line == "HTTP/1.1 200 OK"
    assert set(answer.headers) == OF_RAW_BYTES
    assert (answer.headers["content-type"], answer.headers["connection"]) == (JSON, "close")
    return answer


def closed_unannounced(line: RawLine, whole: bytes) -> None:
    """The right answer, no announcement of the end of the connection, and a FIN."""
    received, ending = line.until_the_end()
    answer = WireAnswer(received)
    assert (answer.line, ending, answer.body) == ("HTTP/1.1 200 OK", Ending.FIN, whole)
    assert set(answer.headers) == OF_RAW_BYTES - {"connection"}


def a_chunk_without_size(line: RawLine, whole: bytes) -> None:
    """A valid chunk with half of the body, then one with an invalid size, and a FIN."""
    received, ending = line.until_the_end()
    answer = WireAnswer(received)
    half = len(whole) // 2

    assert (answer.line, ending) == ("HTTP/1.1 200 OK", Ending.FIN)
    assert set(answer.headers) == OF_RAW_BYTES - {"content-length"} | {"transfer-encoding"}
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.body == b"%x\r\n%b\r\nno size\r\n%b\r\n0\r\n\r\n" % (half, whole[:half], whole[half:])


def broken_json(line: RawLine, whole: bytes) -> None:
    """Valid HTTP, whose body is two thirds of the JSON, as declared."""
    answer = _kept_alive(line, 200, "OK", JSON)
    assert answer.body == whole[: len(whole) * 2 // 3]
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)


def wrong_type(line: RawLine, whole: bytes) -> None:
    """The right body with a wrong content type."""
    assert _kept_alive(line, 200, "OK", HTML).body == whole


def html_page(line: RawLine, _: bytes) -> None:
    """An HTML page of a proxy that does not know the gateway's JSON."""
    body = _kept_alive(line, 502, "Bad Gateway", HTML).body
    assert body.startswith(b"<!DOCTYPE html>\n<html>\n<head><title>502 Bad Gateway</title>")
    assert body.endswith(b"</html>\n")


def answer_of_a_proxy(status: int, phrase: str) -> WireCheck:
    """A line of text with the status of an intermediary, and no Retry-After."""

    def check(line: RawLine, _: bytes) -> None:
        assert _kept_alive(line, status, phrase, TEXT).body == f"{phrase}\n".encode()

    return check


def _kept_alive(line: RawLine, status: int, phrase: str, content_type: str) -> WireAnswer:
    answer = line.whole_answer()
    assert answer.line == f"HTTP/1.1 {status} {phrase}"
    assert set(answer.headers) == OF_THE_SERVER
    assert answer.headers["content-type"] == content_type
    # No extra byte came, and the connection stays open: the next bytes are the answer to the next request.
    line.send(raw_request("/api/Services/checkServiceStatus"))
    assert line.whole_answer().line == "HTTP/1.1 200 OK"
    return answer


class FaultLaw(NamedTuple):
    """What a fault sends, and whether the gateway has accepted the message by then."""

    check: WireCheck
    accepted: bool


_PROXIES = {
    "html-page": html_page,
    "502": answer_of_a_proxy(502, "Bad Gateway"),
    "503": answer_of_a_proxy(503, "Service Unavailable"),
    "504": answer_of_a_proxy(504, "Gateway Timeout"),
    "429": answer_of_a_proxy(429, "Too Many Requests"),
}
LAWS: dict[str, FaultLaw] = {
    "reset": FaultLaw(reset, accepted=False),
    "reset-after": FaultLaw(reset, accepted=True),
    "empty": FaultLaw(closed, accepted=False),
    "empty-after": FaultLaw(closed, accepted=True),
    "hang": FaultLaw(silent, accepted=False),
    "hang-after": FaultLaw(silent, accepted=True),
    "down": FaultLaw(reset, accepted=False),
    "truncated-body": FaultLaw(half_the_body, accepted=True),
    "malformed-chunk": FaultLaw(a_chunk_without_size, accepted=True),
    "broken-json": FaultLaw(broken_json, accepted=True),
    "wrong-content-length": FaultLaw(half_the_length, accepted=True),
    "slow-drip": FaultLaw(every_byte, accepted=True),
    "wrong-content-type": FaultLaw(wrong_type, accepted=True),
    "closed-idle": FaultLaw(closed_unannounced, accepted=True),
    **{name: FaultLaw(check, accepted=False) for name, check in _PROXIES.items()},
    **{f"{name}-after": FaultLaw(check, accepted=True) for name, check in _PROXIES.items()},
}


def quick(name: str) -> object:
    """A fault as a stub names it, with its time shortened."""
    return {"kind": name, "interval": "1ms"} if name == FaultKind.SLOW_DRIP else name


def assert_accepted_once(world: SessionClient, whole: bytes) -> None:
    """Assert that the provider has the message, whose id the client may not have read."""
    assert [each["id"] for each in world.messages()] == [json.loads(whole)["id"]]


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_has_a_law_of_its_own(kind: FaultKind) -> None:
    """Every kind is observed on the wire."""
    assert kind.value in LAWS


def test_every_notation_of_a_fault_has_a_law_and_vice_versa() -> None:
    """For both moments: before the gateway sees the request, and after it has decided."""
    assert sorted(LAWS) == sorted(FAULT_NAMES)


@pytest.mark.parametrize("name", LAWS)
def test_a_fault_sends_exactly_its_bytes(worlds: SessionFactory, whole: bytes, name: str) -> None:
    """Bytes, end of the connection, message and journal are as the law says; the next client is served."""
    law = LAWS[name]
    world = worlds(seed=SEED)
    force(world, {"fault": quick(name)}, times=1)

    with RawLine(worlds.gateway.url) as line:
        line.send(sending(world))
        noted = under_way(world)
        law.check(line, whole)

    assert (noted["trouble"], noted["forced"]) == (name, True)
    assert noted["outcome"] == ("accepted" if law.accepted else "intercepted")
    if law.accepted:
        assert_accepted_once(world, whole)
    else:
        assert world.messages() == []
    assert serves(world)


@pytest.mark.parametrize("name", LAWS)
def test_a_header_can_name_the_fault(worlds: SessionFactory, whole: bytes, name: str) -> None:
    """It has the effect of a stub; a slow answer is observed up to its first byte."""
    law = LAWS[name]
    world = worlds(seed=SEED)

    with RawLine(worlds.gateway.url) as line:
        line.send(sending(world, f"fault={name}"))
        under_way(world)
        if name == FaultKind.SLOW_DRIP:
            assert line.exactly(1) == b"H"
        else:
            law.check(line, whole)

    assert len(world.messages()) == law.accepted
    assert serves(world)


def faults_of_the_default_scenario() -> dict[str, Fault]:
    """The faults of the default scenario, by number."""
    stubs = load_scenario(resolve("default")).faults
    return {str(each.when.destination): fault_of(each.then.fault) for each in stubs if each.then.fault is not None}


@pytest.mark.parametrize(("number", "fault"), faults_of_the_default_scenario().items())
def test_a_number_of_the_default_scenario_causes_the_fault_of_its_name(
    world: SessionClient, gateway: MockGateway, number: str, fault: Fault
) -> None:
    """Checked by the beginning or end of the answer."""
    with RawLine(gateway.url) as line:
        line.send(sending(world, destination=number))
        noted = under_way(world)
        if fault.kind in {FaultKind.RESET, FaultKind.DOWN, FaultKind.EMPTY, FaultKind.HANG}:
            LAWS[fault_name(fault)].check(line, b"")
        elif fault.kind in STATUSES:
            answer = line.whole_answer()
            assert answer.line.startswith(f"HTTP/1.1 {STATUSES[fault.kind]} ")
            assert answer.headers.get("retry-after") == (
                None if fault.retry_after is None else str(fault.retry_after)
            )
        else:
            assert line.exactly(12) == b"HTTP/1.1 200"

    assert noted["trouble"] == fault_name(fault)
    assert len(world.messages()) == fault.after


def test_the_default_scenario_has_a_number_for_every_kind_of_fault() -> None:
    """A tester sees each fault without writing a scenario."""
    assert {fault.kind for fault in faults_of_the_default_scenario().values()} == set(FaultKind)


# --- Options of a fault ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name in LAWS if FaultKind(name.removesuffix("-after")) in STATUSES))
def test_a_proxys_answer_has_a_retry_after_on_request(world: SessionClient, name: str) -> None:
    """In seconds; nothing else changes."""
    with RawLine(str(world.client.base_url)) as line:
        line.send(sending(world, f"fault={name}, retry-after=30"))
        told = line.whole_answer()
        line.send(sending(world, f"fault={name}"))
        untold = line.whole_answer()

    assert told.headers["retry-after"] == "30"
    assert set(told.headers) == OF_THE_SERVER | {"retry-after"}
    assert set(untold.headers) == OF_THE_SERVER
    assert (told.line, told.body) == (untold.line, untold.body)


def test_an_html_page_can_have_any_status(world: SessionClient) -> None:
    """Maintenance pages come with 503 and sometimes with 200, which misleads a client that only checks the status."""
    for status, phrase in ((503, "Service Unavailable"), (200, "OK"), (404, "Not Found")):
        force(world, {"fault": {"kind": "html-page", "status": status, "retry_after": 5}}, times=1)
        with RawLine(str(world.client.base_url)) as line:
            line.send(sending(world))
            answer = line.whole_answer()

        assert answer.line == f"HTTP/1.1 {status} {phrase}"
        assert (answer.headers["content-type"], answer.headers["retry-after"]) == (HTML, "5")
        assert f"<h1>{status} {phrase}</h1>".encode() in answer.body

    assert world.messages() == []


def test_a_fault_affects_a_refusal_like_an_acceptance(world: SessionClient) -> None:
    """The gateway decides as forced, and the fault applies to that answer."""
    with RawLine(str(world.client.base_url)) as line:
        line.send(sending(world, "refuse=61, fault=reset-after"))
        assert line.until_the_end() == (b"", Ending.RST)
    with RawLine(str(world.client.base_url)) as line:
        line.send(sending(world, "refuse=61, fault=truncated-body"))
        received, ending = line.until_the_end()

    answer = WireAnswer(received)
    assert (answer.line, ending) == ("HTTP/1.1 500 Internal Server Error", Ending.FIN)
    assert len(answer.body) == int(answer.headers["content-length"]) // 2
    assert answer.body.startswith(b'{"code":61,')
    assert [each["outcome"] for each in world.exchanges()] == ["refused", "refused"]
    assert world.messages() == []


def test_a_fault_affects_a_raw_answer(world: SessionClient) -> None:
    """A stub can combine the two."""
    force(world, {"answer": {"status": 418, "body": "short and stout"}, "fault": "truncated-body"}, times=1)
    force(world, {"answer": {"status": 418, "body": "short and stout"}, "fault": "reset-after"}, times=1)

    with RawLine(str(world.client.base_url)) as line:
        line.send(sending(world))
        received, ending = line.until_the_end()
    with RawLine(str(world.client.base_url)) as line:
        line.send(sending(world))
        assert line.until_the_end() == (b"", Ending.RST)

    assert received.startswith(b"HTTP/1.1 418 I'm a Teapot\r\n")
    assert (WireAnswer(received).body, ending) == (b"short a", Ending.FIN)
    assert world.messages() == []


def test_a_fault_affects_a_later_request_of_a_kept_connection(world: SessionClient) -> None:
    """A pooled connection breaks under the next request, where clients retry what they must not."""
    for kind, expected in (("reset-after", Ending.RST), ("empty-after", Ending.FIN)):
        with RawLine(str(world.client.base_url)) as line:
            line.send(sending(world))
            assert line.whole_answer().line == "HTTP/1.1 200 OK"
            line.send(sending(world, f"fault={kind}"))
            assert line.until_the_end() == (b"", expected)

    assert [each["trouble"] for each in world.exchanges()] == ["empty-after", None, "reset-after", None]


# --- Down for a while -------------------------------------------------------------------------------------------


def vendor_requests(world: SessionClient) -> dict[str, bytes]:
    """A request to every operation, and requests that would be refused."""
    api = f"{world.prefix}/api"
    return {
        "send": sending(world),
        "send of a service": sending(world, operation="Services"),
        "send without credentials": sending(world, auth=None),
        "send with a wrong password": sending(world, auth=("admin", "guess")),
        "send of no JSON": raw_request(f"{api}/Admin/send", b"{"),
        "send of a body that is declared too large": raw_request(f"{api}/Admin/send", declared=2**21),
        "health": raw_request(f"{api}/Admin/checkServiceStatus"),
        "health of a service": raw_request(f"{api}/Services/checkServiceStatus"),
        "health with a body that is declared too large": raw_request(
            f"{api}/Services/checkServiceStatus", declared=2**21
        ),
        "look-up": raw_request(f"{api}/messagestatus/some-id", method="GET"),
        "look-up by number": raw_request(f"{api}/messagestatus/phonenumber/%2B447700900123", method="GET"),
        "look-up by reference": raw_request(f"{api}/messagestatus/reference/some-key", method="GET"),
    }


def test_a_gateway_that_is_down_resets_every_request_for_its_duration(worlds: SessionFactory) -> None:
    """Every operation, also requests that would be refused; the control API still answers."""
    world = worlds(faults=[{"when": {}, "then": {"fault": "down"}, "for": "10m"}])

    endings = {}
    for name, raw in vendor_requests(world).items():
        with RawLine(worlds.gateway.url) as line:
            line.send(raw)
            endings[name] = line.until_the_end()

    assert endings == dict.fromkeys(endings, (b"", Ending.RST))
    assert world.messages() == []
    world.advance(599)
    with RawLine(worlds.gateway.url) as line:
        line.send(sending(world))
        assert line.until_the_end() == (b"", Ending.RST)
    world.advance(1)
    for raw in vendor_requests(world).values():
        with RawLine(worlds.gateway.url) as line:
            line.send(raw)
            assert line.whole_answer().line.startswith("HTTP/1.1 ")
    assert len(world.messages()) == 2


def test_one_session_is_down_while_another_serves(worlds: SessionFactory) -> None:
    """A session is down, not the server."""
    down, up = worlds(faults=[{"when": {}, "then": {"fault": "down"}}]), worlds()

    with RawLine(worlds.gateway.url) as line:
        line.send(sending(down))
        assert line.until_the_end() == (b"", Ending.RST)

    assert serves(up)

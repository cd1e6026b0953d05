"""The transport faults, byte by byte: a fault that a client's library might hide is judged on a bare socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest

from mock_server.domain.fault import Fault, FaultKind, spelled
from mock_server.scenario.faults import FAULT_NAMES
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.matching import fault_of
from mock_server.scenario.pack import resolve
from mock_server.testing import MockGateway
from tests.faults.support import SEED, Answer, Ending, Line, body_to, force, sending, serves, under_way, until
from tests.raw_client import raw_request
from tests.support import ADMIN, World, Worlds

JSON, TEXT, HTML = "application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"

OF_THE_SERVER = {"date", "content-type", "content-length", "x-mock-exchange"}
"""The headers of an answer that goes out through HTTP."""
OF_RAW_BYTES = {"content-type", "content-length", "x-mock-exchange", "connection"}
"""The headers of an answer that goes out beneath HTTP; it says that the connection ends with it."""

Judge = Callable[[Line, bytes], None]
"""Judges what comes over a line, given the body that the answer would have had."""


@pytest.fixture(scope="module")
def whole(gateway: MockGateway) -> bytes:
    """The body that the gateway answers where nothing is wrong: that of the first message of a session of SEED."""
    import httpx2  # noqa: PLC0415

    with httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        world = Worlds(gateway, client)(seed=SEED)
        with Line(gateway.url) as line:
            line.send(sending(world))
            return line.whole_answer().body


def reset(line: Line, _: bytes) -> None:
    """Not a byte, and an RST."""
    assert line.until_the_end() == (b"", Ending.RST)


def closed(line: Line, _: bytes) -> None:
    """Not a byte, and a FIN."""
    assert line.until_the_end() == (b"", Ending.FIN)


def silent(line: Line, _: bytes) -> None:
    """Neither a byte nor an end for as long as the client waits."""
    assert line.is_silent()


def half_the_body(line: Line, whole: bytes) -> None:
    """The whole length is declared, half of it comes, and a FIN."""
    answer = _closed_after(line)
    assert answer.headers["content-length"] == str(len(whole))
    assert answer.body == whole[: len(whole) // 2]


def half_the_length(line: Line, whole: bytes) -> None:
    """Half the length is declared, all of it comes, and a FIN."""
    answer = _closed_after(line)
    assert answer.headers["content-length"] == str(len(whole) // 2)
    assert answer.body == whole


def every_byte(line: Line, whole: bytes) -> None:
    """A slow answer is an answer: whole in the end, and a FIN."""
    answer = _closed_after(line)
    assert answer.headers["content-length"] == str(len(whole))
    assert answer.body == whole


def _closed_after(line: Line) -> Answer:
    received, ending = line.until_the_end()
    answer = Answer(received)
    assert ending is Ending.FIN
    assert answer.line == "HTTP/1.1 200 OK"
    assert set(answer.headers) == OF_RAW_BYTES
    assert (answer.headers["content-type"], answer.headers["connection"]) == (JSON, "close")
    return answer


def a_chunk_without_size(line: Line, whole: bytes) -> None:
    """A good chunk with half of the body, then one whose size is no number, and a FIN."""
    received, ending = line.until_the_end()
    answer = Answer(received)
    half = len(whole) // 2

    assert (answer.line, ending) == ("HTTP/1.1 200 OK", Ending.FIN)
    assert set(answer.headers) == OF_RAW_BYTES - {"content-length"} | {"transfer-encoding"}
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.body == b"%x\r\n%b\r\nno size\r\n%b\r\n0\r\n\r\n" % (half, whole[:half], whole[half:])


def broken_json(line: Line, whole: bytes) -> None:
    """HTTP in order, the body no JSON: two thirds of it, as declared."""
    answer = _kept_alive(line, 200, "OK", JSON)
    assert answer.body == whole[: len(whole) * 2 // 3]
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)


def wrong_type(line: Line, whole: bytes) -> None:
    """The right body under a wrong name."""
    assert _kept_alive(line, 200, "OK", HTML).body == whole


def html_page(line: Line, _: bytes) -> None:
    """A page for people, of a proxy that never heard of the gateway's JSON."""
    body = _kept_alive(line, 502, "Bad Gateway", HTML).body
    assert body.startswith(b"<!DOCTYPE html>\n<html>\n<head><title>502 Bad Gateway</title>")
    assert body.endswith(b"</html>\n")


def answer_of_a_proxy(status: int, phrase: str) -> Judge:
    """A line of text under a status of something in between, and no Retry-After."""

    def judge(line: Line, _: bytes) -> None:
        assert _kept_alive(line, status, phrase, TEXT).body == f"{phrase}\n".encode()

    return judge


def _kept_alive(line: Line, status: int, phrase: str, content_type: str) -> Answer:
    answer = line.whole_answer()
    assert answer.line == f"HTTP/1.1 {status} {phrase}"
    assert set(answer.headers) == OF_THE_SERVER
    assert answer.headers["content-type"] == content_type
    # Not a byte too many came, and the connection lives on: the next thing on it is the answer to the next request.
    line.send(raw_request("/api/Services/checkServiceStatus"))
    assert line.whole_answer().line == "HTTP/1.1 200 OK"
    return answer


class Law(NamedTuple):
    """What a fault is on the wire, and whether the gateway has taken the message by then."""

    judge: Judge
    accepted: bool


_PROXIES = {
    "html-page": html_page,
    "502": answer_of_a_proxy(502, "Bad Gateway"),
    "503": answer_of_a_proxy(503, "Service Unavailable"),
    "504": answer_of_a_proxy(504, "Gateway Timeout"),
    "429": answer_of_a_proxy(429, "Too Many Requests"),
}
LAWS: dict[str, Law] = {
    "reset": Law(reset, accepted=False),
    "reset-after": Law(reset, accepted=True),
    "empty": Law(closed, accepted=False),
    "empty-after": Law(closed, accepted=True),
    "hang": Law(silent, accepted=False),
    "hang-after": Law(silent, accepted=True),
    "down": Law(reset, accepted=False),
    "truncated-body": Law(half_the_body, accepted=True),
    "malformed-chunk": Law(a_chunk_without_size, accepted=True),
    "broken-json": Law(broken_json, accepted=True),
    "wrong-content-length": Law(half_the_length, accepted=True),
    "slow-drip": Law(every_byte, accepted=True),
    "wrong-content-type": Law(wrong_type, accepted=True),
    **{name: Law(judge, accepted=False) for name, judge in _PROXIES.items()},
    **{f"{name}-after": Law(judge, accepted=True) for name, judge in _PROXIES.items()},
}


def quick(name: str) -> object:
    """A fault as a stub names it; one that would take its time takes less."""
    return {"kind": name, "interval": "1ms"} if name == FaultKind.SLOW_DRIP else name


def assert_accepted_once(world: World, whole: bytes) -> None:
    """The provider has the message whose id the client may never have read."""
    assert [each["id"] for each in world.messages()] == [json.loads(whole)["id"]]


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_of_fault_has_a_law_of_its_own(kind: FaultKind) -> None:
    """A kind that nobody judged on the wire is a promise that nobody kept."""
    assert kind.value in LAWS


def test_every_way_to_write_a_fault_has_a_law_and_no_law_is_about_nothing() -> None:
    """Both moments at which it may act: before the gateway sees the request, and after it has decided."""
    assert sorted(LAWS) == sorted(FAULT_NAMES)


@pytest.mark.parametrize("name", LAWS)
def test_a_fault_puts_exactly_its_bytes_on_the_wire(worlds: Worlds, whole: bytes, name: str) -> None:
    """Bytes, end of the connection, fate of the message and journal, each as its law says; then the next client."""
    law = LAWS[name]
    world = worlds(seed=SEED)
    force(world, {"fault": quick(name)}, times=1)

    with Line(worlds.gateway.url) as line:
        line.send(sending(world))
        noted = under_way(world)
        law.judge(line, whole)

    assert (noted["trouble"], noted["forced"]) == (name, True)
    assert noted["outcome"] == ("accepted" if law.accepted else "intercepted")
    if law.accepted:
        assert_accepted_once(world, whole)
    else:
        assert world.messages() == []
    assert serves(world)

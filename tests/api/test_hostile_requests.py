"""Malformed bytes: each has a defined answer and a journal entry, and the server continues."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.raw_client import RawConnection, RawResponse, raw_request
from tests.support import (
    ADMIN,
    DESTINATION,
    MISSING_HEADER,
    SessionClient,
    assert_accepted,
    assert_refused,
    basic,
)

GOOD = json.dumps({"destination": DESTINATION, "text": "Hi"}).encode()
MIB = 1024 * 1024
CHUNKED = ("Transfer-Encoding", "chunked")


def send_path(world: SessionClient) -> str:
    """The administrators' send operation of this session."""
    return f"{world.prefix}/api/Admin/send"


def chunk(content: bytes) -> bytes:
    """One chunk of a chunked body; the empty one ends the body."""
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


def assert_still_serving(connection: RawConnection, world: SessionClient) -> None:
    """Assert that the same connection takes another send."""
    connection.send(raw_request(send_path(world), GOOD))
    assert connection.answer().status == 200


def settled(world: SessionClient) -> dict[str, Any]:
    """The newest exchange, once it is complete: the server may notice a lost client after the next request."""
    for _ in range(1000):
        newest = world.exchanges()[0]
        if newest["outcome"] != "open":
            return newest
    raise AssertionError(f"still open: {newest}")


def code_of(answer: RawResponse) -> int:
    """The code in the envelope of a raw answer."""
    code: int = json.loads(answer.body)["code"]
    return code


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/Admin/send/",
        "/api/Services/send/",
        "/api/Admin/checkServiceStatus/",
        "/api/admin/send",
        "/api//Admin/send",
        "/api/Admin/send%2F",
        "/api/Admin%2Fsend/",
        "/api/Admin/send;x=1",
        "/api/Admin/send%00",
        "/api/Admin/send%FF",
        "/favicon.ico",
        "/..%2f..%2fetc/passwd",
    ],
)
def test_an_unknown_path_is_not_found_and_never_redirected(world: SessionClient, path: str) -> None:
    """BAD-5: 404 with the envelope; a trailing slash is another path."""
    refused = world.post(path, GOOD)

    assert_refused(refused, 404)
    newest = world.exchanges()[0]
    assert (newest["id"], newest["rule"], newest["requirement"]) == (
        refused.headers["x-mock-exchange"],
        "path",
        "BAD-5",
    )
    assert newest["path"] == world.prefix + path
    assert world.messages() == []


@pytest.mark.requirement("BAD-5", "OP-1", "OP-3")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/Admin/send", "/api/Services/send", "/api/Admin/checkServiceStatus"])
def test_another_method_is_not_allowed(world: SessionClient, method: str, path: str) -> None:
    """BAD-5: 405 with `Allow`, for any caller."""
    refused = world.request(method, path)

    if method == "HEAD":
        assert (refused.status_code, refused.headers["allow"], refused.content) == (405, "POST", b"")
    else:
        assert_refused(refused, 405)
    assert world.exchanges()[0]["rule"] == "method"
    assert world.exchanges()[0]["method"] == method


@pytest.mark.requirement("OP-1")
def test_a_percent_encoded_path_is_the_path_it_encodes(world: SessionClient) -> None:
    """The journal keeps the raw path with the query."""
    response = world.post("/api/%41dmin/%73end?x=%20y", GOOD)

    assert_accepted(response)
    assert world.exchanges()[0]["path"] == f"{world.prefix}/api/%41dmin/%73end?x=%20y"


@pytest.mark.requirement("BAD-5", "ORD-1")
@pytest.mark.parametrize("operation", ["Admin/send", "Services/send", "Admin/checkServiceStatus"])
def test_a_declared_body_of_100_mb_is_refused_before_it_is_sent(
    gateway: MockGateway, world: SessionClient, operation: str
) -> None:
    """BAD-5, ORD-1: 413 by the header alone, before authentication and without reading the body."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(f"{world.prefix}/api/{operation}", auth=None, declared=100_000_000))
        refused = connection.answer()

    assert refused.status == 413
    assert json.loads(refused.body) == {
        "code": 413,
        "message": "Payload too large",
        "details": "Content-Length: 100000000; at most 1048576 bytes are allowed",
    }
    newest = world.exchanges()[0]
    assert (newest["rule"], newest["requirement"], newest["code"]) == ("size", "BAD-5", 413)
    assert_accepted(world.send())


@pytest.mark.requirement("BAD-5")
def test_a_connection_continues_after_a_body_that_was_too_large(gateway: MockGateway, world: SessionClient) -> None:
    """BAD-5: a client that sends its 3 MiB anyway gets its next answer."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), b" " * (3 * MIB)))

        assert connection.answer().status == 413
        assert_still_serving(connection, world)


@pytest.mark.requirement("BAD-5")
def test_a_declared_length_with_too_many_digits_is_refused_by_the_parser(
    gateway: MockGateway, world: SessionClient
) -> None:
    """BAD-5: the server's own 400 is the defined answer."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), declared=10**40))

        assert connection.answer().status == 400
    assert_accepted(world.send())


@pytest.mark.requirement("BAD-5")
def test_exactly_one_mebibyte_is_not_too_large(world: SessionClient) -> None:
    """BAD-5: the limit itself is allowed."""
    body = GOOD + b" " * (MIB - len(GOOD))

    assert_accepted(world.send_raw(body))
    assert_refused(world.send_raw(body + b" "), 413, details=re.compile("Content-Length: 1048577"))


@pytest.mark.requirement("BAD-5", "OP-1")
def test_a_chunked_body_is_read_to_its_end(gateway: MockGateway, world: SessionClient) -> None:
    """With chunks of any size; trailers are ignored."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), headers=[CHUNKED]))
        for byte in GOOD:
            connection.send(chunk(bytes([byte])))
        connection.send(b"0\r\nX-Trailer: late\r\n\r\n")

        assert connection.answer().status == 200
        assert_still_serving(connection, world)
    assert world.exchanges()[1]["outcome"] == "accepted"
    first = world.control("GET", "/exchanges/1")["request"]
    assert (first["body"], first["body_length"]) == (GOOD.decode(), len(GOOD))


@pytest.mark.requirement("BAD-5")
def test_a_chunked_body_over_one_mebibyte_is_refused(gateway: MockGateway, world: SessionClient) -> None:
    """BAD-5: 413 as soon as the limit is passed, and the connection takes another send."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), headers=[CHUNKED]))
        for _ in range(9):
            connection.send(chunk(b" " * (MIB // 8)))
        refused = connection.answer()
        connection.send(chunk(b" " * MIB) + chunk(b""))

        assert (refused.status, code_of(refused)) == (413, 413)
        assert_still_serving(connection, world)
    assert world.control("GET", "/exchanges/1")["requirement"] == "BAD-5"


@pytest.mark.requirement("ORD-1", "ERR-63a")
def test_a_large_chunked_body_without_credentials_is_an_authentication_failure(
    gateway: MockGateway, world: SessionClient
) -> None:
    """ORD-1: only a declared length comes before authentication."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), auth=None, headers=[CHUNKED]))
        connection.send(chunk(b" " * (2 * MIB)) + chunk(b""))
        refused = connection.answer()

    assert refused.status == 401
    assert json.loads(refused.body)["message"] == MISSING_HEADER


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize("sent", [b"", GOOD[:10]], ids=["nothing", "a part"])
def test_a_body_that_is_cut_off_is_journalled_as_a_disconnection(
    gateway: MockGateway, world: SessionClient, sent: bytes
) -> None:
    """No answer and no message; the journal has the exchange."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), sent, declared=len(GOOD)))
        connection.end()

    newest = settled(world)
    assert (newest["outcome"], newest["status"]) == ("disconnected", None)
    assert world.messages() == []
    assert_accepted(world.send())


@pytest.mark.requirement("BAD-5")
def test_a_chunked_body_that_is_cut_off_is_journalled_as_a_disconnection(
    gateway: MockGateway, world: SessionClient
) -> None:
    """Also between two chunks."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), headers=[CHUNKED]))
        connection.send(chunk(GOOD))
        connection.end()

    assert settled(world)["outcome"] == "disconnected"
    assert world.messages() == []


@pytest.mark.requirement("BAD-5")
@pytest.mark.parametrize(
    "raw",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 100,
        b"POST\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT /api/Admin/send HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /api/Admin/send HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /api/Admin/send HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /api/Admin/send HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/Admin/send HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /api/Admin/send HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"POST /api/Admin/send HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"POST /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST " + b"/" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_bytes_that_are_not_http_get_the_parsers_own_400(
    gateway: MockGateway, world: SessionClient, raw: bytes
) -> None:
    """BAD-5: they never reach the application; the server closes the connection and continues."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw)
        refused = connection.answer()

    assert (refused.status, refused.body) == (400, b"Invalid HTTP request received.")
    assert_accepted(world.send())


@pytest.mark.requirement("BAD-5")
def test_an_invalid_chunk_ends_the_request(gateway: MockGateway, world: SessionClient) -> None:
    """BAD-5: the parser refuses it in the middle of a body; the journal has the request as disconnected."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), headers=[CHUNKED]) + b"zz\r\n")
        refused = connection.answer()

    assert refused.status == 400
    assert settled(world)["outcome"] == "disconnected"


@pytest.mark.requirement("BAD-5")
def test_a_header_of_64_kb_is_accepted(gateway: MockGateway, world: SessionClient) -> None:
    """The send is accepted, and the journal has the header."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), GOOD, headers=[("X-Big", "x" * 65_536)]))

        assert connection.answer().status == 200
        assert_still_serving(connection, world)
    headers = dict(world.control("GET", "/exchanges/1")["request"]["headers"])
    assert headers["x-big"] == "x" * 65_536


@pytest.mark.requirement("ACC-5", "ERR-63b")
def test_an_authorization_header_of_64_kb_is_a_wrong_password(gateway: MockGateway, world: SessionClient) -> None:
    """ACC-5: decodable or not, it belongs to no account."""
    with RawConnection(gateway.url) as connection:
        for credentials in (basic("a" * 48_000, "b"), "Basic " + "!" * 65_536):
            connection.send(raw_request(send_path(world), GOOD, auth=None, headers=[("Authorization", credentials)]))
            refused = connection.answer()
            assert (refused.status, code_of(refused)) == (401, 63)
        assert_still_serving(connection, world)


@pytest.mark.requirement("ACC-5", "ERR-63b")
@pytest.mark.parametrize("raw", [b"Basic \xff\xfe", b"Basic \xc3\xa4", b"\xffBasic YTpi"])
def test_raw_bytes_in_the_authorization_header_get_63(gateway: MockGateway, world: SessionClient, raw: bytes) -> None:
    """ACC-5: bytes beyond ASCII are not Base64, and a scheme with such bytes is another scheme."""
    with RawConnection(gateway.url) as connection:
        request = raw_request(send_path(world), GOOD, auth=None, headers=[("Authorization", "PLACE")])
        connection.send(request.replace(b"PLACE", raw))
        refused = connection.answer()

    assert (refused.status, code_of(refused)) == (401, 63)
    assert world.exchanges()[0]["rule"] == "authentication"


@pytest.mark.requirement("OP-1")
def test_pipelined_requests_are_answered_in_order(gateway: MockGateway, world: SessionClient) -> None:
    """Forty at once, valid and invalid: forty answers, and a journal in the same order."""
    requests = [raw_request(send_path(world), GOOD if number % 2 else b"[]") for number in range(40)]
    with RawConnection(gateway.url) as connection:
        connection.send(b"".join(requests))
        answers = [connection.answer() for _ in requests]

    assert [answer.status for answer in answers] == [400, 200] * 20
    assert [answer.headers["x-mock-exchange"] for answer in answers] == [str(1 + number) for number in range(40)]
    assert len(world.exchanges()) == 40


@pytest.mark.requirement("OP-8")
def test_expect_100_continue_is_answered_where_a_body_is_read(gateway: MockGateway, world: SessionClient) -> None:
    """Where none is read, the refusal comes at once."""
    expecting = ("Expect", "100-continue")
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), headers=[expecting], declared=len(GOOD)))
        assert connection.answer().status == 100
        connection.send(GOOD)
        assert connection.answer().status == 200

    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), headers=[expecting], declared=2 * MIB))
        assert connection.answer().status == 413


@pytest.mark.requirement("OP-8")
@pytest.mark.parametrize("upgrade", ["h2c", "websocket", "TLS/1.0"])
def test_an_upgrade_header_is_ignored_and_the_body_read(
    gateway: MockGateway, world: SessionClient, upgrade: str
) -> None:
    """Java's HTTP client offers `h2c` with its first request; the send is decided as usual."""
    offer = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", upgrade), ("HTTP2-Settings", "AAEAAEAAAAIAAAAB")]
    request = raw_request(send_path(world), GOOD, headers=offer)
    with RawConnection(gateway.url) as connection:
        connection.send(request)
        assert connection.answer().status == 200
        for byte in request:
            connection.send(bytes([byte]))
        assert connection.answer().status == 200
        chunked = raw_request(send_path(world), headers=[*offer, CHUNKED])
        connection.send(chunked + chunk(GOOD) + chunk(b""))
        assert connection.answer().status == 200
        connection.send(request * 500)
        assert {connection.answer().status for _ in range(500)} == {200}
        assert_still_serving(connection, world)
    assert [each["outcome"] for each in world.exchanges()] == ["silently dropped"] * 502 + ["accepted"] * 2


@pytest.mark.requirement("OP-8")
def test_http_1_0_is_answered_and_closed(gateway: MockGateway, world: SessionClient) -> None:
    """A client without keep-alive."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), GOOD).replace(b"HTTP/1.1", b"HTTP/1.0"))

        assert connection.answer().status == 200
        connection.end()


@pytest.mark.requirement("BAD-5")
def test_a_client_that_disconnects_before_the_answer_has_sent_a_message(
    gateway: MockGateway, world: SessionClient
) -> None:
    """The message was accepted."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(send_path(world), GOOD))

    assert_accepted(world.send("another"))


@pytest.mark.requirement("OP-3")
def test_a_health_check_ignores_a_body_and_the_connection_continues(
    gateway: MockGateway, world: SessionClient
) -> None:
    """OP-3: the body is expected to be empty; any other is skipped."""
    with RawConnection(gateway.url) as connection:
        connection.send(raw_request(f"{world.prefix}/api/Services/checkServiceStatus", b"x" * 200_000, auth=None))

        assert connection.answer().status == 200
        assert_still_serving(connection, world)


def test_the_journal_has_every_one_of_many_concurrent_requests(gateway: MockGateway, world: SessionClient) -> None:
    """Sixteen connections at once, each with another mistake."""
    bodies = [GOOD, b"[]", b"", b"{", b'{"text":"\xff"}', b"null", GOOD.replace(b"Hi", b""), b"x" * 70_000]
    connections = [RawConnection(gateway.url) for _ in range(16)]
    for number, connection in enumerate(connections):
        connection.send(raw_request(send_path(world), bodies[number % 8], auth=ADMIN if number < 8 else None))
    answers = [connection.answer().status for connection in connections]
    for connection in connections:
        with connection:
            pass

    assert answers == [200, 400, 400, 400, 400, 400, 500, 400] + [401] * 8
    assert sorted(each["status"] for each in world.exchanges()) == sorted(answers)


def test_an_endless_head_is_refused_before_it_fills_the_memory() -> None:
    """BAD-5: the server's own 400 ends it, and the server continues."""
    with MockGateway() as gateway, RawConnection(gateway.url) as endless:
        endless.send(b"POST /api/Admin/send HTTP/1.1\r\nHost: x\r\nX-Long: ")
        refused = endless.send_until_answered(b"x" * 65_536, most=64)
        with httpx2.Client(base_url=gateway.url, trust_env=False) as client:
            assert client.get("/_ready").status_code == 200

    assert refused.status == 400

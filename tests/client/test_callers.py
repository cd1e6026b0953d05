"""Callers: kept connections, threads, time-outs, and other servers at the URL."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from mock_server.api.guard import Access
from mock_server.client import Control, ControlError, HttpCaller, LoopCaller, connect
from mock_server.client.calling import ControlAnswer, ControlRequest
from mock_server.testing import MockGateway
from tests.support import DESTINATION

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def listening(answer: Callable[[socket.socket], None], *, connections: int = 1) -> Iterator[str]:
    """A server that handles each connection as given; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            for _ in range(connections):
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(20)
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            thread.join(20)


def answers_with(raw: bytes) -> Callable[[socket.socket], None]:
    """Read a request and send these bytes."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(raw)

    return answer


def unreachable(url: str, words: str, *, message: str = "Unreachable", timeout: float = 10) -> None:
    """Assert that a call raises an error without a status, in one line that says what is wrong."""
    with connect(url, timeout=timeout) as control, pytest.raises(ControlError) as caught:
        control.clock()
    assert (caught.value.status, caught.value.message) == (None, message)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unused_port_is_an_error_with_advice() -> None:
    """How to start a server."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        unreachable(f"http://127.0.0.1:{unused.getsockname()[1]}", "`sms-mock serve` starts a gateway")


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://x", "http://", "http://x:port", "http://x:0", "http://x:99999", "http://u:p@x", "http://x?y",
     "http://x#y", "http://a b", "http://x/\n", "http://[::1", "http://" + "x" * 300, "http://x\x00"],
)  # fmt: skip
def test_an_invalid_url_is_an_error_before_any_request(url: str) -> None:
    """With an example."""
    with pytest.raises(ControlError, match=r"No URL: .* is not the URL of a gateway, such as http://127"):
        connect(url)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (HEAD + b"Content-Length: 2\r\n\r\n{}", "answered 200 without X-Mock-Control-Version"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404 without X-Mock-Control-Version"),
        (HEAD + b"X-Mock-Control-Version: 1\r\nContent-Length: 1\r\n\r\n{", "its JSON ends in the middle"),
    ],
)
def test_another_server_is_distinguished_from_a_mock(raw: bytes, words: str) -> None:
    """Whatever it answers."""
    with listening(answers_with(raw)) as url:
        unreachable(url, words, message="Not a mock")


def test_a_mock_of_another_version_is_an_error() -> None:
    """With both versions and advice."""
    raw = HEAD + b"X-Mock-Control-Version: 2\r\nContent-Length: 2\r\n\r\n{}"
    with listening(answers_with(raw)) as url:
        unreachable(url, "speaks version 2 of the control API, this client version 1", message="Another version")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"[]", "no clock as this client knows it"), (b'{"mode":7,"now":"x"}', "$.mode"), (b'{"mode":"real"}', "now")],
)
def test_an_answer_without_a_required_member_is_an_error(content: bytes, words: str) -> None:
    """Of the client, not a traceback of a decoder."""
    raw = HEAD + b"X-Mock-Control-Version: 1\r\nContent-Length: %d\r\n\r\n" % len(content) + content
    with listening(answers_with(raw)) as url:
        unreachable(url, words, message="Not understood")


@pytest.mark.parametrize(
    "raw", [b"220 mail.example.com ready\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_a_server_without_http_is_unreachable(raw: bytes) -> None:
    """Also one that stops in the middle of an answer."""
    with listening(answers_with(raw)) as url:
        unreachable(url, url)


def test_a_slow_answer_times_out() -> None:
    """After the configured time."""
    over = threading.Event()

    def wait(_: socket.socket) -> None:
        over.wait(20)

    with listening(wait) as url:
        unreachable(url, "took longer than 0.05 seconds", message="No answer", timeout=0.05)
        over.set()


def test_members_that_a_newer_server_adds_are_tolerated() -> None:
    """They are in `raw`."""
    content = b'{"mode":"real","now":"2026-01-15T09:00:00Z","drift":{"ms":3},"factor":null}'
    raw = HEAD + b"X-Mock-Control-Version: 1\r\nContent-Length: %d\r\n\r\n" % len(content) + content
    with listening(answers_with(raw)) as url, connect(url) as control:
        clock = control.clock()

    assert clock.mode == "real"
    assert clock.raw["drift"] == {"ms": 3}


def test_a_kept_connection_that_the_server_closed_is_not_used_again() -> None:
    """A POST arrives, and only once."""
    content = b'{"mode":"real","now":"2026-01-15T09:00:00Z"}'
    answered = HEAD + b"X-Mock-Control-Version: 1\r\nContent-Length: %d\r\n\r\n" % len(content) + content
    closed = threading.Event()

    def answer(connection: socket.socket) -> None:
        answers_with(answered)(connection)
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with listening(answer, connections=2) as url, connect(url) as control:
        first = control.freeze()
        closed.wait(20)
        second = control.freeze()

    assert first == second


def test_connections_are_kept_and_shared_by_threads() -> None:
    """Eight threads, one session each: none reads another's answer."""

    def work(control: Control, number: int) -> tuple[int, int]:
        with control.create_session(f"w{number}", seed=number) as session:
            for _ in range(number):
                session.send(DESTINATION, f"from {number}", detailed=True)
            return session.session().seed or 0, len(session.exchanges())

    with MockGateway() as gateway, connect(gateway.url) as control, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: work(control, number), range(1, 25)))

    assert found == [(number, number) for number in range(1, 25)]


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for other machines."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with MockGateway() as gateway, connect(gateway.url) as control:
        assert control.clock().mode == "real"


def test_the_url_of_a_session_selects_it() -> None:
    """An explicit name takes precedence; a trailing slash is ignored."""
    assert connect("http://x:1/~orders/").url == "http://x:1/~orders"
    assert connect("http://x:1/~orders", session="other").url == "http://x:1/~other"
    assert connect("http://x:1/below/~orders").url == "http://x:1/below/~orders"


def test_the_token_goes_to_the_control_api_and_not_to_the_gateway() -> None:
    """A wrong one is refused with advice, and the error does not show it."""
    seen: list[ControlRequest] = []

    class RecordingCaller(HttpCaller):
        """Records the requests."""

        def call(self, request: ControlRequest) -> ControlAnswer:
            seen.append(request)
            return super().call(request)

    with MockGateway(access=Access(token="t0ken-of-mine")) as gateway:
        with closing(RecordingCaller(gateway.url)) as caller:
            control = Control(caller, token="t0ken-of-mine")
            control.send(DESTINATION, "Hi")
            control.clock()
        with connect(gateway.url, token="t0ken-of-others") as other, pytest.raises(ControlError) as caught:
            other.clock()
        with connect(gateway.url) as nobody, pytest.raises(ControlError, match="a token is needed: send"):
            nobody.clock()

    assert ["x-mock-control-token" in each.headers for each in seen] == [False, True]
    assert caught.value.status == 401
    assert "t0ken-of-others" not in str(caught.value)


@pytest.mark.parametrize("token", ["", " ", "käse", "a\nb"])
def test_a_token_that_no_header_can_carry_is_an_error_at_once(token: str) -> None:
    """The error does not show it."""
    with pytest.raises(ControlError, match="Bad token: a control token has visible ASCII characters"):
        connect("http://x", token=token)


def test_a_call_in_process_from_the_gateways_own_loop_is_an_error() -> None:
    """It would wait for itself."""
    with MockGateway(port=None) as gateway:
        control = gateway.control
        caller = control._caller
        assert isinstance(caller, LoopCaller)

        async def ask() -> None:
            control.clock()

        with pytest.raises(ControlError, match="cannot wait for itself"):
            asyncio.run_coroutine_threadsafe(ask(), caller._loop).result(20)


def test_in_process_a_gateway_that_was_stopped_is_unreachable() -> None:
    """The error says that it was stopped."""
    with MockGateway(port=None) as gateway:
        control = gateway.control

    with pytest.raises(ControlError, match="the gateway has stopped"):
        control.clock()


def test_a_slow_answer_in_process_times_out() -> None:
    """Exceptions and missing answers of an application are errors of the client too."""

    async def hangs(*_: object) -> None:
        await asyncio.Future()

    async def throws(*_: object) -> None:
        raise ConnectionResetError("reset by the gateway")

    async def silent(*_: object) -> None:
        pass

    with MockGateway(port=None) as gateway:
        running = gateway.control._caller
        assert isinstance(running, LoopCaller)
        for app, words in (
            (hangs, "took longer than 0.05 seconds"),
            (throws, "the exchange broke off: reset by the gateway"),
            (silent, "was not answered"),
        ):
            control = Control(LoopCaller(app, running._loop, url="http://localhost", timeout=0.05))

            with pytest.raises(ControlError, match=words) as caught:
                control.clock()

            assert (caught.value.status, caught.value.message) == (None, "No answer")


def test_a_bug_in_the_mock_is_reported_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With where to read more."""
    from mock_server.control.clock import ClockVerbs  # noqa: PLC0415

    def broken(_: object) -> None:
        raise ArithmeticError("no time today")

    monkeypatch.setattr(ClockVerbs, "show", broken)
    with MockGateway(port=None) as gateway, pytest.raises(ControlError) as caught:
        gateway.control.clock()

    assert (caught.value.status, caught.value.message) == (500, "A bug in the mock")
    assert "GET /_control/exchanges/" in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://anna:s3cr3t-word@127.0.0.1:8080", "http://anna:s3cr3t/word@host/", "x://a:s3cr3t@h"]
)
def test_a_password_in_a_url_is_in_no_error(url: str) -> None:
    """Such a URL is invalid, and the error does not show it."""
    with pytest.raises(ControlError) as refused:
        connect(url)

    assert "s3cr3t" not in str(refused.value)
    assert "***@" in str(refused.value)

"""Targets that never finish an answer: every exchange has a deadline and a size limit."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat

import httpx2
import pytest
from httpcore2 import ReadTimeout as Overdue

from contract_tests.contract.document import SERVICES_HEALTH
from contract_tests.gateway import preflight
from contract_tests.gateway.runner import Options, chosen_checks, run
from contract_tests.target import target as targets
from contract_tests.target.deadline import Deadline
from contract_tests.target.exchange import Request
from contract_tests.target.target import NoAnswerError, Target
from tests.kit.test_hostile_targets import assert_could_not_run, judge

LIMIT = 0.15
"""Seconds an answer may take in these tests."""

SLACK = 2.0
"""Additional seconds that a busy machine may need."""

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

DRIPPING: dict[str, tuple[bytes, bytes]] = {
    "a body, byte by byte": (_OK + b"Content-Length: 100000\r\n\r\n", b"1"),
    "headers, byte by byte": (_OK + b"X-Endless: ", b"x"),
    "interim answers for ever": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunks for ever": (_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
}


@contextmanager
def saying(said: Callable[[], Iterator[bytes]], pause: float = 0.0) -> Iterator[str]:
    """Serve raw bytes on every connection, with a pause between the pieces, until the client disconnects."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            for piece in said():
                connection.sendall(piece)
                if over.wait(pause) if pause else over.is_set():
                    return

    def take(bound: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(bound.accept()[0],), daemon=True).start()

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(16)
        thread = threading.Thread(target=take, args=(bound,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        over.set()
        bound.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(("first", "again"), DRIPPING.values(), ids=DRIPPING)
def test_a_target_that_drips(first: bytes, again: bytes) -> None:
    """Single bytes in time do not extend the deadline: one sentence and exit code 2, without delay."""
    started = time.monotonic()
    with saying(lambda: chain([first], repeat(again)), pause=0.02) as url:
        assert_could_not_run(judge("--timeout", str(LIMIT), "--url", url), "the answer was not complete within 0.15")

    assert time.monotonic() - started < LIMIT + SLACK


def test_a_target_that_is_just_in_time_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The preflight has a total limit, so that several slow answers do not add up."""
    monkeypatch.setattr(preflight, "PREFLIGHT_SECONDS", LIMIT)
    started = time.monotonic()
    body = _OK + b"Content-Length: 12\r\nConnection: close\r\n\r\n"
    with saying(lambda: iter([body, *[b" "] * 10, b"{}"]), pause=0.01) as url:
        result = judge("--timeout", "0.12", "--url", url)

    assert_could_not_run(result, "does not answer")
    assert time.monotonic() - started < LIMIT + SLACK


def test_the_deadline_is_of_the_exchange_and_of_all_together() -> None:
    """The steps of an exchange share its time, and the exchanges of a block share the limit of the block."""
    now = 0.0
    deadline = Deadline(lambda: now)

    with deadline.together(15):
        deadline.start(10)
        assert deadline.left(None, Overdue) == 10
        now = 9
        assert (deadline.left(5, Overdue), deadline.left(0.5, Overdue)) == (1, 0.5)
        deadline.start(10)
        assert deadline.seconds == deadline.left(10, Overdue) == 6
        now = 15
        with pytest.raises(Overdue):
            deadline.left(10, Overdue)
    deadline.start(10)
    assert deadline.left(10, Overdue) == 10


ENDLESS: dict[str, Callable[[], Iterator[bytes]]] = {
    "a body without end": lambda: chain([_OK + b"\r\n"], repeat(b"x" * 65536)),
    "a body of a gigabyte": lambda: chain([_OK + b"Content-Length: 1073741824\r\n\r\n"], repeat(b"x" * 65536)),
    "chunks without end": lambda: chain(
        [_OK + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    ),
}


@pytest.mark.parametrize("said", ENDLESS.values(), ids=ENDLESS)
def test_a_body_without_end(said: Callable[[], Iterator[bytes]]) -> None:
    """The body is read only up to a limit: one sentence and exit code 2."""
    with saying(said) as url:
        assert_could_not_run(judge("--timeout", "5", "--url", url), "its answer (200) is longer than 2 MiB")


def test_headers_without_end() -> None:
    """The client stops reading headers long before they exhaust the memory."""
    with saying(lambda: chain([_OK], repeat(b"X-More: " + b"x" * 1000 + b"\r\n"))) as url:
        assert_could_not_run(judge("--timeout", "5", "--url", url), "does not answer")


def test_a_body_that_would_unpack_to_much_more() -> None:
    """The suite neither requests compressed content nor decompresses it."""
    bomb = gzip.compress(b" " * (8 << 20))
    head = _OK + f"Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with saying(lambda: iter([head + bomb])) as url:
        with Target(url, timeout=5) as target:
            assert target.send(Request("POST", SERVICES_HEALTH)).body == bomb
            assert target._client.headers["accept-encoding"] == "identity"
        assert_could_not_run(judge("--timeout", "5", "--url", url), "is JSON: that is no gateway")


def test_a_body_without_end_after_the_first_look_is_broken(healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that passes the preflight and then sends too much breaks the contract: a finding and exit code 1."""
    right = targets._read

    def read(answer: httpx2.Response) -> bytes:
        found = right(answer)
        if answer.status_code == 404:
            raise NoAnswerError("its answer (404) is longer than 2 MiB")
        return found

    monkeypatch.setattr(targets, "_read", read)
    checks = [each for each in chosen_checks(frozenset({"BAD-5"})) if each.name.startswith("path: ")][:1]
    report = run(Options(healthy, control=healthy), checks=checks)

    assert report.exit_code == 1
    assert "BAD-5" in report.broken_ids


def test_a_public_health_check_that_asks_for_credentials_is_named() -> None:
    """If nothing can be tested, the sentence gives the answer to the public health check."""
    head = b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 5\r\n\r\nlogin"
    with saying(lambda: iter([head])) as url:
        assert_could_not_run(judge("--timeout", "5", "--url", url), "public health check answered 401")


def test_a_target_that_refuses_the_sessions_of_its_control_api_is_named(healthy: str) -> None:
    """If a proxy refuses both ways to select a session, the sentence gives the answer to each of them."""
    body = b'{"code":63}'
    head = f"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with saying(lambda: iter([head + body])) as url:
        result = judge("--timeout", "5", "--url", url, "--control", healthy)

    assert_could_not_run(result, "answered 401 by prefix and 401 by header")

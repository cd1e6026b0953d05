"""Transport faults over HTTPS: the same ends of the connection, beneath TLS."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mock_server.adapters.tls import certificate
from mock_server.api.server import HttpServer, bind
from mock_server.testing import MockGateway
from tests.faults.support import PATIENCE, WireAnswer, body_to
from tests.raw_client import raw_request


class TlsGateway(NamedTuple):
    """The address of a gateway, and the authority that its clients trust."""

    address: tuple[str, int]
    trusted: ssl.SSLContext


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsGateway]:
    """A gateway that serves HTTPS in a thread."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("tls")))
        made = certificate("self-signed", "127.0.0.1")
    assert isinstance(made.authority, Path)
    gateway, ready, bound = MockGateway(), threading.Event(), bind("127.0.0.1", 0)
    gateway.server.on_a_port = True
    server = HttpServer(gateway.app, ready.set, made)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    assert ready.wait(PATIENCE)
    yield TlsGateway(bound.getsockname(), ssl.create_default_context(cafile=str(made.authority)))
    server.should_exit = True
    thread.join()
    bound.close()


@pytest.fixture
def secured(served: TlsGateway) -> Iterator[ssl.SSLSocket]:
    """A connection after its handshake; an end that TLS does not announce raises an error."""
    opened = socket.create_connection(served.address, timeout=PATIENCE)
    with served.trusted.wrap_socket(opened, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as wrapped:
        yield wrapped


def ask(secured: ssl.SSLSocket, fault: str) -> None:
    """Send with a fault."""
    secured.sendall(raw_request("/api/Admin/send", body_to(), headers=[("X-Mock-Outcome", f"fault={fault}")]))


def until_the_end(line: socket.socket) -> bytes:
    """All bytes until the other side closes; over TLS, until TLS closes."""
    received = b""
    while piece := line.recv(65536):
        received += piece
    return received


@pytest.mark.parametrize("fault", ["reset", "reset-after", "down"])
def test_a_reset_is_an_rst_beneath_tls_as_well(secured: ssl.SSLSocket, fault: str) -> None:
    """No close_notify: the client's kernel reports the reset, whatever the library makes of it."""
    with socket.socket(fileno=os.dup(secured.fileno())) as beneath:
        beneath.settimeout(PATIENCE)
        ask(secured, fault)
        with pytest.raises(ConnectionResetError):
            until_the_end(beneath)  # The bytes of the TLS handshake come first.


def test_an_empty_answer_ends_with_close_notify(secured: ssl.SSLSocket) -> None:
    """Closed in order: no byte of HTTP, and no error of TLS."""
    ask(secured, "empty")

    assert until_the_end(secured) == b""


def test_a_truncated_body_ends_with_close_notify(secured: ssl.SSLSocket) -> None:
    """Only HTTP is truncated: a client that relies on the end of TLS accepts half a body."""
    ask(secured, "truncated-body")

    answer = WireAnswer(until_the_end(secured))
    assert len(answer.body) == int(answer.headers["content-length"]) // 2

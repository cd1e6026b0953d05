"""The clients in `examples/`: each sends through its driver and reports the right outcome."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.client.driver.child import ChildDriver
from contract_tests.client.driver.interface import Answer, Driver
from contract_tests.client.driver.one_shot import OneShotDriver
from contract_tests.client.driver.protocol import Intent, ReportedAccepted, ReportedFailed, ReportedRefused
from mock_server.testing import MockGateway
from tests.kit.client.calls import PATIENCE
from tests.structure.project_sources import ROOT

pytestmark = pytest.mark.long

EXAMPLES = ROOT / "examples"

COMMANDS = {
    "python_httpx2": shlex.join([sys.executable, str(EXAMPLES / "python_httpx2" / "driver.py")]),
    "python_requests": shlex.join([sys.executable, str(EXAMPLES / "python_requests" / "driver.py")]),
    "node_fetch": shlex.join(["node", str(EXAMPLES / "node_fetch" / "driver.mjs")]),
    "shell_curl": shlex.join(["bash", str(EXAMPLES / "shell_curl" / "driver.sh")]),
}

ID = "0b9c9a1e-1b1e-4c8e-9a53-0f6a1f3c2d11"
TAKEN = json.dumps({"message": "0: Accepted for delivery", "id": ID})

ANSWERS: dict[str, tuple[int, str, Answer | None]] = {
    "only an id": (200, json.dumps({"id": ID}), ReportedAccepted(ID)),
    "provider null, members unknown": (
        200,
        json.dumps({"new": [1], "provider": None, "id": ID}),
        ReportedAccepted(ID),
    ),
    "white space": (200, f" \r\n {TAKEN}\n\n", ReportedAccepted(ID)),
    "details": (500, '{"details": {"why": []}, "code": 61, "message": "", "more": 1}', ReportedRefused(61)),
    "63 on 401": (401, '{"code": 63, "message": "x", "details": null}', ReportedRefused(63)),
    "63 on 500": (500, '{"code": 63, "message": "x", "details": null}', None),
    "unknown code": (500, '{"code": 99, "message": "x", "details": null}', None),
    "code as a string": (500, '{"code": "61", "message": "x", "details": null}', None),
    "malformed": (400, '{"code": 400, "message": "Malformed request", "details": "x"}', None),
    "a proxy's page": (502, "<html>Bad Gateway</html>", None),
    "empty": (200, "", None),
    "no id": (200, '{"message": "0: Accepted for delivery"}', None),
    "an invalid id": (200, '{"id": 5}', None),
    "not an object": (200, f'["{ID}"]', None),
    "a code on a 200": (200, json.dumps({"id": ID, "code": 61}), None),
    "an id on a 202": (202, TAKEN, None),
    "an id on a 500": (500, json.dumps({"id": ID, "code": 61}), None),
    "a redirect": (307, TAKEN, None),
}
"""Answers of a gateway, and the right outcome; `None` for failed."""


def driver_of(example: str) -> Driver:
    """The example's driver."""
    return OneShotDriver(COMMANDS[example]) if example == "shell_curl" else ChildDriver(COMMANDS[example])


def sends(example: str, *intents: Intent) -> list[Answer]:
    """The answers to these intents; assert that standard error stays empty."""
    driver = driver_of(example)

    async def converse() -> list[Answer]:
        try:
            return [await driver.send(each, PATIENCE) for each in intents]
        finally:
            await driver.close()

    found = asyncio.run(converse())

    assert driver.take_printed().stderr == b""
    return found


def wanted(url: str, id_: int = 1, **message: Any) -> Intent:
    """An intent for a gateway at this URL."""
    said = {"destination": "+447700900123", "text": "Hello", **message}
    return Intent(id_, url, "admin", "admin-secret", said, timeout_s=PATIENCE)


def whole_request(connection: socket.socket) -> bytes:
    """Head and body of a request; empty if the client only connects."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < declared_length(data):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def declared_length(data: bytes) -> int:
    """The declared length of a request's body."""
    found = re.search(rb"^content-length: *(\d+)", data, re.IGNORECASE | re.MULTILINE)
    return int(found[1]) if found else 0


@contextmanager
def raw(*pieces: bytes, drip: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that answers each request with the pieces, then the drip forever; its URL and the requests."""
    heard: list[bytes] = []
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = whole_request(connection)
            if not request:
                return  # some clients open a connection in advance
            heard.append(request)
            for piece in pieces:
                connection.sendall(piece)
            while drip and not over.wait(0.02):
                connection.sendall(drip)

    def take(bound: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(bound.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=take, args=(bound,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}", heard
        over.set()
        bound.shutdown(socket.SHUT_RDWR)
    thread.join(PATIENCE)


def answering(status: int, body: str) -> bytes:
    """An answer on the wire, in one chunk and with a charset."""
    data = body.encode()
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/json; charset=utf-8\r\nLocation: /elsewhere\r\n"
    chunk = f"{len(data):x}\r\n".encode() + data + b"\r\n" if data else b""
    return head.encode() + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + b"0\r\n\r\n"


@pytest.fixture(scope="module")
def gateway() -> Iterator[MockGateway]:
    """A running gateway."""
    with MockGateway() as running:
        yield running


@pytest.mark.parametrize("example", COMMANDS)
def test_accepted_and_refused(example: str, gateway: MockGateway) -> None:
    """ANS-1, ERR-8, ERR-63b: the client reports the gateway's id and provider, and its code."""
    strange = 'né "quoted" \\n \n\t€ 😀 \u202e\u0000'
    accepted, refused, unknown, services = sends(
        example,
        wanted(gateway.url, 1, text=strange, detailed=True, lra=0, reference={"service": "ADMIN", "key": ""}),
        wanted(gateway.url, 2, destination="+447700900008"),
        replace(wanted(gateway.url + "/", 3), password="wörd \"\\' $HOME:1"),
        replace(wanted(gateway.url, 4), operation="services"),
    )

    assert isinstance(accepted, ReportedAccepted)
    assert accepted.provider == "PROVIDER1"
    assert refused == ReportedRefused(8)
    assert unknown == ReportedRefused(63)
    assert isinstance(services, ReportedAccepted)
    assert services.provider is None


@pytest.mark.parametrize("example", COMMANDS)
def test_the_message_arrives_as_requested(example: str) -> None:
    """Each member arrives unchanged, and the password is only in `Authorization`."""
    message: dict[str, Any] = {
        "destination": "+447700900123",
        "text": 'né "q" \\n \n€ 😀\u0000',
        "detailed": False,
        "lra": 0,
        "reference": {"service": "ADMIN", "key": ""},
    }
    with raw(answering(200, TAKEN)) as (url, heard):
        intent = replace(wanted(f"{url}/~c1", **message), username="müller", password="wörd \"\\' $HOME:1")
        assert sends(example, intent) == [ReportedAccepted(ID)]

    (request,) = heard
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    assert lines[0] == "POST /~c1/api/Admin/send HTTP/1.1"
    assert json.loads(body) == message
    assert headers["authorization"] == intent.login.header
    assert headers["content-type"] == headers["accept"] == "application/json"


@pytest.mark.parametrize("example", COMMANDS)
def test_answers_are_understood(example: str) -> None:
    """Accepted: a 200 with an id. Refused: a catalogued code with its status. Else failed. Each is sent once."""
    with ExitStack() as stack:
        servers = [stack.enter_context(raw(answering(status, body))) for status, body, _ in ANSWERS.values()]
        found = sends(example, *(wanted(url, number) for number, (url, _) in enumerate(servers)))

    understood = dict(zip(ANSWERS, found, strict=True))
    expected = {name: answer for name, (*_, answer) in ANSWERS.items()}
    assert {
        name: None if isinstance(answer, ReportedFailed) else answer for name, answer in understood.items()
    } == expected
    assert [len(heard) for _, heard in servers] == [1] * len(ANSWERS)


@pytest.mark.parametrize("example", COMMANDS)
def test_an_unreachable_gateway(example: str) -> None:
    """A refused connection is a failure, not a refusal."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"

    (answer,) = sends(example, wanted(url))

    assert isinstance(answer, ReportedFailed)


@pytest.mark.parametrize("example", COMMANDS)
@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Endless: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + TAKEN.encode(), b""),
    ],
    ids=["closed", "interim answers", "headers", "body", "cut off"],
)
def test_an_incomplete_answer(example: str, first: bytes, drip: bytes) -> None:
    """One time-out covers the whole exchange, and nothing is sent again."""
    with raw(first, drip=drip) as (url, heard):
        (answer,) = sends(example, replace(wanted(url), timeout_s=0.5))

        assert isinstance(answer, ReportedFailed)
        assert len(heard) == 1


def test_the_shell_client_reports_by_exit_code(gateway: MockGateway) -> None:
    """A script can use the client without its driver: 0 accepted, 1 refused, 2 failed."""
    for destination, code, said in (("+447700900124", 0, "accepted "), ("+447700900061", 1, "refused 61\n")):
        done = subprocess.run(  # noqa: S603
            [str(EXAMPLES / "shell_curl" / "sms_client.sh")],
            input=json.dumps({"destination": destination, "text": "Hello"}),
            env={**os.environ, "SMS_URL": gateway.url, "SMS_USERNAME": "admin", "SMS_PASSWORD": "admin-secret"},
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (code, "")
        assert done.stdout.startswith(said)


def test_every_example_client_is_tested_and_documented() -> None:
    """Examples that are not clients are run by `tests/recipes`."""
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    folders = [path for path in EXAMPLES.iterdir() if path.is_dir()]

    assert {path.name for path in folders if list(path.glob("driver.*"))} == set(COMMANDS)
    assert [path.name for path in folders if f"`{path.name}`" not in page] == []


def test_every_other_example_is_run_by_a_recipe() -> None:
    """Each is named in a test of `tests/recipes`."""
    recipes = "".join(path.read_text("utf-8") for path in (EXAMPLES.parent / "tests/recipes").glob("test_*.py"))
    others = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - set(COMMANDS)

    assert sorted(others - set(re.findall(r"examples/(\w+)[/\"]", recipes))) == []

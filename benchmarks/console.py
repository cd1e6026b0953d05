"""What open pages cost those who send, and how long a page takes with a hundred thousand messages."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import cpu_seconds, free_port, serving
from benchmarks.throughput import load, require_load_generator

MESSAGES = 100_000
PAGES = 10
ROUNDS = 5
SECONDS = 2
PER_SECOND = 50
PACED = 200
LOOKS = 9

_HERE = Path(__file__).parent
_SEND = "/api/Admin/send"
_HEADERS = {"Content-Type": "application/json", "Authorization": "Basic YWRtaW46YWRtaW4tc2VjcmV0"}
_CONSOLE = "/_console"
_AT_ONCE = 50
_OTHERS = ("/forcing", "/compose", "/scenarios", "/health", "/sessions")


class ConsoleRound(NamedTuple):
    """The same load without pages and with them."""

    per_second: float
    """Ratio of the sends that the server takes when it is given as many as it can."""
    per_cpu: float
    """The same by its CPU time: what other work on the machine disturbs least."""
    mean: float
    """Ratio of how long a send takes, at `PER_SECOND`."""
    median: float
    share: float
    """Of a core, that the pages take at `PER_SECOND`."""
    looks: float
    """Of all pages, per second at `PER_SECOND`."""


def run() -> None:
    """Print both tables."""
    require_load_generator()
    port = free_port()
    core = 0 if (os.cpu_count() or 1) > 1 else None
    serve = ["-m", "mock_server", "serve", "--quiet", "--port", str(port), "--scenario", str(_HERE / "open.yaml")]
    with serving(serve, port, core) as pid:
        _fill(port)
        _print_looks(port)
        _print_rounds(port, pid)


def _fill(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in range(20):
        _send(connection, f"+44{number}", "refused")
    with socket.create_connection(("127.0.0.1", port)) as filling, filling.makefile("rb") as answers:
        for begin in range(0, MESSAGES, _AT_ONCE):
            filling.sendall(b"".join(map(_filler, range(begin, begin + _AT_ONCE))))
            for _ in range(_AT_ONCE):
                assert answers.readline().startswith(b"HTTP/1.1 200"), "every send is accepted"
                lengths = [line for line in iter(answers.readline, b"\r\n") if line.startswith(b"content-length")]
                answers.read(int(lengths[0].partition(b":")[2]))
    assert _get(port, "/_control/messages/count")["count"] == MESSAGES


def _filler(number: int) -> bytes:
    body = b'{"destination":"+39340%07d","text":"Your code is %06d"}' % (number % 20_000, number)
    head = f"POST {_SEND} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    return (
        head.encode() + b"".join(f"{name}: {value}\r\n".encode() for name, value in _HEADERS.items()) + b"\r\n" + body
    )


def _print_looks(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    newest = _get(port, "/_control/messages?limit=1")["messages"][0]
    late = int(newest["exchange"]) - MESSAGES + 500
    looks = {
        "inbox": "",
        "inbox, a text that stands nowhere": "?q=zzz",
        "inbox, refused only": "?state=refused",
        "inbox, its last page": f"?before={late}",
        "a message": f"/messages/{newest['id']}",
        "time": "/time",
        "ledger": "/ledger",
    }
    print(f"| page, {MESSAGES:,} messages kept | whole (median of {LOOKS}) | live part |\n|---|---|---|")
    for name, path in looks.items():
        whole = _took(connection, _CONSOLE + path)
        part = _took(connection, f"{_CONSOLE}{path}{'&' if '?' in path else '?'}part=live")
        print(f"| {name} | {whole:.1f} ms | {part:.1f} ms |", flush=True)


def _print_rounds(port: int, pid: int) -> None:
    columns = ("sends/s", "sends by CPU time", "mean of a send", "median of a send", "a core's share", "looks/s")
    print(f"\n| {PAGES} pages open | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
    for view in ("", "?q=zzz", "/messages/", "/time", "/ledger", *_OTHERS):
        if view in _OTHERS and _status(http.client.HTTPConnection("127.0.0.1", port), _CONSOLE + view) != 200:
            continue
        rounds = [_round(port, pid, _CONSOLE + view) for _ in range(ROUNDS)]
        cells = [_told([round_[column] for round_ in rounds]) for column in range(len(columns) - 1)]
        looks = statistics.median(each.looks for each in rounds)
        print(f"| {view or 'inbox'} | {' | '.join(cells)} | {looks:.1f} |", flush=True)


def _told(ratios: list[float]) -> str:
    return f"{min(ratios):.2f} / {statistics.median(ratios):.2f} / {max(ratios):.2f}"


def _round(port: int, pid: int, path: str) -> ConsoleRound:
    if path.endswith("/messages/"):
        path += _get(port, "/_control/messages?limit=1")["messages"][0]["id"]
    alone = load(port, pid, SECONDS)
    with _open_pages(port, path):
        beside = load(port, pid, SECONDS)
    quick, spent_alone = _paced(port, pid)
    with _open_pages(port, path) as pages:
        began = time.perf_counter()
        slow, spent = _paced(port, pid)
        took = time.perf_counter() - began
    return ConsoleRound(
        beside.per_second / alone.per_second,
        alone.cpu_microseconds / beside.cpu_microseconds,
        statistics.fmean(slow) / statistics.fmean(quick),
        statistics.median(slow) / statistics.median(quick),
        (spent - spent_alone) / took,
        pages[0] / took,
    )


@contextmanager
def _open_pages(port: int, path: str) -> Iterator[list[int]]:
    """Pages in a process of their own; the list holds how often they looked when they are closed."""
    looks: list[int] = []
    command = [sys.executable, "-m", "benchmarks.pages", str(port), str(PAGES), path]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    time.sleep(1.0)
    yield looks
    looks.append(int(process.communicate("\n")[0]))


def _paced(port: int, pid: int) -> tuple[list[float], float]:
    """How long each of `PACED` sends took, at `PER_SECOND` a second; and the server's CPU time meanwhile."""
    spent = cpu_seconds(pid)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    begin = time.perf_counter()
    for number in range(PACED):
        time.sleep(max(0.0, begin + number / PER_SECOND - time.perf_counter()))
        before = time.perf_counter()
        _send(connection, f"+39340{number:07d}", f"Your code is {number:06d}")
        took.append(time.perf_counter() - before)
    return took, cpu_seconds(pid) - spent


def _took(connection: http.client.HTTPConnection, path: str) -> float:
    """Milliseconds, while one message has come since the last look, so that nothing can be shown again."""
    spent = []
    for number in range(LOOKS):
        _send(connection, f"+39340{number:07d}", "One more")
        before = time.perf_counter()
        assert _status(connection, path) == 200, path
        spent.append(time.perf_counter() - before)
    return statistics.median(spent) * 1000


def _send(connection: http.client.HTTPConnection, destination: str, text: str) -> None:
    connection.request("POST", _SEND, json.dumps({"destination": destination, "text": text}), _HEADERS)
    connection.getresponse().read()


def _status(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _get(port: int, path: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    found: dict[str, Any] = json.loads(connection.getresponse().read())
    return found

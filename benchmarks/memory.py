"""A million sends to a hundred thousand destinations, in process: does it slow down, and what does it keep?"""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from benchmarks.processes import resident
from mock_server.bootstrap import MockServer
from mock_server.scenario.loader import scenario_of

SENDS = 1_000_000
DESTINATIONS = 100_000
CHUNK = 10_000
BATCH = 100
PAIRS = 15
FULL = 200_000
"""After so many the journal and the kept messages are full: what grows from there on are open windows."""

_HEADERS = [
    (b"host", b"127.0.0.1"),
    (b"content-type", b"application/json"),
    (b"authorization", b"Basic YWRtaW46YWRtaW4tc2VjcmV0"),
]

Sent = tuple[dict[str, Any], Callable[[], Awaitable[dict[str, Any]]], Callable[[Any], Awaitable[None]]]


def run() -> None:
    """Print the speed of the first and the last sends, and the bytes that a counted send costs."""
    uvloop.run(_run())


async def _run() -> None:
    world = _world()
    for begin in range(0, SENDS, CHUNK):
        if begin == FULL:
            at_full = resident(os.getpid())
        await _send_chunk(world, begin)
    grown = resident(os.getpid()) - at_full
    print(f"memory from {FULL:,} to {SENDS:,} sends: {grown / (SENDS - FULL):.0f} bytes a counted send")
    ratios = []
    for pair in range(PAIRS):
        fresh = await _send_chunk(_world(), 0)
        ratios.append(await _send_chunk(world, SENDS + pair * CHUNK) / fresh)
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(f"speed of {CHUNK:,} sends after {SENDS:,}, against {CHUNK:,} to a fresh gateway, in turn:", end=" ")
    print(f"{low:.2f} / {middle:.2f} / {high:.2f} (min / median / max)")


def _world() -> MockServer:
    world = MockServer(scenario_of({"version": 1}, "benchmark"))
    gc.collect()
    gc.freeze()
    return world


async def _send_chunk(world: MockServer, begin: int) -> float:
    """Sends per second of CPU time; the requests are made in small batches outside of it."""
    spent = 0.0
    for batch in range(begin, begin + CHUNK, BATCH):
        requests = [_request(number) for number in range(batch, batch + BATCH)]
        before = time.process_time()
        for request in requests:
            await world.app(*request)
        spent += time.process_time() - before
    return CHUNK / spent


def _request(number: int) -> Sent:
    destination, text = number % DESTINATIONS, number
    return request_of(b'{"destination":"+39340%07d","text":"Your code is %07d"}' % (destination, text))


def request_of(body: bytes) -> Sent:
    """An ASGI request to send, with nobody at the other end."""
    scope = {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": "POST", "root_path": "",
        "path": "/api/Admin/send", "raw_path": b"/api/Admin/send", "query_string": b"", "headers": list(_HEADERS),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: Any) -> None:
        return

    return scope, receive, send

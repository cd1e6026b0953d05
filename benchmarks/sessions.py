"""Making sessions: how long one takes, in process and over HTTP, and what ten thousand of them hold."""

from __future__ import annotations

import gc
import http.client
import json
import os
import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.processes import free_port, resident, serving
from mock_server.bootstrap import MockServer
from mock_server.control import SessionsApi
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve

MANY = 10_000
MADE = 2_000
OVER_HTTP = 500

FROZEN = {"mode": "frozen", "at": "2026-01-15T09:00:00Z"}
ASKED: Mapping[str, Mapping[str, object]] = {
    "nothing asked for": {},
    "seed and frozen clock": {"seed": 7, "clock": FROZEN},
    "a shipped scenario, seed and clock": {"scenario": "flooded", "seed": 7, "clock": FROZEN},
    "the default one with overrides": {"overrides": {"watchlist": ["+44*"]}},
    "a small scenario inline": {"scenario": {"version": 1, "watchlist": ["+44*"]}},
}


def run() -> None:
    """Print what one session takes in each of the usual ways, and the memory of ten thousand."""
    print("| asked for | in process | over HTTP |\n|---|---|---|")
    port = free_port()
    with serving(["-m", "mock_server", "serve", "--quiet", "--port", str(port)], port):
        for name, asked in ASKED.items():
            print(f"| {name} | {_in_process(asked):.0f} us | {_over_http(port, asked):.0f} us |", flush=True)
    _memory()


def _in_process(asked: Mapping[str, object]) -> float:
    worlds = _worlds()
    return _median(lambda: worlds.create(asked), MADE)


def _over_http(port: int, asked: Mapping[str, object]) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = json.dumps(asked)

    def create() -> None:
        connection.request("POST", "/_control/sessions", body)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()

    return _median(create, OVER_HTTP)


def _memory() -> None:
    worlds = _worlds()
    worlds.create(ASKED["seed and frozen clock"])
    gc.collect()
    before = resident(os.getpid())
    began = time.perf_counter()
    for number in range(MANY):
        worlds.create({"seed": number, "clock": FROZEN})
    took = time.perf_counter() - began
    gc.collect()
    grown = resident(os.getpid()) - before
    print(f"\n{MANY:,} sessions: {grown / 2**20:.0f} MiB, {grown / MANY / 1024:.1f} KiB each", end="")
    print(f", all made in {took:.1f} s")


def _worlds() -> SessionsApi:
    world = MockServer(load_scenario(resolve("default")))
    return world.sessions_api


def _median(make: Callable[[], object], count: int) -> float:
    spent = []
    for _ in range(count):
        before = time.perf_counter()
        make()
        spent.append(time.perf_counter() - before)
    return statistics.median(spent) * 1e6

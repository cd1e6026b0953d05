"""What stubs cost those who send: two servers in turn, one with a thousand sessions of two hundred stubs each."""

from __future__ import annotations

import gc
import http.client
import json
import os
import shutil
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.memory import request_of
from benchmarks.processes import free_port, serving
from benchmarks.throughput import load
from mock_server.bootstrap import MockServer
from mock_server.control import SessionsApi
from mock_server.journal.raw_budget import RawBudget
from mock_server.scenario.loader import scenario_of

SESSIONS = 1_000
EXACT, PREFIXES, PATTERNS = 170, 24, 6
"""Stubs of each session, 200 in all: most are for one number, as tests write them; a handful look into each send."""
CHUNK = 2_000
PAIRS = 15
ROUNDS = 7
MEASURED = "measured"
"""The session that is sent to, on both servers by the same path."""

_HERE = Path(__file__).parent
_NO_LIMIT = {"volume": {"limit": 100_000_000, "window": "1h"}}
_OUTCOMES: tuple[Mapping[str, object], ...] = (
    {"refuse": 61},
    {"deliver": "UNDELIVERED"},
    {"fault": "reset-after"},
    {"drop": True},
    {"delay": "3s"},
)


def run() -> None:
    """Print the ratio in process and over HTTP."""
    total = EXACT + PREFIXES + PATTERNS
    print(f"{SESSIONS:,} sessions with {total} stubs each ({EXACT} for a number, {PREFIXES} for a prefix, ", end="")
    print(f"{PATTERNS} by regular expression or text), against one session with none; sends/s of one session\n")
    _print("in process, CPU time", uvloop.run(_in_process()))
    if shutil.which("wrk") is None:
        print("over HTTP: needs wrk")
    else:
        _print("over HTTP", _over_http())


def stubs(session: int) -> Iterator[dict[str, Any]]:
    """The stubs of a session, for numbers of its own; no benchmark sends what one of them wants."""
    whens: list[dict[str, Any]] = [{"destination": f"+4477{session:04d}{number:04d}"} for number in range(EXACT)]
    # Of six lengths: a table of prefixes is asked once for each length that stands in it.
    whens += [{"destination": f"+44{session:04d}{10 ** (number % 6) + number}*"} for number in range(PREFIXES)]
    whens += [
        {"destination": {"regex": f"^[+]44.*{session:04d}$"}},
        {"destination": {"regex": "^[+]4[0-8]"}},
        {"text": {"contains": f"order {session}"}},
        {"text": {"contains": "refund"}},
        {"text": {"regex": "(?i)invoice [0-9]+"}},
        {"text": {"regex": f"^Session {session}:"}, "account": "admin"},
    ]
    for number, when in enumerate(whens):
        yield {"when": when, "then": _OUTCOMES[number % len(_OUTCOMES)]}


async def _in_process() -> list[float]:
    stubbed, plain = _world(), _world()
    verbs = SessionsApi(stubbed.sessions, RawBudget(0))
    began = time.perf_counter()
    for number in range(SESSIONS):
        if number:
            verbs.create({"name": f"other-{number}"})
        session = stubbed.sessions.get(f"other-{number}" if number else MEASURED)
        assert session is not None
        control = verbs.control(session)
        for stub in stubs(number):
            control.stubs.add(stub)
        # The index is made when somebody sends: each session has its own when the measuring begins.
        await _send_chunk(stubbed, 0, 1, session.name)
    print(f"(all stubs made in {time.perf_counter() - began:.1f} s)")
    gc.collect()
    gc.freeze()
    ratios = []
    for pair in range(PAIRS + 1):
        with_stubs = await _send_chunk(stubbed, pair * CHUNK)
        ratios.append(with_stubs / await _send_chunk(plain, pair * CHUNK))
    # The first pair warms up.
    return ratios[1:]


def _world() -> MockServer:
    world = MockServer(scenario_of({"version": 1, "anti_flooding": _NO_LIMIT}, "benchmark"))
    world.sessions_api.create({"name": MEASURED})
    return world


async def _send_chunk(world: MockServer, begin: int, count: int = CHUNK, session: str = MEASURED) -> float:
    """Sends per second of CPU time."""
    requests = [
        request_of(b'{"destination":"+39340%07d","text":"Your code is %07d"}' % (number, number))
        for number in range(begin, begin + count)
    ]
    for scope, _, _ in requests:
        scope["path"] = f"/~{session}{scope['path']}"
        scope["raw_path"] = scope["path"].encode()
    before = time.process_time()
    for request in requests:
        await world.app(*request)
    return count / (time.process_time() - before)


def _over_http() -> list[float]:
    core = 0 if (os.cpu_count() or 1) > 1 else None
    stubbed_port, plain_port = free_port(), free_port()
    serve = ["-m", "mock_server", "serve", "--quiet", "--scenario", str(_HERE / "open.yaml"), "--port"]
    with (
        serving([*serve, str(stubbed_port)], stubbed_port, core) as stubbed,
        serving([*serve, str(plain_port)], plain_port, core) as plain,
    ):
        _create(plain_port, MEASURED, [])
        for number in range(SESSIONS):
            _create(stubbed_port, f"other-{number}" if number else MEASURED, list(stubs(number)))
        path = f"/~{MEASURED}"
        rounds = [
            (load(stubbed_port, stubbed, path=path), load(plain_port, plain, path=path)) for _ in range(ROUNDS + 1)
        ]
    return [with_stubs.per_second / without.per_second for with_stubs, without in rounds[1:]]


def _create(port: int, name: str, forced: list[dict[str, Any]]) -> None:
    """A session of the server, its stubs in the scenario."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    asked = {"name": name, "overrides": {"stubs": forced}}
    connection.request("POST", "/_control/sessions", json.dumps(asked))
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    connection.close()


def _print(how: str, ratios: list[float]) -> None:
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    print(f"{how}: {low:.2f} / {middle:.2f} / {high:.2f} (min / median / max of {len(ratios)} pairs)", flush=True)

"""Advancing a day over many messages with webhooks to a receiver on this machine."""

from __future__ import annotations

import gc
import json
import os
import time
from typing import Any

import uvloop

from benchmarks.memory import request_of
from benchmarks.processes import free_port, serving
from mock_server.bootstrap import MockServer
from mock_server.domain.instants import HOUR, Instant
from mock_server.gateway import scheduler
from mock_server.scenario.loader import scenario_of

MESSAGES = 100_000
"""Two status changes each, so twice as many notifications."""
_PLENTY = 100_000_000


def run() -> None:
    """Print deliveries a second, of wall and of CPU time."""
    messages = int(os.environ.get("BENCH_MESSAGES", MESSAGES))
    port = free_port()
    with serving(["-m", "benchmarks.bare", str(port)], port, core=0):
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
        uvloop.run(_run(messages, port))


async def _run(messages: int, port: int) -> None:
    scenario: dict[str, Any] = {
        "version": 1,
        "clock": {"mode": "frozen", "at": "2026-01-15T09:00:00Z"},
        "anti_flooding": {"volume": {"limit": _PLENTY, "window": "1h"}},
        "webhooks": {"https_only": False},
    }
    world = MockServer(scenario_of(scenario, "benchmark"))
    for number in range(messages):
        content = {
            "destination": f"+39340{number:07d}",
            "text": "Hello",
            "webhook": {"url": f"http://127.0.0.1:{port}/receipts"},
        }
        await world.app(*request_of(json.dumps(content).encode()))
    gc.collect()
    gc.freeze()
    session = world.default
    began, cpu = time.perf_counter(), time.process_time()
    progress = await scheduler.advance(session, Instant(session.now() + 24 * HOUR), 3600.0)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    made = session.state.journal.attempts.opened
    assert progress.complete, "the advance ran into its wall limit"
    assert made == 2 * messages, made
    print(f"{made:,} notifications of {messages:,} messages in one advance of 24 h: {made / wall:,.0f}/s", end="")
    print(f" ({cpu / made * 1e6:.0f} us of CPU each), the receiver on a core of its own")


if __name__ == "__main__":
    run()

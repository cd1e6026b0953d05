"""What a thousand open waits cost those who send: two sessions in turn, one with waits that nothing matches."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time

import uvloop

from benchmarks.memory import request_of
from mock_server.bootstrap import MockServer
from mock_server.control import SessionsApi
from mock_server.journal.raw_budget import RawBudget
from mock_server.scenario.loader import scenario_of

WAITS = 1_000
CHUNK = 2_000
PAIRS = 15
_PLENTY = 100_000_000

KINDS = {
    "for a number each": "destination",
    "for a key each": "reference.key",
    "for a part of a text each, which have to be asked one by one": "text~",
}
"""What the waits wait for; each kind of wait is open in three: exchanges, messages and statuses."""


def run() -> None:
    """Print the ratio for each kind of wait."""
    for words, member in KINDS.items():
        ratios = uvloop.run(_ratios(member))
        low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
        print(f"sends/s with {WAITS:,} open waits {words}, against none: ", end="")
        print(f"{low:.2f} / {middle:.2f} / {high:.2f} (min / median / max of {PAIRS} pairs)")


async def _ratios(member: str) -> list[float]:
    waited_on, quiet = _world(), _world()
    verbs = SessionsApi(waited_on.sessions, RawBudget(0)).control(waited_on.default).waits
    kinds = (verbs.messages, verbs.messages, verbs.statuses)
    queries = [{member: f"nobody sends {number}", "timeout": "3600"} for number in range(WAITS)]
    waits = [
        asyncio.create_task(kinds[number % 3](query | ({"status": "READ"} if number % 3 == 2 else {})))
        for number, query in enumerate(queries)
    ]
    await asyncio.sleep(0.1)
    gc.collect()
    gc.freeze()
    ratios = []
    for pair in range(PAIRS + 1):
        with_waits = await _send_chunk(waited_on, pair * CHUNK)
        ratios.append(with_waits / await _send_chunk(quiet, pair * CHUNK))
    assert not any(each.done() for each in waits), "a wait ended that nothing matches"
    for each in waits:
        each.cancel()
    # The first pair warms up.
    return ratios[1:]


def _world() -> MockServer:
    volume = {"limit": _PLENTY, "window": "1h"}
    return MockServer(scenario_of({"version": 1, "anti_flooding": {"volume": volume}}, "benchmark"))


async def _send_chunk(world: MockServer, begin: int) -> float:
    """Sends per second of CPU time."""
    requests = [
        request_of(b'{"destination":"+39340%07d","text":"Your code is %07d"}' % (number, number))
        for number in range(begin, begin + CHUNK)
    ]
    before = time.process_time()
    for request in requests:
        await world.app(*request)
    return CHUNK / (time.process_time() - before)

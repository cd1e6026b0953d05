"""Many visitors at once, on threads: what went wrong for whom, and how long it took."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from time import perf_counter
from typing import NamedTuple

from mock_server.client import Caller, Control, HttpCaller
from mock_server.client.calling import ControlAnswer, ControlRequest
from tests.soak.visitor import Visit, visit
from tests.support import MORNING

VISITORS, THREADS = 200, 8
PATIENCE = 30.0
"""Seconds that an answer may take on a machine that does other things too."""

_SEEDS = 5
"""Visitors of the same seed have the same limit, and must get the same ids."""
_SMALLEST_LIMIT = 3


class CrowdVerdict(NamedTuple):
    """What a crowd came to."""

    complaints: list[str]
    """Each begins with the name of the visitor."""
    sends: int
    seconds: float


class _ByHeader:
    """Asks for a session by a header, where a path cannot be set."""

    def __init__(self, caller: Caller, session: str) -> None:
        self._caller = caller
        self._session = session

    @property
    def url(self) -> str:
        """The base URL."""
        return self._caller.url

    def call(self, asked: ControlRequest) -> ControlAnswer:
        """Ask once."""
        return self._caller.call(asked._replace(headers={**asked.headers, "X-Mock-Session": self._session}))

    def close(self) -> None:
        """Let go of what is open."""
        self._caller.close()


def crowd(url: str, *, visitors: int = VISITORS, threads: int = THREADS, patience: float = PATIENCE) -> CrowdVerdict:
    """Let so many visitors in, `threads` at a time: these keep step with each other."""
    assert visitors % threads == 0, "the last ones would wait for some who never come"
    began = perf_counter()
    barrier = Barrier(threads, timeout=patience)

    def one(number: int) -> tuple[str, list[str] | str]:
        return _one(caller, number, patience, barrier)

    complaints: list[str] = []
    ids: dict[int, dict[str, list[str]]] = {seed: {} for seed in range(_SEEDS)}
    with HttpCaller(url, timeout=patience) as caller, ThreadPoolExecutor(threads) as pool:
        for number, (name, found) in enumerate(pool.map(one, range(visitors))):
            if isinstance(found, str):
                complaints.append(f"{name}: {found}")
            else:
                ids[number % _SEEDS][name] = found
        complaints += [f"{each.id}: is still there" for each in Control(caller).sessions() if each.id != "default"]
    complaints += _compared(ids)
    sends = sum(len(found) for each in ids.values() for found in each.values())
    return CrowdVerdict(complaints, sends, perf_counter() - began)


def _one(caller: Caller, number: int, patience: float, barrier: Barrier) -> tuple[str, list[str] | str]:
    """One visitor's name, and the ids of its messages or what it has to complain about."""

    def meet() -> None:
        # Once somebody had to complain there is no step to keep any more.
        with suppress(BrokenBarrierError):
            barrier.wait()

    name, seed = f"soak-{number}", number % _SEEDS
    limit = _SMALLEST_LIMIT + seed
    try:
        with Control(caller).create_session(
            name,
            seed=seed,
            clock={"mode": "frozen", "at": MORNING},
            overrides={"anti_flooding": {"volume": {"limit": limit}}},
        ) as by_path:
            # Every third cannot set a path, and names its session in a header.
            control = Control(_ByHeader(caller, name)) if number % 3 == 0 else by_path
            return name, visit(Visit(control, caller.url, name, limit, patience, meet))
    except Exception as error:
        barrier.abort()
        # Whatever went wrong went wrong for a visitor who did nothing wrong; the last line of ours says where.
        where = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith("visitor.py")
        ]
        place = f" at `{where[-1].line}`" if where else ""
        return name, f"{type(error).__name__}{place}: {str(error)[:300]}"


def _compared(ids: dict[int, dict[str, list[str]]]) -> list[str]:
    """The same seed and the same sends: the same ids; another seed: none of them."""
    found = []
    for visits in ids.values():
        usual = next(iter(visits.values()), [])
        found += [f"{name}: got other ids than its like" for name, own in visits.items() if own != usual]
    every = [message for visits in ids.values() for message in next(iter(visits.values()), [])]
    if len(set(every)) != len(every):
        found.append("all: visitors of different seeds got the same ids")
    return found

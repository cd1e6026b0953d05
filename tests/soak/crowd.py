"""Many visitors in parallel threads: their complaints, and the duration."""

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
"""Time-out of an answer in seconds, generous for a busy machine."""

_SEEDS = 5
"""Number of seeds; visitors with the same seed have the same limit, and must get the same ids."""
_SMALLEST_LIMIT = 3


class CrowdVerdict(NamedTuple):
    """The result of a crowd."""

    complaints: list[str]
    """Each begins with the name of the visitor."""
    sends: int
    seconds: float


class _ByHeader:
    """A caller that names its session in a header instead of the path."""

    def __init__(self, caller: Caller, session: str) -> None:
        self._caller = caller
        self._session = session

    @property
    def url(self) -> str:
        """The base URL."""
        return self._caller.url

    def call(self, asked: ControlRequest) -> ControlAnswer:
        """Make one call."""
        return self._caller.call(asked._replace(headers={**asked.headers, "X-Mock-Session": self._session}))

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()


def crowd(url: str, *, visitors: int = VISITORS, threads: int = THREADS, patience: float = PATIENCE) -> CrowdVerdict:
    """Run the visitors, `threads` at a time and in step."""
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
    """A visitor's name, and the ids of its messages or its complaint."""

    def meet() -> None:
        # After a complaint the visitors are no longer in step.
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
            # Every third visitor names its session in a header instead of the path.
            control = Control(_ByHeader(caller, name)) if number % 3 == 0 else by_path
            return name, visit(Visit(control, caller.url, name, limit, patience, meet))
    except Exception as error:
        barrier.abort()
        # The last line of the visitor's code says where it failed.
        where = [
            frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith("visitor.py")
        ]
        place = f" at `{where[-1].line}`" if where else ""
        return name, f"{type(error).__name__}{place}: {str(error)[:300]}"


def _compared(ids: dict[int, dict[str, list[str]]]) -> list[str]:
    """Complaints about ids: equal for the same seed, and all different for other seeds."""
    found = []
    for visits in ids.values():
        usual = next(iter(visits.values()), [])
        found += [f"{name}: got other ids than its like" for name, own in visits.items() if own != usual]
    every = [message for visits in ids.values() for message in next(iter(visits.values()), [])]
    if len(set(every)) != len(every):
        found.append("all: visitors of different seeds got the same ids")
    return found

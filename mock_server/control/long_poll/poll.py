"""One long poll: what it has found, and what ends it. It waits for events and never polls.

What is waited for comes from a `Source`: it offers what is there, and from then on each arrival once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

from mock_server.control.requests import MOST_LISTED, ControlRequestError
from mock_server.control.search.filters import as_meant
from mock_server.domain.instants import HOUR, SECOND, Duration, Instant
from mock_server.scenario.notation import parse_delay
from mock_server.scenario.problems import shown
from mock_server.session.session import Session

SETTINGS = ("timeout", "count", "clock")
"""Parameters of every wait, in addition to its filters."""

_DEFAULT_TIMEOUT: Duration = 10 * SECOND
_LONGEST: Duration = HOUR
_MOST_COUNTED = 100_000


class WaitSettings(NamedTuple):
    """How long to wait, by which clock, and for how many."""

    timeout: Duration
    virtual: bool
    least: int


def settings_of(query: Mapping[str, str]) -> WaitSettings:
    """Read `timeout` (`10`, `2.5`, `10s`), `clock` (`wall` or `virtual`) and `count`."""
    clock = query.get("clock", "wall")
    if clock not in {"wall", "virtual"}:
        raise ControlRequestError(400, "Bad request", f"clock: {shown(clock)} is neither 'wall' nor 'virtual'")
    count = query.get("count", "1")
    if not (count.isascii() and count.isdigit() and len(count) <= 6 and 1 <= int(count) <= _MOST_COUNTED):
        raise ControlRequestError(
            400, "Bad request", f"count: {shown(count)} is not a number from 1 to {_MOST_COUNTED}"
        )
    return WaitSettings(_timeout(query.get("timeout")), clock == "virtual", int(count))


def _timeout(text: str | None) -> Duration:
    if text is None:
        return _DEFAULT_TIMEOUT
    whole, point, decimals = text.partition(".")
    plain = whole.isascii() and whole.isdigit() and ((decimals.isascii() and decimals.isdigit()) or not point)
    try:
        timeout = round(float(text) * SECOND) if plain and len(text) <= 20 else parse_delay(text)
    except ValueError:
        timeout = _LONGEST + 1
    if timeout > _LONGEST:
        said = f"timeout: {shown(text)} is not a number of seconds from 0 to 3600, such as '10', '2.5' or '10s'"
        raise ControlRequestError(400, "Bad request", said)
    return timeout


class Turn(Enum):
    """Why a wait takes its next turn."""

    ENOUGH = auto()
    BEGAN_ANEW = auto()
    TIMED_OUT = auto()
    SESSION_ENDED = auto()


class Poll:
    """What a wait has found, and its next turn."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.found: dict[str, Mapping[str, Any]] = {}
        """The views of the found items, oldest first."""
        self._turn: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        """Forget what was found, since it was deleted."""
        self.found.clear()
        self._turn = asyncio.get_running_loop().create_future()

    def take(self, item_id: str, view: Mapping[str, Any]) -> None:
        """Add an item; no effect if it is known."""
        self.found[item_id] = view
        if len(self.found) >= self._count:
            self.take_turn(Turn.ENOUGH)

    def take_turn(self, turn: Turn) -> None:
        """End the present turn; the first reason counts."""
        if not self._turn.done():
            self._turn.set_result(turn)

    async def turn(self) -> Turn:
        """The next turn."""
        return await self._turn


class Miss(NamedTuple):
    """The newest item that does not match, and why."""

    item_id: str
    member: str
    wanted: str
    found: str


class Source(Protocol):
    """A source of items to wait for."""

    name: str
    """The member of the answer for the found items."""

    def watching(self, poll: Poll) -> AbstractContextManager[None]:
        """Offer each new item to a poll."""
        ...

    async def collect(self, poll: Poll, *, anew: bool) -> None:
        """Offer what exists; `anew` after a reset or restore."""
        ...

    async def nearest(self, poll: Poll) -> tuple[int, Miss | None]:
        """How many items exist, and the newest that does not match."""
        ...


async def wait(session: Session, query: Mapping[str, str], settings: WaitSettings, source: Source) -> dict[str, Any]:
    """Wait until a source has enough items; return them, newest first.

    Raises:
        ControlError: 408 when the time is over, 410 when the session is.
    """
    loop = asyncio.get_running_loop()
    began, began_in_session = loop.time(), session.now()
    poll = Poll(settings.least)
    turn = Turn.BEGAN_ANEW
    anew = False
    with source.watching(poll):
        while turn is Turn.BEGAN_ANEW:
            poll.begin()
            left = max(0.0, began + settings.timeout / SECOND - loop.time())
            with _timer(session, settings, left, poll):
                await source.collect(poll, anew=anew)
                turn = await poll.turn()
            anew = True
        waited_ms = _waited(session, settings, began, began_in_session)
        if turn is Turn.TIMED_OUT:
            raise await _timed_out(query, settings, source, poll, waited_ms)
    if turn is Turn.SESSION_ENDED:
        raise ControlRequestError(
            410, "Session ended", f"session {session.name!r} was deleted, or has expired, or the server stops"
        )
    newest = list(poll.found.values())[: -MOST_LISTED - 1 : -1]
    return {source.name: newest, "waited_ms": waited_ms}


def _waited(session: Session, settings: WaitSettings, began: float, began_in_session: Instant) -> float:
    """Milliseconds on the clock of the wait."""
    if settings.virtual:
        return max(0, session.now() - began_in_session) * 1000 / SECOND
    return round((asyncio.get_running_loop().time() - began) * 1000, 1)


@contextmanager
def _timer(session: Session, settings: WaitSettings, left: float, poll: Poll) -> Iterator[None]:
    """Limit a wait in time. On the session's clock the limit starts again after a reset."""
    if settings.virtual:
        deadline = Instant(session.now() + settings.timeout)
        sleep = session.presence.timers.at(
            deadline, lambda reached: poll.take_turn(Turn.TIMED_OUT) if reached else None
        )
        try:
            yield
        finally:
            session.presence.timers.cancel(sleep)
    else:
        timer = asyncio.get_running_loop().call_later(left, poll.take_turn, Turn.TIMED_OUT)
        try:
            yield
        finally:
            timer.cancel()


async def _timed_out(
    query: Mapping[str, str], settings: WaitSettings, source: Source, poll: Poll, waited_ms: float
) -> ControlRequestError:
    """What was waited for, what existed, and the nearest miss."""
    items, miss = await source.nearest(poll)
    filters = {name: as_meant(name, text) for name, text in query.items() if name not in SETTINGS}
    details = {
        "waited_for": {"count": settings.least, source.name: filters},
        "matched": len(poll.found),
        "items": items,
        "waited_ms": waited_ms,
        "nearest": None
        if miss is None
        else {"id": miss.item_id, "differs": miss.member, "wanted": miss.wanted, "found": miss.found},
    }
    return ControlRequestError(408, "Timed out", details)

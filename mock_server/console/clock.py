"""The session's clock: to stop, to run and to move it, what came to pass when it was moved, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from mock_server.console.page_request import PageRequest, Table
from mock_server.control import ControlRequestError

_PATH = "/time"

_MOVES: Mapping[str, Mapping[str, object]] = {
    "minute": {"duration": "1m"},
    "hour": {"duration": "1h"},
    "day": {"duration": "24h"},
    "idle": {"until": "idle"},
}
_RUNS: Mapping[str, Mapping[str, object]] = {"run": {}, "fast": {"factor": 60}}

_PATIENCE = 5.0
"""Seconds of wall time that a page waits for receivers that do not answer."""
_LOGGED = 100
_FORESEEN = 10


async def _time(visit: PageRequest) -> Response:
    # A clock that is a second late is wrong.
    visit.shareable = False
    clock = visit.control.clock
    since, until = visit.asked("from") or None, visit.asked("to") or None
    now, rate = clock.exact
    left = visit.asked("left")
    return visit.page(
        "time",
        clock=clock.show(),
        now=now,
        rate=rate,
        typed=visit.asked("typed"),
        wrong=_wrong(visit),
        busy=bool(visit.asked("busy")),
        left=left if left.isascii() and left.isdigit() else "",
        log=await clock.happened(since, until, limit=_LOGGED),
        due=await clock.due(limit=_FORESEEN),
    )


async def _steer(visit: PageRequest) -> Response:
    clock, asked = visit.control.clock, visit.field("do")
    if asked == "freeze":
        await clock.freeze({})
    elif asked in _RUNS:
        await clock.resume(_RUNS[asked])
    else:
        return await _move(visit, asked)
    return visit.redirect(_PATH)


async def _move(visit: PageRequest, asked: str) -> Response:
    """Move the clock, and go on to what came to pass; what cannot be done is judged again by the page that says so.

    The log is named by its marks: a reload shows it once more, and moves nothing.
    """
    clock, typed = visit.control.clock, visit.field("typed")
    request = _request(asked, typed)
    try:
        clock.arrival(request)
    except ControlRequestError:
        return visit.redirect(_PATH, move=asked, typed="" if asked in _MOVES else typed[:40])
    since = clock.mark()
    try:
        done = await clock.advance({**request, "wall_limit": _PATIENCE, "limit": 0})
    except ControlRequestError as error:
        if error.status != 409:
            raise
        return visit.redirect(_PATH, busy="yes")
    return visit.redirect(
        _PATH, **{"from": since}, to=clock.mark(), left="" if done["complete"] else str(done["pending"])
    )


def _request(asked: str, typed: str) -> Mapping[str, object]:
    return _MOVES.get(asked, {"duration": typed})


def _wrong(visit: PageRequest) -> object:
    """Why the clock cannot be moved as it was asked for, in a sentence; `None` where it can, or where nothing was."""
    asked = visit.asked("move")
    if not asked:
        return None
    try:
        visit.control.clock.arrival(_request(asked, visit.asked("typed")))
    except ControlRequestError as error:
        return error.details
    return None


CLOCK: Table = ((_PATH, {"GET": _time, "POST": _steer}),)

"""The view of the clock: freeze, resume and advance it, past events, and what comes next."""

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
"""Seconds of wall time that a page waits for receivers."""
_LOGGED = 100
_FORESEEN = 10


async def _time(page: PageRequest) -> Response:
    # A shown clock must not be late.
    page.shareable = False
    clock = page.control.clock
    since, until = page.asked("from") or None, page.asked("to") or None
    now, rate = clock.exact
    left = page.asked("left")
    return page.render(
        "time",
        clock=clock.show(),
        now=now,
        rate=rate,
        typed=page.asked("typed"),
        wrong=_wrong(page),
        busy=bool(page.asked("busy")),
        left=left if left.isascii() and left.isdigit() else "",
        log=await clock.happened(since, until, limit=_LOGGED),
        due=await clock.due(limit=_FORESEEN),
    )


async def _steer(page: PageRequest) -> Response:
    clock, asked = page.control.clock, page.field("do")
    if asked == "freeze":
        await clock.freeze({})
    elif asked in _RUNS:
        await clock.resume(_RUNS[asked])
    else:
        return await _move(page, asked)
    return page.redirect(_PATH)


async def _move(page: PageRequest, asked: str) -> Response:
    """Move the clock and redirect to the events; the page validates the form again to show an error.

    The log is named by its marks: a reload shows it once more, and moves nothing.
    """
    clock, typed = page.control.clock, page.field("typed")
    request = _request(asked, typed)
    try:
        clock.arrival(request)
    except ControlRequestError:
        return page.redirect(_PATH, move=asked, typed="" if asked in _MOVES else typed[:40])
    since = clock.mark()
    try:
        done = await clock.advance({**request, "wall_limit": _PATIENCE, "limit": 0})
    except ControlRequestError as error:
        if error.status != 409:
            raise
        return page.redirect(_PATH, busy="yes")
    return page.redirect(
        _PATH, **{"from": since}, to=clock.mark(), left="" if done["complete"] else str(done["pending"])
    )


def _request(asked: str, typed: str) -> Mapping[str, object]:
    return _MOVES.get(asked, {"duration": typed})


def _wrong(page: PageRequest) -> object:
    """Why the clock cannot be moved as asked, in a sentence; `None` if it can."""
    asked = page.asked("move")
    if not asked:
        return None
    try:
        page.control.clock.arrival(_request(asked, page.asked("typed")))
    except ControlRequestError as error:
        return error.details
    return None


CLOCK: Table = ((_PATH, {"GET": _time, "POST": _steer}),)

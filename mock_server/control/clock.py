"""The verbs of a session's clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.control import shapes
from mock_server.control.requests import (
    MOST_LISTED,
    ControlRequestError,
    duration_of,
    moment_of,
    number_of,
    only,
    whole_number_of,
)
from mock_server.control.views import events
from mock_server.domain.delivery import Change
from mock_server.domain.instants import LATEST, Instant, rfc3339
from mock_server.gateway import scheduler
from mock_server.session.session import Session

_WALL_LIMIT = 30.0
_LONGEST_WALL_LIMIT = 3600.0
_FASTEST = 100_000.0


class ClockVerbs:
    """Show the clock, and move it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def show(self) -> dict[str, Any]:
        """The mode and the time of the clock."""
        clock = self._session.state.clock
        factor = {"factor": clock.rate} if clock.mode == "scaled" else {}
        return {"mode": clock.mode, **factor, "now": rfc3339(clock.now())}

    @property
    def exact(self) -> tuple[int, float]:
        """Its time in milliseconds since 1970 and its rate, for a clock on a page."""
        clock = self._session.state.clock
        return clock.now() // 1000, clock.rate

    async def advance(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Move forward by `{"seconds": 3600}`, `{"duration": "1h"}` or `{"until": "idle"}`; perform what is due."""
        only(request, {"seconds", "duration", "until", "wall_limit", "limit"})
        wall_limit = number_of(request, "wall_limit", _WALL_LIMIT, least=0.0, most=_LONGEST_WALL_LIMIT)
        limit = whole_number_of(request, "limit", MOST_LISTED, least=0, most=100_000)
        target = self._target(request)
        try:
            progress = await scheduler.advance(self._session, target, wall_limit)
        except scheduler.BusyError:
            raise ControlRequestError(
                409, "Busy", "another advance of this session is under way; wait for its answer"
            ) from None
        return {
            **self.show(),
            "complete": progress.complete,
            "pending": progress.pending,
            "fired": [shapes.fired(each, self._session.secrets) for each in progress.fired[:limit]],
            "webhook_attempts": progress.attempts,
            "status_changes": sum(isinstance(each.what, Change) for each in progress.fired),
        }

    async def freeze(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Stop: now with `{}`, or `{"at": "2026-01-15T09:00:00Z"}`."""
        only(request, {"at"})
        at = request.get("at")
        self._session.state.clock.freeze(None if at is None else moment_of(at))
        scheduler.wake(self._session)
        return self.show()

    async def resume(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Run on from the present time: in real time with `{}`, or `{"factor": 60}` times as fast."""
        only(request, {"factor"})
        self._session.state.clock.resume(number_of(request, "factor", 1.0, least=0.001, most=_FASTEST))
        scheduler.wake(self._session)
        return self.show()

    def arrival(self, request: Mapping[str, object]) -> str | None:
        """The time an advance would end at, `None` if that is not known before; nothing is moved."""
        target = self._target(request)
        return None if target is None else rfc3339(target)

    def mark(self) -> str:
        """A mark of this moment, for `happened`."""
        return str(events.Mark(self._session.now(), self._session.state.journal.attempts.opened))

    async def happened(self, since: str | None = None, until: str | None = None, *, limit: int) -> dict[str, Any]:
        """The newest events between two marks, oldest first.

        Changes are those of the newest messages: `messages_searched` says of how many.

        Raises:
            ControlError: 400, one of them is no mark.
        """
        begin = None if since is None else events.mark_of(since)
        end = None if until is None else events.mark_of(until)
        return await events.happened(self._session, begin, end, limit)

    async def due(self, *, limit: int) -> dict[str, Any]:
        """What an advance until idle would do, the first events in detail.

        Changes are those of as many messages as `happened` looks at.
        """
        return await events.due(self._session, limit)

    def _target(self, request: Mapping[str, object]) -> Instant | None:
        until = request.get("until")
        if until is None:
            target = Instant(self._session.now() + duration_of(request))
            if target > LATEST:
                raise ControlRequestError(400, "Bad request", f"the clock would pass {rfc3339(LATEST)}")
            return target
        if until != "idle" or "seconds" in request or "duration" in request:
            raise ControlRequestError(
                400, "Bad request", 'until: only "idle" is allowed, and neither seconds nor duration then'
            )
        return None

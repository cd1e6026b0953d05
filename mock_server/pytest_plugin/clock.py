"""The clock of a test's gateway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from mock_server.client import Advance, Clock, Control
from mock_server.pytest_plugin.errors import PluginError, plainly

_WALL_LIMIT = 10.0


class GatewayClock:
    """The time of the gateway, which is moved and never waited for."""

    def __init__(self, control: Callable[[], Control]) -> None:
        self._control = control

    @property
    @plainly
    def now(self) -> datetime:
        """What the gateway takes for the present, in UTC."""
        return self._control().clock().now

    @plainly
    def advance(  # noqa: PLR0913 - one for each way to say how far
        self,
        by: str | timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        until: str | None = None,
    ) -> Advance:
        """Move the time forward: `advance(hours=1)`, `advance("1h30m")`, or `advance(until="idle")`.

        Everything that falls due on the way is done when this returns, notifications included. A coroutine whose own
        event loop takes the notifications awaits `sms_gateway.aio.advance` instead.

        Raises:
            PluginError: receivers of notifications held it up for ten seconds; or a number without a unit.
        """
        try:
            advanced = self._control().advance(
                by, hours=24 * days + hours, minutes=minutes, seconds=seconds, until=until, wall_limit=_WALL_LIMIT
            )
        except TypeError as error:
            raise PluginError(str(error)) from None
        if not advanced.complete:
            raise PluginError(
                f"the clock came to {advanced.now} only: receivers held {advanced.pending} notifications up for "
                f"{_WALL_LIMIT:g} seconds. A receiver in the event loop of the test needs "
                "`await sms_gateway.aio.advance(...)`"
            )
        return advanced

    @plainly
    def freeze(self, at: str | datetime | None = None) -> Clock:
        """Stop the time: now, or at a given time such as `2026-01-15T09:00:00Z`."""
        return self._control().freeze(at)

    @plainly
    def resume(self, factor: float | None = None) -> Clock:
        """Let the time run on, as on the wall or so many times as fast."""
        return self._control().resume(factor)

"""The waiting verbs for coroutines: they wait in a thread, so that the event loop goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from mock_server.client import Advance, Message
from mock_server.pytest_plugin.errors import TOLD

if TYPE_CHECKING:
    from mock_server.pytest_plugin.gateway import SmsGateway

_Given = TypeVarTuple("_Given")
_Found = TypeVar("_Found")


async def beside(verb: Callable[[*_Given], _Found], *given: *_Given) -> _Found:
    """Call a verb in a thread, under asyncio or trio; whoever is cancelled leaves it there."""
    from anyio import CapacityLimiter, to_thread  # noqa: PLC0415 - only coroutines need it

    __tracebackhide__ = True
    try:
        # However many wait at once, none waits for another to end.
        return await to_thread.run_sync(verb, *given, abandon_on_cancel=True, limiter=CapacityLimiter(1))
    except TOLD as error:
        raise error.with_traceback(None) from None


class AsyncVerbs:
    """What waits, to be awaited: `await sms_gateway.aio.next_message(to="+447700900123")`."""

    def __init__(self, gateway: SmsGateway) -> None:
        self._gateway = gateway

    async def next_message(
        self,
        *,
        to: str | None = None,
        text: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as the verb has it
        **filters: Any,
    ) -> Message:
        """`SmsGateway.next_message`."""
        __tracebackhide__ = True
        return await beside(lambda: self._gateway.next_message(to=to, text=text, timeout=timeout, **filters))

    async def wait_for(
        self,
        count: int = 1,
        *,
        to: str | None = None,
        text: str | None = None,
        status: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as the verb has it
        **filters: Any,
    ) -> list[Message]:
        """`SmsGateway.wait_for`."""
        __tracebackhide__ = True
        return await beside(
            lambda: self._gateway.wait_for(count, to=to, text=text, status=status, timeout=timeout, **filters)
        )

    async def advance(  # noqa: PLR0913 - those of the verb
        self,
        by: str | timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        until: str | None = None,
    ) -> Advance:
        """`GatewayClock.advance`, for receivers of notifications that run in this event loop."""
        __tracebackhide__ = True
        clock = self._gateway.clock
        return await beside(
            lambda: clock.advance(by, days=days, hours=hours, minutes=minutes, seconds=seconds, until=until)
        )

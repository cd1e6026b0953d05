"""The waiting verbs for coroutines: they wait in a thread, so that the event loop continues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol, TypeVar, TypeVarTuple

from mock_server.client import Advance, Message
from mock_server.pytest_plugin.clock import GatewayClock
from mock_server.pytest_plugin.errors import TOLD

_Given = TypeVarTuple("_Given")
_Found = TypeVar("_Found")


async def in_thread(verb: Callable[[*_Given], _Found], *given: *_Given) -> _Found:
    """Call a verb in a thread, under asyncio or trio; a cancelled caller abandons it."""
    from anyio import CapacityLimiter, to_thread  # noqa: PLC0415 - only coroutines need it

    __tracebackhide__ = True
    try:
        # A limiter per call: no wait queues behind another.
        return await to_thread.run_sync(verb, *given, abandon_on_cancel=True, limiter=CapacityLimiter(1))
    except TOLD as error:
        raise error.with_traceback(None) from None


class WaitingVerbs(Protocol):
    """The verbs of `SmsGateway` that wait."""

    clock: GatewayClock

    def next_message(
        self, *, to: str | None = None, text: str | None = None, timeout: float | None = None, **filters: Any
    ) -> Message:
        """The next message to a number or with a text."""
        ...

    def wait_for(
        self,
        count: int = 1,
        *,
        to: str | None = None,
        text: str | None = None,
        status: str | None = None,
        timeout: float | None = None,
        **filters: Any,
    ) -> list[Message]:
        """Several messages, or a status."""
        ...


class AsyncVerbs:
    """The waiting verbs as coroutines: `await sms_gateway.aio.next_message(to="+447700900123")`."""

    def __init__(self, gateway: WaitingVerbs) -> None:
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
        return await in_thread(lambda: self._gateway.next_message(to=to, text=text, timeout=timeout, **filters))

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
        return await in_thread(
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
        return await in_thread(
            lambda: clock.advance(by, days=days, hours=hours, minutes=minutes, seconds=seconds, until=until)
        )

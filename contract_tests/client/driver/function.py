"""A driver for a Python callable, sync or `async`, such as the fixture `sms_client` returns."""

from __future__ import annotations

import asyncio
import inspect
import queue
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from contract_tests.client.driver.capture import captured_to, capturing_streams
from contract_tests.client.driver.interface import Answer, ClientOutput, DriverFailure, Printed, failure
from contract_tests.client.driver.protocol import (
    DriverError,
    FailureKind,
    Intent,
    Outcome,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
    outcome_from_members,
)

Returned = Outcome | Mapping[str, Any]
"""What a client's callable returns: an outcome, or the members of an answer line; `id` may be left out."""

Function = Callable[[Intent], Returned | Awaitable[Returned]]

_UNTRANSFERABLE = (StopIteration, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError)
"""Exceptions that a future rejects, or that would end this process or task instead of reaching the caller."""


class FunctionDriver:
    """Calls a client in this process.

    `failures` are the exceptions by which the client reports that a message failed; any other is a crash. A sync
    callable runs in the driver's own thread, the same one for all intents, since some clients keep connections per
    thread. An `async` one runs on the caller's loop and must not block it, or no deadline can be kept.
    """

    fresh = False
    """It runs in this process."""

    def __init__(self, function: Function, *, failures: tuple[type[Exception], ...] = ()) -> None:
        self._function = function
        self._failures = failures
        self._output = ClientOutput()
        self._worker: _Worker | None = None
        self._abandoned: set[asyncio.Future[Any]] = set()

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have the client send. A late call is abandoned, since a thread cannot be ended from outside."""
        ends = asyncio.get_running_loop().time() + deadline
        with capturing_streams(), captured_to(self._output):
            try:
                returned = await self._returned(intent, ends)
                return self._outcome(returned, intent.id)
            except self._failures as error:
                return ReportedFailed(f"{type(error).__name__}: {error}")
            except DriverError as error:
                return failure(error, intent)
            except (asyncio.CancelledError, KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # including SystemExit and pytest's outcome exceptions
                return _crash(error, intent)

    async def _returned(self, intent: Intent, ends: float) -> Any:
        if _is_async(self._function):
            returned: Any = self._function(intent)
        else:
            if self._worker is None:
                self._worker = _Worker()
            returned = await self._in_time(self._worker.call(self._function, intent, self._output), intent, ends)
        return await self._in_time(returned, intent, ends) if inspect.isawaitable(returned) else returned

    async def _in_time(self, awaitable: Awaitable[Any], intent: Intent, ends: float) -> Any:
        future = asyncio.ensure_future(_guarded(awaitable))
        # Unlike `wait_for`, this does not wait for a client that ignores its cancellation.
        try:
            done, _ = await asyncio.wait({future}, timeout=max(0.0, ends - asyncio.get_running_loop().time()))
        except asyncio.CancelledError:
            self._abandon(future)
            raise
        if future.cancelled():
            raise RuntimeError("the client cancelled itself")
        if done:
            return future.result()
        self._abandon(future)
        raise DriverError(FailureKind.SILENT, f"The client's callable did not return on line {intent.id} in time.")

    def _abandon(self, future: asyncio.Future[Any]) -> None:
        self._abandoned.add(future)
        future.add_done_callback(self._forget)
        future.cancel()
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _forget(self, future: asyncio.Future[Any]) -> None:
        self._abandoned.discard(future)
        if not future.cancelled():
            future.exception()  # mark it as retrieved: the call was abandoned

    def _outcome(self, returned: Any, id_: int) -> Outcome:
        if isinstance(returned, ReportedAccepted | ReportedRefused | ReportedFailed):
            return returned
        if isinstance(returned, Mapping):
            return outcome_from_members(returned, id_)
        said = f"The client's callable returned neither an outcome nor the members of an answer on line {id_}: …."
        raise DriverError(FailureKind.NONSENSE, said, returned)

    def take_printed(self) -> Printed:
        """What the client printed and logged since the last call."""
        return self._output.take()

    async def close(self) -> None:
        """End the thread and cancel abandoned calls."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None
        for future in tuple(self._abandoned):
            future.cancel()


class _Worker:
    """A thread that calls the client; a daemon, so that a hanging client does not keep the interpreter alive."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="client under test", daemon=True).start()

    def call(self, function: Function, intent: Intent, output: ClientOutput) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()

        def finish(result: Any, error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        def perform() -> None:
            result, error = None, None
            with captured_to(output):
                try:
                    result = function(intent)
                except BaseException as raised:  # handed over to the caller
                    error = RuntimeError(repr(raised)) if isinstance(raised, _UNTRANSFERABLE) else raised
            with suppress(RuntimeError):  # the loop is closed, so no caller waits
                loop.call_soon_threadsafe(finish, result, error)

        self._calls.put(perform)
        return future

    def end(self) -> None:
        """End the thread after the queued calls."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


async def _guarded(awaitable: Awaitable[Any]) -> Any:
    """Await without letting SystemExit out, which would end the whole event loop."""
    try:
        return await awaitable
    except SystemExit as error:
        raise RuntimeError(f"SystemExit: {error.code}") from error


def _is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _crash(error: BaseException, intent: Intent) -> DriverFailure:
    said = f"The client's callable raised {type(error).__name__} on line {intent.id}: …."
    reason = DriverError(FailureKind.CRASHED, said, str(error))
    return failure(reason, intent, "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace"))

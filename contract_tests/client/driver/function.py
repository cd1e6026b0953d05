"""A Python callable, plain or `async`, as a driver: what the fixture `sms_client` returns."""

from __future__ import annotations

import asyncio
import inspect
import queue
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from contract_tests.client.driver.calling import Answer, DriverFailure, Printed, Prints, failure
from contract_tests.client.driver.capture import kept_in, wrapped
from contract_tests.client.driver.protocol import (
    FailureKind,
    Intent,
    NoAnswerLineError,
    Outcome,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
    outcome_of,
)

Returned = Outcome | Mapping[str, Any]
"""What a client's callable makes of an intent: an outcome, or the members of an answer line; `id` may be left out."""

Function = Callable[[Intent], Returned | Awaitable[Returned]]

_NOT_TO_HAND_OVER = (StopIteration, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError)
"""A future either does not take these, or they would be taken for somebody's wish to end this process."""


class FunctionDriver:
    """Calls a client in this process.

    `failures` are the exceptions by which the client says that a message failed; any other is a crash. A plain
    callable runs in a thread of the driver's own, the same one for all intents: some clients keep their connections
    by thread. An `async` one runs on the caller's loop, which it must not block: then no deadline can help.
    """

    fresh = False
    """It runs in this process, which has started."""

    def __init__(self, function: Function, *, failures: tuple[type[Exception], ...] = ()) -> None:
        self._function = function
        self._failures = failures
        self._prints = Prints()
        self._worker: _Worker | None = None
        self._abandoned: set[asyncio.Future[Any]] = set()

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Have the client send. One that is late is left to itself: no thread can be ended from outside."""
        ends = asyncio.get_running_loop().time() + deadline
        with wrapped(), kept_in(self._prints):
            try:
                returned = await self._returned(intent, ends)
                return self._outcome(returned, intent.id)
            except self._failures as error:
                return ReportedFailed(f"{type(error).__name__}: {error}")
            except NoAnswerLineError as trouble:
                return failure(trouble, intent)
            except (asyncio.CancelledError, KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # SystemExit, and how pytest ends a test, are crashes too
                return _crash(error, intent)

    async def _returned(self, intent: Intent, ends: float) -> Any:
        if _is_async(self._function):
            returned: Any = self._function(intent)
        else:
            if self._worker is None:
                self._worker = _Worker()
            returned = await self._in_time(self._worker.call(self._function, intent, self._prints), intent, ends)
        return await self._in_time(returned, intent, ends) if inspect.isawaitable(returned) else returned

    async def _in_time(self, awaitable: Awaitable[Any], intent: Intent, ends: float) -> Any:
        future = asyncio.ensure_future(_guarded(awaitable))
        # Unlike `wait_for` this does not wait for a client that takes no notice of being cancelled.
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
        raise NoAnswerLineError(
            FailureKind.SILENT, f"The client's callable did not return on line {intent.id} in time."
        )

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
            future.exception()  # it was given up: nobody asks for its exception any more

    def _outcome(self, returned: Any, id_: int) -> Outcome:
        if isinstance(returned, ReportedAccepted | ReportedRefused | ReportedFailed):
            return returned
        if isinstance(returned, Mapping):
            return outcome_of(returned, id_)
        said = f"The client's callable returned neither an outcome nor the members of an answer on line {id_}: …."
        raise NoAnswerLineError(FailureKind.NONSENSE, said, returned)

    def take_printed(self) -> Printed:
        """What the client printed and logged since this was called last."""
        return self._prints.take()

    async def close(self) -> None:
        """End the thread, and cancel what was given up."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None
        for future in tuple(self._abandoned):
            future.cancel()


class _Worker:
    """A thread that calls; a daemon, for a client that hangs must not keep the interpreter from its end."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="client under test", daemon=True).start()

    def call(self, function: Function, intent: Intent, prints: Prints) -> asyncio.Future[Any]:
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
            with kept_in(prints):
                try:
                    result = function(intent)
                except BaseException as raised:  # it is handed over, whatever it is
                    error = RuntimeError(repr(raised)) if isinstance(raised, _NOT_TO_HAND_OVER) else raised
            with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                loop.call_soon_threadsafe(finish, result, error)

        self._calls.put(perform)
        return future

    def end(self) -> None:
        """No call comes after those that were made."""
        self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


async def _guarded(awaitable: Awaitable[Any]) -> Any:
    """A task that raises SystemExit would end the loop, and everybody else's work with it."""
    try:
        return await awaitable
    except SystemExit as error:
        raise RuntimeError(f"SystemExit: {error.code}") from error


def _is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _crash(error: BaseException, intent: Intent) -> DriverFailure:
    said = f"The client's callable raised {type(error).__name__} on line {intent.id}: …."
    trouble = NoAnswerLineError(FailureKind.CRASHED, said, str(error))
    return failure(trouble, intent, "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace"))

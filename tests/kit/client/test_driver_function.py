"""The driver for a Python callable, sync or `async`: deadlines, crashes, and captured output."""

from __future__ import annotations

import asyncio
import functools
import logging
import sys
import threading
from collections.abc import Awaitable
from typing import Any

import pytest

from contract_tests.client.driver.function import FunctionDriver, Returned
from contract_tests.client.driver.interface import Answer, Driver
from contract_tests.client.driver.protocol import (
    FailureKind,
    Intent,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
)
from tests.kit.client.calls import PASSWORD, PATIENCE, SOON, answers, assert_failure, conversation, intent


class OutOfReachError(Exception):
    """Raised by the client of these tests when a message failed."""


def plain(intent: Intent) -> Returned:
    """A client that reports every message as accepted."""
    return ReportedAccepted(f"m{intent.id}", "PROVIDER1")


async def coroutine(intent: Intent) -> Returned:
    """The same, `async`."""
    await asyncio.sleep(0)
    return plain(intent)


class WithCall:
    """A client that is an object."""

    async def __call__(self, intent: Intent) -> Returned:
        """Send."""
        return await coroutine(intent)


def returning_awaitable(intent: Intent) -> Awaitable[Returned]:
    """A plain function around an `async` one."""
    return coroutine(intent)


def raising(error: BaseException) -> Any:
    """A client that raises this."""

    def client(_: Intent) -> Returned:
        raise error

    return client


def raising_later(error: BaseException) -> Any:
    """An `async` client that raises this."""

    async def client(_: Intent) -> Returned:
        await asyncio.sleep(0)
        raise error

    return client


@pytest.mark.parametrize(
    "client",
    [plain, coroutine, WithCall(), functools.partial(coroutine), returning_awaitable],
    ids=["plain", "coroutine", "with call", "partial", "returning awaitable"],
)
def test_callables_of_all_kinds(client: Any) -> None:
    """Any callable that takes an intent is a client."""
    expected: list[Answer] = [ReportedAccepted("m1", "PROVIDER1"), ReportedAccepted("m2", "PROVIDER1")]

    assert answers(FunctionDriver(client), 2) == expected


def test_a_client_may_return_members() -> None:
    """The same members that a driver in another language writes."""
    driver = FunctionDriver(lambda intent: {"id": intent.id, "outcome": "refused", "code": 61})

    assert answers(driver, 2) == [ReportedRefused(61), ReportedRefused(61)]


@pytest.mark.parametrize("make", [raising, raising_later])
def test_a_declared_exception_means_failed(make: Any) -> None:
    """Derived exceptions included."""
    driver = FunctionDriver(make(OutOfReachError("no route")), failures=(LookupError, OutOfReachError))

    assert answers(driver) == [ReportedFailed("OutOfReachError: no route")]


@pytest.mark.parametrize("make", [raising, raising_later])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("unexpected"),
        SystemExit(3),
        StopIteration("x"),
        asyncio.CancelledError("x"),
        pytest.fail.Exception("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_other_exception_is_a_crash(make: Any, error: BaseException) -> None:
    """The report shows the traceback that a caller would see."""
    first, second = answers(FunctionDriver(make(error), failures=(OutOfReachError,)), 2)

    crash = assert_failure(first, FailureKind.CRASHED, "The client's callable raised", "on line 1")
    assert crash.last_lines
    assert_failure(second, FailureKind.CRASHED, "on line 2")


def test_the_traceback_of_a_crash_hides_the_password() -> None:
    """An exception's text often quotes the request."""

    def client(intent: Intent) -> Returned:
        raise ValueError(f"cannot sign in with {intent.password}")

    (answer,) = answers(FunctionDriver(client))

    crash = assert_failure(answer, FailureKind.CRASHED, "cannot sign in with ***")
    assert "cannot sign in with ***" in crash.last_lines
    assert PASSWORD not in crash.last_lines


@pytest.mark.parametrize("returned", [None, "sent", 61, {"outcome": "accepted"}, {"id": 9, "outcome": "failed"}])
def test_an_invalid_return_value(returned: Any) -> None:
    """The client has not reported an outcome."""
    (answer,) = answers(FunctionDriver(lambda _: returned))

    kind = FailureKind.WRONG_ID if returned == {"id": 9, "outcome": "failed"} else FailureKind.NONSENSE
    assert_failure(answer, kind, "line 1" if kind is FailureKind.NONSENSE else "Line 1")


def test_a_callable_that_hangs_is_abandoned() -> None:
    """The deadline is hard, and the next intent is called in a new thread."""
    over = threading.Event()

    def client(intent: Intent) -> Returned:
        if intent.id == 1:
            over.wait(PATIENCE)
        return plain(intent)

    first, second = answers(FunctionDriver(client), 2, SOON)
    over.set()

    assert_failure(first, FailureKind.SILENT, "did not return on line 1 in time")
    assert second == ReportedAccepted("m2", "PROVIDER1")


def test_a_coroutine_that_ignores_its_cancellation_is_abandoned() -> None:
    """The kit does not wait for it."""
    over = asyncio.Event()

    async def client(intent: Intent) -> Returned:
        while intent.id == 1 and not over.is_set():
            try:
                await over.wait()
            except asyncio.CancelledError:
                continue
        return plain(intent)

    async def converse() -> list[Answer]:
        driver = FunctionDriver(client)
        found = [await driver.send(intent(1), SOON), await driver.send(intent(2), PATIENCE)]
        over.set()
        await driver.close()
        return found

    first, second = asyncio.run(converse())

    assert_failure(first, FailureKind.SILENT, "did not return on line 1 in time")
    assert second == ReportedAccepted("m2", "PROVIDER1")


def test_sync_calls_share_a_thread() -> None:
    """Some clients keep connections per thread, which a new thread per message would hide."""
    driver = FunctionDriver(lambda _: ReportedAccepted(str(threading.get_ident())))

    first, second = answers(driver, 2)

    assert first == second
    assert first != ReportedAccepted(str(threading.get_ident()))


def talking(intent: Intent) -> Returned:
    """A client that prints and logs."""
    print("out", intent.password)  # noqa: T201
    print("err", intent.password, file=sys.stderr)  # noqa: T201
    logging.getLogger("client").warning("log %s", intent.password)
    return plain(intent)


async def talking_later(intent: Intent) -> Returned:
    """The same, in a task of its own."""
    return await asyncio.create_task(_talk(intent))


async def _talk(intent: Intent) -> Returned:
    return talking(intent)


@pytest.mark.parametrize("client", [talking, talking_later])
def test_what_a_client_prints_and_logs_is_captured(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The output is captured and still goes to its usual place."""
    before = sys.stdout, sys.stderr
    _, printed = conversation(FunctionDriver(client))

    assert printed.stdout == f"out {PASSWORD}\n".encode()
    assert printed.stderr == f"err {PASSWORD}\nlog {PASSWORD}\n".encode()
    assert capsys.readouterr().out == f"out {PASSWORD}\n"
    assert (sys.stdout, sys.stderr) == before


def test_the_output_of_concurrent_clients_is_kept_apart() -> None:
    """Each client has its own output."""
    both = threading.Barrier(2, timeout=PATIENCE)

    def client(name: str) -> Driver:
        def send(intent: Intent) -> Returned:
            both.wait()
            print(name)  # noqa: T201
            both.wait()
            return plain(intent)

        return FunctionDriver(send)

    async def converse() -> None:
        await asyncio.gather(*(driver.send(intent(), PATIENCE) for driver in drivers))
        await asyncio.gather(*(driver.close() for driver in drivers))

    drivers = [client("one"), client("two")]
    asyncio.run(converse())

    assert [driver.take_printed().stdout for driver in drivers] == [b"one\n", b"two\n"]

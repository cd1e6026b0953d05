"""Waiting for messages: by the control API's long poll, never by sleeping."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from mock_server.client import Control, ControlError, Message
from mock_server.pytest_plugin.checking import MOST_LISTED, checked_seconds
from mock_server.pytest_plugin.errors import AbsenceError, NothingCameError, PluginError
from mock_server.pytest_plugin.reporting import last_exchanges

_Found = TypeVar("_Found")


class Inbox:
    """The messages of one session, and which of them the test has already received."""

    def __init__(self, control: Callable[[], Control]) -> None:
        self._control = control
        self._taken: set[str] = set()
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Forget which messages were received."""
        with self._lock:
            self._taken.clear()

    def all(self) -> list[Message]:
        """All messages, oldest first."""
        return self._control().messages(limit=MOST_LISTED)[::-1]

    def next(self, timeout: float, filters: dict[str, Any]) -> Message:
        """The oldest message that was not received yet.

        Raises:
            NothingCameError: there was none in time.
        """
        ends = monotonic() + timeout
        count = 1
        while True:
            try:
                found = self._wait(count, max(0.0, ends - monotonic()), None, filters)
            except ControlError as error:
                raise self._late(
                    "no message" if count == 1 else "no further message", timeout, filters, error
                ) from None
            with self._lock:
                fresh = next((each for each in found if each.id not in self._taken), None)
                if fresh is not None:
                    self._taken.add(fresh.id)
                    return fresh
            count = len(found) + 1

    def wait(self, count: int, timeout: float, status: str | None, filters: dict[str, Any]) -> list[Message]:
        """Wait for a number of messages, oldest first.

        Raises:
            NothingCameError: they did not come in time.
        """
        try:
            return self._wait(count, timeout, status, filters)
        except ControlError as error:
            wanted = "no message" if count == 1 else f"fewer than {count} messages"
            raise self._late(
                wanted if status is None else f"{wanted} in status {status}", timeout, filters, error
            ) from None

    def _wait(self, count: int, timeout: float, status: str | None, filters: dict[str, Any]) -> list[Message]:
        control = self._control()
        if status is None:
            return control.wait_for_messages(count, timeout=timeout, **filters)[::-1]
        return control.wait_for_statuses(status, count, timeout=timeout, **filters)[::-1]

    def _late(
        self, what: str, timeout: float, filters: dict[str, Any], error: ControlError
    ) -> NothingCameError | ControlError:
        if error.status != 408:
            return error
        meant = ", ".join(f"{name.replace('__contains', ' with')} {value!r}" for name, value in filters.items())
        within = f"within {timeout:g} seconds" if timeout else "yet"
        sentence = f"{what}{f' ({meant})' if meant else ''} came {within}"
        return NothingCameError(sentence, last_exchanges(self._control()))


def here(wait: Callable[[float], _Found], timeout: float, instead: str) -> _Found:
    """Wait in this thread; inside a coroutine check only once, since waiting would block its event loop.

    Raises:
        PluginError: nothing is there yet, and a coroutine has to await it; or the timeout is none.
    """
    timeout = checked_seconds(timeout)
    if not _in_a_coroutine():
        return wait(timeout)
    try:
        return wait(0.0)
    except AbsenceError as error:
        raise PluginError(
            f"{error.sentence}, and a coroutine cannot wait here: the event loop would stand still, and with it a "
            f"client that runs in it; write `{instead}`"
        ) from None


def _in_a_coroutine() -> bool:
    """Whether this runs in a task. A running loop is no proof: browser drivers run one around ordinary tests."""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False

"""What a client prints and logs inside this process, kept beside what everybody sees.

`sys.stdout`, `sys.stderr` and the root logger belong to the whole process. So they are wrapped while any client runs,
and the context that a line is written in tells whose it is: clients that run side by side are kept apart.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from contract_tests.client.driver.calling import Prints

_PRINTS: ContextVar[Prints | None] = ContextVar("prints of the client that runs here", default=None)


class _Tee:
    """A stream that also notes what is written to it by a client."""

    def __init__(self, name: str) -> None:
        self.name_of_stream = name
        self.inner: TextIO = getattr(sys, name)

    def write(self, text: str) -> int:
        prints = _PRINTS.get()
        if prints is not None:
            getattr(prints, self.name_of_stream).add(text.encode("utf-8", "backslashreplace"))
        return self.inner.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class _Log(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        prints = _PRINTS.get()
        if prints is not None:
            prints.stderr.add((self.format(record) + "\n").encode("utf-8", "backslashreplace"))


class _Installed:
    """The wrappers, there while at least one client runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._tees: list[_Tee] = []
        self._log = _Log()

    def enter(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._tees = [_Tee("stdout"), _Tee("stderr")]
                for tee in self._tees:
                    setattr(sys, tee.name_of_stream, tee)
                logging.getLogger().addHandler(self._log)

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                logging.getLogger().removeHandler(self._log)
                for tee in self._tees:
                    # Somebody else may have put a stream of his own there meanwhile.
                    if getattr(sys, tee.name_of_stream) is tee:
                        setattr(sys, tee.name_of_stream, tee.inner)


_INSTALLED = _Installed()


@contextmanager
def wrapped() -> Iterator[None]:
    """The streams and the root logger are watched in this block, by any number of blocks at a time."""
    _INSTALLED.enter()
    try:
        yield
    finally:
        _INSTALLED.leave()


@contextmanager
def kept_in(prints: Prints) -> Iterator[None]:
    """What this context prints and logs is kept there; tasks that it starts are of its context, threads are not."""
    token = _PRINTS.set(prints)
    try:
        yield
    finally:
        _PRINTS.reset(token)

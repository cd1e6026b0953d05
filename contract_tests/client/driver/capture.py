"""Capture what clients print and log inside this process, without hiding it.

`sys.stdout`, `sys.stderr` and the root logger are shared by the whole process. They are wrapped while a client runs;
a context variable assigns each line to its client, so that concurrent clients are kept apart.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from contract_tests.client.driver.interface import ClientOutput

_OUTPUT: ContextVar[ClientOutput | None] = ContextVar("output of the running client", default=None)


class _Tee:
    """A stream that also captures what a client writes to it."""

    def __init__(self, name: str) -> None:
        self.name_of_stream = name
        self.inner: TextIO = getattr(sys, name)

    def write(self, text: str) -> int:
        output = _OUTPUT.get()
        if output is not None:
            getattr(output, self.name_of_stream).add(text.encode("utf-8", "backslashreplace"))
        return self.inner.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class _Log(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        output = _OUTPUT.get()
        if output is not None:
            output.stderr.add((self.format(record) + "\n").encode("utf-8", "backslashreplace"))


class _Installed:
    """The wrappers, installed while at least one client runs."""

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
                    # Leave a stream that other code has installed meanwhile.
                    if getattr(sys, tee.name_of_stream) is tee:
                        setattr(sys, tee.name_of_stream, tee.inner)


_INSTALLED = _Installed()


@contextmanager
def capturing_streams() -> Iterator[None]:
    """Wrap the streams and the root logger in this block; blocks may be nested and concurrent."""
    _INSTALLED.enter()
    try:
        yield
    finally:
        _INSTALLED.leave()


@contextmanager
def captured_to(output: ClientOutput) -> Iterator[None]:
    """Capture what this context and its tasks print and log; threads have a context of their own."""
    token = _OUTPUT.set(output)
    try:
        yield
    finally:
        _OUTPUT.reset(token)

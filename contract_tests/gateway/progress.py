"""Progress on the terminal: a bar where somebody looks, a line now and then where a log is kept."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from contract_tests.verdicts import Result

_LINES = 10
"""How many lines a log gets."""


class Shown:
    """Shows each finished check, on standard error."""

    def __init__(self) -> None:
        self._width = 72
        self._tty = sys.stderr.isatty()
        self._failed = 0

    def __enter__(self) -> Self:
        """Nothing is shown before the first check."""
        return self

    def step(self, done: int, of: int, result: Result) -> None:
        """Show that one more check is done."""
        self._failed += result.failed
        state = f"[{done}/{of}]" + (f" {self._failed} broken" if self._failed else "")
        if self._tty:
            sys.stderr.write("\r\x1b[2K" + f"{state} {result.name}"[: self._width])
        elif done == of or done * _LINES // of > (done - 1) * _LINES // of:
            sys.stderr.write(f"{state} {result.name}\n")
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a clean line."""
        if self._tty:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

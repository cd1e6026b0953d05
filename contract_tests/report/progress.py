"""Progress on standard error: one changing line on a terminal, occasional lines in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_WIDTH = 72
_LINES = 10
"""How many lines a log gets."""

_BETWEEN = 0.1
"""Seconds between two looks of a terminal."""


class ProgressLine:
    """The progress line of a `with` block, cleared at its end."""

    def __init__(self) -> None:
        self._tty = sys.stderr.isatty()
        self._shown = 0.0

    def __enter__(self) -> Self:
        """Show nothing before the first step."""
        return self

    def show(self, done: int, of: int, broken: int, doing: str = "") -> None:
        """Show the progress, and the number of broken requirements so far."""
        state = f"[{done}/{of}]" + (f" {broken} broken" if broken else "") + (f" {doing}" if doing else "")
        if self._tty:
            now = time.monotonic()
            if now - self._shown < _BETWEEN and done != of:
                return
            self._shown = now
            sys.stderr.write("\r\x1b[2K" + state[:_WIDTH])
        elif done == of or done * _LINES // of > (done - 1) * _LINES // of:
            sys.stderr.write(f"{state}\n")
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the line."""
        if self._tty:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

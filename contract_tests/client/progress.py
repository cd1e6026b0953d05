"""Progress of a long run, on standard error: a line that moves where somebody looks, one now and then in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

_LINES = 10
"""How many lines a log gets."""

_BETWEEN = 0.1
"""Seconds between two looks of a terminal."""


class Shown:
    """Shows how many cases were played, and how many checks are broken so far."""

    def __init__(self) -> None:
        self._tty = sys.stderr.isatty()
        self._shown = 0.0

    def __enter__(self) -> Self:
        """Nothing is shown before the first case."""
        return self

    def step(self, played: int, of: int, broken: int) -> None:
        """Show that one more case was played."""
        state = f"[{played}/{of}]" + (f" {broken} broken" if broken else "")
        if self._tty:
            now = time.monotonic()
            if now - self._shown < _BETWEEN and played != of:
                return
            self._shown = now
            sys.stderr.write(f"\r\x1b[2K{state}" + (" shrinking what broke …" if broken and played == of else ""))
        elif played == of or played * _LINES // of > (played - 1) * _LINES // of:
            sys.stderr.write(f"{state}\n")
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave a clean line."""
        if self._tty:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

"""Clients that break the driver protocol, each in one way; `behaviours` has them all."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

_BEHAVIOURS = Path(__file__).with_name("behaviours.py")


def child(behaviour: str, *words: str) -> str:
    """The command that starts the child of this behaviour."""
    return shlex.join([sys.executable, "-S", str(_BEHAVIOURS), behaviour, *words])

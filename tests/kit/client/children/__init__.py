"""Child processes for the driver tests; `behaviours` defines what each does."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

_BEHAVIOURS = Path(__file__).with_name("behaviours.py")


def child(behaviour: str, *words: str) -> str:
    """The command that starts a child with this behaviour."""
    return shlex.join([sys.executable, "-S", str(_BEHAVIOURS), behaviour, *words])

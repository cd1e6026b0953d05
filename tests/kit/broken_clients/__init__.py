"""Clients that are wrong on purpose, each in one way: they show that the checks can tell.

Each is the healthy client of `base` with one of its ways replaced: what it sends (`requests`), what it makes of
answers (`answers`), when it sends again or gives up (`repeats`), what it says (`talking`). `children` are commands of
their own. `BROKEN` has them all.
"""

from __future__ import annotations

from tests.kit.broken_clients.answers import ANSWERS
from tests.kit.broken_clients.breaking import BrokenClient
from tests.kit.broken_clients.children import CHILDREN
from tests.kit.broken_clients.repeats import REPEATS
from tests.kit.broken_clients.requests import REQUESTS
from tests.kit.broken_clients.talking import TALKING

BROKEN: tuple[BrokenClient, ...] = (*REQUESTS, *ANSWERS, *REPEATS, *TALKING, *CHILDREN)

RECEIVING: tuple[str, ...] = (
    "answers 500 to a receipt that it has",
    "answers 401 to a receipt",
    "fails on an unknown status",
    "fails on an unknown field of a receipt",
    "falls back from delivered to sent",
    "counts a receipt twice",
    "answers a receipt after ten seconds",
    "dies of a receipt that is no JSON",
)
"""Names of clients that are wrong about receipts: none of them can be played before receipts are."""

__all__ = ["BROKEN", "RECEIVING", "BrokenClient"]

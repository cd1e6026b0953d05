"""Clients that are wrong on purpose, each in one way: they show that the checks can tell.

Each is the healthy client of `base` with one of its ways replaced: what it sends (`requests`), what it makes of
answers (`answers`), when it sends again or gives up (`repeats`), what it says (`talking`); some are wrong only
where few would look (`subtle`). `children` are commands of their own. `BROKEN` has them all. Those in `healthy` have
nothing wrong, in many ways.
"""

from __future__ import annotations

from tests.kit.broken_clients.answers import ANSWERS
from tests.kit.broken_clients.broken_client import BrokenClient
from tests.kit.broken_clients.children import CHILDREN
from tests.kit.broken_clients.driver_defects import DRIVER_DEFECTS
from tests.kit.broken_clients.requests import REQUESTS
from tests.kit.broken_clients.retries import REPEATS
from tests.kit.broken_clients.subtle import SUBTLE

BROKEN: tuple[BrokenClient, ...] = (*REQUESTS, *ANSWERS, *REPEATS, *DRIVER_DEFECTS, *SUBTLE, *CHILDREN)

NEVER_CALL = frozenset({"sends nothing", "a gateway of its own", "forgets the path of the base URL"})
"""Of these nothing ever comes to the gateway: a run ends with exit code 2, and nothing is judged or shrunk."""

__all__ = ["BROKEN", "NEVER_CALL", "BrokenClient"]

"""Broken clients, each with one defect; they prove that the checks find it.

Each is the healthy client of `base` with one part of its behaviour replaced: what it sends (`requests`), how it
interprets answers (`answers`), when it sends again or gives up (`retries`), what it prints and reports to the driver
(`driver_defects`); `subtle` has defects that show only in some cases. `children` are commands. `BROKEN` has them all.
The clients in `healthy` are valid variants without a defect.
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
"""They never reach the gateway: a run ends with exit code 2, and nothing is judged or shrunk."""

__all__ = ["BROKEN", "NEVER_CALL", "BrokenClient"]

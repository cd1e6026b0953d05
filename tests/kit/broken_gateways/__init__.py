"""Gateways that each break one requirement on purpose, to test that the checks detect it.

Each is the healthy mock with changed answers (`answers`), changed requests (`requests`), or one replaced part: before
the answer (`parts`), after it (`afterwards`), or only for rare inputs (`subtle`). `CATALOGUE` has them all.
"""

from __future__ import annotations

from tests.kit.broken_gateways.afterwards import AFTERWARDS
from tests.kit.broken_gateways.answers import ANSWERS
from tests.kit.broken_gateways.breaking import Broken, served
from tests.kit.broken_gateways.parts import PARTS
from tests.kit.broken_gateways.requests import REQUESTS
from tests.kit.broken_gateways.subtle import SUBTLE

CATALOGUE: tuple[Broken, ...] = (*ANSWERS, *REQUESTS, *PARTS, *AFTERWARDS, *SUBTLE)

__all__ = ["CATALOGUE", "Broken", "served"]

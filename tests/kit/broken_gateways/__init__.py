"""Gateways that are wrong on purpose, each in one law: they show that the checks can tell.

Each takes the healthy mock and changes its answers (`answers`), what reaches it (`requests`), or one part inside
(`parts`), before the answer or after it (`afterwards`), or only where few would look (`subtle`). `CATALOGUE` has
them all.
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

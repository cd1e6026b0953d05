"""Destinations, judged by published numbering facts, independently of the stand-in."""

from __future__ import annotations

import re
from functools import cache

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)

_NEVER_ASSIGNED = ("210", "214", "215", "217", "219", "28", "384", "83", "89", "969", "978", "990", "999")
"""Calling codes that every published list leaves free."""


def is_e164(number: str) -> bool:
    """A plus and 7 to 15 digits, the first not zero (REQ-1)."""
    return _E164.fullmatch(number) is not None


def is_assigned(number: str) -> bool | None:
    """Whether the number begins with an assigned calling code; `None` if published lists differ (NUM-1)."""
    digits = number.removeprefix("+")
    if any(digits[:length] in _in_use() for length in (1, 2, 3)):
        return True
    return False if digits.startswith(_NEVER_ASSIGNED) else None


@cache
def _in_use() -> frozenset[str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # noqa: PLC0415 - the table is large

    return frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))

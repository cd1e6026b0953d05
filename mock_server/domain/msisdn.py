"""Destinations: E.164 syntax, assigned country codes, and the numbering plan if a scenario asks for it."""

from __future__ import annotations

import re
from enum import StrEnum

_CALLING_CODES = (
    "1|7|2[07]|21[12368]|22[0-9]|23[0-9]|24[0-9]|25[0-8]|26[0-9]|29[01789]"
    "|3[0-469]|35[0-9]|37[0-9]|38[0-35-79]|4[013-9]|42[013]|5[1-8]|50[0-9]|59[0-9]"
    "|6[0-6]|67[02-9]|68[0-35-9]|69[0-2]|8[1246]|80[08]|85[02356]|87[08]|88[0-368]"
    "|9[0-58]|96[0-8]|97[0-79]|99[2-68]"
)
"""Country calling codes that the ITU has assigned, networks and global services included (NUM-1)."""

_SYNTAX = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_VALID = re.compile(rf"\+(?=[0-9]{{7,15}}\Z)(?:{_CALLING_CODES})[0-9]+", re.ASCII)
"""Syntax and calling code in one expression: a fast path for valid numbers, which most are."""


class NumberFault(StrEnum):
    """Why a destination is malformed."""

    SYNTAX = "syntax"
    CALLING_CODE = "calling code"


class LineType(StrEnum):
    """What the numbering plan says about a number."""

    IMPOSSIBLE = "impossible"
    UNASSIGNED = "unassigned"
    LANDLINE = "landline"
    REACHABLE = "reachable"


def fault_of(destination: str) -> NumberFault | None:
    """What makes `destination` malformed: its syntax (REQ-1) or an unassigned calling code (NUM-1)."""
    if _VALID.fullmatch(destination) is not None:
        return None
    return NumberFault.SYNTAX if _SYNTAX.fullmatch(destination) is None else NumberFault.CALLING_CODE


def line_type(destination: str) -> LineType:
    """Ask the numbering plan about a well-formed destination (the alternative reading of NUM-1)."""
    # The metadata takes tens of milliseconds to load, and most scenarios never need it.
    import phonenumbers  # noqa: PLC0415

    try:
        number = phonenumbers.parse(destination)
    except phonenumbers.NumberParseException:
        # An assigned calling code without a plan: +379 is reserved for the Vatican, which uses +39.
        return LineType.IMPOSSIBLE
    if not phonenumbers.is_possible_number(number):
        return LineType.IMPOSSIBLE
    if not phonenumbers.is_valid_number(number):
        return LineType.UNASSIGNED
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE:
        return LineType.LANDLINE
    return LineType.REACHABLE


class NumberList:
    """Exact destinations and prefixes ending in `*` (WL-2)."""

    __slots__ = ("_exact", "_prefixes", "entries")

    def __init__(self, entries: tuple[str, ...] = ()) -> None:
        self.entries = entries
        self._exact = frozenset(entry for entry in entries if not entry.endswith("*"))
        self._prefixes = tuple(entry[:-1] for entry in entries if entry.endswith("*"))

    def covers(self, destination: str) -> bool:
        """Whether an entry matches this destination."""
        return destination in self._exact or destination.startswith(self._prefixes)

    def entry_for(self, destination: str) -> str | None:
        """The entry that matches this destination, exact ones first; for explanations."""
        if destination in self._exact:
            return destination
        return next((prefix + "*" for prefix in self._prefixes if destination.startswith(prefix)), None)

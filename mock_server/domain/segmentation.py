"""SMS segments of a text: GSM 03.38 in septets, everything else in UCS-2 (REQ-2)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters of two septets, an escape and a character, which must stay in one segment."""

_LARGEST_UCS2 = 0xFFFF


class Encoding(StrEnum):
    """The two encodings of an SMS."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


class Segmentation(msgspec.Struct, frozen=True):
    """How a text is split: its encoding, its length in that encoding's units, and the number of segments."""

    encoding: Encoding
    units: int
    segments: int
    forced_by: str | None = None
    """The first character that GSM-7 cannot encode."""


def segmentation(text: str) -> Segmentation:
    """Split a text as the gateway does: 160 or 153 septets per segment, or 70 or 67 UTF-16 units."""
    foreign = next((each for each in text if each not in _BASIC and each not in _EXTENSION), None)
    if foreign is None:
        widths = [2 if each in _EXTENSION else 1 for each in text]
        return Segmentation(Encoding.GSM_7, sum(widths), _parts(widths, single=160, part=153))
    widths = [2 if ord(each) > _LARGEST_UCS2 else 1 for each in text]
    return Segmentation(Encoding.UCS_2, sum(widths), _parts(widths, single=70, part=67), foreign)


def _parts(widths: list[int], *, single: int, part: int) -> int:
    """Fill the segments in order; a character of two units is never split between two."""
    if sum(widths) <= single:
        return 1
    parts, room = 1, part
    for width in widths:
        if width > room:
            parts, room = parts + 1, part
        room -= width
    return parts

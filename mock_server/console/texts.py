"""A message's text for a page: its one-time passwords, links, invisible characters, and segments."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mock_server.domain.otp import find_otps
from mock_server.domain.segmentation import segmentation
from mock_server.domain.urls import find_links

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of invisible characters."""
_LEFT_ALONE = frozenset("\n\u200d\ufe0f")
"""Invisible characters that are kept: line breaks, and joiners of emoji."""
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that change the writing direction: shown by name, without effect."""

_REMEMBERED = 256
"""Cached texts, since an open page asks for them every second."""


class Piece(NamedTuple):
    """A part of a text, or one invisible character."""

    text: str
    name: str | None = None


@lru_cache(_REMEMBERED)
def told_text(text: str) -> Mapping[str, Any]:
    """What a page shows of a text."""
    cut = segmentation(text)
    return {
        "pieces": list(pieces(text)),
        "codes": find_otps(text),
        "links": find_links(text),
        "encoding": cut.encoding.value,
        "segments": cut.segments,
        "units": cut.units,
        "forced_by": None if cut.forced_by is None else name_of(cut.forced_by),
    }


def pieces(text: str) -> Iterator[Piece]:
    """The text in parts, with a name for each invisible or direction-changing character."""
    if text.isprintable():
        # The fast path for most texts: a page shows 150 of them every second.
        if text:
            yield Piece(text)
        return
    begun = 0
    for at, character in enumerate(text):
        if _is_shown(character):
            continue
        if begun < at:
            yield Piece(text[begun:at])
        yield Piece(character, f"U+{ord(character):04X}")
        begun = at + 1
    if begun < len(text):
        yield Piece(text[begun:])


def plain(text: str) -> str:
    """The text in one string, for narrow places."""
    return "".join(piece.name or piece.text for piece in pieces(text))


def written(value: object) -> str:
    """A value of a stub in one line, as in YAML."""
    line = json.dumps(value, ensure_ascii=False).replace('"', "")
    return line[1:-1] if isinstance(value, Mapping) else line


def name_of(character: str) -> str:
    """A character with its code point and name."""
    seen = f"{character} " if _is_shown(character) and not character.isspace() else ""
    return f"{seen}U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _is_shown(character: str) -> bool:
    if character in _OVERRIDES:
        return False
    return character in _LEFT_ALONE or unicodedata.category(character) not in _UNSEEN

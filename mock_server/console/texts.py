"""A message's text as the page shows it: in pieces, its codes and links picked out, and how it is cut for the air."""

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
"""Unicode's categories of what has no look of its own."""
_LEFT_ALONE = frozenset("\n\u200d\ufe0f")
"""Breaks lines, and joins emoji."""
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn the direction of what follows: shown by name, and not obeyed."""

_REMEMBERED = 256
"""Texts that are not looked into again: those on an open page are asked for every second."""


class Piece(NamedTuple):
    """A stretch of a text: as it is, or a character that has no look of its own."""

    text: str
    name: str | None = None


@lru_cache(_REMEMBERED)
def told_text(text: str) -> Mapping[str, Any]:
    """What there is to say of a text."""
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
    """The text, with a name in the place of each character that cannot be seen or that would turn the others."""
    if text.isprintable():
        # Most are, and are not looked at letter by letter: a page shows a hundred and fifty of them every second.
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
    """The same in one piece, for where there is no room for more."""
    return "".join(piece.name or piece.text for piece in pieces(text))


def written(value: object) -> str:
    """Any value of a stub in one line, as somebody would write it."""
    line = json.dumps(value, ensure_ascii=False).replace('"', "")
    return line[1:-1] if isinstance(value, Mapping) else line


def name_of(character: str) -> str:
    """A character as one says it to somebody: itself where it can be seen, its number, and its name."""
    seen = f"{character} " if _is_shown(character) and not character.isspace() else ""
    return f"{seen}U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _is_shown(character: str) -> bool:
    if character in _OVERRIDES:
        return False
    return character in _LEFT_ALONE or unicodedata.category(character) not in _UNSEEN

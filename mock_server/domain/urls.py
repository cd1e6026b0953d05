"""Does a text hold a URL? (URL-1, URL-3)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkify_it import LinkifyIt

_EXPLICIT = re.compile(
    r"(?<![a-z0-9+.-])[0-9+.-]*([a-z][a-z0-9+.-]*://\S)|(?<![\w@])(?<!\w[.-])www\.\S", re.IGNORECASE
)
"""A scheme begins with a letter: digits and marks before it (`1.https://…`) belong to the text."""
_AS_A_BROWSER = str.maketrans(
    {"\u3002": ".", "\uff61": ".", **{chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}}
)
"""What a browser makes of ideographic full stops and full-width letters in a domain name."""
_CANDIDATE = re.compile(r"[^\s.]\.[^\W\d_]")
"""A full stop inside a word, with a letter behind it: without one no bare domain can be there."""

_GLUE = re.compile(r"_|[^\w.@-]")
"""What the search for links takes for a part of a word, though no name in a domain can hold it."""


def find_url(text: str, *, bare_domains: bool = True) -> str | None:
    """The first URL in `text`, or `None`.

    `scheme://…` and `www.…` always count, a bare domain of a known top-level domain where `bare_domains` says so;
    an e-mail address never does.
    """
    if "." not in text and "://" not in text and text.isascii():
        return None
    explicit = _EXPLICIT.search(text)
    if explicit is not None:
        return text[explicit.start(explicit.lastindex or 0) :].split(maxsplit=1)[0]
    return _bare_domain(text) if bare_domains else None


def _bare_domain(text: str) -> str | None:
    text = text.translate(_AS_A_BROWSER) if not text.isascii() else text
    # The full search costs a third of a millisecond, and most texts end a sentence and name no domain.
    if _CANDIDATE.search(text) is None:
        return None
    return _linked(text) or _linked(_GLUE.sub(_unglued, text))


def _linked(text: str) -> str | None:
    return next((match.raw for match in _linkifier().match(text) or () if match.schema != "mailto:"), None)


def _unglued(found: re.Match[str]) -> str:
    """An underscore counts as a hyphen; any other sign separates: a domain before an emoji or a bar is still one."""
    return "-" if found[0] == "_" else " "


@cache
def _linkifier() -> LinkifyIt:
    # The table of top-level domains is large: it is loaded for the first text with a dot in it.
    from linkify_it import LinkifyIt  # noqa: PLC0415
    from linkify_it.tlds import TLDS  # noqa: PLC0415

    international = [label.lower().encode().decode("idna") for label in TLDS if label.startswith("XN--")]
    return LinkifyIt().tlds([*TLDS, *international], keep_old=True)

"""URLs in a text (URL-1, URL-3)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkify_it import LinkifyIt

_EXPLICIT = re.compile(
    r"(?<![a-z0-9+.-])[0-9+.-]*([a-z][a-z0-9+.-]*://\S)|(?<![\w@])(?<!\w[.-])www\.\S", re.IGNORECASE
)
"""A scheme begins with a letter: digits and punctuation before it (`1.https://…`) belong to the text."""
_BROWSER_NORMALIZATION = str.maketrans(
    {"\u3002": ".", "\uff61": ".", **{chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}}
)
"""How browsers normalize ideographic full stops and full-width letters in a domain name."""
_CANDIDATE = re.compile(r"[^\s.]\.[^\W\d_]")
"""A full stop inside a word, followed by a letter: every bare domain has one."""

_GLUE = re.compile(r"_|[^\w.@-]")
"""Characters that linkify-it takes for a part of a word, although they cannot be part of a domain."""


_RUN = re.compile(r"(?:(?![,;|][a-z][a-z0-9+.-]*://)[^\s<>\"\u00ab\u00bb\u201c\u201d])+", re.IGNORECASE)
"""The longest possible link: up to a space, a quotation mark, or the next link."""
_BEFORE_A_PATH = re.compile(r"[:|](?!\d)|[^\w\x00-\x7f]")
"""What may directly precede a domain, as in `here:example.com/path`; the path after it stays intact."""
_CLOSING = {")": "(", "]": "[", "}": "{"}
_END_OF_SENTENCE = frozenset(".,;:!?'*_\u2026\u2019\u3002\uff0c\uff01\uff1f\uff1b\uff1a")


def find_url(text: str, *, bare_domains: bool = True) -> str | None:
    """The first URL in `text`, or `None`.

    `scheme://…` and `www.…` always count; a bare domain with a known top-level domain counts if `bare_domains` is
    true; an e-mail address never counts.
    """
    if "." not in text and "://" not in text and text.isascii():
        return None
    explicit = _EXPLICIT.search(text)
    if explicit is not None:
        return text[explicit.start(explicit.lastindex or 0) :].split(maxsplit=1)[0]
    return _bare_domain(text) if bare_domains else None


def find_links(text: str) -> tuple[str, ...]:
    """All links in `text`, verbatim, in order and without repetition; e-mail addresses do not count.

    Punctuation of the surrounding sentence is not part of a link.
    """
    return tuple(dict.fromkeys(text[begin:end] for begin, end in spans_of_links(text)))


@lru_cache(maxsize=1024)
def spans_of_links(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each link in a text, in order."""
    if "." not in text and "://" not in text and text.isascii():
        return ()
    found = _explicit_spans(text)
    rest = text if text.isascii() else text.translate(_BROWSER_NORMALIZATION)
    for begin, end in found:
        rest = rest[:begin] + " " * (end - begin) + rest[end:]
    if _CANDIDATE.search(rest) is not None:
        for version in (rest, _BEFORE_A_PATH.sub(" ", rest), _GLUE.sub(_unglued, rest)):
            found += [span for span in _linked_spans(version) if not any(_overlap(span, other) for other in found)]
    return tuple(sorted(found))


def _explicit_spans(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    explicit = _EXPLICIT.search(text)
    while explicit is not None:
        begin = explicit.start(explicit.lastindex or 0)
        run = _RUN.match(text, begin)
        end = explicit.end() if run is None else begin + len(_without_punctuation(run[0]))
        if not text[begin:end].endswith("://") and run is not None:
            found.append((begin, end))
        explicit = _EXPLICIT.search(text, max(end, explicit.end()))
    return found


def _without_punctuation(link: str) -> str:
    """Strip sentence punctuation, and closing brackets that were opened before the link (it begins with a letter)."""
    while link[-1] in _END_OF_SENTENCE or link.count(link[-1]) > link.count(_CLOSING.get(link[-1], link[-1])):
        link = link[:-1]
    return link


def _linked_spans(text: str) -> list[tuple[int, int]]:
    matches = _linkifier().match(text) or ()
    return [(match.index, match.last_index) for match in matches if match.schema != "mailto:"]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _bare_domain(text: str) -> str | None:
    text = text.translate(_BROWSER_NORMALIZATION) if not text.isascii() else text
    # The full search costs a third of a millisecond, and most texts have full stops but no domain.
    if _CANDIDATE.search(text) is None:
        return None
    return _linked(text) or _linked(_GLUE.sub(_unglued, text))


def _linked(text: str) -> str | None:
    return next((match.raw for match in _linkifier().match(text) or () if match.schema != "mailto:"), None)


def _unglued(found: re.Match[str]) -> str:
    """Turn an underscore into a hyphen and other characters into a space: `example.com|` still has a domain."""
    return "-" if found[0] == "_" else " "


@cache
def _linkifier() -> LinkifyIt:
    # The table of top-level domains is large, so it is loaded for the first text with a dot in it.
    from linkify_it import LinkifyIt  # noqa: PLC0415
    from linkify_it.tlds import TLDS  # noqa: PLC0415

    international = [label.lower().encode().decode("idna") for label in TLDS if label.startswith("XN--")]
    return LinkifyIt().tlds([*TLDS, *international], keep_old=True)

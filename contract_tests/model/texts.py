"""Whether a text has a URL: yes, no, or undecided."""

from __future__ import annotations

import re

_EXPLICIT = re.compile(r"(?:^|[\s(\"'<])(?:https?|ftp)://[a-z0-9]|(?:^|\s)www\.[a-z0-9-]+\.[a-z]{2,}", re.IGNORECASE)
_BARE = re.compile(r"(?:^|\s)[a-z0-9-]+\.(?:com|org|net|it|de)(?:/\S*)?(?:$|\s)", re.IGNORECASE)
_FULL_STOPS = ".\u3002\uff0e\uff61"
_SCHEME = "://"


def holds_url(text: str, *, bare: bool) -> bool | None:
    """Whether the text has a URL; `None` if that is open to interpretation (URL-3).

    Certain: a scheme or `www.` at the beginning of a word, and a bare domain with a well-known top-level domain.
    Certainly none: a text with neither `://` nor a full stop inside a word.
    """
    if _EXPLICIT.search(text) or (bare and _BARE.search(text)):
        return True
    inside = any(
        text[i] in _FULL_STOPS and not text[i - 1].isspace() and not text[i + 1].isspace()
        for i in range(1, len(text) - 1)
    )
    return None if inside or _SCHEME in text or "www" in text.lower() else False

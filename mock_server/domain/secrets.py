"""Finding passwords where they do not belong, in any spelling a client may have put them in, and masking them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from json import dumps
from urllib.parse import quote, quote_plus

MASK = b"***"
_SHORTEST = 4
"""A shorter password is not searched for: it would be found in every other word."""


def spellings(username: str, password: str) -> frozenset[bytes]:
    """The password plain, escaped for JSON and URLs, and in Base64, alone and as a Basic pair."""
    if len(password) < _SHORTEST:
        return frozenset()
    plain = password.encode(errors="surrogatepass")
    quoted = {quote(plain, safe=""), quote_plus(plain)}
    escaped = {dumps(password)[1:-1], dumps(password, ensure_ascii=False)[1:-1]}
    encoded = {b64encode(plain), b64encode(username.encode(errors="surrogatepass") + b":" + plain)}
    return frozenset({plain, *encoded, *(text.encode(errors="surrogatepass") for text in quoted | escaped)})


class Secrets:
    """All passwords that a session has known."""

    __slots__ = ("_pattern", "_spellings")

    def __init__(self, found: Iterable[bytes] = ()) -> None:
        self._spellings = frozenset(found)
        # The longest first, for secrets that begin alike; looking ahead, for those that overlap.
        longest_first = sorted(self._spellings, key=lambda each: (-len(each), each))
        any_of_them = b"|".join(map(re.escape, longest_first))
        self._pattern = re.compile(b"(?=(" + any_of_them + b"))") if longest_first else None

    def with_more(self, found: Iterable[bytes]) -> Secrets:
        """These secrets and others: a password that was changed stays masked in what was recorded before."""
        return Secrets(self._spellings | frozenset(found))

    def mask(self, raw: bytes) -> bytes:
        """Put asterisks in the place of every secret; of those that overlap no end stays readable."""
        if self._pattern is None:
            return raw
        pieces: list[bytes] = []
        masked_to = 0
        for found in self._pattern.finditer(raw):
            if found.start() >= masked_to:
                pieces += (raw[masked_to : found.start()], MASK)
            masked_to = max(masked_to, found.end(1))
        return b"".join((*pieces, raw[masked_to:]))

    def stand_in(self, raw: bytes) -> bool:
        """Whether a secret stands in `raw`."""
        return self._pattern is not None and self._pattern.search(raw) is not None

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
        # The longest first: a Basic pair is masked whole before the password inside it is.
        longest_first = sorted(self._spellings, key=lambda each: (-len(each), each))
        self._pattern = re.compile(b"|".join(map(re.escape, longest_first))) if longest_first else None

    def with_more(self, found: Iterable[bytes]) -> Secrets:
        """These secrets and others: a password that was changed stays masked in what was recorded before."""
        return Secrets(self._spellings | frozenset(found))

    def mask(self, raw: bytes) -> bytes:
        """Put asterisks in the place of every secret."""
        return raw if self._pattern is None else self._pattern.sub(MASK, raw)

    def stand_in(self, raw: bytes) -> bool:
        """Whether a secret stands in `raw`."""
        return self._pattern is not None and self._pattern.search(raw) is not None

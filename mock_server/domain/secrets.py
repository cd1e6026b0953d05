"""Finding passwords where they do not belong, in any spelling a client may have put them in, and masking them."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from functools import cached_property

MASK = b"***"
_SHORT_ESCAPES = {
    " ": (rb"\+",),
    "'": (rb"\\'",),
    **{
        character: (re.escape(rb"\%c" % letter),)
        for character, letter in zip('"\\/\b\f\n\r\t', b'"\\/bfnrt', strict=True)
    },
}
"""What JSON, forms and a quoted text of ours write in two letters, or in one."""
_SHORTEST = 4
"""A shorter password is not searched for: it would be found in every other word."""


def spellings(username: str, password: str) -> frozenset[bytes]:
    """The password plain and in Base64, alone and as a Basic pair; what escapes make of them is found besides."""
    if len(password) < _SHORTEST:
        return frozenset()
    plain = password.encode(errors="surrogatepass")
    pair = username.encode(errors="surrogatepass") + b":" + plain
    return frozenset({plain, *(encode(each) for each in (plain, pair) for encode in (b64encode, urlsafe_b64encode))})


class Secrets:
    """All passwords that a session has known."""

    def __init__(self, found: Iterable[bytes] = ()) -> None:
        self._spellings = frozenset(found)

    @cached_property
    def _pattern(self) -> re.Pattern[bytes] | None:
        """Made when somebody looks: most sessions end without a word of theirs being read."""
        # The longest first, for secrets that begin alike; looking ahead, for those that overlap.
        longest_first = sorted(self._spellings, key=lambda each: (-len(each), each))
        any_of_them = b"|".join(map(_escaped_or_not, longest_first))
        return re.compile(b"(?=(" + any_of_them + b"))") if longest_first else None

    def with_more(self, found: Iterable[bytes]) -> Secrets:
        """These secrets and others: a password that was changed stays masked in what was recorded before."""
        return Secrets(self._spellings | frozenset(found))

    def union(self, others: Secrets) -> Secrets:
        """Both, as one of the two where it holds the other: sessions of one scenario search by one pattern."""
        if others._spellings <= self._spellings:
            return self
        return others if self._spellings <= others._spellings else self.with_more(others._spellings)

    def without(self, found: Iterable[bytes]) -> Secrets:
        """These secrets but for some that are none."""
        return Secrets(self._spellings - frozenset(found))

    def mask(self, raw: bytes) -> bytes:
        """Put asterisks in the place of every secret; of those that overlap no end stays readable."""
        if not self._may_be_in(raw) or self._pattern is None:
            return raw
        pieces: list[bytes] = []
        masked_to = 0
        for found in self._pattern.finditer(raw):
            if found.start() >= masked_to:
                pieces += (raw[masked_to : found.start()], MASK)
            masked_to = max(masked_to, found.end(1))
        return b"".join((*pieces, raw[masked_to:]))

    def found_in(self, raw: bytes) -> bool:
        """Whether a secret stands in `raw`."""
        return self._may_be_in(raw) and self._pattern is not None and self._pattern.search(raw) is not None

    def _may_be_in(self, raw: bytes) -> bool:
        """The cheap look: without an escape in it, a text holds a secret as it is or not at all."""
        return any(escape in raw for escape in self._escapes) or any(each in raw for each in self._spellings)

    @cached_property
    def _escapes(self) -> tuple[bytes, ...]:
        return (b"%", b"\\", b"+") if any(b" " in each for each in self._spellings) else (b"%", b"\\")


def _escaped_or_not(secret: bytes) -> bytes:
    """A pattern for a secret whose every character may stand as it is, or escaped for JSON or for a URL."""
    return b"".join(map(_character, secret.decode(errors="surrogatepass")))


def _character(character: str) -> bytes:
    plain = character.encode(errors="surrogatepass")
    units = character.encode("utf-16-be", errors="surrogatepass")
    in_json = b"".join(b"\\\\u%04x" % int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    in_url = b"".join(b"%%%02x" % byte for byte in plain)
    ways = [b"(?i:%b|%b)" % (in_json, in_url), re.escape(plain), *_SHORT_ESCAPES.get(character, ())]
    return b"(?:%b)" % b"|".join(ways)

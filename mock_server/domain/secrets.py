"""Finding and masking passwords in recorded texts, in every encoding that a client may have used."""

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
"""Escapes of one or two characters, as JSON, forms and quoted texts of this project write them."""
_SHORTEST = 4
"""Shorter passwords are not masked: they would match everywhere."""


def spellings(username: str, password: str) -> frozenset[bytes]:
    """The password plain and in Base64, alone and in a Basic pair; `Secrets` also finds escaped forms of these."""
    if len(password) < _SHORTEST:
        return frozenset()
    plain = password.encode(errors="surrogatepass")
    pair = username.encode(errors="surrogatepass") + b":" + plain
    return frozenset({plain, *(encode(each) for each in (plain, pair) for encode in (b64encode, urlsafe_b64encode))})


class Secrets:
    """All passwords that a session has or had."""

    def __init__(self, found: Iterable[bytes] = ()) -> None:
        self._spellings = frozenset(found)

    @cached_property
    def _pattern(self) -> re.Pattern[bytes] | None:
        """Compiled on first use: most sessions never need it."""
        # Longest first, for secrets with a common prefix; in a lookahead, to find overlapping ones.
        longest_first = sorted(self._spellings, key=lambda each: (-len(each), each))
        any_of_them = b"|".join(map(_escaped_or_not, longest_first))
        return re.compile(b"(?=(" + any_of_them + b"))") if longest_first else None

    def with_more(self, found: Iterable[bytes]) -> Secrets:
        """Add secrets: a password that was changed stays masked in older records."""
        return Secrets(self._spellings | frozenset(found))

    def union(self, others: Secrets) -> Secrets:
        """The union; one of the two itself if it contains the other, so that sessions share compiled patterns."""
        if others._spellings <= self._spellings:
            return self
        return others if self._spellings <= others._spellings else self.with_more(others._spellings)

    def without(self, found: Iterable[bytes]) -> Secrets:
        """Remove secrets."""
        return Secrets(self._spellings - frozenset(found))

    def mask(self, raw: bytes) -> bytes:
        """Replace every secret with asterisks; overlapping ones are masked to the end of the last."""
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
        """Whether `raw` contains a secret."""
        return self._may_be_in(raw) and self._pattern is not None and self._pattern.search(raw) is not None

    def _may_be_in(self, raw: bytes) -> bool:
        """A cheap test first: a text without escapes can contain a secret only literally."""
        return any(escape in raw for escape in self._escapes) or any(each in raw for each in self._spellings)

    @cached_property
    def _escapes(self) -> tuple[bytes, ...]:
        return (b"%", b"\\", b"+") if any(b" " in each for each in self._spellings) else (b"%", b"\\")


def _escaped_or_not(secret: bytes) -> bytes:
    """A pattern for a secret in which each character may be literal or escaped, for JSON or for a URL."""
    return b"".join(map(_character, secret.decode(errors="surrogatepass")))


def _character(character: str) -> bytes:
    plain = character.encode(errors="surrogatepass")
    units = character.encode("utf-16-be", errors="surrogatepass")
    in_json = b"".join(b"\\\\u%04x" % int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    in_url = b"".join(b"%%%02x" % byte for byte in plain)
    forms = [b"(?i:%b|%b)" % (in_json, in_url), re.escape(plain), *_SHORT_ESCAPES.get(character, ())]
    return b"(?:%b)" % b"|".join(forms)

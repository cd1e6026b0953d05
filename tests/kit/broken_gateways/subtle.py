"""Gateways that are correct in simple cases and wrong with long texts, several providers, or near misses."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from hashlib import blake2b
from typing import Any
from unittest.mock import patch
from uuid import UUID

from mock_server.adapters.ids import SeededIds
from mock_server.domain.flooding import Limits, Offer
from mock_server.domain.msisdn import NumberList
from mock_server.gateway import submit
from tests.kit.broken_gateways.breaking import Broken, ChangeRequest, SentRequest
from tests.kit.broken_gateways.parts import _find, keyed

_SEGMENT = 160
"""The number of characters in one GSM-7 message; some gateways examine no more."""


def on_login(change: Callable[[str, str], tuple[str, str]]) -> ChangeRequest:
    """Change username and password if they can be decoded."""

    def changed(asked: SentRequest) -> SentRequest:
        scheme, _, encoded = asked.headers.get("authorization", "").partition(" ")
        try:
            username, colon, password = b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return asked
        if scheme.lower() != "basic" or not colon:
            return asked
        again = b64encode(":".join(change(username, password)).encode()).decode()
        return replace(asked, headers={**asked.headers, "authorization": f"{scheme} {again}"})

    return changed


def _volume_per_provider() -> AbstractContextManager[Any]:
    def offer(to: str, text: str, through: str | None, allowed: Limits) -> Offer:
        return Offer(f"{to}/{through}", text, through, allowed)

    return patch.object(submit, "Offer", offer)


def _longer_prefixes_only() -> AbstractContextManager[Any]:
    def covers(self: NumberList, number: str) -> bool:
        return any(
            number == entry or (entry.endswith("*") and len(entry) > 5 and number.startswith(entry[:-1]))
            for entry in self.entries
        )

    return patch.object(NumberList, "covers", covers)


@contextmanager
def _ids_without_the_provider() -> Iterator[None]:
    """Derive ids from number, text and a count of copies per provider, but not from the provider itself."""
    copies: Counter[tuple[SeededIds, str, str, str]] = Counter()

    def message_id(self: SeededIds, destination: str, text: str, provider: str, *_: Any) -> str:
        copies[self, destination, text, provider] += 1
        named = f"{destination}\0{text}\0{copies[self, destination, text, provider]}"
        return str(UUID(bytes=blake2b(named.encode(), digest_size=16).digest(), version=4))

    with patch.object(SeededIds, "message_id", message_id):
        yield


SUBTLE: tuple[Broken, ...] = (
    Broken("texts are compared by their first part", "AF-6", part=keyed(lambda o: f"{o.provider}\0{o.text[:160]}")),
    Broken("each provider has a volume of its own (AF-2)", "AF-2", part=_volume_per_provider),
    Broken("each provider has a volume of its own (AF-3)", "AF-3", part=_volume_per_provider),
    Broken(
        "URLs are looked for in the first part",
        "URL-1",
        part=_find(lambda text, found: found if found and found in text[:_SEGMENT] else None),
    ),
    Broken("short prefixes of the watchlist are passed over", "WL-2", part=_longer_prefixes_only),
    Broken("passwords are trimmed", "ACC-1", request=on_login(lambda name, word: (name, word.strip()))),
    Broken("usernames are trimmed", "ACC-1", request=on_login(lambda name, word: (name.strip(), word))),
    Broken("usernames in any case", "ACC-1", request=on_login(lambda name, word: (name.lower(), word))),
    Broken("ids are made of number and text", "ANS-1", part=_ids_without_the_provider),
)

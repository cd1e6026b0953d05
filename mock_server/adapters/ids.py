"""Ids and draws derived from the session's seed."""

from __future__ import annotations

import secrets
from hashlib import blake2b

from mock_server.ports import Ordinal

_SEED_BITS = 48
"""Small enough for every JSON parser to represent exactly."""

_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def random_seed() -> int:
    """A random seed for a session without one."""
    return secrets.randbits(_SEED_BITS)


class SeededIds:
    """Ids keyed by seed, purpose and subject, so that order and parallelism do not matter."""

    __slots__ = ("_keyed",)

    def __init__(self, seed: int) -> None:
        self._keyed = blake2b(b"message\0", digest_size=16, key=str(seed).encode())

    def message_id(self, destination: str, text: str, provider: str, ordinal: Ordinal) -> str:
        """A version 4 UUID in its usual spelling."""
        generation, nth = ordinal
        return self._uuid(f"{generation}\0{nth}\0{destination}\0{provider}\0{text}")

    def draw(self, purpose: str) -> float:
        """A number from [0, 1) that depends on the seed and the purpose alone."""
        hashed = self._keyed.copy()
        hashed.update(f"draw\0{purpose}".encode())
        return (int.from_bytes(hashed.digest()[:7]) >> 3) / 2**53

    def derived_id(self, purpose: str, message_id: str, number: int = 0) -> str:
        """A version 4 UUID for something that belongs to a message."""
        return self._uuid(f"{purpose}\0{message_id}\0{number}")

    def _uuid(self, named: str) -> str:
        hashed = self._keyed.copy()
        hashed.update(named.encode())
        digits = hashed.hexdigest()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"

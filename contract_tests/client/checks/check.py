"""What a check is: its description, how it judges a case, and the breaches it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from contract_tests.client.play.evidence import Evidence


class Severity(StrEnum):
    """What a breach costs the client's users."""

    CRITICAL = "critical"
    """Wrong or duplicate messages, money, or leaked secrets."""
    MAJOR = "major"
    """A wrong result for the caller, or a client that hangs."""
    MINOR = "minor"
    """Bad practice without direct damage."""


@dataclass(frozen=True)
class Breach:
    """One breach of a check in one case."""

    said: str
    """One sentence: what was seen and what would have been right; secrets masked."""
    attempt: int = 0
    """Which intent of the case, counted from 0."""
    exchange: str | None = None


Judge = Callable[[Evidence], Iterator[Breach]]
"""Yields every breach in a case; nothing where the check is kept."""

Reaches = Callable[[Evidence], bool]
"""Whether a case contains anything that the check judges."""


@dataclass(frozen=True)
class CheckSpec:
    """The description of a check."""

    id: str
    """Such as `resend.unknown-fate`; stable, for `--known-gaps`."""
    sentence: str
    """What a client must do, and why it matters."""
    severity: Severity
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class ClientCheck(CheckSpec):
    """A check that judges cases."""

    judge: Judge = field(repr=False)
    reaches: Reaches = field(repr=False)

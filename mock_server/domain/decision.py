"""The verdicts of the gateway, and what the journal needs to explain them."""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar

import msgspec

from mock_server.domain.errors import ErrorCode
from mock_server.domain.flooding import Tally
from mock_server.domain.requirements import Requirement


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A refusal of the catalogue, the requirement behind it, and details for the client and the explanation."""

    error: ErrorCode
    requirement: Requirement
    details: str | None = None
    reason: str | None = None
    """For the explanation only: the value that decided. It is never sent to the client."""


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """The provider accepted the message (PR-1)."""

    message_id: str
    provider: str


class SilentlyDropped(msgspec.Struct, frozen=True, gc=False):
    """Answered like an acceptance and handed to no provider (AF-1, AF-7)."""

    message_id: str
    provider: str


class Intercepted(msgspec.Struct, frozen=True, gc=False):
    """A stub answered, or broke the connection, before the gateway decided."""


class Drop(msgspec.Struct, frozen=True, gc=False):
    """A duplicate: answered like an acceptance once it has an id."""

    requirement: Requirement


_LONGEST_QUOTED = 60


def quoted(text: str) -> str:
    """A client's text for an explanation; of a long one only the length, since a cut could leave part of a secret."""
    return repr(text) if len(text) <= _LONGEST_QUOTED else f"a text of {len(text)} characters"


Said_co = TypeVar("Said_co", bound=Refused | Drop, covariant=True)


class Objection(msgspec.Struct, Generic[Said_co], frozen=True, gc=False):
    """The first rule that refused or dropped, by name, and its verdict."""

    rule: str
    said: Said_co


Verdict: TypeAlias = Accepted | Refused | SilentlyDropped | Intercepted


class Decision(msgspec.Struct, frozen=True, gc=False):
    """A verdict with what explains it."""

    verdict: Verdict
    rule: str
    """The rule or stub that decided."""
    requirement: Requirement | None
    """The requirement behind it; `None` if a stub forced an acceptance or a drop, or intercepted the request."""
    forced: bool = False
    """Whether a stub decided; such an answer proves nothing about fidelity."""
    natural: Objection[Refused | Drop] | None = None
    """For a forced decision: what the rules would have objected without the stub."""
    tally: Tally | None = None
    """What the anti-flooding windows held at the decision."""
    detailed: bool = False
    """Whether the answer names the provider (REQ-6)."""


class ProtocolError(msgspec.Struct, frozen=True):
    """An answer given before any rule: unknown path, wrong method, too large (BAD-5)."""

    error: ErrorCode
    rule: str
    requirement: Requirement | None
    details: str | None = None

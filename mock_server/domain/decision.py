"""The verdicts of the gateway and what a journal needs to explain them."""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar

import msgspec

from mock_server.domain.errors import ErrorCode
from mock_server.domain.flooding import Tally
from mock_server.domain.requirements import Requirement


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A catalogued business answer, the statement it follows from, and what a developer should know."""

    error: ErrorCode
    requirement: Requirement
    details: str | None = None
    reason: str | None = None
    """For the explanation only: the value that decided. It never goes out to the client."""


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """The provider took the message (PR-1)."""

    message_id: str
    provider: str


class SilentlyDropped(msgspec.Struct, frozen=True, gc=False):
    """Answered like an acceptance and handed to nobody (AF-1, AF-7)."""

    message_id: str
    provider: str


class Intercepted(msgspec.Struct, frozen=True, gc=False):
    """A stub answered, or broke the connection, before the gateway saw the request: it decided nothing."""


class Drop(msgspec.Struct, frozen=True, gc=False):
    """A duplicate: to be answered like an acceptance, once it has an id."""

    requirement: Requirement


_LONGEST_QUOTED = 60


def quoted(text: str) -> str:
    """A client's text as an explanation quotes it; of a long one only the length: half of it may be half a secret."""
    return repr(text) if len(text) <= _LONGEST_QUOTED else f"a text of {len(text)} characters"


Said_co = TypeVar("Said_co", bound=Refused | Drop, covariant=True)


class Objection(msgspec.Struct, Generic[Said_co], frozen=True, gc=False):
    """The first rule that fired, by name, and what it said."""

    rule: str
    said: Said_co


Verdict: TypeAlias = Accepted | Refused | SilentlyDropped | Intercepted


class Decision(msgspec.Struct, frozen=True, gc=False):
    """A verdict with its explanation."""

    verdict: Verdict
    rule: str
    """The rule or stub that decided."""
    requirement: Requirement | None
    """The statement behind it; none stands behind an acceptance, a drop or an answer that a stub made up."""
    forced: bool = False
    """A stub decided: the answer proves nothing about fidelity."""
    natural: Objection[Refused | Drop] | None = None
    """Under a stub: what the rules would have said, were there no stub."""
    tally: Tally | None = None
    """What the anti-flooding windows held when they were asked."""
    detailed: bool = False
    """The caller wants the provider named (REQ-6)."""


class ProtocolError(msgspec.Struct, frozen=True):
    """An answer that no rule of the gateway gave: unknown path, wrong method, too large (BAD-5)."""

    error: ErrorCode
    rule: str
    requirement: Requirement | None
    details: str | None = None

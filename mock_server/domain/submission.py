"""What a client sent, decoded: missing and odd parts are values here, never exceptions."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mock_server.domain.errors import ErrorCode
from mock_server.domain.instants import Instant
from mock_server.domain.requirements import Requirement


class Operation(StrEnum):
    """The two ways to send (OP-1, OP-2)."""

    ADMIN = "admin"
    SERVICES = "services"


class Reference(msgspec.Struct, frozen=True, gc=False):
    """The caller's own words for a message (REQ-3); an absent or null member is `None`."""

    service: str | None = None
    action: str | None = None
    key: str | None = None


class Webhook(msgspec.Struct, frozen=True, gc=False):
    """Where the caller wants its receipts (REQ-10)."""

    url: str | None = None
    authentication: str = "NONE"


class Submission(msgspec.Struct, frozen=True, gc=False):
    """An SMS that somebody wants sent (REQ-1 to REQ-10).

    An empty `destination` stands for one that was missing, null or not a string, an empty `text` for one that was
    missing or null: the gateway answers each pair alike (BAD-2).
    """

    destination: str = ""
    text: str = ""
    reference: Reference | None = None
    detailed: bool = False
    account: str | None = None
    lra: int | None = None
    business_relation_id: str | None = None
    webhook: Webhook | None = None


class Unreadable(msgspec.Struct, frozen=True, gc=False):
    """A body that no submission could be read from: which answer it earns, why, and where it went wrong."""

    error: ErrorCode
    requirement: Requirement
    details: str


class BasicCredentials(msgspec.Struct, frozen=True, gc=False):
    """A decoded HTTP Basic header."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Name the user; a password never reaches a log."""
        return f"Credentials(username={self.username!r}, password=…)"


class Presented(StrEnum):
    """What stood in place of usable credentials (ACC-5)."""

    NOTHING = "nothing"
    UNDECODABLE = "undecodable"


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """One try to send: who asks, for which operation, with what content, and when."""

    operation: Operation
    credentials: BasicCredentials | Presented
    content: Submission | Unreadable
    at: Instant
    exchange: str
    """The journal entry that holds the request."""
    receivers: tuple[str, ...] = ()
    """Where the URLs of the session's own receivers begin; known where a webhook is asked for."""

    @property
    def username(self) -> str:
        """Who authenticated; empty where nobody did."""
        return self.credentials.username if isinstance(self.credentials, BasicCredentials) else ""

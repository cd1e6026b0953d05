"""What a client sent, decoded; missing and invalid parts are values, not exceptions."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mock_server.domain.errors import ErrorCode
from mock_server.domain.instants import Instant
from mock_server.domain.requirements import Requirement


class Operation(StrEnum):
    """The two operations to send (OP-1, OP-2)."""

    ADMIN = "admin"
    SERVICES = "services"


class Reference(msgspec.Struct, frozen=True, gc=False):
    """The caller's own labels for a message (REQ-3); an absent or null member is `None`."""

    service: str | None = None
    action: str | None = None
    key: str | None = None


class Webhook(msgspec.Struct, frozen=True, gc=False):
    """Where the receipts are to be sent (REQ-10)."""

    url: str | None = None
    authentication: str = "NONE"


class Submission(msgspec.Struct, frozen=True, gc=False):
    """A request to send an SMS (REQ-1 to REQ-10).

    `destination` is empty if it was missing, null or not a string, `text` if it was missing or null: the gateway
    answers these cases like an empty value (BAD-2).
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
    """A body that is not a submission: the refusal, its requirement, and what is wrong where."""

    error: ErrorCode
    requirement: Requirement
    details: str


class BasicCredentials(msgspec.Struct, frozen=True, gc=False):
    """A decoded HTTP Basic header."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Show the username only: a password must not reach a log."""
        return f"BasicCredentials(username={self.username!r}, password=…)"


class Presented(StrEnum):
    """What a request had instead of usable credentials (ACC-5)."""

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
    """URL prefixes of the session's own receivers; set only if the submission has a webhook."""

    @property
    def username(self) -> str:
        """The username in the credentials; empty if there are none."""
        return self.credentials.username if isinstance(self.credentials, BasicCredentials) else ""

"""One HTTP request with its answer, as the journal keeps it."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from mock_server.domain.decision import Decision
from mock_server.domain.errors import ErrorCode
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Account, Policy
from mock_server.domain.requirements import Requirement
from mock_server.domain.submission import Operation
from mock_server.stubs import NearMiss


class ProtocolError(msgspec.Struct, frozen=True):
    """An answer that no rule of the gateway gave: unknown path, wrong method, too large (BAD-5)."""

    error: ErrorCode
    rule: str
    requirement: Requirement | None
    details: str | None = None


class Exchange:
    """One HTTP request with its answer. It is filled in while the request is served."""

    __slots__ = (
        "account",
        "answer",
        "answer_headers",
        "at",
        "body",
        "body_cut",
        "body_length",
        "body_read",
        "body_sha256",
        "bug",
        "decision",
        "destination",
        "disconnected",
        "disconnected_early",
        "epoch",
        "head",
        "id",
        "method",
        "near",
        "operation",
        "path",
        "policy",
        "protocol_error",
        "raw_size",
        "settled",
        "status",
        "stubs",
        "trouble",
    )

    def __init__(self, at: Instant, method: str, path: bytes, head: bytes) -> None:
        self.id, self.epoch = "", 0
        """Which of the journal's lives the entry belongs to: a reset begins another one."""
        self.at = at
        """When the request was complete; of one that is not, when it began."""
        self.method, self.path = method, path
        """As it came, with the query."""
        self.head: bytes | None = head
        """The header lines as they stand on the wire; `None` once they were evicted."""
        self.body: bytes | None = b""
        """At most `Bounds.body` bytes; `None` once it was evicted."""
        self.body_cut = False
        self.body_read = False
        """Whether anybody read the body: of one that nobody did nothing is known but what the client declared."""
        self.body_length: int | None = None
        self.body_sha256: str | None = None
        """Computed when the body is cut or evicted; until then it can be had from the body."""
        self.operation: Operation | None = None
        self.destination: str | None = None
        self.policy: Policy | None = None
        self.account: Account | None = None
        """What the rules were asked with, and whom the credentials name there: both shared by many exchanges."""
        self.decision: Decision | None = None
        self.protocol_error: ProtocolError | None = None
        self.status: int | None = None
        self.answer = b""
        self.answer_headers: tuple[tuple[bytes, bytes], ...] = ()
        """Beside those that every answer has; the sender's own tuple, and no copy."""
        self.bug: str | None = None
        """The traceback of a bug in the mock."""
        self.disconnected = False
        """The client went away before the request was complete."""
        self.disconnected_early = False
        """The client went away while its answer was late."""
        self.stubs: tuple[str, ...] = ()
        """The stubs that had their say."""
        self.near: tuple[NearMiss, ...] = ()
        """Stubs that were kept from it by their limits."""
        self.trouble: str | None = None
        """What stubs did to the transport."""
        self.raw_size = 0
        """What the server's budget counts for this entry."""
        self.settled = False
        """The request was served, and nothing more will be written down here."""

    def asked_with(self, policy: Policy, username: str) -> None:
        """Keep what the rules are asked with: a later change of the scenario does not change why."""
        self.policy, self.account = policy, policy.accounts.get(username)

    @property
    def sha256(self) -> str:
        """The hash of the whole body, hexadecimal."""
        return self.body_sha256 or sha256(self.body or b"").hexdigest()

    def give_up(self) -> None:
        """Let the raw bytes go, for newer ones; length and hash stay."""
        self.body_sha256 = self.sha256
        self.body, self.head = None, None
        self.raw_size = 0

"""One HTTP request with its answer, as the journal keeps it."""

from __future__ import annotations

from hashlib import sha256

from mock_server.domain.decision import Decision, ProtocolError
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Account, Policy
from mock_server.domain.stub import NearMiss, StubsInForce
from mock_server.domain.submission import Operation


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
        "stubs_in_force",
        "transport_effect",
    )

    id: str
    """Its number, counted from 1."""
    epoch: int
    """The journal's epoch when the entry was made; a reset begins another one."""
    at: Instant
    """When the request was complete, or else when it began."""
    method: str
    path: bytes
    """The raw path with the query."""
    head: bytes | None
    """The header lines as on the wire; `None` once evicted."""
    body: bytes | None
    """At most `Bounds.body` bytes; `None` once it was evicted."""
    body_cut: bool
    body_read: bool
    """Whether the body was read; otherwise only its declared length is known."""
    body_length: int | None
    body_sha256: str | None
    """Computed when the body is cut or evicted."""
    operation: Operation | None
    destination: str | None
    policy: Policy | None
    account: Account | None
    """The policy that the rules were asked with, and the account of the credentials; both are shared objects."""
    decision: Decision | None
    protocol_error: ProtocolError | None
    status: int | None
    answer: bytes
    answer_headers: tuple[tuple[bytes, bytes], ...]
    """The headers that not every answer has; shared, not copied."""
    bug: str | None
    """The traceback of a bug in the mock."""
    disconnected: bool
    """The client disconnected before the request was complete."""
    stubs: tuple[str, ...]
    """The stubs that applied."""
    stubs_in_force: StubsInForce | None
    """Which stubs there were; `None` if none was looked for."""
    near: tuple[NearMiss, ...]
    """Stubs that only their limits kept away."""
    transport_effect: str | None
    """The stubs' effect on the transport."""
    raw_size: int
    """The bytes that the server's budget counts for this entry."""
    settled: bool
    """The request was served, and the entry is complete."""

    def __init__(self, at: Instant, method: str, path: bytes, head: bytes) -> None:
        self.id, self.epoch, self.at = "", 0, at
        self.method, self.path, self.head, self.body = method, path, head, b""
        self.body_cut = self.body_read = False
        self.body_length = self.body_sha256 = None
        self.operation = self.destination = self.policy = self.account = None
        self.decision = self.protocol_error = self.status = self.bug = None
        self.answer, self.answer_headers = b"", ()
        self.disconnected = False
        self.stubs, self.near = (), ()
        self.stubs_in_force = self.transport_effect = None
        self.raw_size, self.settled = 0, False

    def asked_with(self, policy: Policy, username: str) -> None:
        """Keep what the rules are asked with, so that a later scenario does not change the explanation."""
        self.policy, self.account = policy, policy.accounts.get(username)

    @property
    def sha256(self) -> str:
        """The hash of the whole body, hexadecimal."""
        return self.body_sha256 or sha256(self.body or b"").hexdigest()

    def give_up(self) -> None:
        """Release the raw bytes; length and hash stay."""
        self.body_sha256 = self.sha256
        self.body, self.head = None, None
        self.raw_size = 0

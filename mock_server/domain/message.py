"""An accepted submission, with an id."""

from __future__ import annotations

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Plan
from mock_server.domain.instants import Instant
from mock_server.domain.submission import Submission


class Message(msgspec.Struct, frozen=True, gc=False):
    """An accepted message: the submission, its caller and sender, the provider, and when."""

    id: str
    submission: Submission
    caller: str
    """The account that authenticated."""
    sender: str
    """The account that the message is sent for: the impersonated one, else the caller (REQ-7)."""
    provider: str
    accepted_at: Instant
    exchange: str
    """The journal entry that holds the request."""
    plan: Plan = Plan()
    """Its status changes; one object is shared by all messages with the same plan."""
    adversity: Adversity | None = None
    """What goes wrong with its notifications."""
    receiver: str | None = None
    """The session's own receiver that its webhook URL names, if any."""
    forced: bool = False
    """A stub decided about it."""
    dropped: bool = False
    """A duplicate that was silently dropped; kept only with the reading of AF-7 in which the status API knows it."""

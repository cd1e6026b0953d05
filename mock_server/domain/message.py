"""An accepted submission, with an id and a life of its own."""

from __future__ import annotations

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Plan
from mock_server.domain.instants import Instant
from mock_server.domain.submission import Submission


class Message(msgspec.Struct, frozen=True, gc=False):
    """What the provider took: the submission, who sent it, for whom, through whom and when."""

    id: str
    submission: Submission
    caller: str
    """The account that authenticated."""
    sender: str
    """The account the message is sent for: the impersonated one, else the caller (REQ-7)."""
    provider: str
    accepted_at: Instant
    exchange: str
    """The journal entry that holds the request."""
    plan: Plan = Plan()
    """How it is going to fare; shared by all messages of a scenario."""
    adversity: Adversity | None = None
    """What is going wrong with its notifications."""
    receiver: str | None = None
    """The session's own receiver that gets its notifications, where its webhook names one."""
    forced: bool = False
    """A stub had a hand in its fate."""
    dropped: bool = False
    """A duplicate that was never sent; kept only where AF-7 is read so that the status API knows it."""

"""Every verb a tester has, typed."""

from __future__ import annotations

from mock_server.client.journal import JournalCalls
from mock_server.client.sending import SendCalls
from mock_server.client.sessions_api import SessionCalls
from mock_server.client.steering import ClockCalls, DeliveryCalls, StubCalls


class Control(SessionCalls, JournalCalls, ClockCalls, StubCalls, DeliveryCalls, SendCalls):
    """The verbs of one session, over any `Caller`; `create_session` gives those of another.

    Every verb raises `ControlError` where it was refused, or nobody answered who could have done it.
    """

"""All verbs of a tester, typed."""

from __future__ import annotations

from mock_server.client.journal import JournalCalls
from mock_server.client.sending import SendCalls
from mock_server.client.sessions_api import SessionCalls
from mock_server.client.steering import ClockCalls, DeliveryCalls, StubCalls


class Control(SessionCalls, JournalCalls, ClockCalls, StubCalls, DeliveryCalls, SendCalls):
    """The verbs of one session, over any `Caller`; `create_session` returns those of another session.

    Every verb raises `ControlError` where it was refused, or nobody answered who could have done it.
    """

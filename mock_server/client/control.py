"""Every verb a tester has, typed."""

from __future__ import annotations

from mock_server.client.journal import JournalVerbs
from mock_server.client.sending import SendVerbs
from mock_server.client.sessions_api import SessionVerbs
from mock_server.client.steering import ClockVerbs, DeliveryVerbs, StubVerbs


class Control(SessionVerbs, JournalVerbs, ClockVerbs, StubVerbs, DeliveryVerbs, SendVerbs):
    """The verbs of one session, over any `Caller`; `create_session` gives those of another.

    Every verb raises `ControlError` where it was refused, or nobody answered who could have done it.
    """

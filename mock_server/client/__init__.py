"""A typed client of the control API: one interface, over HTTP or in this process.

    with connect("http://127.0.0.1:8080") as control, control.create_session(scenario="watchlist") as orders:
        sent = orders.send("+447700900061", "Hello")
        orders.explain(sent.exchange).rule  # "watchlist"

`MockGateway.control` is the same for a gateway in this process. It stands on nothing but the control API's HTTP.
"""

from mock_server.client.calling import Caller
from mock_server.client.calling import ControlAnswer as Answered
from mock_server.client.calling import ControlRequest as Asked
from mock_server.client.control import Control
from mock_server.client.errors import ControlError
from mock_server.client.in_process import LoopCaller
from mock_server.client.over_http import HttpCaller, connect
from mock_server.client.receiving import Receiver
from mock_server.client.results import (
    Advance,
    Change,
    Clock,
    Duplicates,
    Exchange,
    Explanation,
    Finding,
    Fired,
    Ledger,
    Message,
    NearStub,
    Received,
    Result,
    Session,
    Snapshot,
    Stub,
    WebhookAttempt,
)
from mock_server.client.sending import Sent

__all__ = [
    "Advance",
    "Answered",
    "Asked",
    "Caller",
    "Change",
    "Clock",
    "Control",
    "ControlError",
    "Duplicates",
    "Exchange",
    "Explanation",
    "Finding",
    "Fired",
    "HttpCaller",
    "Ledger",
    "LoopCaller",
    "Message",
    "NearStub",
    "Received",
    "Receiver",
    "Result",
    "Sent",
    "Session",
    "Snapshot",
    "Stub",
    "WebhookAttempt",
    "connect",
]

"""The tester's verbs as plain methods; the control API and the console call nothing else."""

from mock_server.control.clock import ClockVerbs
from mock_server.control.delivery import DeliveryVerbs
from mock_server.control.requests import MOST_LISTED, BadScenarioError, ControlRequestError
from mock_server.control.sessions import SessionsApi
from mock_server.control.verbs import SessionControl

__all__ = [
    "MOST_LISTED",
    "BadScenarioError",
    "ClockVerbs",
    "ControlRequestError",
    "DeliveryVerbs",
    "SessionControl",
    "SessionsApi",
]

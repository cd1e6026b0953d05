"""The options of `pytest --pyargs contract_tests.gateway`: every pytest run loads this, so it imports nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `sms-contract gateway`, with `sms-` before them."""
    group = parser.getgroup("sms-contract", "the contract of the SMS gateway: pytest --pyargs contract_tests.gateway")
    add = group.addoption
    add("--sms-url", metavar="URL", help="Base URL of the server that is judged.")
    add("--sms-username", metavar="NAME", help="An account of the target; not needed with --sms-control.")
    add("--sms-password", metavar="WORD", help="Its password; better given as SMS_PASSWORD.")
    add("--sms-api-key", metavar="KEY", help="A key of the Message Status API; better given as SMS_API_KEY.")
    add("--sms-status-url", metavar="URL", help="The Message Status API, where its host is another one.")
    add("--sms-control", metavar="URL", help="Control API of the stand-in behind --sms-url.")
    add("--sms-control-token", metavar="WORD", help="What --sms-control asks for; better given as SMS_CONTROL_TOKEN.")
    add("--sms-live", action="store_true", help="The target is a real environment: nothing is sent unless allowed.")
    add("--sms-allow-send-to", metavar="NUMBER", help="Live: the one handset that may get messages.")
    add("--sms-max-messages", type=int, default=0, metavar="N", help="Live: how many it may get at most.")
    add("--sms-max-examples", type=int, default=40, metavar="N", help="How much is generated (default: 40).")
    add("--sms-seed", type=int, metavar="N", help="Repeats a run.")
    add("--sms-only", default="", metavar="ID,…", help="Only what concerns these requirements.")

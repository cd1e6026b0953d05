"""The options of `pytest --pyargs contract_tests.client`: every pytest run loads it, so it imports nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `sms-contract client`, prefixed with `sms-client-`."""
    group = parser.getgroup(
        "sms-contract-client", "does a client keep the contract: pytest --pyargs contract_tests.client"
    )
    add = group.addoption
    add("--sms-client-operation", choices=("admin", "services"), default="admin", help="The operation it sends by.")
    add("--sms-client-cases", type=int, default=400, metavar="N", help="Generated cases (default: 400).")
    add("--sms-client-seed", type=int, metavar="N", help="Repeat the run of this seed.")
    add(
        "--sms-client-timeout",
        type=float,
        default=1.0,
        metavar="S",
        help="The client's time-out in cases that wait for it, in seconds.",
    )
    add(
        "--sms-client-resend",
        choices=("never", "allowed"),
        default="never",
        help="Whether it may resend what may have been sent.",
    )
    add("--sms-client-known-gaps", metavar="FILE", help="Ids of checks accepted as broken, one per line.")
    add("--sms-client-workers", type=int, default=2, metavar="N", help="Concurrent calls (default: 2).")
    add("--sms-client-webhook-url", metavar="URL", help="The client's receiver of receipts.")
    add("--sms-client-mock-url", metavar="URL", help="A running stand-in (default: start one).")

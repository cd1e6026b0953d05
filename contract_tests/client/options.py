"""The options of `pytest --pyargs contract_tests.client`: every pytest run loads this, so it imports nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Those of `sms-contract client`, with `sms-client-` before them."""
    group = parser.getgroup("sms-contract-client", "does a client keep it: pytest --pyargs contract_tests.client")
    add = group.addoption
    add("--sms-client-operation", choices=("admin", "services"), default="admin", help="What it sends by.")
    add("--sms-client-cases", type=int, default=400, metavar="N", help="How many are generated (default: 400).")
    add("--sms-client-seed", type=int, metavar="N", help="Repeats a run.")
    add(
        "--sms-client-timeout", type=float, default=1.0, metavar="S", help="Seconds it is given where it has to wait."
    )
    add("--sms-client-resend", choices=("never", "allowed"), default="never", help="Whether it may send again.")
    add("--sms-client-known-gaps", metavar="FILE", help="Checks that are accepted as broken, an id a line.")
    add("--sms-client-workers", type=int, default=2, metavar="N", help="Calls side by side (default: 2).")
    add("--sms-client-webhook-url", metavar="URL", help="Where the client takes receipts, if it does.")
    add("--sms-client-mock-url", metavar="URL", help="A stand-in that runs (default: one of its own).")

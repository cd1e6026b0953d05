"""Helpers of the tests of the rules: a small policy, attempts to send, and assertions on verdicts."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

from mock_server.domain.decision import Refused
from mock_server.domain.errors import ErrorCode
from mock_server.domain.flooding import Limits, Offer
from mock_server.domain.instants import Instant
from mock_server.domain.policy import Account, Policy, Provider, Readings
from mock_server.domain.requirements import Requirement
from mock_server.domain.rules import Context
from mock_server.domain.submission import Attempt, BasicCredentials, Operation, Presented, Submission, Unreadable

ADMIN = Account("admin", "admin-secret", admin=True)
CUSTOMER = Account("customer", "customer-secret")
LINKER = Account("linker", "linker-secret", urls_allowed=True)
FORMER = Account("former", "former-secret", admin=True, active=False)
ACCOUNTS = {account.username: account for account in (ADMIN, CUSTOMER, LINKER, FORMER)}

SERVICES = frozenset({"AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN"})
"""The values in the vendor's pages (REQ-4)."""

DESTINATION = "+447700900123"
URL = "https://example.com/a"
MORNING = Instant(1_768_467_600_000_000)
"""2026-01-15T09:00:00Z."""


PREDICTABLE = settings(deadline=None, database=None, derandomize=True)
"""The same examples in every run, without an example database."""


def a_policy(readings: Readings | None = None, **parts: Any) -> Policy:
    """A policy with four accounts, the known services and two providers; every part can be replaced."""
    usual = {"accounts": ACCOUNTS, "services": SERVICES, "providers": (Provider("PROVIDER1"), Provider("MITTO"))}
    return Policy(**{**usual, "readings": readings or Readings(), **parts})


def a_submission(**fields: Any) -> Submission:
    """A valid submission, with these fields replaced."""
    return Submission(**{"destination": DESTINATION, "text": "Hello", **fields})


def an_attempt(
    content: Submission | Unreadable | None = None,
    *,
    by: Account | BasicCredentials | Presented = ADMIN,
    operation: Operation = Operation.ADMIN,
) -> Attempt:
    """An attempt to send; by default a valid one, by the administrator on the administrators' operation."""
    credentials = BasicCredentials(by.username, by.password) if isinstance(by, Account) else by
    return Attempt(operation, credentials, a_submission() if content is None else content, MORNING, "exchange-1")


def a_context(
    readings: Readings | None = None, *, caller: Account = ADMIN, sender: Account | None = None, **parts: Any
) -> Context:
    """The context of a valid attempt under a policy with these parts."""
    return Context(a_policy(readings, **parts), caller, sender or caller)


def an_offer(limits: Limits | None = None, *, text: str = "Hello", provider: str | None = "PROVIDER1") -> Offer:
    """An offer: a submission that passed every rule, as the windows see it."""
    return Offer(DESTINATION, text, provider, limits or Limits())


def assert_refused(said: object, error: ErrorCode, requirement: Requirement) -> Refused:
    """Assert a refusal with this error and this requirement, and return it."""
    assert isinstance(said, Refused), said
    assert said.error == error
    assert said.requirement == requirement
    assert said.reason, "an explanation is owed"
    return said

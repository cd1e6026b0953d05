"""Shared by the tests of the rules: an attempt to send with defects, and refusals for describers.

Each `test_<rule>.py` has a function `defect`, which makes its rule alone refuse, and `FINDINGS`: for some requests
what the rule saw, its limit, and the remedy. `test_order.py` and `test_findings.py` collect them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec

from mock_server.domain.decision import Drop, Objection, Refused
from mock_server.domain.errors import (
    BAD_CREDENTIALS,
    MALFORMED,
    NO_CREDENTIALS,
)
from mock_server.domain.flooding import Offer, Tally
from mock_server.domain.msisdn import NumberList
from mock_server.domain.policy import Account, Policy, Provider, Readings
from mock_server.domain.requirements import assumed, documented
from mock_server.domain.rules import (
    context_of,
    object_to_attempt,
    object_to_offer,
    object_to_submission,
)
from mock_server.domain.submission import (
    Attempt,
    BasicCredentials,
    Operation,
    Submission,
    Unreadable,
)
from tests.domain.asking import (
    ACCOUNTS,
    ADMIN,
    MORNING,
    SERVICES,
)

EVERYBODY = NumberList(("*",))
MOBILE = "+393401234567"


@dataclass(frozen=True)
class DefectiveAttempt:
    """An attempt to send, with everything that the rules check."""

    caller: Account = ADMIN
    password: str | None = None
    unreadable: bool = False
    submission: Submission = field(default_factory=lambda: Submission("+447700900123", "Hello"))
    readings: Readings = field(default_factory=Readings)
    watchlist: NumberList = field(default_factory=NumberList)
    unreachable: NumberList = field(default_factory=NumberList)
    up: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the policy."""
    tally: Tally = field(default_factory=Tally)

    def with_fields(self, **fields: Any) -> DefectiveAttempt:
        """The attempt with other fields of its submission."""
        return replace(self, submission=msgspec.structs.replace(self.submission, **fields))

    def with_tally(self, **counted: int) -> DefectiveAttempt:
        """The attempt with other counts in the windows."""
        return replace(self, tally=msgspec.structs.replace(self.tally, **counted))

    @property
    def policy(self) -> Policy:
        """The policy that the attempt is checked against."""
        return Policy(
            accounts=ACCOUNTS,
            services=SERVICES,
            providers=(Provider("PROVIDER1", up=self.up),),
            readings=self.readings,
            watchlist=self.watchlist,
            unreachable=self.unreachable,
            **self.more,
        )

    @property
    def attempt(self) -> Attempt:
        """The attempt as the rules get it."""
        credentials = BasicCredentials(self.caller.username, self.password or self.caller.password)
        content = Unreadable(MALFORMED, assumed("BAD-1"), "body: empty") if self.unreadable else self.submission
        return Attempt(Operation.ADMIN, credentials, content, MORNING, "exchange-1")

    def ask(self) -> Objection[Refused | Drop] | Objection[Refused] | None:
        """Ask all rules, stage by stage, as the gateway does."""
        policy = self.policy
        submission = object_to_attempt(self.attempt, policy)
        if isinstance(submission, Objection):
            return submission
        objection = object_to_submission(submission, context_of(self.attempt, submission, policy))
        if objection is not None:
            return objection
        offer = Offer(submission.destination, submission.text, policy.provider(), policy.limits)
        return object_to_offer(offer, self.tally)


Defect = Callable[[DefectiveAttempt], DefectiveAttempt]
"""Adds a defect to an attempt."""

Findings = list[tuple[dict[str, Any], str, str, str]]
"""The keywords of `found` in `test_findings.py`, and parts of what the rule saw, its limit and the remedy."""


def refused(error: Any, requirement: str, reason: str) -> Refused:
    """A refusal with its reason."""
    return Refused(error, documented(requirement), details=reason, reason=reason)


WRONG_PASSWORD = refused(BAD_CREDENTIALS, "ACC-1", "wrong password for 'admin'")
NO_HEADER = Refused(NO_CREDENTIALS, assumed("ERR-63a"), reason="no Basic credentials were presented")
PLAN = Readings(numbering_plan=True)


def examples_of(rule: str) -> ModuleType:
    """The test module of a rule, with `defect` and `FINDINGS`."""
    return import_module(f"tests.domain.rules.test_{rule}")

"""The rule `provider`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mock_server.domain.errors import (
    NO_PROVIDER,
)
from mock_server.domain.flooding import Tally
from mock_server.domain.policy import Provider
from mock_server.domain.requirements import documented
from mock_server.domain.rules.provider import provider
from tests.domain.asking import an_offer, assert_refused
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "PROVIDER1", "PROVIDER1 up, MITTO up", "bring a provider up"),
    ({"policy": {"providers": (Provider("A", up=False),)}}, "no provider that is up", "A down", "bring"),
    ({"policy": {"providers": ()}}, "no provider that is up", "none", "bring"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return replace(attempt, up=False)


@pytest.mark.requirement("PR-1", "ERR-64")
def test_without_a_provider_the_answer_is_code_64() -> None:
    """PR-1, ERR-64: 200 is answered only after a provider accepted; if none can, code 64 without details."""
    refused = assert_refused(provider(an_offer(provider=None), Tally()), NO_PROVIDER, documented("PR-1"))

    assert refused.details is None


@pytest.mark.requirement("PR-1", "PR-2")
@pytest.mark.parametrize("name", ["PROVIDER1", "MITTO"])
def test_any_provider_that_is_up_takes_the_message(name: str) -> None:
    """PR-1: any provider that failover selects is good."""
    assert provider(an_offer(provider=name), Tally()) is None

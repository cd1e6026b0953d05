"""Verdicts and decisions as values."""

from __future__ import annotations

import pytest

from mock_server.domain.decision import Accepted, Decision, Drop, Objection, Refused, SilentlyDropped, Verdict
from mock_server.domain.errors import FLOODED, MALFORMED
from mock_server.domain.fault import Delay, Fault, FaultKind
from mock_server.domain.flooding import Limits, Tally
from mock_server.domain.message import Message
from mock_server.domain.policy import Account, Health, Policy, Provider, Readings
from mock_server.domain.requirements import documented
from mock_server.domain.stub import Origin, Outcome, Stub
from mock_server.domain.submission import BasicCredentials, Reference, Unreadable, Webhook
from tests.domain.asking import MORNING, a_context, a_submission, an_attempt, an_offer

AF_1 = documented("AF-1")
REFUSED = Refused(FLOODED, AF_1)
ACCEPTED = Accepted("id-1", "PROVIDER1")
MESSAGE = Message("id-1", a_submission(), "admin", "customer", "PROVIDER1", MORNING, "exchange-1")


@pytest.mark.requirement("AF-7")
def test_a_silent_drop_has_the_fields_of_an_acceptance() -> None:
    """AF-7: both have an id and a provider, so their answers look the same; the verdicts are not equal."""
    dropped = SilentlyDropped("id-1", "PROVIDER1")
    verdicts: list[Verdict] = [dropped, ACCEPTED]

    assert dropped.__struct_fields__ == ACCEPTED.__struct_fields__
    assert (dropped.message_id, dropped.provider) == (ACCEPTED.message_id, ACCEPTED.provider)
    assert verdicts[0] != verdicts[1]


@pytest.mark.requirement("ANS-3")
def test_a_refusal_has_no_details_by_default() -> None:
    """ANS-3: `details` is null; the reason is for the explanation only."""
    assert Refused(FLOODED, AF_1, reason="150 of 150").details is None


def test_a_decision_is_natural_and_without_detail_by_default() -> None:
    """By default no stub decided, and the answer does not name the provider (REQ-6)."""
    decision = Decision(ACCEPTED, "provider accepted", AF_1)

    assert (decision.forced, decision.detailed) == (False, False)
    assert decision.natural is None
    assert decision.tally is None


def test_a_message_is_natural_unless_a_stub_accepted_it() -> None:
    """Only a message that a stub accepted is marked as forced."""
    assert MESSAGE.forced is False


@pytest.mark.parametrize(
    "value",
    [
        REFUSED,
        ACCEPTED,
        SilentlyDropped("id-1", "PROVIDER1"),
        Drop(AF_1),
        Objection("volume", REFUSED),
        Decision(REFUSED, "volume", AF_1),
        AF_1,
        FLOODED,
        MESSAGE,
        Limits(),
        Tally(),
        Readings(),
        Policy(),
        Account("anna", "secret"),
        Provider("MITTO"),
        Reference(),
        Webhook(),
        a_submission(),
        an_attempt(),
        BasicCredentials("anna", "secret"),
        Unreadable(MALFORMED, AF_1, "body: empty"),
        Health(),
        Stub("stubs[0]", Origin.SCENARIO, (), Outcome(FLOODED)),
        Fault(FaultKind.RESET),
        Delay(),
        an_offer(),
        a_context(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_of_the_domain_never_changes(value: object) -> None:
    """Decisions, submissions and policies are immutable."""
    name = next(iter(value.__struct_fields__))  # type: ignore[attr-defined]

    with pytest.raises(AttributeError):
        setattr(value, name, None)

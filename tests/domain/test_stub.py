"""Stubs: what they match on, when they apply, and their order of precedence."""

from __future__ import annotations

import msgspec
import pytest

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Plan, Status, Step
from mock_server.domain.errors import BAD_CREDENTIALS, FLOODED, MALFORMED, WATCHLISTED
from mock_server.domain.fault import Fault, FaultKind
from mock_server.domain.instants import HOUR, MINUTE, Instant
from mock_server.domain.requirements import assumed
from mock_server.domain.stub import (
    Criterion,
    Origin,
    Outcome,
    RawAnswer,
    RequestFacts,
    Stage,
    Stub,
    StubTable,
    acts_after_decision,
    facts_of,
    merged,
)
from mock_server.domain.submission import (
    Attempt,
    BasicCredentials,
    Operation,
    Presented,
    Reference,
    Submission,
    Unreadable,
)

NUMBER = "+447700900060"


def stub(name: str, destination: str = NUMBER, outcome: Outcome | None = None, **more: object) -> Stub:
    """A stub for a number, or for a prefix that ends in an asterisk."""
    prefix = destination[:-1] if destination.endswith("*") else None
    made = Stub(
        name,
        Origin.SCENARIO,
        (),
        outcome or Outcome(FLOODED),
        destination=destination if prefix is None and destination else None,
        prefix=prefix,
    )
    return msgspec.structs.replace(made, **more)


EXACT, PREFIXED, LONGER, GENERAL = (
    stub("a"),
    stub("b", "+4477*", place=1),
    stub("c", "+44770*", place=2),
    stub("d", ""),
)


@pytest.mark.parametrize(
    ("stubs", "destination", "order"),
    [
        pytest.param((EXACT,), NUMBER, "a", id="exact"),
        pytest.param((EXACT,), NUMBER + "0", "", id="an exact number is not a prefix"),
        pytest.param((PREFIXED,), "+447799", "b", id="prefix"),
        pytest.param((PREFIXED,), "+4477", "b", id="the prefix itself"),
        pytest.param((PREFIXED,), "+4478", "", id="outside the prefix"),
        pytest.param((PREFIXED, EXACT), NUMBER, "ab", id="exact before an earlier prefix"),
        pytest.param((LONGER, PREFIXED), NUMBER, "bc", id="of two prefixes the first, not the longer"),
        pytest.param((GENERAL, PREFIXED), NUMBER, "bd", id="a prefix before what is for all"),
        pytest.param((GENERAL,), "", "d", id="what is for all is for a request without destination"),
        pytest.param((GENERAL, LONGER, PREFIXED, EXACT), NUMBER, "abcd", id="all of them"),
        pytest.param((), NUMBER, "", id="no stubs"),
    ],
)
def test_an_exact_stub_comes_first_then_the_first_prefix(
    stubs: tuple[Stub, ...], destination: str, order: str
) -> None:
    """A stub for the number wins over one for a prefix of it; among equals, the first wins."""
    found = StubTable(stubs).candidates(destination)

    assert "".join(each.name for each in found) == order


def test_a_stub_with_a_pattern_is_a_candidate_if_the_pattern_matches() -> None:
    """Its condition on the number, else on the text, is checked first; its place in the order stays."""
    number = Criterion("destination", "ends with 9", lambda found: found.endswith("9"))
    text = Criterion("text", "contains code", lambda found: "code" in found)
    patterns = tuple(
        Stub(name, Origin.SCENARIO, criteria, Outcome(drop=True), place=place)
        for place, (name, criteria) in enumerate((("t", (text,)), ("n", (number, text)), ("g", ())))
    )
    table = StubTable(patterns)

    found = [
        "".join(each.name for each in table.candidates(destination, said))
        for destination, said in (("+449", "a code"), ("+449", "Hi"), ("+448", "a code"), ("+448", "Hi"))
    ]

    assert found == ["tng", "ng", "tg", "g"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(stub("a", "", priority=1), stub("b"), id="priority before all else"),
        pytest.param(stub("a", "", origin=Origin.CONTROL), stub("b"), id="the control API before the scenario"),
        pytest.param(stub("a", "+4*", times=1), stub("b"), id="what is limited before what is not"),
        pytest.param(stub("a", "+4*", nth=frozenset({1})), stub("b"), id="nth limits"),
        pytest.param(stub("a", "+4*", probability=0.5), stub("b"), id="probability limits"),
        pytest.param(stub("a", "+4*", lasts=MINUTE), stub("b"), id="time limits"),
        pytest.param(stub("a", place=0), stub("b", place=1), id="the first in order"),
    ],
)
def test_the_order_of_precedence(first: Stub, second: Stub) -> None:
    """Priority, origin, limits, exactness, order; in either order of definition."""
    for row in ((first, second), (second, first)):
        assert merged(row[:1], row[1:]) == [first, second]
    assert merged((), (first,)) == (first,)
    assert merged((first,), ()) == (first,)


@pytest.mark.parametrize(
    ("outcome", "stage"),
    [
        (Outcome(refuse=WATCHLISTED), Stage.DECISION),
        (Outcome(refuse=BAD_CREDENTIALS), Stage.ARRIVAL),
        (Outcome(accept=True), Stage.DECISION),
        (Outcome(drop=True), Stage.DECISION),
        (Outcome(accept=True, plan=Plan(())), Stage.DECISION),
        (Outcome(plan=Plan(())), Stage.FATE),
        (Outcome(adversity=Adversity.LATE), Stage.FATE),
        (Outcome(fault=Fault(FaultKind.RESET)), Stage.ARRIVAL),
        (Outcome(refuse=WATCHLISTED, hold=True), Stage.DECISION),
        (Outcome(hold=True), Stage.ARRIVAL),
        (Outcome(answer=RawAnswer(418)), Stage.ARRIVAL),
    ],
)
def test_an_outcome_applies_where_its_decision_is_made(outcome: Outcome, stage: Stage) -> None:
    """Credentials, faults and raw answers before authentication; refusals after it; delivery after acceptance."""
    assert outcome.stage is stage


def test_only_effects_before_the_decision_keep_a_request_from_the_gateway() -> None:
    """A fault that spoils an answer needs one; a raw answer does not."""
    assert Outcome(fault=Fault(FaultKind.RESET)).intercepts
    assert Outcome(answer=RawAnswer(418)).intercepts
    assert not Outcome(fault=Fault(FaultKind.RESET, after=True)).intercepts
    assert not Outcome(fault=Fault(FaultKind.BROKEN_JSON)).intercepts
    assert not Outcome(hold=True).intercepts
    assert acts_after_decision(Fault(FaultKind.BROKEN_JSON))


def test_a_stub_can_match_on_every_field_of_a_send() -> None:
    """The account is the caller as well as the impersonated one."""
    submission = Submission(NUMBER, "Hi", Reference("ADMIN", "2FA", "k"), account="shop")
    asked = facts_of(Attempt(Operation.ADMIN, BasicCredentials("anna", "secret"), submission, Instant(0), "1"))

    assert asked.values("operation") == ("admin",)
    assert asked.values("destination") == (NUMBER,)
    assert asked.values("text") == ("Hi",)
    assert asked.values("account") == ("anna", "shop")
    assert [asked.values(field) for field in ("service", "action", "key")] == [("ADMIN",), ("2FA",), ("k",)]


def test_a_request_without_submission_has_no_fields() -> None:
    """An unreadable body and a look-up can meet only a criterion on the operation."""
    unreadable = Unreadable(MALFORMED, assumed("BAD-1"), "body: empty")
    asked = facts_of(Attempt(Operation.SERVICES, Presented.NOTHING, unreadable, Instant(0), "1"))

    assert asked == RequestFacts("services")
    assert [asked.values(field) for field in ("destination", "text", "account", "key")] == [()] * 4
    assert RequestFacts("admin", submission=Submission(NUMBER, "Hi")).values("service") == ()


def test_a_criterion_is_met_by_any_of_a_fields_values() -> None:
    """An absent value meets no criterion."""
    on_behalf = Criterion("account", "shop", "shop".__eq__)
    wanting = msgspec.structs.replace(EXACT, criteria=(on_behalf, Criterion("text", "Hi", "Hi".__eq__)))
    asked = RequestFacts("admin", "anna", Submission(NUMBER, "Ho", account="shop"))

    assert on_behalf.met_by(asked)
    assert not on_behalf.met_by(RequestFacts("admin", "anna"))
    assert [each.field for each in wanting.unmet(asked)] == ["text"]


def test_a_table_has_all_plans_of_its_stubs() -> None:
    """The longest of them limits how long a message can change."""
    slow = Plan((Step(HOUR, Status.SENT),))

    assert list(StubTable((EXACT, stub("b", outcome=Outcome(plan=slow)))).plans) == [slow]
    assert list(StubTable((EXACT,)).plans) == []

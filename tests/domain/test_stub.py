"""Stubs: which one answers for a destination."""

from __future__ import annotations

import pytest

from mock_server.domain.delivery import Plan, Status, Step
from mock_server.domain.errors import FLOODED, NO_PROVIDER, WATCHLISTED
from mock_server.domain.instants import HOUR
from mock_server.domain.msisdn import NumberList
from mock_server.domain.stub import Stub, StubTable

FLOODS = Stub("stubs[0]", NumberList(("+447700900060",)), FLOODED)
LISTS = Stub("stubs[1]", NumberList(("+4477009000*",)), WATCHLISTED)
FAILS = Stub("stubs[2]", NumberList(("+447700900064", "+4477*")), NO_PROVIDER)
FLOODS_TOO = Stub("stubs[3]", NumberList(("+447700900060", "+447700900064")), FLOODED)


@pytest.mark.parametrize(
    ("stubs", "destination", "answers"),
    [
        pytest.param((FLOODS,), "+447700900060", FLOODS, id="exact"),
        pytest.param((FLOODS,), "+4477009000600", None, id="an exact number is no prefix"),
        pytest.param((LISTS,), "+447700900099", LISTS, id="prefix"),
        pytest.param((LISTS,), "+4477009000", LISTS, id="the prefix itself"),
        pytest.param((LISTS,), "+447700900199", None, id="beside the prefix"),
        pytest.param((LISTS, FLOODS), "+447700900060", FLOODS, id="exact before an earlier prefix"),
        pytest.param((LISTS, FAILS), "+447700900064", FAILS, id="exact before prefix, in one stub"),
        pytest.param((LISTS, FAILS), "+447700900065", LISTS, id="the first of two prefixes"),
        pytest.param((FAILS, LISTS), "+447700900065", FAILS, id="the first of two prefixes, the other way round"),
        pytest.param((LISTS, FAILS), "+447701", FAILS, id="the second of two prefixes"),
        pytest.param((FLOODS, FLOODS_TOO), "+447700900060", FLOODS, id="the first of two exact ones"),
        pytest.param((FLOODS_TOO, FLOODS), "+447700900060", FLOODS_TOO, id="the first of two, the other way round"),
        pytest.param((FLOODS_TOO,), "+447700900064", FLOODS_TOO, id="the second number of one stub"),
        pytest.param((), "+447700900060", None, id="no stubs"),
        pytest.param((FLOODS, LISTS, FAILS), "", None, id="a destination that was missing"),
    ],
)
def test_the_exact_stub_answers_first_then_the_first_prefix(
    stubs: tuple[Stub, ...], destination: str, answers: Stub | None
) -> None:
    """A stub that names the number wins over one that names its beginning; among equals the file's order decides."""
    assert StubTable(stubs).match(destination) is answers


def test_a_table_without_stubs_forces_nothing() -> None:
    """Forcing is what a scenario asks for, never a default."""
    assert StubTable().match("+447700900060") is None


def test_a_table_knows_every_plan_that_it_may_give() -> None:
    """The longest of them is how long a message can go on changing."""
    slow = Plan((Step(HOUR, Status.SENT),))
    delivers = Stub("stubs[3]", NumberList(("+447700900103",)), plan=slow)

    assert StubTable((FLOODS, delivers)).plans == (slow,)
    assert StubTable((FLOODS,)).plans == ()

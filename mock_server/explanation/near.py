"""The stubs that nearly matched a request, each with the one difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from mock_server.domain.instants import Instant
from mock_server.domain.secrets import Secrets
from mock_server.domain.stub import NearMiss, Origin, RequestFacts, Stage, Stub
from mock_server.explanation.masking import masked
from mock_server.journal.exchange import Exchange
from mock_server.session.ports import StubStore
from mock_server.session.stub_book import MOST_NEAR

_MANY = 3
"""The number of criteria from which a scenario's stub has more than an operation and a number."""


def stubs_nearly_matched(
    exchange: Exchange, asked: RequestFacts | None, stubs: StubStore | None, secrets: Secrets
) -> list[dict[str, Any]]:
    """At most `MOST_NEAR` stubs: first those that their limits excluded, then those with one unmet criterion.

    `asked`: what stubs match on; `None` if the body is no longer kept. `stubs`: those of the session; without them
    only limits are shown.
    """
    others = () if asked is None or stubs is None else _others(exchange, asked, stubs)
    return [
        {
            "id": each.stub,
            "differs": each.differs,
            "wanted": masked(each.wanted, secrets),
            "saw": masked(each.saw, secrets),
        }
        for each in islice(chain(exchange.near, others), MOST_NEAR)
    ]


def _others(exchange: Exchange, asked: RequestFacts, stubs: StubStore) -> Iterator[NearMiss]:
    if exchange.stubs_in_force is None:
        return
    told = {*exchange.stubs, *(each.stub for each in exchange.near)}
    said = {stub.outcome.stage: stub for stub in map(stubs.get, exchange.stubs) if stub is not None}
    for stub in stubs.those_in_force(exchange.stubs_in_force):
        missed = None if stub.name in told else _missed(stub, asked, stubs, said, exchange.at)
        if missed is not None:
            yield missed


def _missed(
    stub: Stub, asked: RequestFacts, stubs: StubStore, said: dict[Stage, Stub], at: Instant
) -> NearMiss | None:
    """The one difference. A scenario's stub for another number is not a near miss: scenarios have dozens of them."""
    unmet = list(islice(stub.unmet(asked), 2))
    if len(unmet) == 1 and (stub.origin is Origin.CONTROL or len(stub.criteria) >= _MANY):
        saw = ", ".join(asked.values(unmet[0].field)) or "nothing"
        return NearMiss(stub.name, unmet[0].field, unmet[0].wanted, saw)
    if unmet:
        return None
    if stubs.exhausted_by(stub, at) == "times":
        return NearMiss(stub.name, "times", "a request before it was used up", "one after it")
    first = said.get(stub.outcome.stage)
    if first is not None:
        return NearMiss(stub.name, "turn", "to go first", f"{first.name} went first")
    return NearMiss(stub.name, "turn", "a request that comes as far as it", "one that was decided before")

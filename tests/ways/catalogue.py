"""Everything that can be forced, from the product's enumerations, and the ways to force it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Status
from mock_server.domain.errors import CATALOGUE
from mock_server.domain.fault import STATUSES, fault_name
from mock_server.domain.stub import Outcome
from mock_server.scenario.compile import stubs_of
from mock_server.scenario.compile_stubs import outcome_of
from mock_server.scenario.faults import FAULT_NAMES
from mock_server.scenario.loader import load_scenario, stub_part
from mock_server.scenario.outcome_header import parse_outcome
from mock_server.scenario.pack import resolve
from mock_server.scenario.problems import ScenarioError
from mock_server.scenario.stub_model import ThenPart

WAYS = ("scenario", "magic", "header", "control")

NATURAL = {
    "refuse 8": "reachability",
    "refuse 61": "watchlist",
}
"""Magic numbers without a stub, with the rule that refuses them.

In these two the number itself earns the refusal: the shipped scenario lists them as a tester would, so that the
answer is the gateway's own and its explanation names the rule. Every other outcome has a stub there.
"""

NO_OUTCOMES = {"channel": "says by what a forced delivery travels, and forces nothing alone"}
"""Keys of `then` that are no outcomes, with the reason."""


class WayRow(NamedTuple):
    """One outcome, in the notation of each way."""

    name: str
    then: Mapping[str, Any]
    header: str


class Magic(NamedTuple):
    """A number of the shipped scenario, and its stub."""

    number: str
    stub: str | None


def rows() -> Iterator[WayRow]:
    """Every outcome, once."""
    for code in sorted({error.code for error in CATALOGUE}):
        yield WayRow(f"refuse {code}", {"refuse": code}, f"refuse={code}")
    for flag in ("accept", "drop", "hold"):
        yield WayRow(flag, {flag: True}, flag)
    yield WayRow("delay", {"delay": "3s"}, "delay=3s")
    yield WayRow("answer", {"answer": {"status": 418}}, "answer=418")
    for status in Status:
        yield WayRow(f"deliver {status}", {"deliver": status.value}, f"deliver={status}")
    for adversity in Adversity:
        yield WayRow(f"adversity {adversity}", {"adversity": adversity.value}, f"adversity={adversity}")
    for fault in FAULT_NAMES:
        yield WayRow(f"fault {fault}", {"fault": fault}, f"fault={fault}")
    for kind in STATUSES:
        then = {"fault": {"kind": kind.value, "retry_after": 30}}
        yield WayRow(f"fault {kind} with Retry-After", then, f"fault={kind}, retry-after=30")


def name_of(outcome: Outcome) -> str:
    """The name of an outcome's row."""
    if outcome.refuse is not None:
        return f"refuse {outcome.refuse.code}"
    if outcome.plan is not None:
        comes_to = outcome.plan.steps[-1].status if outcome.plan.steps else Status.PROVIDER_ACCEPTANCE
        return f"deliver {comes_to}"
    if outcome.adversity is not None:
        return f"adversity {outcome.adversity}"
    if outcome.fault is not None:
        retry = "" if outcome.fault.retry_after is None else " with Retry-After"
        return f"fault {fault_name(outcome.fault)}{retry}"
    flags = ("accept", "drop", "hold", "delay", "answer")
    return next(flag for flag in flags if getattr(outcome, flag))


@cache
def magic_numbers() -> Mapping[str, Magic]:
    """The numbers of the shipped scenario by their outcome; the first of several with the same outcome."""
    scenario = load_scenario(resolve("default"))
    found = {
        "refuse 8": Magic(scenario.unreachable[0], None),
        "refuse 61": Magic(scenario.watchlist[0], None),
    }
    for stub in stubs_of(scenario).stubs:
        if stub.destination is not None and not stub.limited:
            found.setdefault(name_of(stub.outcome), Magic(stub.destination, stub.name))
    return found


def missing(table: Iterable[WayRow], magic: Collection[str], judged: Collection[str]) -> list[str]:
    """The outcomes that lack a way or a check, one sentence each."""
    table = list(table)
    found = [sentence for row in table for sentence in _missing_of(row, magic, judged)]
    keys = {key for row in table for key in row.then} | set(NO_OUTCOMES)
    found += [f"{key}: a key of `then` without a row" for key in ThenPart.model_fields if key not in keys]
    return found


def _missing_of(row: WayRow, magic: Collection[str], judged: Collection[str]) -> Iterator[str]:
    # A scenario and the control API read the same part; the test of the table uses each of them.
    try:
        outcome = outcome_of(stub_part({"then": dict(row.then)}).then, "SMS")
    except ScenarioError as error:
        yield f"{row.name}: neither a scenario nor POST /_control/stubs takes it: {error}"
    else:
        if name_of(outcome) != row.name:
            yield f"{row.name}: a scenario and POST /_control/stubs take it for {name_of(outcome)}"
    try:
        outcome = parse_outcome(row.header).outcome
    except ValueError as error:
        yield f"{row.name}: the header X-Mock-Outcome does not take it: {error}"
    else:
        if name_of(outcome) != row.name:
            yield f"{row.name}: the header X-Mock-Outcome takes it for {name_of(outcome)}"
    if row.name not in magic:
        yield f"{row.name}: no magic destination; give scenarios/default.yaml a stub for it"
    if row.name not in judged:
        yield f"{row.name}: nothing judges it; give tests/ways/judges.py a judge for it"

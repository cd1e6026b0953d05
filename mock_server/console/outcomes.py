"""The outcomes that have a button, derived from the catalogue and the enumerations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mock_server.console.texts import written
from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Status
from mock_server.domain.errors import BY_CODE
from mock_server.domain.fault import STATUSES
from mock_server.domain.stub import acts_after_decision
from mock_server.scenario.faults import FAULT_NAMES, parse_fault

OWN_ANSWER = "answer"
"""The outcome with free text."""

_LATE = [{"after": "1s", "status": "SENT"}, {"after": "2h", "status": "DELIVERED"}]
_DELAYS = ("3s", "30s")
_RETRY_AFTER = 30
_SHOWN = 200
"""Characters that are shown of an outcome without a button."""


class OutcomeChoice(NamedTuple):
    """One outcome to force."""

    key: str
    """What the button sends."""
    label: str
    """Its technical name, in every language."""
    word: str
    """The name of the word that explains it."""
    then: Mapping[str, Any]
    """The `then` of its stub."""


class Told(NamedTuple):
    """A forced outcome for display: that of a button, or as written."""

    label: str
    word: str | None


def _refusals() -> Iterator[OutcomeChoice]:
    for code, error in sorted(BY_CODE.items()):
        yield OutcomeChoice(f"refuse:{code}", f"{code} {error.message}", f"refusal.{code}", {"refuse": code})


def _fates() -> Iterator[OutcomeChoice]:
    yield OutcomeChoice("accept", "accept", "fate.accept", {"accept": True})
    yield OutcomeChoice("drop", "drop", "fate.drop", {"drop": True})
    for status in Status:
        yield OutcomeChoice(f"deliver:{status}", status.value, f"fate.{status}", {"deliver": status.value})
    yield OutcomeChoice("deliver:late", "DELIVERED +2h", "fate.late", {"deliver": _LATE})


def _adversities() -> Iterator[OutcomeChoice]:
    for each in Adversity:
        yield OutcomeChoice(f"adversity:{each}", each.value, f"adversity.{each}", {"adversity": each.value})


def _faults(*, after: bool) -> Iterator[OutcomeChoice]:
    for name in FAULT_NAMES:
        fault = parse_fault(name)
        if acts_after_decision(fault) is not after:
            continue
        yield OutcomeChoice(f"fault:{name}", name, f"fault.{fault.kind}", {"fault": name})
        if fault.kind in STATUSES and not after:
            particulars = {"kind": fault.kind.value, "retry_after": _RETRY_AFTER}
            label = f"{name}, Retry-After: {_RETRY_AFTER}"
            yield OutcomeChoice(f"retry:{name}", label, f"fault.{fault.kind}", {"fault": particulars})


def _delays() -> Iterator[OutcomeChoice]:
    for delay in _DELAYS:
        yield OutcomeChoice(f"delay:{delay}", delay, f"slow.{delay}", {"delay": delay})
    yield OutcomeChoice("hold", "hold", "slow.hold", {"hold": True})


GROUPS: Mapping[str, tuple[OutcomeChoice, ...]] = {
    "refused": tuple(_refusals()),
    "fate": tuple(_fates()),
    "before": tuple(_faults(after=False)),
    "after": tuple(_faults(after=True)),
    "slow": tuple(_delays()),
    "webhooks": tuple(_adversities()),
}
"""Ordered by how often testers need them."""

BY_KEY: Mapping[str, OutcomeChoice] = {each.key: each for group in GROUPS.values() for each in group}


def told(then: Mapping[str, Any]) -> Told:
    """What a stub forces."""
    for each in BY_KEY.values():
        if each.then == then:
            return Told(each.label, each.word)
    answer = then.get("answer")
    label = written(then) if answer is None else f"HTTP {answer['status']} {answer.get('body') or ''}".strip()
    return Told(label if len(label) <= _SHOWN else f"{label[:_SHOWN]}…", None)

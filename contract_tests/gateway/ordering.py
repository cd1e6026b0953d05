"""The messages that a look-up by number or reference lists, and their order (MS-2, MS-5)."""

from __future__ import annotations

from urllib.parse import quote

from contract_tests.gateway.lab import Lab
from contract_tests.gateway.lookups import messages_of, submitted
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED
from contract_tests.report.failures import WrongState
from contract_tests.target.exchange import Answer, Request

_NUMBER, _OTHER = "+16465550160", "+16465550161"
_KEY = "contract order/7 ü"
_REFERENCE = {"service": "ECOMMERCE", "key": _KEY}


def listed(lab: Lab, what: str, *ids: str) -> tuple[list[object], tuple[Request, Answer]]:
    """The ids in the answer to a look-up."""
    exchange = lab.look_up(what)
    lab.expect(exchange, ACCEPTED, *ids)
    return [message.get("id") for message in messages_of(exchange[1])], exchange


def _lists(lab: Lab, what: str, expected: list[str], *ids: str) -> None:
    found, exchange = listed(lab, what, *ids)
    if found != expected:
        said = f"{len(found)} messages are listed, in another order or others than the {len(expected)} expected"
        lab.report(WrongState(ids, said), *exchange)


@check("look-ups: the latest first", "MS-2", "MS-5", needs=[Need.CONTROL])
def latest_first(lab: Lab) -> None:
    """MS-2, MS-5: only messages of this number or key, latest first; at the same time, the later acceptance first."""
    sent = [submitted(lab, "MS-2", destination=_NUMBER, reference=_REFERENCE) for _ in range(3)]
    elsewhere = submitted(lab, "MS-2", destination=_OTHER, reference=_REFERENCE)
    lab.advance(10)
    sent += [submitted(lab, "MS-2", destination=_NUMBER) for _ in range(2)]
    latest = submitted(lab, "MS-2", destination=_NUMBER, reference=_REFERENCE)
    sent.append(latest)
    _lists(lab, f"phonenumber/{_NUMBER}", sent[::-1], "MS-2", "MS-5")
    _lists(lab, f"phonenumber/{_OTHER}", [elsewhere], "MS-2")
    _lists(lab, f"reference/{quote(_KEY, safe='')}", [latest, elsewhere, *sent[2::-1]], "MS-2", "MS-5")
    _lists(lab, "reference/contract", [], "MS-2")


@check("look-ups: strictly before sendDate", "MS-5", "MS-2", needs=[Need.CONTROL])
def strictly_before(lab: Lab) -> None:
    """MS-5: a message of exactly that second is not listed; an offset is respected."""
    first = submitted(lab, "MS-5", destination=_NUMBER, reference=_REFERENCE)
    lab.advance(10)
    second = submitted(lab, "MS-5", destination=_NUMBER, reference=_REFERENCE)
    bounds = {
        "2026-01-15T09:00:00Z": [],
        "2026-01-15T09:00:01Z": [first],
        "2026-01-15T09:00:10Z": [first],
        "2026-01-15T09:00:11Z": [second, first],
        "2026-01-15T10:00:10+01:00": [first],
        "2026-01-15T04:00:11-05:00": [second, first],
        "2027-01-01T00:00:00Z": [second, first],
    }
    for bound, expected in bounds.items():
        query = f"sendDate={quote(bound, safe='')}"
        _lists(lab, f"phonenumber/{_NUMBER}?{query}", expected, "MS-5", "MS-2")
        _lists(lab, f"reference/{quote(_KEY, safe='')}?{query}", expected, "MS-5", "MS-2")
    _lists(lab, f"phonenumber/{_NUMBER}?sendDate=2026-01-15T09:00:11Z&count=1", [second], "MS-2")


@check("look-ups: as many as count", "MS-2", needs=[Need.CONTROL])
def as_many_as_count(lab: Lab) -> None:
    """MS-2: the latest `count` messages, or all if there are fewer; 50 by default."""
    world = lab.world.with_limits(volume=200)
    with lab.in_world(world) as roomy:
        newest = [submitted(roomy, "MS-2", destination=_NUMBER, reference=_REFERENCE) for _ in range(103)][::-1]
        for query, expected in (("", 50), ("?count=1", 1), ("?count=2", 2), ("?count=51", 51), ("?count=100", 100)):
            _lists(roomy, f"phonenumber/{_NUMBER}{query}", newest[:expected], "MS-2")
            _lists(roomy, f"reference/{quote(_KEY, safe='')}{query}", newest[:expected], "MS-2")


@check("look-ups: times in UTC, whole seconds", "MS-5", "MS-2", needs=[Need.CONTROL])
def whole_seconds(lab: Lab) -> None:
    """MS-5: the times of a message are whole seconds of the clock, with Z."""
    lab.advance(61)
    id_ = submitted(lab, "MS-5", destination=_NUMBER)
    exchange = lab.look_up(f"phonenumber/{_NUMBER}")
    lab.expect(exchange, ACCEPTED, "MS-5")
    found = [(m.get("id"), m.get("providerAcceptanceAt"), m.get("statusChangedAt")) for m in messages_of(exchange[1])]
    if found != [(id_, "2026-01-15T09:01:01Z", "2026-01-15T09:01:01Z")]:
        lab.report(WrongState(("MS-5",), f"a message of 09:01:01 is shown with {found}"), *exchange)

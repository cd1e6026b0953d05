"""The life of a message on the stand-in's clock, and its number of parts (ST-1, ST-2, REQ-2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from contract_tests.gateway.lab import Lab
from contract_tests.gateway.lookups import message_of, submitted
from contract_tests.gateway.suite import Check, Need, add, check
from contract_tests.model.outcome import ACCEPTED
from contract_tests.model.world import START
from contract_tests.report.failures import WrongState

_ACCEPTED = "PROVIDER_ACCEPTANCE"


@dataclass(frozen=True, slots=True)
class Moment:
    """The status that a look-up must show this many seconds after the acceptance."""

    at: int
    status: str
    changed: int
    provider: tuple[str, str, str | None] | None = None
    """Code, word and error text of the provider, where the scenario gives them."""


def clock_at(seconds: float) -> str:
    """The time this many seconds after the start, in the format of the API."""
    at = datetime.fromisoformat(START).astimezone(UTC) + timedelta(seconds=seconds)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _plan(*steps: dict[str, Any], channel: str = "SMS") -> dict[str, Any]:
    return {"channel": channel, "plan": list(steps)}


_BLOCKED = {"code": "9", "status": "BLOCKED", "message": "Number Blocked by Carrier"}
_DEFAULT = (
    Moment(0, _ACCEPTED, 0),
    Moment(1, "SENT", 1),
    Moment(2, "SENT", 1),
    Moment(3, "DELIVERED", 3),
    Moment(4, "DELIVERED", 3),
    Moment(90_000, "DELIVERED", 3),
)
LIVES: dict[str, tuple[dict[str, Any] | None, tuple[Moment, ...]]] = {
    "the default": (None, _DEFAULT),
    "rejected": (
        _plan({"after": "2s", "status": "REJECTED", "provider": {"code": "2", "message": "Rejected by Carrier"}}),
        (Moment(1, _ACCEPTED, 0), Moment(2, "REJECTED", 2, ("2", "REJECTED", "Rejected by Carrier"))),
    ),
    "undelivered": (
        _plan({"after": "1s", "status": "SENT"}, {"after": "5s", "status": "UNDELIVERED", "provider": _BLOCKED}),
        (
            Moment(4, "SENT", 1, ("0", "SENT", None)),
            Moment(5, "UNDELIVERED", 5, ("9", "BLOCKED", "Number Blocked by Carrier")),
        ),
    ),
    "read over RCS": (
        _plan(
            {"after": "1s", "status": "SENT"},
            {"after": "3s", "status": "DELIVERED"},
            {"after": "30s", "status": "READ"},
            channel="RCS",
        ),
        (Moment(1, "SENT", 1), Moment(3, "DELIVERED", 3), Moment(29, "DELIVERED", 3), Moment(30, "READ", 30)),
    ),
    "late": (
        _plan({"after": "1s", "status": "SENT"}, {"after": "2h", "status": "DELIVERED"}),
        (Moment(7199, "SENT", 1), Moment(7200, "DELIVERED", 7200)),
    ),
    "never": (_plan(), (Moment(0, _ACCEPTED, 0), Moment(90_000, _ACCEPTED, 0))),
}


def _life(name: str, lab: Lab) -> None:
    """ST-1, ST-2: each status appears at its time, to the second, and no other status appears."""
    delivery, moments = LIVES[name]
    with lab.in_world(replace(lab.world, delivery=delivery)) as here:
        channel = (delivery or {}).get("channel", "SMS")
        id_, now = submitted(here, "ST-1"), 0
        for moment in moments:
            if moment.at > now:
                here.advance(moment.at - now)
                now = moment.at
            _shows(here, id_, moment, channel)


def _shows(lab: Lab, id_: str, moment: Moment, channel: str) -> None:
    exchange = lab.look_up(id_)
    if not lab.expect(exchange, ACCEPTED, "ST-1"):
        return
    found = message_of(exchange[1])
    seen = tuple(found.get(name) for name in ("status", "channel", "providerAcceptanceAt", "statusChangedAt"))
    wanted = (moment.status, channel, clock_at(0), clock_at(moment.changed))
    if seen != wanted:
        ids = ("ST-1",) if moment.status == _ACCEPTED else ("ST-2", "ST-1")
        lab.report(WrongState(ids, f"{moment.at} s after the 200 it is {seen}, not {wanted}"), *exchange)
    provider = found.get("provider")
    if moment.provider is not None and isinstance(provider, dict):
        words = tuple(provider.get(name) for name in ("code", "status", "message"))
        if words != moment.provider:
            said = f"the provider says {words}, not {moment.provider}"
            lab.report(WrongState(("WH-2",), said), *exchange)


for _name in LIVES:
    add(Check(f"delivery: {_name}", ("ST-1", "ST-2", "WH-2"), partial(_life, _name), (Need.CONTROL,)))

_EURO, _EMOJI = "\u20ac", "\U0001f600"
SEGMENTS: tuple[tuple[str, int], ...] = (
    *((("x" * length), parts) for length, parts in ((1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3))),
    *((("x" * length), parts) for length, parts in ((460, 4), (1530, 10), (1531, 11), (1600, 11))),
    *((("\u4f60" * length), parts) for length, parts in ((70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4))),
    # An extension character takes two places and is not parted, nor is a pair of surrogates.
    *((_EURO * length, parts) for length, parts in ((80, 1), (81, 2), (152, 2), (153, 3))),
    *((_EMOJI * length, parts) for length, parts in ((35, 1), (36, 2), (66, 2), (67, 3))),
    ("x" * 152 + _EURO + "x" * 152, 3),
    ("\u00e0\u00e8\u00e9\u00ec\u00f2\u00f9\u00c7@\u00a3$\u03a9\n" + "x" * 148, 1),
    ("\u00e7" + "x" * 69, 1),
    ("\u00e7" + "x" * 70, 2),
)


@check("delivery: how many parts", "REQ-2", "WH-2", needs=[Need.CONTROL])
def how_many_parts(lab: Lab) -> None:
    """REQ-2: a part holds 160 or 153 characters in GSM-7, 70 or 67 in UCS-2; checked at each edge."""
    for text, parts in SEGMENTS:
        exchange = lab.look_up(submitted(lab, "REQ-2", text=text))
        sms = message_of(exchange[1]).get("sms")
        found = sms.get("segments") if isinstance(sms, dict) else None
        if lab.expect(exchange, ACCEPTED, "REQ-2") and found != parts:
            shown = f"{text[:1]!r} … ({len(text)} characters)"
            lab.report(WrongState(("REQ-2",), f"{shown} are {parts} segments, not {found!r}"), *exchange)

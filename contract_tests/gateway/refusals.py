"""Every refusal that a single request can get, from its natural cause, next to requests that almost match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from contract_tests.gateway.lab import ABSENT, Lab
from contract_tests.gateway.suite import Check, Need, add
from contract_tests.model.outcome import (
    ACCEPTED,
    BAD_CREDENTIALS,
    Expected,
    ModelOutcome,
    by_reading,
    malformed,
    refused,
)
from contract_tests.model.world import ADMIN, EXAMPLES, LINKER
from contract_tests.openapi import documented_statements
from contract_tests.target.exchange import Login
from contract_tests.target.safety import NotTestableError


@dataclass(frozen=True, slots=True)
class Probe:
    """One request and its expected answer."""

    name: str
    ids: tuple[str, ...]
    changes: Mapping[str, Any]
    expected: Expected | ModelOutcome
    control: bool = False
    sender: str | None = None
    """An account of the world; `None` for whoever may use the operation."""
    unknown_permission: bool = False
    """Without control nobody knows whether the sender may send URLs."""

    def as_check(self) -> Check:
        """The check for this probe; a refusal of a well-formed request also exercises ANS-3."""
        refusal = isinstance(self.expected, ModelOutcome) and self.expected.status == 500
        ids = (*self.ids, "ANS-3") if refusal else self.ids
        return Check(self.name, ids, partial(run_probe, self), (Need.CONTROL if self.control else Need.CREDENTIALS,))


_WRONG_NUMBERS = {
    "no plus": "447700900123",
    "two zeros": "00447700900123",
    "two plus signs": "++447700900123",
    "spaces": "+44 7700 900123",
    "dashes": "+44-7700-900123",
    "parentheses": "+44(0)7700900123",
    "dots": "+44.7700.900123",
    "six digits": "+447700",
    "sixteen digits": "+4477009001234567",
    "a leading zero": "+0447700900123",
    "a letter": "+44770090012a",
    "letters": "not a number",
    "other digits": "+44770090012\u0663",
    "full-width digits": "+44770090012\uff13",
    "nothing": "",
    "a plus": "+",
    "an extension": "+447700900123;ext=1",
    "a NUL": "+447700900123\0",
}
_BLANKS_AROUND = {
    "a space before": " +447700900123",
    "a space behind": "+447700900123 ",
    "a line end": "+447700900123\n",
}
_WRONG_TYPES: dict[str, Any] = {
    "a number": 447700900123,
    "null": None,
    "a list": ["+447700900123"],
    "an object": {},
    "a flag": True,
}


def _numbers() -> list[Probe]:
    """REQ-1, ERR-56, NUM-1, BAD-2, BAD-7."""
    code = refused(56)
    return [
        *(Probe(f"number: {k}", ("ERR-56", "REQ-1"), {"destination": v}, code) for k, v in _WRONG_NUMBERS.items()),
        *(Probe(f"number: {k}", ("BAD-7", "ERR-56"), {"destination": v}, code) for k, v in _BLANKS_AROUND.items()),
        *(Probe(f"number: {k}", ("BAD-2", "ERR-56"), {"destination": v}, code) for k, v in _WRONG_TYPES.items()),
        Probe("number: missing", ("BAD-2", "ERR-56", "REQ-1"), {"destination": ABSENT}, code),
        Probe("number: calling code 999", ("NUM-1", "ERR-56"), {"destination": "+999123456789"}, code),
        Probe("number: calling code 210", ("NUM-1", "ERR-56"), {"destination": "+2101234567"}, code),
        Probe("number: seven digits", ("REQ-1",), {"destination": "+1234567"}, _if_planned(56), control=True),
        Probe("number: fifteen digits", ("REQ-1",), {"destination": "+447700900123456"}, _if_planned(56)),
        Probe("number: satellite network", ("NUM-1",), {"destination": "+881612345678"}, ACCEPTED),
        Probe("number: the vendor's +1234567890", ("NUM-1",), {"destination": "+1234567890"}, _if_planned(56)),
        Probe("number: the vendor's +390000000000", ("NUM-1",), {"destination": "+390000000000"}, _if_planned(8)),
        Probe("number: unreachable", ("ERR-8",), {"destination": "+12125550108"}, refused(8), control=True),
        Probe("number: beside an unreachable one", ("ERR-8",), {"destination": "+12125550109"}, ACCEPTED, True),
    ]


def _if_planned(code: int) -> Expected:
    """Accepted for its calling code; refused under the reading that enforces the numbering plan (NUM-1)."""
    return by_reading("NUM-1", {"country-code": ACCEPTED, "numbering-plan": refused(code)})


def _texts() -> list[Probe]:
    """REQ-2, ERR-66, BAD-2, BAD-3, BAD-7."""
    blank = by_reading("BAD-7", {"accepted": ACCEPTED, "66": refused(66)})
    overlong = by_reading("BAD-3", {"400": malformed("text"), "accepted": ACCEPTED, "66": refused(66)})
    no_text = refused(66)
    return [
        Probe("text: missing", ("ERR-66", "BAD-2"), {"text": ABSENT}, no_text),
        Probe("text: empty", ("ERR-66",), {"text": ""}, no_text),
        Probe("text: null", ("ERR-66", "BAD-2"), {"text": None}, no_text),
        Probe("text: one blank", ("BAD-7",), {"text": " "}, blank),
        Probe("text: white space only", ("BAD-7",), {"text": "\n\t \u00a0"}, blank),
        Probe("text: one character", ("REQ-2",), {"text": "x"}, ACCEPTED),
        Probe("text: 1600 characters", ("REQ-2", "BAD-3"), {"text": "x" * 1600}, ACCEPTED),
        Probe("text: 1600 emoji", ("REQ-2", "BAD-3"), {"text": "\U0001f600" * 1600}, ACCEPTED),
        Probe("text: 1601 characters", ("BAD-3",), {"text": "x" * 1601}, overlong),
        Probe("text: 1601 emoji", ("BAD-3",), {"text": "\U0001f600" * 1601}, overlong),
        Probe("text: a NUL inside", ("BAD-1",), {"text": "a\0b"}, ACCEPTED),
        Probe("text: outside GSM-7", ("REQ-2",), {"text": "Grazie \u00e7 \u20ac \U0001f600 \u4f60\u597d"}, ACCEPTED),
    ]


def _references() -> list[Probe]:
    """REQ-3, REQ-4, ERR-59, BAD-8."""
    services = ("AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN")
    wrong: dict[str, dict[str, Any]] = {
        "unknown service": {"service": "CONTRACT-SUITE"},
        "service in lower case": {"service": "authentication"},
        "service with a blank": {"service": "AUTHENTICATION "},
        "empty service": {"service": ""},
        "action without service": {"action": "2FA"},
        "key without service": {"key": "k"},
        "action with a null service": {"service": None, "action": "2FA"},
        "unknown service with the rest": {"service": "SMS", "action": "2FA", "key": "k"},
    }
    right: dict[str, Any] = {
        "null": None,
        "empty": {},
        "all null": {"service": None, "action": None, "key": None},
        "action of any text": {"service": "ADMIN", "action": "whatever \u00e7", "key": ""},
        "unknown member": {"service": "ADMIN", "nobodyKnows": 1},
    }
    return [
        *(
            Probe(f"reference: {s}", ("REQ-4", "REQ-3"), {"reference": {"service": s}}, ACCEPTED, True)
            for s in services
        ),
        *(Probe(f"reference: {k}", ("ERR-59", "REQ-3"), {"reference": v}, refused(59)) for k, v in wrong.items()),
        *(Probe(f"reference: {k}", ("REQ-3", "BAD-8"), {"reference": v}, ACCEPTED) for k, v in right.items()),
    ]


def _urls() -> list[Probe]:
    """URL-1 to URL-3, ERR-74."""
    denied = {"https": "see https://receiver.example/x", "ftp": "ftp://files.example.org", "www": "www.example.com"}
    denied["far behind"] = "one word more " * 20 + denied["https"]
    bare = {"bare domain": "go to example.com now", "bare with path": "example.org/path", "IDN": "b\u00fccher.de/x"}
    plain = {
        "a full stop": "End. Begin",
        "an e-mail address": "write to me@example.com",
        "a file name": "read notes.txtx",
        "a number": "pay 12.50 at 9.30",
        "a colon": "note: this",
    }
    refusal = refused(74)
    reading = by_reading("URL-3", {"bare-domains": refusal, "explicit": ACCEPTED})
    ids = ("ERR-74", "URL-1", "URL-3")
    return [
        *(Probe(f"url: {k}", ids, {"text": v}, refusal, unknown_permission=True) for k, v in denied.items()),
        *(Probe(f"url: {k}", ("URL-3",), {"text": v}, reading, unknown_permission=True) for k, v in bare.items()),
        *(Probe(f"url: {k} is none", ("URL-3",), {"text": v}, ACCEPTED) for k, v in plain.items()),
        *(
            Probe(f"url: {k}, allowed", ("URL-1", "URL-2"), {"text": v}, ACCEPTED, True, LINKER)
            for k, v in {**denied, **bare}.items()
        ),
    ]


def _lists_and_accounts() -> list[Probe]:
    """WL-1, WL-2, ERR-61, REQ-7, ACC-3."""
    ignored = by_reading("ACC-3", {"refused": BAD_CREDENTIALS, "ignored": ACCEPTED})
    listed, url = refused(61), {"text": "see https://receiver.example/x"}
    return [
        Probe("watchlist: exact", ("ERR-61", "WL-1", "WL-2"), {"destination": "+12125550161"}, listed, True),
        Probe("watchlist: prefix", ("WL-2", "ERR-61"), {"destination": "+12125550179"}, listed, True),
        Probe("watchlist: beside it", ("WL-2",), {"destination": "+12125550162"}, ACCEPTED, True),
        Probe("watchlist: longer", ("WL-2",), {"destination": "+121255501610"}, _if_planned(56), True),
        Probe("watchlist: whoever sends", ("WL-2",), {"destination": "+12125550161"}, listed, True, LINKER),
        Probe("account: unknown", ("ACC-3",), {"account": "contract-suite-nobody"}, ignored, True, ADMIN),
        Probe("account: not active", ("ACC-3",), {"account": "contract-former"}, ignored, True, ADMIN),
        Probe("account: known", ("REQ-7",), {"account": "contract-plain"}, ACCEPTED, True, ADMIN),
        Probe("account: may send URLs", ("URL-2",), {"account": LINKER, **url}, ACCEPTED, True, ADMIN),
        Probe("account: null", ("BAD-8", "REQ-7"), {"account": None}, ACCEPTED, True, ADMIN),
    ]


def _examples() -> list[Probe]:
    """The examples of the world's lists; the requirements say which statements their codes rest on."""
    statements = documented_statements()
    return [
        Probe(f"listed: code {each.code}", statements[each.code], each.fields, refused(each.code), True, each.sender)
        for each in EXAMPLES
    ]


def run_probe(probe: Probe, lab: Lab) -> None:
    """Send the probe to every operation that it applies to."""
    for path in lab.paths():
        if probe.sender is not None and ("Admin" in path) != (probe.sender == ADMIN):
            continue
        login: Login | None = lab.login(probe.sender) if probe.sender else None
        if probe.unknown_permission and lab.session is None:
            raise NotTestableError("whether this account may send URLs is known through the control API only")
        lab.expect(lab.submit(path, probe.changes, login=login), probe.expected, *probe.ids)


PROBES = [*_numbers(), *_texts(), *_references(), *_urls(), *_lists_and_accounts(), *_examples()]

for _probe in PROBES:
    add(_probe.as_check())

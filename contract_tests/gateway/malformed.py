"""Bodies without a submission, and fields of the wrong type (BAD-1, BAD-2, BAD-6, BAD-8, REQ-5, REQ-8, ACC-4)."""

from __future__ import annotations

from functools import partial
from typing import Any

from contract_tests.contract.document import ADMIN_SEND, SERVICES_SEND
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.refusals import Probe
from contract_tests.gateway.suite import Check, Need, add, check
from contract_tests.model.outcome import (
    ACCEPTED,
    BAD_CREDENTIALS,
    Expected,
    ModelOutcome,
    by_reading,
    malformed,
    refused,
)
from contract_tests.model.world import ADMIN
from contract_tests.target.target import json_request

_UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "white space": b" \n ",
    "an open object": b'{"text": "Hello"',
    "an array": b'[{"text": "Hello"}]',
    "a string": b'"Hello"',
    "null": b"null",
    "a trailing comma": b'{"text": "Hello",}',
    "two values": b'{"text": "Hello"} {}',
    "a comment": b'{"text": "Hello" /* x */}',
    "single quotes": b"{'text': 'Hello'}",
    "form fields": b"text=Hello",
    "wrong UTF-8": b'{"text": "Gr\xfc\xdfe"}',
    "UTF-16": '{"text": "Hello"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text": "Hello"}',
    "a lone surrogate": b'{"text": "\\ud83d"}',
    "NaN": b'{"text": "Hello", "lra": NaN}',
    "Infinity": b'{"text": "Hello", "lra": -Infinity}',
    "a raw line end in a string": b'{"text": "Hel\nlo"}',
    "a nesting bomb": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


def _unreadable(body: bytes, lab: Lab) -> None:
    for path in lab.paths():
        lab.expect(lab.exchange(json_request(path, body, lab.sender(path))), malformed(), "BAD-1")


for _name, _body in _UNREADABLE.items():
    add(Check(f"body: {_name}", ("BAD-1",), partial(_unreadable, _body), (Need.CREDENTIALS,)))


def _field(name: str, value: Any, field: str, *ids: str, sender: str | None = None) -> Probe:
    return Probe(f"type: {name}", ids or ("BAD-2",), {field: value}, malformed(field), sender=sender)


def _accepted(name: str, field: str, value: Any, *ids: str, sender: str | None = None) -> Probe:
    return Probe(f"type: {name}", ids, {field: value}, ACCEPTED, sender is not None, sender)


_TYPES = [
    *(_field(f"text is {n}", v, "text") for n, v in {"a number": 7, "a flag": True, "a list": ["a"]}.items()),
    *(
        _field(f"detailed is {n}", v, "detailed", "BAD-2", "REQ-6")
        for n, v in {"text": "true", "1": 1, "0": 0}.items()
    ),
    *(
        _field(f"reference is {n}", v, "reference", "BAD-2", "REQ-3")
        for n, v in {"text": "ADMIN", "a list": []}.items()
    ),
    _field("businessRelationId is a number", 1, "businessRelationId", "BAD-2", "REQ-9"),
    _field("webhook is text", "https://receiver.example", "webhook", "BAD-2", "REQ-10"),
    *(
        Probe(f"type: reference.{n} is a number", ("BAD-2", "REQ-3"), {"reference": {n: 1}}, malformed(n))
        for n in ("service", "action", "key")
    ),
    *(
        _field(f"lra is {n}", v, "lra", "REQ-8", "BAD-2", sender=ADMIN)
        for n, v in {"text": "1234", "a flag": True, "1.5": 1.5, "2^31": 2**31, "-2^31-1": -(2**31) - 1}.items()
    ),
    *(
        _accepted(f"lra is {n}", "lra", v, "REQ-8", sender=ADMIN)
        for n, v in {"1.0": 1.0, "2^31-1": 2**31 - 1, "-2^31": -(2**31), "0": 0}.items()
    ),
    _field("account is a number", 1, "account", "REQ-7", "BAD-2", sender=ADMIN),
    *(
        _accepted(f"{field} is null", field, None, "BAD-8")
        for field in ("reference", "detailed", "businessRelationId", "webhook", "attemptCount")
    ),
    *(
        _accepted(f"attemptCount is {n}", "attemptCount", v, "REQ-5")
        for n, v in {"a number": 3, "text": "many", "an object": {"a": [1]}}.items()
    ),
    *(
        _accepted(f"an unknown field is {n}", "nobodyKnows", v, "REQ-12")
        for n, v in {"text": "x", "null": None, "deep": {"a": [{"b": 1}]}}.items()
    ),
    _accepted("businessRelationId is text", "businessRelationId", "BR-001", "REQ-9"),
]


def _webhook(name: str, value: Any, expected: Expected | ModelOutcome | None = None) -> Probe:
    right = malformed("webhook") if expected is None else expected
    return Probe(f"webhook: {name}", ("BAD-6", "REQ-10"), {"webhook": value}, right)


_PLAIN_HTTP = by_reading("BAD-6", {"https-only": malformed("webhook"), "plain-http": ACCEPTED})
_HTTPS = "https://receiver.example/receipts"
_WEBHOOKS = [
    _webhook("no url", {}),
    _webhook("null url", {"url": None}),
    _webhook("empty url", {"url": ""}),
    _webhook("relative", {"url": "/receipts"}),
    _webhook("no host", {"url": "https://"}),
    _webhook("ftp", {"url": "ftp://receiver.example/x"}),
    _webhook("a blank in it", {"url": "https://receiver.example/a b"}),
    _webhook("plain http", {"url": "http://receiver.example/x"}, _PLAIN_HTTP),
    _webhook("other authentication", {"url": _HTTPS, "authentication": {"type": "BASIC"}}),
    _webhook("authentication in lower case", {"url": _HTTPS, "authentication": {"type": "none"}}),
    *(
        Probe(f"webhook: {name}", ("REQ-10", "BAD-6"), {"webhook": value}, ACCEPTED)
        for name, value in {
            "by the book": {"url": _HTTPS, "authentication": {"type": "NONE"}},
            "without authentication": {"url": _HTTPS},
            "null authentication": {"url": _HTTPS, "authentication": None},
            "scheme in capitals": {"url": _HTTPS.replace("https", "HTTPS")},
        }.items()
    ),
]

for _probe in (*_TYPES, *_WEBHOOKS):
    add(_probe.as_check())


@check("body: the last of two equal keys holds", "BAD-1", needs=[Need.CREDENTIALS])
def duplicate_keys(lab: Lab) -> None:
    """BAD-1: a duplicate key is not an error; its last value counts."""
    number = lab.number()
    first_wrong = f'{{"destination": "x", "destination": "{number}", "text": "{lab.text()}"}}'.encode()
    last_wrong = f'{{"destination": "{number}", "destination": "x", "text": "{lab.text()}"}}'.encode()
    path = SERVICES_SEND
    lab.expect(lab.exchange(json_request(path, first_wrong, lab.sender(path))), ACCEPTED, "BAD-1")
    from_the_last = lab.exchange(json_request(path, last_wrong, lab.sender(path)))
    lab.expect(from_the_last, refused(56), "BAD-1")


@check("type: account and lra mean nothing to the Services operation", "ACC-4", "OP-2", needs=[Need.CREDENTIALS])
def admin_fields_on_services(lab: Lab) -> None:
    """ACC-4: the Services operation ignores the admin fields, whatever their values."""
    for changes in (
        {"account": 1},
        {"account": "contract-suite-nobody"},
        {"lra": "x"},
        {"lra": 2**40, "account": None},
    ):
        lab.expect(lab.submit(SERVICES_SEND, changes), ACCEPTED, "ACC-4")


@check("order: what is wrong in several ways", "ORD-1", needs=[Need.CONTROL])
def order_of_checks(lab: Lab) -> None:
    """ORD-1: of two causes, the answer gives the one whose rule comes first."""
    link = "see https://receiver.example/x"
    listed, unreachable = "+12125550161", "+12125550108"
    webhook, nobody, service = {"url": "x"}, "contract-suite-nobody", {"service": "x"}
    pairs: list[tuple[dict[str, Any], ModelOutcome]] = [
        ({"detailed": 1, "text": ""}, malformed("detailed")),
        ({"text": "", "destination": "x"}, refused(66)),
        ({"destination": "x", "reference": service}, refused(56)),
        ({"reference": service, "webhook": webhook}, refused(59)),
        ({"webhook": webhook, "destination": unreachable}, malformed("webhook")),
        ({"destination": unreachable, "text": link}, refused(8)),
        ({"destination": listed, "text": link}, refused(74)),
    ]
    for changes, expected in pairs:
        lab.expect(lab.submit(ADMIN_SEND, changes), expected, "ORD-1")
    if lab.readings.known("ACC-3") == "refused":
        lab.expect(lab.submit(ADMIN_SEND, {"reference": service, "account": nobody}), refused(59), "ORD-1")
        lab.expect(lab.submit(ADMIN_SEND, {"account": nobody, "webhook": webhook}), BAD_CREDENTIALS, "ORD-1")

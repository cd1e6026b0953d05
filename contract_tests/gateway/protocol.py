"""Paths, methods, sizes and types (BAD-4, BAD-5, OP-8)."""

from __future__ import annotations

from functools import partial

from contract_tests.contract.document import ADMIN_HEALTH, ADMIN_SEND, SENDS, SERVICES_HEALTH, SERVICES_SEND
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Check, Need, add, check
from contract_tests.model.outcome import ACCEPTED, NO_CREDENTIALS, protocol, refused
from contract_tests.report.failures import WrongHeader
from contract_tests.target.exchange import Request
from contract_tests.target.target import json_request

_MEBIBYTE = 1024 * 1024


def _unknown_path(path: str, lab: Lab) -> None:
    lab.expect(lab.exchange(json_request(path, b"{}")), protocol(404), "BAD-5")


for _path in ("/api/Admin/send/", "/api/Services/send/", "/api/admin/send", "/api/Admin/Send", "/api/Other/send",
              "/api/send", "/api", "/api/Admin//send", "/api/Services/checkServiceStatus/"):  # fmt: skip
    add(Check(f"path: {_path} is unknown", ("BAD-5", "ORD-1"), partial(_unknown_path, _path)))


@check("method: only POST", "BAD-5", "ORD-1")
def only_post(lab: Lab) -> None:
    """BAD-5: another method gets 405 with `Allow`, before authentication."""
    for path in (*SENDS, ADMIN_HEALTH, SERVICES_HEALTH):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            exchange = lab.exchange(Request(method, path))
            if lab.expect(exchange, protocol(405), "BAD-5") and exchange[1].headers.get("allow") != "POST":
                said = f"a 405 must carry 'Allow: POST', not {exchange[1].headers.get('allow')!r}"
                lab.report(WrongHeader(("BAD-5",), said), *exchange)


@check("size: one MiB and a byte", "BAD-5", "ORD-1")
def too_large(lab: Lab) -> None:
    """BAD-5: a body that is too large is sent in full, and refused by its declared length before authentication."""
    for path in SENDS:
        oversized = json_request(path, b" " * (_MEBIBYTE + 1))
        lab.expect(lab.exchange(oversized), protocol(413), "BAD-5")


@check("size: one MiB", "BAD-5", needs=[Need.CREDENTIALS])
def just_not_too_large(lab: Lab) -> None:
    """BAD-5: a body of exactly one MiB is read; the answer refuses the missing text."""
    body = b'{"destination": "+0"' + b" " * (_MEBIBYTE - 21) + b"}"
    lab.expect(lab.exchange(json_request(SERVICES_SEND, body, lab.login())), refused(66), "BAD-5")
    lab.expect(lab.exchange(json_request(ADMIN_SEND, body)), NO_CREDENTIALS, "BAD-5")


@check("type: not JSON", "BAD-4", needs=[Need.CREDENTIALS])
def not_json(lab: Lab) -> None:
    """BAD-4: a body with another declared type gets 415, even if it is JSON."""
    for declared in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "text/json", "json"):
        for path in lab.paths():
            body = b'{"destination": "+0", "text": "Hello"}'
            request = json_request(path, body, lab.sender(path), content_type=declared)
            lab.expect(lab.exchange(request), protocol(415), "BAD-4")


@check("type: JSON in its spellings", "BAD-4", "OP-8", needs=[Need.CREDENTIALS])
def json_spellings(lab: Lab) -> None:
    """BAD-4: parameters and case of the type do not matter; a request without `Content-Type` is read as JSON."""
    for declared in ("application/json; charset=utf-8", "Application/JSON", "application/problem+json", None):
        request = json_request(
            SERVICES_SEND, b'{"destination": "+0", "text": "Hello"}', lab.login(), content_type=declared
        )
        lab.expect(lab.exchange(request), refused(56), "BAD-4")


@check("headers: any Accept, or none", "OP-8", needs=[Need.CREDENTIALS])
def any_accept(lab: Lab) -> None:
    """OP-8: any `Accept` is served: the vendor's cURL does not ask for JSON."""
    for path in lab.paths():
        plain = json_request(path, lab.body(), lab.sender(path))
        others = tuple((name, value) for name, value in plain.headers if name != "Accept")
        lab.expect(lab.exchange(Request("POST", path, others, lab.body(), plain.login)), ACCEPTED, "OP-8")
        html = (("Accept", "text/html"), *others)
        lab.expect(lab.exchange(Request("POST", path, html, lab.body(), plain.login)), ACCEPTED, "OP-8")

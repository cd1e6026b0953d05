"""The checks of requests: their form (OP-1, OP-2, OP-8, BAD-1, BAD-2, BAD-8) and their target."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.checks import requests
from contract_tests.client.driver.protocol import ReportedFailed, ReportedRefused
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.evidence import Evidence
from contract_tests.openapi import load_document
from tests.kit.client.sample_evidence import (
    BASE,
    LOST,
    EvidenceRow,
    attempt,
    breaks,
    evidence,
    headers,
    keeps,
    one,
    refused,
    sent,
)


def with_fields(**fields: Any) -> Evidence:
    """A send with additional fields."""
    return one(sent(message={**simplest(), **fields}))


def body(raw: bytes) -> Evidence:
    """A send of these bytes."""
    return one(sent(body=raw))


def because(requirement: str) -> dict[str, Any]:
    """The part of a journal entry that names the requirement of the answer."""
    return {"_exchange": {"requirement": requirement}}


FULL = {
    "destination": "+1234567890", "text": "Administrative message", "account": "admin-account", "lra": 1234,
    "reference": {"service": "ADMIN", "action": "NOTIFICATION", "key": "admin-task-123"}, "detailed": True,
    "businessRelationId": "BR-001", "webhook": {"url": "https://a.example/", "authentication": {"type": "NONE"}},
}  # fmt: skip
"""The vendor's own full example (REQ-11), with a webhook."""

NULLS = dict.fromkeys(("reference", "detailed", "account", "lra", "businessRelationId", "webhook", "attemptCount"))

HEALTH = sent(url=f"{BASE}/api/Services/checkServiceStatus", body=b"", outcome="answered")

TARGETS = (
    breaks(
        "request.operation", "services for admin", one(sent(operation="services")), "requested operation is admin"
    ),
    breaks("request.operation", "admin for services", one(sent(), operation="services"), "Admin/send was called"),
    keeps("request.operation", "services for services", one(sent(operation="services"), operation="services")),
    breaks("request.target", "GET", one(sent(method="GET")), "GET /api/Admin/send"),
    breaks("request.target", "a trailing slash", one(sent(url=f"{BASE}/api/Admin/send/")), "POST /api/Admin/send/"),
    breaks("request.target", "lower case", one(sent(url=f"{BASE}/api/admin/send")), "send operations are POST"),
    breaks("request.target", "a query", one(sent(url=f"{BASE}/api/Admin/send?v=1")), "'v=1'"),
    breaks("request.target", "status by GET", one(sent(url=f"{HEALTH.url}", method="GET")), "checkServiceStatus"),
    keeps("request.target", "status is checked first", one(HEALTH, sent())),
    breaks(
        "driver.escape", "failed, and nothing arrived", one(said=ReportedFailed("no network")), BASE, "no network"
    ),
    breaks("driver.escape", "accepted, and nothing arrived", one(), "never called", "it reported accepted"),
    breaks(
        "driver.escape", "refused, and nothing arrived", one(said=ReportedRefused(8)), "it reported refused with 8"
    ),
    breaks(
        "driver.escape", "the second never arrived", evidence(attempt(sent()), attempt(said=LOST)), "never called"
    ),
    keeps("driver.escape", "failed by the gateway", one(sent("reset"), said=LOST)),
    keeps("driver.escape", "another path of the gateway", one(sent(method="GET"), said=LOST)),
)

HEADS = (
    breaks("request.headers", "no type", one(sent(headers=headers(content_type=None))), "no Content-Type"),
    breaks("request.headers", "text", one(sent(headers=headers(content_type="text/plain"))), "'text/plain'"),
    breaks(
        "request.headers", "another JSON", one(sent(headers=headers(content_type="application/a+json"))), "a+json"
    ),
    breaks("request.headers", "accepts HTML only", one(sent(headers=headers(accept="text/html"))), "'text/html'"),
    keeps("request.headers", "a charset", one(sent(headers=headers(content_type="Application/JSON; charset=utf-8")))),
    keeps("request.headers", "no Accept", one(sent(headers=headers(accept=None)))),
    keeps("request.headers", "accepts anything", one(sent(headers=headers(accept="text/html, */*;q=0.1")))),
    keeps("request.headers", "Accept twice", one(sent(headers=(*headers(accept="text/plain"), *headers())))),
    breaks("request.basic", "no header", one(refused(63, headers=headers(authorization=None))), "no Authorization"),
    breaks("request.basic", "a wrong password", one(refused(63)), "does not know the credentials", "401"),
    breaks("request.basic", "Bearer", one(refused(63, raw=because("ERR-63a"))), "not HTTP Basic"),
    keeps("request.basic", "the step refuses", one(sent("refused 63"), said=ReportedRefused(63))),
    keeps("request.basic", "for another account", one(refused(63, raw=because("ACC-3")))),
)

BODIES = (
    breaks("request.json", "Latin-1", body(b'{"text": "\xe8"}'), "not JSON in UTF-8"),
    breaks("request.json", "a byte order mark", body(b'\xef\xbb\xbf{"text": "Hi"}'), "not JSON"),
    breaks("request.json", "a form", body(b"destination=%2B44&text=Hi"), "destination=%2B44"),
    breaks("request.json", "NaN", body(b'{"lra": NaN}'), "not JSON"),
    breaks("request.json", "empty", body(b""), "not JSON"),
    breaks("request.json", "a list", body(b"[]"), "not an object"),
    keeps("request.json", "white space and escapes", body(b' {"text" :\r\n"\\u00e8 \xc3\xa8"} ')),
    breaks("request.schema", "no text", body(b'{"destination": "+447700900123"}'), "text is missing"),
    breaks("request.schema", "no number", with_fields(destination=None), "destination is null"),
    breaks("request.schema", "a number", with_fields(destination=447700900123), "which is not a string"),
    breaks("request.schema", "lra in quotes", with_fields(lra="1"), "lra is '1', which is not an integer"),
    breaks("request.schema", "lra a boolean", with_fields(lra=True), "lra is True"),
    breaks("request.schema", "lra a fraction", with_fields(lra=1.5), "lra is 1.5"),
    breaks("request.schema", "lra too large", with_fields(lra=2**31), "not a 32-bit integer"),
    breaks("request.schema", "detailed in quotes", with_fields(detailed="true"), "which is not a boolean"),
    breaks("request.schema", "detailed a number", with_fields(detailed=1), "detailed is 1"),
    breaks("request.schema", "a field of its own", with_fields(priority="high"), "'priority' is not a field"),
    breaks("request.schema", "a reference of text", with_fields(reference="a"), "reference is 'a'"),
    breaks("request.schema", "a key alone", with_fields(reference={"key": "a"}), "reference.service is missing"),
    breaks("request.schema", "a null service", with_fields(reference={"service": None, "action": ""}), "is null"),
    breaks("request.schema", "a key of digits", with_fields(reference={"service": "ADMIN", "key": 7}), ".key is 7"),
    breaks("request.schema", "another reference", with_fields(reference={"id": "a"}), "reference.id' is not a"),
    breaks("request.schema", "no address", with_fields(webhook={"authentication": None}), "webhook.url is missing"),
    breaks("request.schema", "authentication of text", with_fields(
        webhook={"url": "https://a.example/", "authentication": "NONE"}), "webhook.authentication is 'NONE'"),
    breaks("request.schema", "a secret for receipts", with_fields(
        webhook={"url": "https://a.example/", "authentication": {"type": "NONE", "user": "me"}}), "ation.user' is"),
    breaks("request.schema", "lra for services", one(
        sent(message={**simplest(), "lra": 0}, operation="services"), operation="services"), "administrators"),
    keeps("request.schema", "everything", one(sent(message=FULL))),
    keeps("request.schema", "nulls where there may be nulls", with_fields(**NULLS)),
    keeps("request.schema", "1.0 is an integer", with_fields(lra=1.0)),
    keeps("request.schema", "the least integer", with_fields(lra=-(2**31))),
    keeps("request.schema", "an empty reference", with_fields(reference={})),
    keeps("request.schema", "nulls inside", with_fields(reference={"service": None, "action": None, "key": None})),
    keeps("request.schema", "how often it was tried", with_fields(attemptCount="three")),
)  # fmt: skip

ROWS: tuple[EvidenceRow, ...] = (*TARGETS, *HEADS, *BODIES)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_form_of_requests(row: EvidenceRow) -> None:
    """Each check reports its breach in one sentence, and nothing for a near miss."""
    row.hold()


def _schema(*path: str) -> dict[str, Any]:
    """A part of the Admin operation's schema in the document."""
    schemas = load_document("sms-gateway")["components"]["schemas"]
    found: dict[str, Any] = schemas["AdminSubmission"]
    for name in path:
        found = found["properties"][name]
        if "$ref" in found:
            found = schemas[found["$ref"].rpartition("/")[2]]
    return found


TYPES = {"string": str, "object": dict, "integer": int, "boolean": bool}


@pytest.mark.parametrize(
    ("path", "shapes"),
    [
        ((), requests._SHAPES),
        (("reference",), requests._INNER["reference"]),
        (("webhook",), requests._INNER["webhook"]),
        (("webhook", "authentication"), requests._INNER["authentication"]),
    ],
    ids=["submission", "reference", "webhook", "authentication"],
)
def test_fields_and_types_are_those_of_the_document(path: tuple[str, ...], shapes: dict[str, type]) -> None:
    """REQ-1 to REQ-10: the check agrees with the OpenAPI document; BAD-8: also where null is allowed."""
    stated = {}
    for name in _schema(*path)["properties"]:
        types = _schema(*path, name).get("type", [])
        kinds = [types] if isinstance(types, str) else types
        stated[name] = next((TYPES[kind] for kind in kinds if kind != "null"), object)
        required = name in _schema(*path).get("required", ())
        assert ("null" in kinds) != required or not kinds

    assert shapes == stated

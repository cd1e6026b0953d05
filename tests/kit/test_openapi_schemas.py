"""The OpenAPI schemas: which values are valid and which are not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest

from contract_tests.openapi import DOCUMENTS, DocumentName, load_document

ABSENT = object()

REGISTRY = jsonschema_rs.Registry([(f"urn:{name}", load_document(name)) for name in DOCUMENTS])

RECEIPT: dict[str, Any] = {
    "id": "6f1c1c5e-3a52-4b8e-9a55-0d7a4f6f2b11",
    "webhookConfigurationId": "0b9d6a7e-58c4-4f0f-8f0e-3c1d2a9b7c22",
    "type": "STATUS_UPDATE",
    "createdAt": "2026-02-12T14:51:00Z",
    "message": {
        "id": "b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33",
        "providerAcceptanceAt": "2026-02-12T14:50:57Z",
        "statusChangedAt": "2026-02-12T14:51:00Z",
        "reference": {"service": "AUTHENTICATION", "action": "2FA", "key": "login-42"},
        "channel": "SMS",
        "status": "DELIVERED",
        "provider": {"name": "MITTO", "id": "m-1", "status": "DELIVERED", "code": "0"},
        "sms": {"segments": 1},
    },
}

FULL: dict[str, Any] = {
    "destination": "+1234567890",
    "text": "Administrative message",
    "reference": {"service": "ADMIN", "action": "NOTIFICATION", "key": "admin-task-123"},
    "account": "admin-account",
    "lra": 1234,
    "businessRelationId": "BR-001",
    "detailed": True,
}

ACCEPTED: dict[str, Any] = {
    "message": "0: Accepted for delivery",
    "provider": "PROVIDER1",
    "id": "b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33",
}

HEALTH: dict[str, Any] = {
    "globalStatus": True,
    "dbStatus": True,
    "servicesStatus": True,
    "errorMessage": "",
    "versionNumber": "27.1.0.2",
}

OUTSIDE: dict[str, tuple[object, ...]] = {
    "destination": (
        *(ABSENT, None, 391234567, "", "+0234567", "391234567", "+123456", "+1234567890123456", "++1234567"),
        *("+1 234567", " +1234567", "+1234567\n", "+12345\u06667"),
    ),
    "text": (ABSENT, None, "", 7, "x" * 1601),
    "reference": ("ADMIN", [], {"action": "AUTH"}, {"key": "k", "service": None}, {"service": 1}),
    "detailed": ("true", 1),
    "businessRelationId": (1,),
    "webhook": (
        *("https://receiver.example", {}, {"url": None}),
        *({"url": url} for url in ("/x", "http://receiver.example", "https://", "https://a b", "ftp://x.y")),
        {"url": "https://receiver.example", "authentication": {"type": "BASIC"}},
    ),
}

ENVELOPES: dict[tuple[DocumentName, str], tuple[int, ...]] = {
    ("sms-gateway", "RefusedEnvelope"): (8, 56, 59, 60, 61, 64, 66, 74),
    ("sms-gateway", "UnauthenticatedEnvelope"): (63,),
    ("sms-gateway", "MalformedEnvelope"): (400,),
    ("sms-gateway", "TooLargeEnvelope"): (413,),
    ("sms-gateway", "UnsupportedMediaTypeEnvelope"): (415,),
    ("message-status", "MalformedEnvelope"): (400,),
    ("message-status", "ForbiddenEnvelope"): (403,),
    ("message-status", "NotFoundEnvelope"): (404,),
}
EVERY_CODE = {code for codes in ENVELOPES.values() for code in codes} | {-1, 0, 1, 9, 57, 62, 200, 500}


def keeps(schema: str, value: object, document: DocumentName = "sms-gateway") -> bool:
    """Whether a value is valid for a schema of a document, formats included."""
    reference = {"$ref": f"urn:{document}#/components/schemas/{schema}"}
    return jsonschema_rs.Draft202012Validator(reference, registry=REGISTRY, validate_formats=True).is_valid(value)


def altered(value: dict[str, Any], path: str, new: object) -> dict[str, Any]:
    """A copy with the member at a dotted path replaced, added, or removed."""
    copy = deepcopy(value)
    *parents, last = path.split(".")
    target = copy
    for parent in parents:
        target = target[parent]
    if new is ABSENT:
        del target[last]
    else:
        target[last] = new
    return copy


@pytest.mark.requirement("WH-2")
@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("type", "STATUS_UPDATE"),
        ("message.reference", {}),
        ("message.provider.message", "Number Blocked by Carrier"),
        ("message.status", "REJECTED"),
        ("message.sms.segments", 11),
    ],
)
def test_the_documented_receipt_and_its_kin_are_taken(path: str, new: object) -> None:
    """WH-2: the vendor's payload is valid, also with an empty reference or an error text."""
    assert keeps("DeliveryReceipt", altered(RECEIPT, path, new))


@pytest.mark.requirement("WH-2", "ST-1")
@pytest.mark.parametrize("channel", ["SMS", "RCS"])
def test_only_rcs_knows_that_a_message_was_read(channel: str) -> None:
    """ST-1: only RCS has the status READ; on that channel `sms` may be absent."""
    message = {**altered(RECEIPT["message"], "sms", ABSENT), "status": "READ", "channel": channel}

    assert keeps("DeliveryReceipt", {**RECEIPT, "message": message}) == (channel == "RCS")


@pytest.mark.requirement("WH-1", "ST-1")
def test_the_first_status_is_a_message_s_but_never_a_receipt_s() -> None:
    """WH-1: PROVIDER_ACCEPTANCE can be looked up and is not notified."""
    message = altered(RECEIPT["message"], "status", "PROVIDER_ACCEPTANCE")

    assert keeps("One", {"message": message}, "message-status")
    assert keeps("Message", message)
    assert not keeps("DeliveryReceipt", {**RECEIPT, "message": message})


@pytest.mark.requirement("WH-2", "ST-1", "MS-5")
@pytest.mark.parametrize(
    ("path", "new"),
    [
        *((path, ABSENT) for path in ("id", "webhookConfigurationId", "type", "createdAt", "message")),
        *((f"message.{key}", ABSENT) for key in RECEIPT["message"]),
        *((f"message.provider.{key}", ABSENT) for key in RECEIPT["message"]["provider"]),
        ("message.sms.segments", ABSENT),
        ("message.sms.segments", 0),
        ("message.sms.segments", "1"),
        ("message.provider.code", 0),
        ("message.reference.key", 42),
        ("message.reference", None),
        ("message.channel", "FAX"),
        ("message.status", "delivered"),
        ("message.id", "not-a-uuid"),
        ("id", 1),
        ("type", "STATUS_CHANGE"),
        ("createdAt", "2026-02-12 14:51:00"),
        ("createdAt", "2026-02-12T14:51:00.250Z"),
        ("createdAt", "2026-02-12T15:51:00+01:00"),
        ("createdAt", "2026-02-30T14:51:00Z"),
        ("createdAt", 1770907860),
        ("status", "DELIVERED"),
    ],
)
def test_a_broken_receipt_is_refused(path: str, new: object) -> None:
    """WH-2: a receipt with a missing, misspelt, wrongly typed or unknown member is invalid."""
    assert keeps("DeliveryReceipt", RECEIPT)
    assert not keeps("DeliveryReceipt", altered(RECEIPT, path, new))


@pytest.mark.requirement("ANS-3", "ANS-4", "BAD-5", "MS-3")
@pytest.mark.parametrize(("envelope", "codes"), ENVELOPES.items())
def test_each_status_has_its_own_codes(envelope: tuple[DocumentName, str], codes: tuple[int, ...]) -> None:
    """ANS-3, ANS-4: a code of another status, an unknown code, and a code as a string are invalid."""
    document, schema = envelope
    taken = {code for code in EVERY_CODE if keeps(schema, {"code": code, "message": "x", "details": None}, document)}

    assert taken == set(codes)
    assert not keeps(schema, {"code": str(codes[0]), "message": "x", "details": None}, document)


@pytest.mark.requirement("ANS-3")
@pytest.mark.parametrize("envelope", ENVELOPES, ids="-".join)
@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("code", ABSENT),
        ("message", ABSENT),
        ("details", ABSENT),
        ("message", ""),
        ("message", None),
        ("details", 7),
        ("details", ["text"]),
        ("error", "x"),
    ],
)
def test_a_broken_envelope_is_refused(envelope: tuple[DocumentName, str], path: str, new: object) -> None:
    """ANS-3: an envelope has code, message and details, all required, and no other members."""
    document, schema = envelope
    whole = {"code": ENVELOPES[envelope][0], "message": "x", "details": None}

    assert keeps(schema, whole, document)
    assert not keeps(schema, altered(whole, path, new), document)


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("details", [None, "not JSON at byte 3", {"field": "detailed"}])
def test_details_are_null_a_text_or_an_object(details: object) -> None:
    """BAD-1: details may describe the mistake and its location, as text or as an object."""
    assert keeps("MalformedEnvelope", {"code": 400, "message": "Malformed request", "details": details})


@pytest.mark.requirement("ANS-1", "ANS-2")
@pytest.mark.parametrize("provider", ["PROVIDER1", ABSENT, None])
def test_an_acceptance_names_a_provider_or_none(provider: object) -> None:
    """ANS-1, ANS-2: without `detailed` the provider is absent, or null under the other reading."""
    assert keeps("Accepted", altered(ACCEPTED, "provider", provider))


@pytest.mark.requirement("ANS-1")
@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("id", ABSENT),
        ("message", ABSENT),
        ("id", "42"),
        ("id", 42),
        ("id", None),
        ("message", "Accepted for delivery"),
        ("provider", ""),
        ("provider", 1),
        ("code", 0),
    ],
)
def test_a_broken_acceptance_is_refused(path: str, new: object) -> None:
    """ANS-1: an acceptance has the documented text and a UUID, and no unknown members."""
    assert keeps("Accepted", ACCEPTED)
    assert not keeps("Accepted", altered(ACCEPTED, path, new))


@pytest.mark.requirement("OP-5")
def test_a_health_answer_may_lack_its_error_message() -> None:
    """OP-5: every field but `errorMessage` is required."""
    assert [key for key in HEALTH if keeps("Health", altered(HEALTH, key, ABSENT))] == ["errorMessage"]
    assert not keeps("Health", altered(HEALTH, "dbStatus", "true"))


@pytest.mark.requirement("REQ-3", "REQ-5", "REQ-8", "REQ-10", "REQ-11", "REQ-12", "BAD-8")
@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("lra", 1234),
        ("lra", 1.0),
        ("lra", -(2**31)),
        ("lra", 2**31 - 1),
        ("attemptCount", "whatever"),
        ("nobodyKnows", [1]),
        ("reference", {}),
        ("reference", {"service": None, "action": None, "key": None}),
        ("reference.service", "NOT-IN-THE-LIST"),
        ("text", "\U0001f600" * 1600),
        ("destination", "+1234567"),
        ("destination", "+123456789012345"),
        ("webhook", {"url": "https://receiver.example/x"}),
        ("webhook", {"url": "HTTPS://receiver.example", "authentication": {"type": "NONE"}}),
        *((key, None) for key in (*FULL, "webhook") if key not in ("destination", "text")),
    ],
)
def test_a_submission_within_the_contract_is_taken(path: str, new: object) -> None:
    """REQ-11 with one changed field: limits are inclusive, null is absent, unknown fields and services are valid."""
    assert keeps("AdminSubmission", altered(FULL, path, new))


@pytest.mark.requirement("REQ-1", "REQ-2", "REQ-3", "REQ-8", "REQ-10", "BAD-2", "BAD-3", "BAD-6", "BAD-7")
@pytest.mark.parametrize("schema", ["AdminSubmission", "ServicesSubmission"])
@pytest.mark.parametrize(("path", "new"), [(path, new) for path, values in OUTSIDE.items() for new in values])
def test_a_submission_outside_the_contract_is_refused(schema: str, path: str, new: object) -> None:
    """REQ-1 to REQ-10: one field out of bounds or of the wrong type is invalid for both operations."""
    assert keeps(schema, FULL)
    assert not keeps(schema, altered(FULL, path, new))


@pytest.mark.requirement("REQ-7", "REQ-8", "ACC-4")
@pytest.mark.parametrize(
    ("path", "new"), [("account", 1), ("lra", 2**31), ("lra", -(2**31) - 1), ("lra", 1.5), ("lra", True)]
)
def test_the_admin_fields_mean_something_to_admins_only(path: str, new: object) -> None:
    """ACC-4: values of `account` and `lra` that the Admin operation refuses are ignored by the Services operation."""
    submission = altered(FULL, path, new)

    assert not keeps("AdminSubmission", submission)
    assert keeps("ServicesSubmission", submission)

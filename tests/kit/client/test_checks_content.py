"""The checks of content: what was requested is what arrives (REQ-1 to REQ-10)."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.checks import by_id
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.evidence import Evidence
from tests.kit.client.sample_evidence import EvidenceRow, breaks, keeps, one, sent, wanting

WEBHOOK = {"url": "https://a.example/", "authentication": {"type": "NONE"}}


def text(wanted: str, arrived: str | None = None) -> Evidence:
    """A requested text, and the one that arrived."""
    return wanting({**simplest(), "text": wanted}, {**simplest(), "text": wanted if arrived is None else arrived})


def field(name: str, wanted: Any, **arrived: Any) -> Evidence:
    """A requested field, and what arrived in addition to destination and text."""
    return wanting({**simplest(), name: wanted}, {**simplest(), **arrived})


NUMBERS = (
    breaks("wanted.destination", "no plus", wanting(simplest(), {**simplest(), "destination": "447700900123"}),
           "'+447700900123' arrived as '447700900123'"),
    breaks("wanted.destination", "a space", wanting(simplest(), {**simplest(), "destination": "+44 7700900123"}),
           "arrived as '+44 7700900123'"),
    breaks("wanted.destination", "none", wanting(simplest(), {"text": "Hi"}), "arrived as None"),
    keeps("wanted.destination", "as it is", wanting({**simplest(), "destination": "+390000000000"})),
)  # fmt: skip

TEXTS = (
    breaks("wanted.text", "cut", text("a" * 161, "a" * 160), "160", "requested and the end", "161 code points"),
    breaks("wanted.text", "longer", text("Hi", "Hi "), "at code point 2: the end was requested and U+0020 arrived"),
    breaks("wanted.text", "an emoji is lost", text("a😀b", "ab"), "code point 1: U+1F600 was requested and U+0062"),
    breaks("wanted.text", "normalised", text("e\u0301", "é"), "code point 0: U+0065 was requested and U+00E9"),
    breaks("wanted.text", "half a pair", one(sent(body=b'{"text": "\\ud83d"}')), "U+D83D"),
    breaks("wanted.text", "null", wanting(simplest(), {**simplest(), "text": None}), "arrived as None"),
    keeps("wanted.text", "a pair of escapes", one(
        sent(body=b'{"text": "\\ud83d\\ude00\\n\\u0000"}'), message={**simplest(), "text": "😀\n\0"})),
    keeps("wanted.text", "marks, breaks and blanks", text(" \r\ne\u0301\u200f\ufeff€ ")),
    keeps("wanted.text", "a body that is no JSON is another matter", one(sent(body=b"{"))),
)  # fmt: skip

SERVICE = {"service": "ADMIN"}
REFERENCES = (
    breaks("wanted.reference", "left out", field("reference", SERVICE), "reference.service 'ADMIN' was requested"),
    breaks("wanted.reference", "an empty key", field("reference", {**SERVICE, "key": ""}, reference=SERVICE),
           "reference.key '' was requested, and was not sent"),
    breaks("wanted.reference", "a key of its own", field("reference", SERVICE, reference={**SERVICE, "key": "7"}),
           "reference.key was not requested, and '7' was sent"),
    breaks("wanted.reference", "none was requested", wanting(simplest(), {**simplest(), "reference": SERVICE}),
           "was not requested"),
    keeps("wanted.reference", "another order", field("reference", {"service": "ADMIN", "key": "a"},
                                                     reference={"key": "a", "service": "ADMIN"})),
    keeps("wanted.reference", "null is absent", field("reference", SERVICE, reference={**SERVICE, "action": None})),
    keeps("wanted.reference", "an empty one", wanting(simplest(), {**simplest(), "reference": {}})),
)  # fmt: skip

FIELDS = (
    breaks("wanted.fields", "lra 0", field("lra", 0), "lra 0 was requested, and was not sent"),
    breaks("wanted.fields", "another lra", field("lra", 1, lra=2), "lra 1 was requested, and 2 was sent"),
    breaks("wanted.fields", "lra in quotes", field("lra", 1, lra="1"), "and '1' was sent"),
    breaks("wanted.fields", "lra a boolean", field("lra", 1, lra=True), "and True was sent"),
    breaks("wanted.fields", "the account", field("account", "kit-customer"), "account 'kit-customer' was requested"),
    breaks("wanted.fields", "an empty string", field("businessRelationId", ""), "RelationId '' was requested"),
    breaks("wanted.fields", "details", field("detailed", True), "detailed True was requested, and was not sent"),
    breaks("wanted.fields", "unasked", wanting(simplest(), {**simplest(), "detailed": True}), "True was sent"),
    breaks("wanted.fields", "another webhook", field("webhook", WEBHOOK, webhook={**WEBHOOK, "url": "https://b.example/"}),
           "webhook.url 'https://a.example/' was requested, and 'https://b.example/' was sent"),
    breaks("wanted.fields", "other authentication", field(
        "webhook", WEBHOOK, webhook={**WEBHOOK, "authentication": {"type": "BASIC"}}), "webhook.authentication"),
    keeps("wanted.fields", "detailed false is left out", field("detailed", False)),
    keeps("wanted.fields", "detailed false is sent", wanting(simplest(), {**simplest(), "detailed": False})),
    keeps("wanted.fields", "null is absent", wanting(simplest(), {**simplest(), "lra": None, "detailed": None})),
    keeps("wanted.fields", "lra 0 and empty strings", wanting({**simplest(), "lra": 0, "businessRelationId": ""})),
    keeps("wanted.fields", "lra 1.0", field("lra", 1, lra=1.0)),
    keeps("wanted.fields", "no authentication is NONE", field("webhook", WEBHOOK, webhook={"url": WEBHOOK["url"]})),
    keeps("wanted.fields", "services has no account", wanting(
        {**simplest(), "account": "a", "lra": 1}, simplest(), operation="services")),
)  # fmt: skip

ROWS: tuple[EvidenceRow, ...] = (*NUMBERS, *TEXTS, *REFERENCES, *FIELDS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_arrives(row: EvidenceRow) -> None:
    """Each check reports its breach in one sentence, and nothing for an equivalent form."""
    row.hold()


def test_a_missing_webhook_is_reported_by_its_parts() -> None:
    """REQ-10: its URL and its authentication."""
    said = [each.said for each in by_id("wanted.fields").judge(field("webhook", WEBHOOK))]

    assert [each.partition(" ")[0] for each in said] == ["webhook.url", "webhook.authentication"]

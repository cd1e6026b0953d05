"""Gateways that read a request too leniently, too strictly, or incorrectly."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.kit.broken_gateways.breaking import Broken, ChangeRequest, GivenAnswer, SentRequest

_MALFORMED = b'{"code":400,"message":"Malformed request","details":"no"}'
_REFUSAL = GivenAnswer(400, {"content-type": "application/json"}, _MALFORMED)
_FIELDS = {
    "destination",
    "text",
    "reference",
    "attemptCount",
    "detailed",
    "account",
    "lra",
    "businessRelationId",
    "webhook",
}


def on_text(name: str, change: Any) -> ChangeRequest:
    """Change a member if it is a string."""

    def changed(asked: SentRequest) -> SentRequest:
        found = asked.members.get(name)
        return asked.having(**{name: change(found)}) if isinstance(found, str) else asked

    return changed


def refuse_where(condition: Any) -> ChangeRequest:
    """Refuse a request as malformed if it has credentials and meets the condition."""
    return lambda asked: _REFUSAL if condition(asked) and "authorization" in asked.headers else asked


def _service_in_capitals(asked: SentRequest) -> SentRequest:
    reference = asked.members.get("reference")
    if not isinstance(reference, dict) or not isinstance(reference.get("service"), str):
        return asked
    return asked.having(reference={**reference, "service": reference["service"].upper()})


def _plain_webhook(asked: SentRequest) -> SentRequest:
    webhook = asked.members.get("webhook")
    if not isinstance(webhook, dict) or not isinstance(webhook.get("url"), str):
        return asked
    return asked.having(webhook={**webhook, "url": webhook["url"].replace("http://", "https://")})


def _detailed_by_default(asked: SentRequest) -> SentRequest:
    return asked if not asked.members or "detailed" in asked.members else asked.having(detailed=True)


def _without_header(asked: SentRequest, name: str) -> dict[str, str]:
    return {key: value for key, value in asked.headers.items() if key != name}


def _any_type(asked: SentRequest) -> SentRequest:
    return replace(asked, headers={**_without_header(asked, "content-type"), "content-type": "application/json"})


def _scheme_case_sensitive(asked: SentRequest) -> SentRequest:
    given = asked.headers.get("authorization", "Basic ")
    return asked if given.startswith("Basic ") else replace(asked, headers=_without_header(asked, "authorization"))


def _first_key_wins(asked: SentRequest) -> SentRequest:
    if not asked.members:
        return asked
    pairs: list[tuple[str, Any]] = json.loads(asked.body, object_pairs_hook=list)
    return (
        replace(asked, body=json.dumps(dict(reversed(pairs))).encode())
        if asked.body.count(b'"destination"') > 1
        else asked
    )


def _bom_removed(asked: SentRequest) -> SentRequest:
    return replace(asked, body=asked.body.removeprefix(b"\xef\xbb\xbf"))


def _lenient_json(asked: SentRequest) -> SentRequest:
    return replace(asked, body=asked.body.replace(b",}", b"}"))


def _nan_is_null(asked: SentRequest) -> SentRequest:
    return replace(asked, body=asked.body.replace(b"NaN", b"null"))


def _has_null(asked: SentRequest) -> bool:
    return any(value is None for name, value in asked.members.items() if name not in {"text", "destination"})


def _digits_to_number(asked: SentRequest) -> SentRequest:
    found = asked.members.get("lra")
    return asked.having(lra=int(found)) if isinstance(found, str) and found.isdigit() else asked


def _coerced(asked: SentRequest) -> SentRequest:
    known: dict[Any, bool] = {"true": True, "false": False}
    found = asked.members.get("detailed")
    return asked.having(detailed=known[found]) if isinstance(found, str) and found in known else asked


def _account_is_read(asked: SentRequest) -> bool:
    return "Services" in asked.path and "account" in asked.members and not isinstance(asked.members["account"], str)


REQUESTS: tuple[Broken, ...] = (
    Broken("blanks around a number are trimmed", "BAD-7", request=on_text("destination", str.strip)),
    Broken(
        "blanks inside a number are passed over",
        "ERR-56",
        request=on_text("destination", lambda n: n.replace(" ", "")),
    ),
    Broken(
        "00 stands for a plus",
        "ERR-56",
        request=on_text("destination", lambda n: "+" + n[2:] if n[:2] == "00" else n),
    ),
    Broken(
        "a numeric destination is taken",
        "BAD-2",
        request=lambda a: (
            a.having(destination=f"+{a.members['destination']}")
            if isinstance(a.members.get("destination"), int)
            else a
        ),
    ),
    Broken("null is refused", "BAD-8", request=refuse_where(_has_null)),
    Broken("lra as text is taken", "REQ-8", request=_digits_to_number),
    Broken("a flag as text is taken", "BAD-2", request=_coerced),
    Broken("a NUL is refused", "BAD-1", request=refuse_where(lambda a: "\0" in str(a.members.get("text")))),
    Broken(
        "emoji are lost",
        "REQ-2",
        request=on_text("text", lambda t: "".join(c if ord(c) < 0x10000 else "?" for c in t)),
    ),
    Broken("texts are trimmed", "REQ-2", request=on_text("text", str.strip)),
    Broken("1601 characters are cut and taken", "BAD-3", request=on_text("text", lambda t: t[:1600])),
    Broken(
        "1600 characters are too many",
        "BAD-3",
        request=refuse_where(lambda a: len(str(a.members.get("text"))) >= 1600),
    ),
    Broken("services in any case", "ERR-59", request=_service_in_capitals),
    Broken("detailed by default", "ANS-2", request=_detailed_by_default),
    Broken("plain HTTP webhooks", "BAD-6", request=_plain_webhook),
    Broken("any Content-Type", "BAD-4", request=_any_type),
    Broken("Content-Type is required", "BAD-4", request=refuse_where(lambda a: "content-type" not in a.headers)),
    Broken("Accept is required", "OP-8", request=refuse_where(lambda a: "json" not in a.headers.get("accept", ""))),
    Broken("Basic to the letter", "ACC-5", request=_scheme_case_sensitive),
    Broken("the first of two keys wins", "BAD-1", request=_first_key_wins),
    Broken("a byte order mark is eaten", "BAD-1", request=_bom_removed),
    Broken("a trailing comma is forgiven", "BAD-1", request=_lenient_json),
    Broken("NaN is null", "BAD-1", request=_nan_is_null),
    Broken("unknown fields are refused", "REQ-12", request=refuse_where(lambda a: bool(set(a.members) - _FIELDS))),
    Broken(
        "attemptCount must be a number",
        "REQ-5",
        request=refuse_where(lambda a: not isinstance(a.members.get("attemptCount", 0), int)),
    ),
    Broken("the Services operation reads account", "ACC-4", request=refuse_where(_account_is_read)),
)

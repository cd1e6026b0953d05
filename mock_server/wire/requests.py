"""Parse request bodies; what cannot be parsed is a value with the reason."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from mock_server.domain.errors import MALFORMED
from mock_server.domain.requirements import Requirement, assumed, documented
from mock_server.domain.submission import Operation, Reference, Submission, Unreadable, Webhook

_BAD_1 = assumed("BAD-1")
_BAD_2 = assumed("BAD-2")
_REQ_8 = documented("REQ-8")

_INT32_LOW, _INT32_HIGH = -(2**31), 2**31 - 1

_REFERENCE_FIELDS = frozenset({"service", "action", "key"})
_WEBHOOK_FIELDS = frozenset({"url", "authentication"})
_SERVICES_FIELDS = frozenset(
    {"destination", "text", "reference", "attemptCount", "detailed", "businessRelationId", "webhook"}
)
_ADMIN_FIELDS = _SERVICES_FIELDS | {"account", "lra"}

_AUTHENTICATION = b"authentication"
_NO_SECRETS = frozenset({"type", "username"})

_TRUNCATED = "Input data was truncated"
_LONE_SURROGATE = re.compile(rb"(?i)\\ud[89ab][0-9a-f]{2}(?!\\u|\\?\Z)")
"""The decoder reports this as truncated input, because it expects the second surrogate."""
_LONE_SURROGATE_SENTENCE = "half of a surrogate pair stands alone in an escape"
_OUT_OF_RANGE = "out of range"
_MAX_DIGITS = 400

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _MismatchError(Exception):
    """A member has the wrong JSON type; the argument is the sentence for `details`."""

    def __init__(self, details: str, requirement: Requirement = _BAD_2) -> None:
        super().__init__(details)
        self.details = details
        self.requirement = requirement


def read_submission(body: bytes, operation: Operation) -> Submission | Unreadable:
    """Decode a request body; an unreadable one is a value that says what is wrong and where (BAD-1, BAD-2)."""
    try:
        found = decode_json(body)
    except ValueError as error:
        return Unreadable(MALFORMED, _BAD_1, f"body: {error}")
    if type(found) is not dict:
        return Unreadable(MALFORMED, _BAD_1, f"body: expected an object, got {_kind(found)}")
    try:
        return _submission(found, operation)
    except _MismatchError as error:
        return Unreadable(MALFORMED, error.requirement, error.details)


def _submission(found: dict[str, Any], operation: Operation) -> Submission:
    get = found.get
    destination = get("destination")
    text = get("text")
    reference = get("reference")
    detailed = get("detailed")
    webhook = get("webhook")
    admin = operation is Operation.ADMIN
    if type(text) is not str:
        text = _string("text", text) or ""
    if detailed is not None and type(detailed) is not bool:
        raise _MismatchError(f"detailed: expected a boolean, got {_kind(detailed)}")
    return Submission(
        destination if type(destination) is str else "",
        text,
        None if reference is None else _reference(reference),
        detailed is True,
        _string("account", get("account")) if admin else None,
        _int32("lra", get("lra")) if admin else None,
        _string("businessRelationId", get("businessRelationId")),
        None if webhook is None else _webhook(webhook),
    )


def _string(name: str, found: object) -> str | None:
    if found is None or type(found) is str:
        return found
    raise _MismatchError(f"{name}: expected a string, got {_kind(found)}")


def _int32(name: str, found: object) -> int | None:
    """Read an int32; a number without a fraction is one in any notation, such as `1.0` or `1e3` (REQ-8)."""
    if found is None:
        return None
    if type(found) is float and found.is_integer():
        found = int(found)
    if type(found) is int and _INT32_LOW <= found <= _INT32_HIGH:
        return found
    got = _kind(found) if type(found) is not int and type(found) is not float else str(found)
    raise _MismatchError(f"{name}: expected an integer from {_INT32_LOW} to {_INT32_HIGH}, got {got[:40]}", _REQ_8)


def _reference(found: object) -> Reference:
    if type(found) is not dict:
        raise _MismatchError(f"reference: expected an object, got {_kind(found)}")
    return Reference(*(_string(f"reference.{name}", found.get(name)) for name in ("service", "action", "key")))


def _webhook(found: object) -> Webhook:
    if type(found) is not dict:
        raise _MismatchError(f"webhook: expected an object, got {_kind(found)}")
    url = _string("webhook.url", found.get("url"))
    authentication = found.get("authentication")
    if authentication is None:
        return Webhook(url)
    if type(authentication) is not dict:
        raise _MismatchError(f"webhook.authentication: expected an object, got {_kind(authentication)}")
    kind = _string("webhook.authentication.type", authentication.get("type"))
    return Webhook(url) if kind is None else Webhook(url, kind)


def webhook_secrets(body: bytes) -> frozenset[str]:
    """The values in `webhook.authentication` other than its type, which the contract does not define (REQ-10).

    They are probably passwords: the gateway ignores them, and the journal masks them.
    """
    if _AUTHENTICATION not in body:
        return frozenset()
    try:
        found = decode_json(body)
    except ValueError:
        return frozenset()
    for step in ("webhook", "authentication"):
        found = found.get(step) if type(found) is dict else None
    held = found.items() if type(found) is dict else ()
    return frozenset(value for name, value in held if type(value) is str and name not in _NO_SECRETS)


def _kind(found: object) -> str:
    if found is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names[type(found)]


def decode_json(body: bytes) -> Any:
    """Parse JSON strictly: UTF-8, no NaN, no lone surrogate.

    Raises:
        ValueError: the text is not JSON; the message says what is wrong and where.
    """
    try:
        return _decode(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if _OUT_OF_RANGE in str(error):
            return _with_huge_numbers(body)
        raise ValueError(_plain(error, body)) from None


def _with_huge_numbers(body: bytes) -> Any:
    """Parse a text with numbers out of range: it is valid JSON, and often the members are ignored anyway."""
    try:
        found = json.loads(body, parse_constant=_refuse, parse_int=_integer)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError(_LONE_SURROGATE_SENTENCE) from None
    return found


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else float("inf")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _plain(error: Exception, body: bytes) -> str:
    if isinstance(error, UnicodeDecodeError):
        # The decoder counts from the start of the current string; a developer counts from the first byte.
        try:
            body.decode()
        except UnicodeDecodeError as whole:
            return f"not UTF-8 at byte {whole.start}"
    if not body.strip():
        return "empty; a JSON object is required"
    if str(error) == _TRUNCATED and _LONE_SURROGATE.search(body) is not None:
        return _LONE_SURROGATE_SENTENCE
    return str(error)


def is_json(content_type: bytes) -> bool:
    """Whether a media type is JSON: `application/json` or a `+json` suffix, with any parameters (BAD-4)."""
    media_type = content_type.partition(b";")[0].strip().lower()
    return media_type == b"application/json" or (media_type.endswith(b"+json") and b"/" in media_type)


def ignored_members(body: bytes, operation: Operation) -> dict[str, list[str]]:
    """What the gateway silently ignores in a body: unknown fields (REQ-12) and duplicate keys (BAD-1)."""
    duplicates: list[str] = []

    def note_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                duplicates.append(name)
            found[name] = value
        return found

    try:
        found = json.loads(body, object_pairs_hook=note_duplicates)
    except (ValueError, RecursionError):
        return {"unknown_fields": [], "duplicate_keys": []}
    unknown = sorted(_unknown(found, operation)) if isinstance(found, dict) else []
    return {"unknown_fields": unknown, "duplicate_keys": sorted(set(duplicates))}


def _unknown(found: dict[str, Any], operation: Operation) -> set[str]:
    names = set(found) - (_ADMIN_FIELDS if operation is Operation.ADMIN else _SERVICES_FIELDS)
    reference, webhook = found.get("reference"), found.get("webhook")
    if isinstance(reference, dict):
        names |= {f"reference.{name}" for name in set(reference) - _REFERENCE_FIELDS}
    if isinstance(webhook, dict):
        names |= {f"webhook.{name}" for name in set(webhook) - _WEBHOOK_FIELDS}
        if isinstance(webhook.get("authentication"), dict):
            names |= {f"webhook.authentication.{name}" for name in set(webhook["authentication"]) - {"type"}}
    return names

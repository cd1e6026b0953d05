"""Request bodies, read as the requirements say (REQ-1 to REQ-12, BAD-1, BAD-2, BAD-6, BAD-8)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_SOUND_URL = re.compile(
    r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[1-9][0-9]{0,3})?(?:[/?][a-z0-9/_.?=&-]*)?", re.IGNORECASE
)
_BLANKS = re.compile(r"[\s\x00-\x1f]")
_KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "detailed": (bool,),
    "businessRelationId": (str,),
    "reference": (dict,),
    "webhook": (dict,),
}


@dataclass(frozen=True, slots=True)
class Body:
    """A readable submission; `None` stands for absent, null, and a destination of another type."""

    destination: str | None
    text: str | None
    detailed: bool = False
    service: str | None = None
    service_wanted: bool = False
    account: str | None = None
    webhook: dict[str, Any] | None = None


def is_json_type(content_type: str) -> bool:
    """Whether a `Content-Type` names JSON (BAD-4)."""
    media_type = content_type.partition(";")[0].strip().lower()
    return not media_type or media_type == "application/json" or re.fullmatch(r".+/.+\+json", media_type) is not None


def read_body(raw: bytes, *, admin: bool) -> Body | None:
    """The submission in a body; `None` if it is not a JSON object or a field has the wrong type."""
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not _kinds_fit(found, admin=admin):
        return None
    reference = found.get("reference") or {}
    return Body(
        destination=found["destination"] if isinstance(found.get("destination"), str) else None,
        text=found.get("text"),
        detailed=found.get("detailed") is True,
        service=reference.get("service"),
        service_wanted=any(reference.get(name) is not None for name in ("service", "action", "key")),
        account=found.get("account") if admin else None,
        webhook=found.get("webhook"),
    )


def webhook_is_sound(webhook: dict[str, Any], *, plain_http: bool) -> bool | None:
    """Whether notifications can go there; `None` if that depends on how strictly a URL is read (BAD-6)."""
    url = webhook.get("url")
    kind = (webhook.get("authentication") or {}).get("type")
    if kind not in {None, "NONE"} or not isinstance(url, str) or _BLANKS.search(url):
        return False
    if plain_http and url.lower().startswith("http://"):
        url = "https" + url[4:]
    if not url.lower().startswith("https://") or url.lower() == "https://":
        return False
    return True if _SOUND_URL.fullmatch(url) else None


def _kinds_fit(found: dict[str, Any], *, admin: bool) -> bool:
    kinds = {**_KINDS, "account": (str,)} if admin else _KINDS
    if not all(_is(found.get(name), kind) for name, kind in kinds.items()):
        return False
    reference, webhook = found.get("reference") or {}, found.get("webhook") or {}
    if not all(_is(reference.get(name), (str,)) for name in ("service", "action", "key")):
        return False
    if not _is(webhook.get("url"), (str,)) or not _is(webhook.get("authentication"), (dict,)):
        return False
    authentication = webhook.get("authentication") or {}
    return _is(authentication.get("type"), (str,)) and (not admin or _is_int32(found.get("lra")))


def _is(value: Any, kind: tuple[type, ...]) -> bool:
    return value is None or isinstance(value, kind)


def _is_int32(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == value // 1 and -(2**31) <= value < 2**31


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

"""`X-Mock-Outcome`: a stub for a single request, in a header of that request."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from mock_server.domain.stub import Origin, Stub
from mock_server.scenario.compile_stubs import stub_of
from mock_server.scenario.loader import stub_part
from mock_server.scenario.problems import ScenarioError, did_you_mean

NAME: Final = "X-Mock-Outcome"

_KEYS: Final = ("refuse", "accept", "drop", "deliver", "adversity", "fault", "retry-after", "delay", "hold", "answer")
_LONGEST: Final = 1000


@lru_cache(maxsize=1024)
def parse_outcome(text: str) -> Stub:
    """Parse the header, such as `refuse=61`, `fault=reset-after` or `deliver=UNDELIVERED, delay=2s`.

    The keys are those of a stub's `then`. `answer=418` is a status without a body; `retry-after=30` needs a fault; a
    key whose value is true needs no value.

    Raises:
        ValueError: it is invalid; the message says why, and what is allowed.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"must have at most {_LONGEST} characters")
    then: dict[str, Any] = {}
    for pair in text.split(","):
        key, _, value = (part.strip() for part in pair.partition("="))
        if key not in _KEYS:
            raise ValueError(f"{key[:40]!r} is not an outcome; known: {', '.join(_KEYS)}{did_you_mean(key, _KEYS)}")
        if key in then:
            raise ValueError(f"{key} is given twice")
        then[key] = _value(key, value)
    retry = then.pop("retry-after", None)
    if retry is not None:
        then["fault"] = {"kind": str(then.get("fault", "")).removesuffix("-after"), "retry_after": retry} | (
            {"at": "after"} if str(then.get("fault", "")).endswith("-after") else {}
        )
    try:
        # The header works on every operation, but a refusal only on sends: the other operations have no codes.
        part = stub_part({"when": {} if "refuse" in then else {"operation": "any"}, "then": then})
    except ScenarioError as error:
        raise ValueError(
            "; ".join(f"{each.path.removeprefix('then.')}: {each.message}" for each in error.problems)
        ) from None
    return stub_of(part, NAME, Origin.HEADER, "SMS")


def _value(key: str, value: str) -> object:
    if key in {"accept", "drop", "hold"}:
        return value in {"", "true"} or value
    if key in {"refuse", "retry-after"}:
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
    if key == "answer":
        return {"status": int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value}
    return value

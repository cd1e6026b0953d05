"""The keys of a stub, in scenarios and in the control API: which requests it matches, what it forces, how often."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Discriminator, Field, JsonValue, Tag
from pydantic_core import PydanticCustomError

from mock_server.domain.fault import FaultKind
from mock_server.scenario import notation
from mock_server.scenario.faults import FAULT_NAMES, parse_fault
from mock_server.scenario.linear_regex import compile_regex
from mock_server.scenario.model_types import (
    LIST,
    AdversityName,
    ChannelName,
    Count,
    DelayText,
    DurationText,
    NonEmptyText,
    Part,
    RefusalCode,
    Steps,
)

TEXT_TAG: Final = "(text)"
MAPPING_TAG: Final = "(mapping)"
"""Tags of the two notations of a value; pydantic inserts them into the paths of errors."""

OPERATIONS: Final = ("admin", "services", "admin-health", "services-health", "look-up")

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "date"})
_ALLOWED_FRAMING: Final = frozenset({("transfer-encoding", "chunked"), ("connection", "close")})
"""The framing headers that a custom answer may set."""


def _notation_tag(value: object) -> str:
    return MAPPING_TAG if isinstance(value, dict | Part) else TEXT_TAG


def _checked_by(check: Callable[[Any], object]) -> AfterValidator:
    """Validate a value with `check`, and report its error message."""

    def checked(value: Any) -> Any:
        try:
            check(value)
        except ValueError as error:
            raise PydanticCustomError("notation", "{sentence}", {"sentence": str(error)}) from None
        return value

    return AfterValidator(checked)


Pattern: TypeAlias = Annotated[str, Field(min_length=1, max_length=10_000), _checked_by(compile_regex)]


class PatternPart(Part):
    """A destination, matched by a regular expression."""

    regex: Pattern = Field(description="Matches anywhere unless anchored with ^ and $; linear time, no look-around.")


class WordsPart(Part):
    """A text, matched by a part of it or by a regular expression."""

    contains: NonEmptyText | None = Field(None, description="These characters, anywhere in the text.")
    regex: Pattern | None = Field(None, description="Matches anywhere in the text; linear time, no look-around.")


Destination: TypeAlias = Annotated[
    Annotated[str, Field(pattern=notation.NUMBER_PATTERN), Tag(TEXT_TAG)] | Annotated[PatternPart, Tag(MAPPING_TAG)],
    Discriminator(_notation_tag),
]
Words: TypeAlias = Annotated[
    Annotated[str, Tag(TEXT_TAG)] | Annotated[WordsPart, Tag(MAPPING_TAG)], Discriminator(_notation_tag)
]
Ordinal: TypeAlias = Annotated[int, Field(ge=1, lt=2**31)]
Occurrences: TypeAlias = Annotated[
    Annotated[Ordinal, Tag(TEXT_TAG)] | Annotated[tuple[Ordinal, ...], LIST, Field(min_length=1), Tag(MAPPING_TAG)],
    Discriminator(lambda value: MAPPING_TAG if isinstance(value, list | tuple) else TEXT_TAG),
]


class WhenPart(Part):
    """Which requests a stub matches; an absent key matches everything."""

    destination: Destination | None = Field(
        None, description="An E.164 number, a prefix that ends in *, or {regex: …}."
    )
    text: Words | None = Field(None, description="The whole text, {contains: …} or {regex: …}.")
    account: Words | None = Field(None, description="The account that authenticates, or the impersonated one.")
    service: Words | None = Field(None, description="reference.service")
    action: Words | None = Field(None, description="reference.action")
    key: Words | None = Field(None, description="reference.key")
    operation: Literal["admin", "services", "admin-health", "services-health", "look-up", "any"] | None = Field(
        None, description="Absent: both operations to send; with the fault 'down', any."
    )
    nth: Occurrences | None = Field(
        None, description="Of the requests that match the other keys, only the n-th, or these."
    )


def _number_as_text(value: object) -> object:
    """Accept `503`, a number in YAML, as the name of a fault."""
    return str(value) if type(value) is int else value


def _or_as_numbers(names: Iterable[str]) -> Callable[[dict[str, Any]], None]:
    """For the JSON Schema: all names; numeric ones, such as `503`, also as numbers."""
    allowed: list[str | int] = [*names]
    allowed += [int(name) for name in names if name.isdigit()]

    def describe(schema: dict[str, Any]) -> None:
        for key in ("type", "$ref", "allOf"):
            schema.pop(key, None)
        schema["enum"] = allowed

    return describe


class FaultPart(Part):
    """A fault with details."""

    kind: Annotated[FaultKind, Field(strict=False), BeforeValidator(_number_as_text)] = Field(
        description="Its name.", json_schema_extra=_or_as_numbers(FaultKind)
    )
    at: Literal["before", "after"] | None = Field(
        None, description="Before the gateway processes the request, or after it. Absent: the default of the fault."
    )
    status: Annotated[int, Field(ge=200, le=599)] | None = Field(None, description="html-page only. Absent: 502.")
    retry_after: Count | None = Field(
        None, description="502, 503, 504, 429 and html-page only: seconds. Absent: no header Retry-After."
    )
    interval: DurationText | None = Field(None, description="slow-drip only: time between two bytes. Absent: 100ms.")


class LogNormalPart(Part):
    """A log-normal delay, whose long tail is typical of networks."""

    median: DurationText = Field(description="The median: half of the delays are shorter.")
    sigma: Annotated[float, Field(ge=0, le=5)] = Field(0.5, description="The spread.")


class DelayPart(Part):
    """A random delay, or one on the session's clock: exactly one of these keys."""

    fixed: DelayText | None = Field(None, description="A constant delay, in wall time.")
    uniform: Annotated[tuple[DelayText, DelayText], LIST] | None = Field(
        None, description="[least, most]: uniform, in wall time."
    )
    lognormal: LogNormalPart | None = Field(None, description="Log-normal about a median, in wall time.")
    virtual: DelayText | None = Field(None, description="A constant delay, on the session's clock.")


FaultName: TypeAlias = Annotated[
    str,
    BeforeValidator(_number_as_text),
    _checked_by(parse_fault),
    Field(json_schema_extra=_or_as_numbers(FAULT_NAMES)),
]
Fault: TypeAlias = Annotated[
    Annotated[FaultName, Tag(TEXT_TAG)] | Annotated[FaultPart, Tag(MAPPING_TAG)], Discriminator(_notation_tag)
]
Deliver: TypeAlias = Annotated[
    Annotated[Literal["PROVIDER_ACCEPTANCE", "SENT", "DELIVERED", "REJECTED", "UNDELIVERED", "READ"], Tag(TEXT_TAG)]
    | Annotated[Steps, Tag(MAPPING_TAG)],
    Discriminator(lambda value: MAPPING_TAG if isinstance(value, list | tuple) else TEXT_TAG),
]
AnyDelay: TypeAlias = Annotated[
    Annotated[DelayText, Tag(TEXT_TAG)] | Annotated[DelayPart, Tag(MAPPING_TAG)], Discriminator(_notation_tag)
]


def _headers(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if _HEADER_NAME.fullmatch(name) is None:
            raise ValueError("a header name consists of letters, digits and hyphens")
        if name.lower() in _FRAMING and (name.lower(), value.lower()) not in _ALLOWED_FRAMING:
            raise ValueError(
                f"{name} is set by the server, except 'Connection: close' and 'Transfer-Encoding: chunked'; "
                "for a wrong length, use the faults wrong-content-length or truncated-body"
            )
        if _HEADER_VALUE.fullmatch(value) is None:
            raise ValueError("a header value is one line of Latin-1")


def _base64(text: str) -> None:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("is not Base64") from None


class AnswerPart(Part):
    """A custom answer, sent unchanged."""

    status: Annotated[int, Field(ge=200, le=599)] = Field(description="200 to 599.")
    headers: Annotated[dict[str, str], _checked_by(_headers)] = Field(
        default_factory=dict, description="Names and values. Absent Content-Type: application/json."
    )
    body: JsonValue = Field(None, description="A text is sent unchanged, anything else as JSON. Absent: no body.")
    body_base64: Annotated[str, _checked_by(_base64)] | None = Field(
        None, description="Instead of body: any bytes, in Base64."
    )


class ThenPart(Part):
    """What is forced: at most one of refuse, accept, drop and answer; the delivery; and effects on the transport."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    refuse: RefusalCode | None = Field(None, description="A code of the refusal catalogue.")
    accept: Literal[True] | None = Field(
        None, description="Accepted regardless of the rules; it counts like any other message."
    )
    drop: Literal[True] | None = Field(None, description="Answered like an acceptance, but not sent.")
    deliver: Deliver | None = Field(
        None, description="The final status, reached in the default time, or changes as in delivery.plan. []: none."
    )
    channel: ChannelName | None = Field(None, description="The channel for deliver. Absent: delivery.channel.")
    adversity: AdversityName | None = Field(
        None, description="What goes wrong with the notifications of these messages."
    )
    answer: AnswerPart | None = Field(None, description="A custom answer instead of the gateway's.")
    fault: Fault | None = Field(None, description="A fault on the transport: its name, or {kind, at, …}.")
    delay: AnyDelay | None = Field(None, description="How late the answer is: a duration, or a distribution.")
    hold: Literal[True] | None = Field(
        None, description="The answer waits for POST /_control/exchanges/{id}/release."
    )


class StubPart(Part):
    """Force an outcome, regardless of the gateway's own rules."""

    when: WhenPart = Field(
        default_factory=WhenPart.model_construct, description="The requests that it matches. Absent: all sends."
    )
    then: ThenPart = Field(description="What it forces.")
    times: Ordinal | None = Field(None, description="How often it applies, at most. Absent: always.")
    probability: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="The probability that it applies, drawn with the session's seed. Absent: 1."
    )
    for_: DurationText | None = Field(
        None, alias="for", description="How long it applies, on the session's clock, from its creation."
    )
    priority: Annotated[int, Field(ge=-1000, le=1000)] = Field(0, description="The higher comes first.")
    name: Annotated[str, Field(max_length=100)] | None = Field(None, description="A label, shown with the stub.")

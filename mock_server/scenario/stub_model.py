"""The keys of a stub, the same in a scenario and over the control API: which requests, what they get, how often."""

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
"""What pydantic puts into the path of an error to tell the two ways to write a value apart; nobody wrote it."""

OPERATIONS: Final = ("admin", "services", "admin-health", "services-health", "look-up")

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection", "date"})
_FRAMINGS: Final = frozenset({("transfer-encoding", "chunked"), ("connection", "close")})
"""What an answer may ask of the server's framing."""


def _either_way(value: object) -> str:
    return MAPPING_TAG if isinstance(value, dict | Part) else TEXT_TAG


def _worded(check: Callable[[Any], object]) -> AfterValidator:
    """Refuse what `check` refuses, in its own words."""

    def checked(value: Any) -> Any:
        try:
            check(value)
        except ValueError as error:
            raise PydanticCustomError("notation", "{sentence}", {"sentence": str(error)}) from None
        return value

    return AfterValidator(checked)


Pattern: TypeAlias = Annotated[str, Field(min_length=1, max_length=10_000), _worded(compile_regex)]


class PatternPart(Part):
    """A destination by a regular expression."""

    regex: Pattern = Field(
        description="Found anywhere in it unless ^ and $ say otherwise; linear time, no look-around."
    )


class WordsPart(Part):
    """A text by what it holds."""

    contains: NonEmptyText | None = Field(None, description="These characters, anywhere in it.")
    regex: Pattern | None = Field(None, description="Found anywhere in it; linear time, no look-around.")


Destination: TypeAlias = Annotated[
    Annotated[str, Field(pattern=notation.NUMBER_PATTERN), Tag(TEXT_TAG)] | Annotated[PatternPart, Tag(MAPPING_TAG)],
    Discriminator(_either_way),
]
Words: TypeAlias = Annotated[
    Annotated[str, Tag(TEXT_TAG)] | Annotated[WordsPart, Tag(MAPPING_TAG)], Discriminator(_either_way)
]
Ordinal: TypeAlias = Annotated[int, Field(ge=1, lt=2**31)]
Occurrences: TypeAlias = Annotated[
    Annotated[Ordinal, Tag(TEXT_TAG)] | Annotated[tuple[Ordinal, ...], LIST, Field(min_length=1), Tag(MAPPING_TAG)],
    Discriminator(lambda value: MAPPING_TAG if isinstance(value, list | tuple) else TEXT_TAG),
]


class WhenPart(Part):
    """Which requests a stub is for; a key that is absent asks for nothing."""

    destination: Destination | None = Field(
        None, description="An E.164 number, a prefix that ends in *, or {regex: …}."
    )
    text: Words | None = Field(None, description="The whole text, {contains: …} or {regex: …}.")
    account: Words | None = Field(None, description="The account that calls, or the one on whose behalf.")
    service: Words | None = Field(None, description="reference.service")
    action: Words | None = Field(None, description="reference.action")
    key: Words | None = Field(None, description="reference.key")
    operation: Literal["admin", "services", "admin-health", "services-health", "look-up", "any"] | None = Field(
        None, description="Absent: either way to send; with the fault 'down', any."
    )
    nth: Occurrences | None = Field(None, description="Of the requests that meet the rest, only the n-th, or these.")


def _number_as_text(value: object) -> object:
    """`503` is a number to YAML and a name to us."""
    return str(value) if type(value) is int else value


def _or_as_numbers(names: Iterable[str]) -> Callable[[dict[str, Any]], None]:
    """For editors: every name; those of a proxy's answers also as the numbers that they are to YAML."""
    allowed: list[str | int] = [*names]
    allowed += [int(name) for name in names if name.isdigit()]

    def describe(schema: dict[str, Any]) -> None:
        for key in ("type", "$ref", "allOf"):
            schema.pop(key, None)
        schema["enum"] = allowed

    return describe


class FaultPart(Part):
    """A fault with its particulars."""

    kind: Annotated[FaultKind, Field(strict=False), BeforeValidator(_number_as_text)] = Field(
        description="Which.", json_schema_extra=_or_as_numbers(FaultKind)
    )
    at: Literal["before", "after"] | None = Field(
        None, description="Before the gateway sees the request, or after it has decided. Absent: what is usual."
    )
    status: Annotated[int, Field(ge=200, le=599)] | None = Field(None, description="html-page only. Absent: 502.")
    retry_after: Count | None = Field(
        None, description="502, 503, 504, 429 and html-page: seconds. Absent: not told."
    )
    interval: DurationText | None = Field(None, description="slow-drip only: between two bytes. Absent: 100ms.")


class LogNormalPart(Part):
    """A delay with a long tail, as networks have it."""

    median: DurationText = Field(description="Half of the delays are shorter.")
    sigma: Annotated[float, Field(ge=0, le=5)] = Field(0.5, description="How far they spread.")


class DelayPart(Part):
    """A delay that is drawn, or that waits for the session's clock: exactly one of these keys."""

    fixed: DelayText | None = Field(None, description="Always this, in wall time.")
    uniform: Annotated[tuple[DelayText, DelayText], LIST] | None = Field(
        None, description="[least, most], in wall time."
    )
    lognormal: LogNormalPart | None = Field(None, description="About a median, in wall time.")
    virtual: DelayText | None = Field(None, description="Always this, on the session's clock.")


FaultName: TypeAlias = Annotated[
    str,
    BeforeValidator(_number_as_text),
    _worded(parse_fault),
    Field(json_schema_extra=_or_as_numbers(FAULT_NAMES)),
]
Fault: TypeAlias = Annotated[
    Annotated[FaultName, Tag(TEXT_TAG)] | Annotated[FaultPart, Tag(MAPPING_TAG)], Discriminator(_either_way)
]
Deliver: TypeAlias = Annotated[
    Annotated[Literal["PROVIDER_ACCEPTANCE", "SENT", "DELIVERED", "REJECTED", "UNDELIVERED", "READ"], Tag(TEXT_TAG)]
    | Annotated[Steps, Tag(MAPPING_TAG)],
    Discriminator(lambda value: MAPPING_TAG if isinstance(value, list | tuple) else TEXT_TAG),
]
AnyDelay: TypeAlias = Annotated[
    Annotated[DelayText, Tag(TEXT_TAG)] | Annotated[DelayPart, Tag(MAPPING_TAG)], Discriminator(_either_way)
]


def _headers(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if _HEADER_NAME.fullmatch(name) is None:
            raise ValueError("a header's name is letters, digits and hyphens")
        if name.lower() in _FRAMING and (name.lower(), value.lower()) not in _FRAMINGS:
            raise ValueError(
                f"{name} is set by the server, but for 'Connection: close' and 'Transfer-Encoding: chunked'; "
                "the faults lie about it: wrong-content-length, truncated-body"
            )
        if _HEADER_VALUE.fullmatch(value) is None:
            raise ValueError("a header's value is one line of Latin-1")


def _base64(text: str) -> None:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("is no Base64") from None


class AnswerPart(Part):
    """An answer that no catalogue holds; it is sent as it stands."""

    status: Annotated[int, Field(ge=200, le=599)] = Field(description="200 to 599.")
    headers: Annotated[dict[str, str], _worded(_headers)] = Field(
        default_factory=dict, description="Names and values. Content-Type is application/json unless given."
    )
    body: JsonValue = Field(None, description="A text is sent as it is, anything else as JSON. Absent: no body.")
    body_base64: Annotated[str, _worded(_base64)] | None = Field(None, description="Any bytes, instead of body.")


class ThenPart(Part):
    """What the requests get: at most one of refuse, accept, drop and answer; a fate; and trouble on the transport."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    refuse: RefusalCode | None = Field(None, description="A code of the refusal catalogue.")
    accept: Literal[True] | None = Field(
        None, description="Accepted whatever the rules say; it counts like any other."
    )
    drop: Literal[True] | None = Field(None, description="Answered like an acceptance, and sent to nobody.")
    deliver: Deliver | None = Field(
        None, description="The status it comes to at the usual pace, or the changes as in delivery.plan. []: none."
    )
    channel: ChannelName | None = Field(None, description="What deliver travels by. Absent: delivery.channel.")
    adversity: AdversityName | None = Field(
        None, description="What goes wrong with the notifications of these sends."
    )
    answer: AnswerPart | None = Field(None, description="An answer of your own, in the place of the gateway's.")
    fault: Fault | None = Field(None, description="A fault on the transport, by name, or {kind, at, …}.")
    delay: AnyDelay | None = Field(None, description="How late the answer is: a length of time, or how to draw one.")
    hold: Literal[True] | None = Field(
        None, description="The answer waits for POST /_control/exchanges/{id}/release."
    )


class StubPart(Part):
    """Force an outcome, whatever the gateway's own rules would have said."""

    when: WhenPart = Field(default_factory=WhenPart.model_construct, description="Which requests. Absent: all sends.")
    then: ThenPart = Field(description="What they get.")
    times: Ordinal | None = Field(None, description="How often, at most. Absent: always.")
    probability: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="How likely, drawn from the session's seed. Absent: certainly."
    )
    for_: DurationText | None = Field(
        None, alias="for", description="How long, on the session's clock, from when the stub was made."
    )
    priority: Annotated[int, Field(ge=-1000, le=1000)] = Field(0, description="The higher goes first.")
    name: Annotated[str, Field(max_length=100)] | None = Field(None, description="For its author; shown with it.")

"""What the keys of a scenario are made of: kinds of values, and the parts that stand in more than one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from mock_server.domain.adversity import Adversity
from mock_server.domain.errors import BY_CODE
from mock_server.scenario import notation

INT64: Final = 2**63


def written_as(parse: Callable[[str], int]) -> AfterValidator:
    """Refuse what `parse` cannot read, in the words of `parse`; keep the text as it was written."""

    def check(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise PydanticCustomError("notation", "{sentence}", {"sentence": str(error)}) from None
        return text

    return AfterValidator(check)


def _refusal(code: int) -> int:
    if code not in BY_CODE:
        raise PydanticCustomError("refusal", "not a code of the catalogue")
    return code


# Only a bounded text is looked at closely enough to find half a surrogate pair in it.
Text: TypeAlias = Annotated[str, Field(max_length=10_000)]
NonEmptyText: TypeAlias = Annotated[str, Field(min_length=1)]
DurationText: TypeAlias = Annotated[
    str, written_as(notation.parse_duration), Field(json_schema_extra={"pattern": notation.DURATION_PATTERN})
]
DelayText: TypeAlias = Annotated[
    str, written_as(notation.parse_delay), Field(json_schema_extra={"pattern": notation.DURATION_PATTERN})
]
InstantText: TypeAlias = Annotated[
    str, written_as(notation.parse_instant), Field(json_schema_extra={"pattern": notation.INSTANT_PATTERN})
]
NumberText: TypeAlias = Annotated[str, Field(pattern=notation.NUMBER_PATTERN)]
Count: TypeAlias = Annotated[int, Field(ge=0, lt=INT64)]
RefusalCode: TypeAlias = Annotated[int, AfterValidator(_refusal), Field(json_schema_extra={"enum": sorted(BY_CODE)})]
UpOrDown: TypeAlias = Literal["up", "down"]
ChannelName: TypeAlias = Literal["SMS", "RCS"]
AdversityName: TypeAlias = Annotated[Adversity, Field(strict=False)]
# What an HTTP header can carry: visible ASCII, with blanks inside only.
ApiKeyText: TypeAlias = Annotated[str, Field(min_length=4, pattern="^[!-~][ -~]*[!-~]$")]
UNIQUE: Final[dict[str, JsonValue]] = {"uniqueItems": True}


# A part that is absent is constructed, not validated: validating it would build a second schema for it.
class Part(BaseModel):
    """A mapping of the file: no key that it does not know, no value of another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class CarrierPart(Part):
    """What the provider says of a status; what is absent is its usual word for it (WH-2)."""

    code: NonEmptyText | None = Field(
        None, description="Its own code, a text. Absent: 0 where all went well, else 1."
    )
    status: NonEmptyText | None = Field(None, description="Its own word for the status. Absent: that of the gateway.")
    message: NonEmptyText | None = Field(
        None, description="An error text, such as Number Blocked by Carrier. Absent: none."
    )


class StepPart(Part):
    """One change of status (ST-2)."""

    after: DelayText = Field(description="How long after the acceptance, not after the step above; 0s is allowed.")
    status: Literal["SENT", "DELIVERED", "REJECTED", "UNDELIVERED", "READ"] = Field(
        description="SENT or REJECTED first; after SENT, DELIVERED or UNDELIVERED; after DELIVERED on RCS, READ."
    )
    provider: CarrierPart | None = Field(None, description="What the provider says of it. Absent: its usual words.")
    forced: bool = Field(False, description="true: it may stand where no such change is legal, to try a client.")


# Strict types take no list for a tuple: the leniency is for the container alone, not for what it holds.
LIST: Final = Field(strict=False)
Steps: TypeAlias = Annotated[tuple[StepPart, ...], LIST]

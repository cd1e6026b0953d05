"""Types of values and parts that several keys of a scenario use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from mock_server.domain.adversity import Adversity
from mock_server.domain.errors import BY_CODE
from mock_server.scenario import notation

INT64: Final = 2**63


def parsed_by(parse: Callable[[str], int]) -> AfterValidator:
    """Validate a text with `parse`, report its error message, and keep the text unchanged."""

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


# Without a maximum length, pydantic would not detect lone surrogates.
Text: TypeAlias = Annotated[str, Field(max_length=10_000)]
NonEmptyText: TypeAlias = Annotated[str, Field(min_length=1)]
DurationText: TypeAlias = Annotated[
    str, parsed_by(notation.parse_duration), Field(json_schema_extra={"pattern": notation.DURATION_PATTERN})
]
DelayText: TypeAlias = Annotated[
    str, parsed_by(notation.parse_delay), Field(json_schema_extra={"pattern": notation.DURATION_PATTERN})
]
InstantText: TypeAlias = Annotated[
    str, parsed_by(notation.parse_instant), Field(json_schema_extra={"pattern": notation.INSTANT_PATTERN})
]
NumberText: TypeAlias = Annotated[str, Field(pattern=notation.NUMBER_PATTERN)]
Count: TypeAlias = Annotated[int, Field(ge=0, lt=INT64)]
RefusalCode: TypeAlias = Annotated[int, AfterValidator(_refusal), Field(json_schema_extra={"enum": sorted(BY_CODE)})]
UpOrDown: TypeAlias = Literal["up", "down"]
ChannelName: TypeAlias = Literal["SMS", "RCS"]
AdversityName: TypeAlias = Annotated[Adversity, Field(strict=False)]
# What an HTTP header can carry: visible ASCII, with spaces only between.
ApiKeyText: TypeAlias = Annotated[str, Field(min_length=4, pattern="^[!-~][ -~]*[!-~]$")]
UNIQUE: Final[dict[str, JsonValue]] = {"uniqueItems": True}


# Defaults of parts use `model_construct`: validation would build a second schema for the part.
class Part(BaseModel):
    """A mapping of the file; unknown keys and values of other types are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class CarrierPart(Part):
    """What the provider reports for a status; absent keys have a default for the status (WH-2)."""

    code: NonEmptyText | None = Field(None, description="The provider's code, a text. Absent: 0 for success, else 1.")
    status: NonEmptyText | None = Field(None, description="The provider's name of the status. Absent: the status.")
    message: NonEmptyText | None = Field(
        None, description="An error text, such as Number Blocked by Carrier. Absent: none."
    )


class StepPart(Part):
    """One status change (ST-2)."""

    after: DelayText = Field(description="Time after the acceptance, not after the previous step; 0s is allowed.")
    status: Literal["SENT", "DELIVERED", "REJECTED", "UNDELIVERED", "READ"] = Field(
        description="SENT or REJECTED first; after SENT, DELIVERED or UNDELIVERED; after DELIVERED on RCS, READ."
    )
    provider: CarrierPart | None = Field(
        None, description="What the provider reports. Absent: the usual for the status."
    )
    forced: bool = Field(False, description="true: the change is allowed although it is illegal, to test a client.")


# Strict mode does not accept a list for a tuple. This is lax for the container only, not for its items.
LIST: Final = Field(strict=False)
Steps: TypeAlias = Annotated[tuple[StepPart, ...], LIST]

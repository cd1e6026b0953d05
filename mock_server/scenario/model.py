"""The keys of a scenario file: types, defaults and descriptions.

Checks across keys (duplicate accounts, contradictions) are in `checks`.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from mock_server.scenario import assume as readings
from mock_server.scenario.model_types import (
    INT64,
    LIST,
    UNIQUE,
    AdversityName,
    ApiKeyText,
    ChannelName,
    Count,
    DurationText,
    InstantText,
    NonEmptyText,
    NumberText,
    Part,
    StepPart,
    Steps,
    Text,
    UpOrDown,
)
from mock_server.scenario.stub_model import StubPart

MASK: Final = "***"
"""Replaces passwords and API keys when a scenario is shown."""


class ClockPart(Part):
    """The session's clock at the start of the session."""

    mode: Literal["real", "frozen", "scaled"] = Field(
        "real",
        description="real: time runs; frozen: it moves only when advanced; scaled: it runs by a factor.",
    )
    at: InstantText | None = Field(
        None,
        description="Start time of a frozen or scaled clock: RFC 3339 with an offset. Absent: the time of the start.",
    )
    factor: Annotated[float, Field(gt=0, le=100_000)] | None = Field(
        None,
        description="Seconds of a scaled clock per second of real time: 60 is a minute in each second.",
    )


class AccountPart(Part):
    """A customer or administrator of the gateway (ACC-1, URL-1)."""

    username: Annotated[str, Field(min_length=1, pattern="^[^:]*$")] = Field(description="Without ':'; unique.")
    password: NonEmptyText = Field(repr=False, description="Never shown again. Quote it if it consists of digits.")
    admin: bool = Field(False, description="May use the administrators' operations.")
    active: bool = Field(True, description="false: every attempt gets code 63.")
    urls: Literal["allowed", "denied"] = Field("denied", description="Whether a text may contain a URL (code 74).")


class DuplicatesPart(Part):
    """Same text, same destination, same provider (AF-1); messages over the limit are silently dropped."""

    limit: Count = Field(2, description="How many identical texts a destination may get within the window.")
    window: DurationText = Field("1h", description="How long a message counts.")


class VolumePart(Part):
    """Any text, same destination (AF-2); messages over the limit get code 60."""

    limit: Count = Field(150, description="How many messages a destination may get within the window.")
    window: DurationText = Field("1h", description="How long a message counts.")


class AntiFloodingPart(Part):
    """Both limits apply per destination, regardless of the sender (AF-3)."""

    duplicates: DuplicatesPart = Field(
        default_factory=DuplicatesPart.model_construct, description="The limit on identical texts (AF-1)."
    )
    volume: VolumePart = Field(
        default_factory=VolumePart.model_construct, description="The limit on messages of any text (AF-2)."
    )


class ProviderPart(Part):
    """A carrier-side partner; the first that is up accepts the message (PR-2)."""

    name: NonEmptyText = Field(description="The provider in a detailed answer; unique.")
    up: bool = Field(True, description="false: the next provider is tried; if there is none, code 64.")


def _default_steps() -> Steps:
    return (
        StepPart.model_construct(after="1s", status="SENT"),
        StepPart.model_construct(after="3s", status="DELIVERED"),
    )


class DeliveryPart(Part):
    """What happens to a message after the 200, unless a stub changes it (ST-1, ST-2)."""

    channel: ChannelName = Field("SMS", description="The channel of messages; only RCS has READ.")
    plan: Steps = Field(
        default_factory=_default_steps,
        description="The status changes in order of time. Absent: SENT after 1s, DELIVERED after 3s. []: none.",
    )


class WebhooksPart(Part):
    """How notifications are delivered (WH-4), and what goes wrong with them on purpose."""

    https_only: bool = Field(True, description="false: a webhook may use plain HTTP (BAD-6).")
    timeout: DurationText = Field("10s", description="How long a receiver may take to answer, in real time.")
    retries: Annotated[tuple[DurationText, ...], LIST] = Field(
        ("10s", "1m", "5m", "30m", "2h", "6h"),
        description="The gap before each retry, from the end of the previous attempt. []: no retries.",
    )
    adversity: AdversityName | None = Field(
        None, description="What goes wrong with every notification. Absent: nothing."
    )


class HealthPart(Part):
    """What the health checks report; sends are unaffected (OP-9)."""

    database: UpOrDown = Field("up", description="dbStatus")
    services: UpOrDown = Field("up", description="servicesStatus")
    gateway: UpOrDown = Field("up", description="down: globalStatus is false although both parts are up.")


def _administrator() -> tuple[AccountPart, ...]:
    return (AccountPart.model_construct(username="admin", password="admin-secret", admin=True),)  # noqa: S106


def _provider() -> tuple[ProviderPart, ...]:
    return (ProviderPart.model_construct(name="PROVIDER1"),)


class Scenario(Part):
    """The world of a session: who may send, what is refused, and how unclear requirements are read."""

    version: Annotated[int, Field(ge=1, le=1)] = Field(
        json_schema_extra={"const": 1}, description="The version of this format. The only required key."
    )
    title: Text = Field("", description="One line for lists of scenarios.")
    description: Text = Field("", description="A paragraph for testers: what to send, and what to expect.")
    seed: Annotated[int, Field(ge=-INT64, lt=INT64)] | None = Field(
        None, description="Makes ids and random choices repeatable. Absent: a random one, shown by the session."
    )
    clock: ClockPart = Field(default_factory=ClockPart.model_construct, description="Real, frozen or scaled time.")
    accounts: Annotated[tuple[AccountPart, ...], LIST] = Field(
        default_factory=_administrator, description="Who may send. Absent: the administrator admin / admin-secret."
    )
    api_keys: Annotated[tuple[ApiKeyText, ...], LIST] = Field(
        ("status-key",),
        repr=False,
        description="Who may look up messages (MS-1). Never shown again. Absent: the one key status-key.",
        json_schema_extra=UNIQUE,
    )
    services: Annotated[tuple[NonEmptyText, ...], LIST] = Field(
        ("AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN"),
        description="What reference.service may be (REQ-4); anything else gets code 59.",
        json_schema_extra=UNIQUE,
    )
    watchlist: Annotated[tuple[NumberText, ...], LIST] = Field(
        (), description="Destinations that get code 61 (WL-1).", json_schema_extra=UNIQUE
    )
    unreachable: Annotated[tuple[NumberText, ...], LIST] = Field(
        (), description="Destinations that cannot receive an SMS: code 8.", json_schema_extra=UNIQUE
    )
    anti_flooding: AntiFloodingPart = Field(
        default_factory=AntiFloodingPart.model_construct,
        description="The limits per destination (AF-1, AF-2).",
    )
    providers: Annotated[tuple[ProviderPart, ...], LIST] = Field(
        default_factory=_provider, description="In order of failover (PR-2). Absent: PROVIDER1, which is up."
    )
    delivery: DeliveryPart = Field(
        default_factory=DeliveryPart.model_construct, description="What happens to a message after the 200 (ST-2)."
    )
    health: HealthPart = Field(
        default_factory=HealthPart.model_construct, description="What the health checks report (OP-5)."
    )
    webhooks: WebhooksPart = Field(
        default_factory=WebhooksPart.model_construct, description="How notifications are delivered (WH-4)."
    )
    stubs: Annotated[tuple[StubPart, ...], LIST] = Field(
        (),
        description="Forced outcomes; an exact destination comes before a prefix, then in order of the file.",
    )
    faults: Annotated[tuple[StubPart, ...], LIST] = Field(
        (), description="Stubs that affect only the transport: fault, delay, hold or answer."
    )
    outcome_header: bool = Field(True, description="Whether a request may force its own outcome by X-Mock-Outcome.")
    assume: Annotated[dict[str, object], AfterValidator(readings.canonical)] = Field(
        default_factory=dict, description="How unclear or contradictory requirements are read."
    )

    def document(self, *, secrets: bool = True, only: AbstractSet[str] | None = None) -> dict[str, Any]:
        """The keys that were given, as plain data that loads as the same scenario.

        Args:
            secrets: False replaces passwords and API keys by `***`.
            only: Top-level keys to include; `None` for all.
        """
        chosen = None if only is None else set(only)
        document = self.model_dump(mode="json", exclude_unset=True, by_alias=True, include=chosen)
        if not secrets:
            for account in document.get("accounts", ()):
                account["password"] = MASK
            if "api_keys" in document:
                document["api_keys"] = [MASK] * len(self.api_keys)
        return document


LISTS: Final = tuple(name for name, key in Scenario.model_fields.items() if key.json_schema_extra is UNIQUE)
"""The keys that are plain lists of texts; those that rules use are fields of `Policy` with the same name."""

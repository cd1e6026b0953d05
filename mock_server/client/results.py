"""Typed results of the verbs; members that a newer server adds are in `raw`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import msgspec

from mock_server.client.errors import ControlError
from mock_server.client.explaining import lines_of


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON object of the control API; `raw` is the whole object."""

    raw: dict[str, Any] = msgspec.field(default_factory=dict, name="<raw>")

    @classmethod
    def of(cls, content: object) -> Self:
        """Parse an answer.

        Raises:
            ControlError: it lacks what every version has, or has another type there.
        """
        try:
            made = msgspec.convert(content, cls)
        except msgspec.ValidationError as error:
            raise ControlError(
                None, "Not understood", f"no {cls.__name__.lower()} as this client knows it: {error}"
            ) from None
        msgspec.structs.force_setattr(made, "raw", content)
        return made

    @classmethod
    def all_of(cls, content: object, member: str) -> list[Self]:
        """Parse every item of a list, which is a member of an answer."""
        listed = content.get(member) if isinstance(content, dict) else None
        if not isinstance(listed, list):
            raise ControlError(None, "Not understood", f"the answer has no list {member!r}")
        return [cls.of(each) for each in listed]

    def __repr__(self) -> str:
        """The members for `repr`, without `raw`."""
        told = ((name, getattr(self, name)) for name in self.__struct_fields__ if name != "raw")
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in told if value is not None)})"


class Clock(Result, frozen=True):
    """The mode and time of a session's clock."""

    mode: str
    """`real`, `frozen` or `scaled`."""
    now: datetime
    factor: float | None = None


class Session(Result, frozen=True):
    """One isolated world."""

    id: str
    clock: Clock
    scenario: str | None = None
    """The title of its scenario."""
    seed: int | None = None
    base_url: str | None = None
    """The base URL for a client under test."""


class Snapshot(Result, frozen=True):
    """A session's state, kept to be restored."""

    id: str
    session: str | None = None
    at: datetime | None = None


class Change(Result, frozen=True):
    """A past or planned status of a message."""

    at: datetime
    status: str
    provider: dict[str, Any] | None = None
    forced: bool = False


class WebhookAttempt(Result, frozen=True):
    """One POST of a receipt."""

    id: str
    at: datetime
    message_id: str
    status: str
    outcome: str
    """`under way`, `taken`, `failed` or `given up`."""
    url: str | None = None
    attempt: int | None = None
    request: dict[str, Any] | None = None
    answer: dict[str, Any] | None = None
    next_try_at: datetime | None = None


class Message(Result, frozen=True):
    """An accepted message. Its life (`status`, `changes` …) is only in the answer for one message."""

    id: str
    destination: str
    text: str
    provider: str | None = None
    accepted_at: datetime | None = msgspec.field(default=None, name="acceptedAt")
    account: str | None = None
    caller: str | None = None
    lra: int | None = None
    business_relation_id: str | None = msgspec.field(default=None, name="businessRelationId")
    detailed: bool = False
    reference: dict[str, Any] | None = None
    webhook: dict[str, Any] | None = None
    forced: bool = False
    exchange: str | None = None
    codes: tuple[str, ...] = ()
    """The one-time passwords in its text."""
    links: tuple[str, ...] = ()
    status: str | None = None
    changes: tuple[Change, ...] = ()
    planned: tuple[Change, ...] = ()
    webhooks: tuple[WebhookAttempt, ...] = ()


class Exchange(Result, frozen=True):
    """One HTTP request with its answer, in the journal."""

    id: str
    at: datetime
    method: str
    path: str
    outcome: str
    """`accepted`, `refused`, `silently dropped`, `intercepted`, `answered`, `disconnected`, `bug` or `open`."""
    operation: str | None = None
    destination: str | None = None
    status: int | None = None
    code: int | None = None
    rule: str | None = None
    requirement: str | None = None
    grade: str | None = None
    forced: bool = False
    trouble: str | None = None
    """The stubs' effect on the transport."""
    stubs: tuple[str, ...] = ()
    """The stubs that applied."""
    message_id: str | None = None


class NearStub(Result, frozen=True):
    """A stub that nearly applied, and what kept it away."""

    id: str
    differs: str
    wanted: str
    saw: str


class Finding(Result, frozen=True):
    """One rule's verdict, what it saw, and its limit."""

    rule: str
    said: str
    """`passed`, `refused`, `dropped` or `not asked`."""
    saw: str | None = None
    limit: str | None = None
    requirement: str | None = None
    grade: str | None = None
    to_pass: str | None = None


class Explanation(Exchange, frozen=True):
    """An exchange with the full explanation of its answer."""

    caller: str | None = None
    """The account that the credentials name."""
    advice: str | None = None
    rules: tuple[Finding, ...] = ()
    persistence: str | None = None
    reason: Any = None
    without_stub: dict[str, Any] | None = None
    stubs_nearly_matched: tuple[NearStub, ...] = ()
    anti_flooding: Any = None
    request: dict[str, Any] | None = None
    response: dict[str, Any] | None = None
    unknown_fields: tuple[str, ...] = ()
    duplicate_keys: tuple[str, ...] = ()
    bug: str | None = None

    def __str__(self) -> str:
        """As `sms-mock explain` prints it."""
        return "\n".join(lines_of(self.raw))


class Stub(Result, frozen=True):
    """A rule that forces an outcome, and how often it applied."""

    id: str
    when: dict[str, Any]
    then: dict[str, Any]
    origin: str | None = None
    times: int | None = None
    matched: int = 0
    applied: int = 0
    exhausted: bool = False


class Duplicates(Result, frozen=True):
    """Sends with one intent: the same destination and text, or the same reference key."""

    by: str
    """`text` or `key`."""
    sends: int
    destination: str | None = None
    text: str | None = None
    key: str | None = None
    accepted: int = 0
    dropped: int = 0
    refused: int = 0
    exchanges: tuple[str, ...] = ()


class Ledger(Result, frozen=True):
    """Counters of the outcomes of all sends."""

    sends: int
    accepted: int
    dropped: int
    refused: dict[str, int]
    """The number of refusals by code."""
    failed: int = 0
    unanswered: int = 0
    forced: int = 0
    duplicates_by_intent: tuple[Duplicates, ...] = ()


class Fired(Result, frozen=True):
    """A line of an advance's log."""

    at: datetime
    event: str
    """`status`, `webhook`, or what a newer server adds."""
    message_id: str | None = None
    destination: str | None = None
    status: str | None = None
    outcome: str | None = None


class Advance(Clock, frozen=True):
    """The result of an advance."""

    complete: bool = True
    pending: int = 0
    fired: tuple[Fired, ...] = ()
    webhook_attempts: int = 0
    status_changes: int = 0


class Received(Result, frozen=True):
    """A notification as a receiver of the session got it."""

    at: datetime
    body: str
    answer: Any = None
    content_type: str | None = None

    def json(self) -> Any:
        """Its body, decoded."""
        return msgspec.json.decode(self.body)

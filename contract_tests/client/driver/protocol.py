"""The driver protocol: one line of JSON for an intent, one for its outcome."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NoReturn

from contract_tests.target.exchange import Login, masked

Operation = Literal["admin", "services"]

_LONGEST_QUOTED = 120


class FailureKind(StrEnum):
    """What a client did instead of answering a line with one line."""

    NONSENSE = "nonsense"
    """It wrote a line that is not an answer, or an unexpected line."""
    WRONG_ID = "wrong id"
    ANSWERED_TWICE = "answered twice"
    TOO_LONG = "too long"
    SILENT = "silent"
    """No answer within the deadline."""
    DIED = "died"
    CLOSED = "closed"
    """It keeps running with its input or output closed."""
    CRASHED = "crashed"
    """A Python callable raised an exception that it did not declare."""
    LINGERED = "lingered"
    """With `--one-shot`: it answered and did not end."""


class DriverError(Exception):
    """There is no valid answer to a line; `said` says why, with `…` in place of what was received."""

    def __init__(self, kind: FailureKind, said: str, heard: object = None) -> None:
        super().__init__(kind, said, heard)
        self.kind = kind
        self._said = said
        self._heard = heard

    def sentence(self, login: Login | None) -> str:
        """The reason in one sentence. The password is masked before cutting and escaping, which could hide it."""
        heard = self._heard.decode("utf-8", "backslashreplace") if isinstance(self._heard, bytes) else self._heard
        shown = ascii(masked(heard, login)) if isinstance(heard, str) else masked(ascii(heard), login)
        if len(shown) > _LONGEST_QUOTED:
            shown = f"{shown[:_LONGEST_QUOTED]}[...] ({len(shown)} characters)"
        return self._said.replace("…", shown)


@dataclass(frozen=True, slots=True)
class Intent:
    """A message to send once, by the gateway's field names; `timeout_s` is the client's time-out."""

    id: int
    base_url: str
    username: str
    password: str = field(repr=False)
    message: Mapping[str, Any]
    timeout_s: float
    operation: Operation = "admin"

    @property
    def login(self) -> Login:
        """The credentials, used to mask the password in output."""
        return Login(self.username, self.password)

    def members(self) -> dict[str, Any]:
        """The members of the intent's line."""
        return {
            "id": self.id,
            "operation": self.operation,
            "base_url": self.base_url,
            "username": self.username,
            "password": self.password,
            "timeout_s": self.timeout_s,
            "message": dict(self.message),
        }

    def line(self) -> bytes:
        """The intent as a line of ASCII JSON, which needs no choice of encoding."""
        return json.dumps(self.members(), allow_nan=False).encode("ascii") + b"\n"


@dataclass(frozen=True, slots=True)
class ReportedAccepted:
    """The client reports that the gateway accepted the message."""

    message_id: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedRefused:
    """The client reports that the gateway refused the message with this code."""

    code: int


@dataclass(frozen=True, slots=True)
class ReportedFailed:
    """The client reports that the message was not sent, or that its fate is unknown."""

    reason: str


Outcome = ReportedAccepted | ReportedRefused | ReportedFailed

_MEMBERS = {"accepted": ("message_id", "provider"), "refused": ("code",), "failed": ("reason",)}
"""The members of an answer by outcome, in addition to `id` and `outcome`."""

_ALL = ("id", "outcome", *(name for names in _MEMBERS.values() for name in names))


def parse_answer(line: bytes, id_: int) -> Outcome:
    """Parse the answer line to an intent; `DriverError` if it is not valid."""
    try:
        members = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        _nonsense(f"The answer to line {id_} is not UTF-8: ….", line)
    except (ValueError, RecursionError):
        hint = "standard output is for answers only, one JSON object a line"
        _nonsense(f"The answer to line {id_} is not JSON: … ({hint}).", line)
    if not isinstance(members, dict):
        _nonsense(f"The answer to line {id_} is JSON, but not an object: ….", line)
    if "id" not in members:
        _nonsense(f"The answer to line {id_} has no member 'id': ….", line)
    return outcome_from_members(members, id_)


def outcome_from_members(members: Mapping[str, Any], id_: int) -> Outcome:
    """The outcome of an answer's members; `id` may be absent, as it is for Python callables.

    A member that is `null` counts as absent. An unknown member is an error: a misspelt `provider` would otherwise
    count as no provider. Notes for people belong on standard error.
    """
    given = {name: value for name, value in members.items() if value is not None}
    answered = members.get("id", id_)
    if isinstance(answered, bool) or not isinstance(answered, int) or answered != id_:
        kind = FailureKind.WRONG_ID
        raise DriverError(kind, f"Line {id_} was sent, and the answer has the id ….", answered)
    outcome = given.get("outcome")
    if not isinstance(outcome, str) or outcome not in _MEMBERS:
        said = "has no member 'outcome'" if outcome is None else "has the unknown outcome …"
        _nonsense(f"The answer to line {id_} {said}; valid outcomes: accepted, refused, failed.", outcome)
    _check_names(given, outcome, id_)
    if outcome == "refused":
        return ReportedRefused(_code(given, id_))
    if outcome == "failed":
        return ReportedFailed(_text(given, "reason", outcome, id_))
    provider = _text(given, "provider", outcome, id_) if "provider" in given else None
    return ReportedAccepted(_text(given, "message_id", outcome, id_), provider)


def _check_names(given: Mapping[str, Any], outcome: str, id_: int) -> None:
    for name in given:
        if name not in _ALL:
            names = f"id, outcome, {', '.join(_MEMBERS[outcome])}"
            _nonsense(
                f"The answer to line {id_} has the unknown member …; the members of {outcome!r} are: {names}.", name
            )
        if name not in ("id", "outcome", *_MEMBERS[outcome]):
            _nonsense(f"The answer to line {id_} is {outcome!r} and has a {name!r}, which contradict each other.")


def _code(given: Mapping[str, Any], id_: int) -> int:
    code = given.get("code")
    if isinstance(code, bool) or not isinstance(code, int):
        said = "no 'code'" if code is None else "a 'code' that is not an integer: …"
        _nonsense(f"The answer to line {id_} is 'refused' with {said}.", code)
    return code


def _text(given: Mapping[str, Any], name: str, outcome: str, id_: int) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        said = f"without {name!r}" if value is None else f"with a {name!r} that is not a string: …"
        _nonsense(f"The answer to line {id_} is {outcome!r} {said}.", value)
    try:
        value.encode()
    except UnicodeEncodeError:
        _nonsense(f"The answer to line {id_} has a {name!r} that holds half a surrogate pair: ….", value)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _nonsense(said: str, heard: object = None) -> NoReturn:
    raise DriverError(FailureKind.NONSENSE, said, heard)

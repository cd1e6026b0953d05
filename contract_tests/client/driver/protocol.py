"""What the kit and a driver say to each other: one line of JSON for an intent, one for what became of it."""

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
    """What a client did instead of answering one line with one line."""

    NONSENSE = "nonsense"
    """It wrote something that is no answer, or something when nothing was asked."""
    WRONG_ID = "wrong id"
    ANSWERED_TWICE = "answered twice"
    TOO_LONG = "too long"
    SILENT = "silent"
    """Nothing within the deadline."""
    DIED = "died"
    CLOSED = "closed"
    """It lives on with its input or output closed."""
    CRASHED = "crashed"
    """An exception in a Python callable that is none of those it declared."""
    LINGERED = "lingered"
    """With `--one-shot`: it answered and did not end."""


class NoAnswerLineError(Exception):
    """What came is not the answer to the line that was asked; `said` is why, with `…` for what was heard instead."""

    def __init__(self, kind: FailureKind, said: str, heard: object = None) -> None:
        super().__init__(kind, said, heard)
        self.kind = kind
        self._said = said
        self._heard = heard

    def sentence(self, login: Login | None) -> str:
        """The reason in one sentence. The password is masked before anything is cut or escaped: half is no match."""
        heard = self._heard.decode("utf-8", "backslashreplace") if isinstance(self._heard, bytes) else self._heard
        shown = ascii(masked(heard, login)) if isinstance(heard, str) else masked(ascii(heard), login)
        if len(shown) > _LONGEST_QUOTED:
            shown = f"{shown[:_LONGEST_QUOTED]}[...] ({len(shown)} characters)"
        return self._said.replace("…", shown)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a caller wants once; `message` is by the gateway's field names, `timeout_s` is the client's own limit."""

    id: int
    base_url: str
    username: str
    password: str = field(repr=False)
    message: Mapping[str, Any]
    timeout_s: float
    operation: Operation = "admin"

    @property
    def login(self) -> Login:
        """The credentials, which know how to keep themselves out of print."""
        return Login(self.username, self.password)

    def members(self) -> dict[str, Any]:
        """The intent as a driver reads it."""
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
        """ASCII JSON and a line feed: no driver has to think of encodings to read it."""
        return json.dumps(self.members(), allow_nan=False).encode("ascii") + b"\n"


@dataclass(frozen=True, slots=True)
class ReportedAccepted:
    """The client says that the gateway took the message."""

    message_id: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedRefused:
    """The client says that the gateway refused the message with this code."""

    code: int


@dataclass(frozen=True, slots=True)
class ReportedFailed:
    """The client says that the message was never sent, or that its fate is unknown."""

    reason: str


Outcome = ReportedAccepted | ReportedRefused | ReportedFailed

_MEMBERS = {"accepted": ("message_id", "provider"), "refused": ("code",), "failed": ("reason",)}
"""By outcome, what an answer says beside `id` and `outcome`."""

_ALL = ("id", "outcome", *(name for names in _MEMBERS.values() for name in names))


def answer_in(line: bytes, id_: int) -> Outcome:
    """The outcome that a line gives for an intent; `NoAnswerLineError` where it gives none."""
    try:
        members = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        _nonsense(f"The answer to line {id_} is not UTF-8: ….", line)
    except (ValueError, RecursionError):
        hint = "standard output is for answers only, one JSON object a line"
        _nonsense(f"The answer to line {id_} is not JSON: … ({hint}).", line)
    if not isinstance(members, dict):
        _nonsense(f"The answer to line {id_} is JSON, but no object: ….", line)
    if "id" not in members:
        _nonsense(f"The answer to line {id_} has no member 'id': ….", line)
    return outcome_of(members, id_)


def outcome_of(members: Mapping[str, Any], id_: int) -> Outcome:
    """The outcome that an answer's members give; `id` may be absent here, for in one process nothing is mixed up.

    A member that is `null` counts as absent. An unknown one is an error: a misspelt `provider` would else be taken
    for a client that does not tell its provider. Notes for people belong on standard error.
    """
    given = {name: value for name, value in members.items() if value is not None}
    answered = members.get("id", id_)
    if isinstance(answered, bool) or not isinstance(answered, int) or answered != id_:
        kind = FailureKind.WRONG_ID
        raise NoAnswerLineError(kind, f"Line {id_} was asked, and the answer is for id ….", answered)
    outcome = given.get("outcome")
    if not isinstance(outcome, str) or outcome not in _MEMBERS:
        said = "has no member 'outcome'" if outcome is None else "has the unknown outcome …"
        _nonsense(f"The answer to line {id_} {said}; there are: accepted, refused, failed.", outcome)
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
            _nonsense(f"The answer to line {id_} has the unknown member …; {outcome!r} has: {names}.", name)
        if name not in ("id", "outcome", *_MEMBERS[outcome]):
            _nonsense(f"The answer to line {id_} is {outcome!r} and has a {name!r}: it contradicts itself.")


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
    raise NoAnswerLineError(FailureKind.NONSENSE, said, heard)

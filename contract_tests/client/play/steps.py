"""The catalogue of what the gateway may do with one send.

A step is a stub's `then`, or none for the gateway's own answer. Clients are judged by the recorded exchange, see
`evidence`; the step adds what the exchange does not show, such as a broken connection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from contract_tests.openapi import documented_codes


class Sees(Enum):
    """How much of the answer reaches the client."""

    ANSWER = "the whole answer"
    BROKEN = "no answer, or a truncated one"
    LATE = "no complete answer within the client's own time-out"


class StepStage(Enum):
    """When the step decides; its occurrences are counted at this stage."""

    ARRIVAL = "before the gateway sees the request"
    DECISION = "in place of the gateway's rules"
    ANSWER = "on the answer, after the gateway has decided by itself"


class Group(StrEnum):
    """The kind of a step; the report counts by group, and some checks judge one group."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRANSPORT = "transport"
    PROXY = "proxy"
    ODD = "odd answer"
    """An answer that is not a success, even if it resembles one."""
    TOLERANCE = "tolerance"
    """A valid answer in an unusual form."""
    TIME = "time"


@dataclass(frozen=True)
class ScriptStep:
    """One action of the gateway. `name` is its name in reports and replays."""

    name: str
    group: Group
    then: Mapping[str, Any] | None = field(default=None, hash=False)
    stage: StepStage = StepStage.ANSWER
    sees: Sees = Sees.ANSWER
    accepts: bool = False
    """The gateway accepted the message, or says so: a resend may duplicate it."""
    slow: bool = False
    """The client must wait for its own time-out, in real seconds."""

    @property
    def intercepts(self) -> bool:
        """Whether the gateway never sees the request."""
        return self.stage is StepStage.ARRIVAL

    @property
    def fate_unknown(self) -> bool:
        """Whether no client can know if the message was accepted."""
        return self.sees is not Sees.ANSWER


ID = "5f2c1b9e-7f0a-4c57-9d2b-3d0d7a1c9e44"
"""The id in canned answers."""

ACCEPTED_MESSAGE = "0: Accepted for delivery"

CODES = documented_codes()
"""The codes of the catalogue, from the OpenAPI document."""

TRANSIENT = (60, 64)
"""The codes that a later retry may not receive again (ERR-60, ERR-64)."""
PERMANENT = tuple(code for code in CODES if code not in TRANSIENT)


def _raw(name: str, group: Group, status: int, body: object, **rest: Any) -> ScriptStep:
    """A canned answer outside the catalogue; `headers` are added to it."""
    answer: dict[str, Any] = {"status": status, "body": body if isinstance(body, str) else json.dumps(body)}
    headers = rest.pop("headers", {})
    if headers:
        answer["headers"] = headers
    return ScriptStep(name, group, {"answer": answer}, StepStage.ARRIVAL, **rest)


def _accepted(**more: Any) -> dict[str, Any]:
    return {"message": ACCEPTED_MESSAGE, "id": ID, **more}


def _fault(name: str, group: Group, *, sees: Sees = Sees.ANSWER, **rest: Any) -> ScriptStep:
    return ScriptStep(name, group, {"fault": name}, sees=sees, **rest)


ACCEPT = ScriptStep("accepted", Group.ACCEPTED, accepts=True)

REFUSALS = tuple(
    ScriptStep(
        f"refused {code}", Group.REFUSED, {"refuse": code}, StepStage.ARRIVAL if code == 63 else StepStage.DECISION
    )
    for code in CODES
)

BEFORE = tuple(
    _fault(name, Group.TRANSPORT, stage=StepStage.ARRIVAL, sees=Sees.BROKEN) for name in ("reset", "empty")
)
AFTER = tuple(
    _fault(name, Group.TRANSPORT, sees=Sees.BROKEN, accepts=True)
    for name in ("reset-after", "empty-after", "truncated-body", "malformed-chunk")
)
"""The message is accepted, and no client can know."""

GARBLED = tuple(
    _fault(name, Group.ODD, sees=Sees.ANSWER, accepts=True) for name in ("broken-json", "wrong-content-length")
)
"""A complete answer whose body is not JSON."""

LATE = (
    _fault("hang", Group.TIME, stage=StepStage.ARRIVAL, sees=Sees.LATE, slow=True),
    _fault("hang-after", Group.TIME, sees=Sees.LATE, accepts=True, slow=True),
    ScriptStep(
        "slow-drip", Group.TIME, {"fault": {"kind": "slow-drip", "interval": "100ms"}},
        sees=Sees.LATE, accepts=True, slow=True,
    ),
)  # fmt: skip

PROXY = (
    *(_fault(name, Group.PROXY, stage=StepStage.ARRIVAL) for name in ("html-page", "502", "503", "504")),
    _fault("429", Group.PROXY, stage=StepStage.ARRIVAL, sees=Sees.ANSWER),
    *(_fault(f"{name}-after", Group.PROXY, sees=Sees.ANSWER, accepts=True) for name in ("html-page", "502", "504")),
    ScriptStep("503 with Retry-After", Group.PROXY, {"fault": {"kind": "503", "retry_after": 30}}, StepStage.ARRIVAL),
)

_WATCHLIST, _NO_PROVIDER = "Message in watchlist", "SMS provider not available"

ODD = (
    _raw("unknown code 99", Group.ODD, 500, {"code": 99, "message": "Unknown error", "details": None}),
    _raw("400 malformed", Group.ODD, 400, {"code": 400, "message": "Malformed request", "details": "body"}),
    _raw("empty 200", Group.ODD, 200, ""),
    _raw("200 without id", Group.ODD, 200, {"message": ACCEPTED_MESSAGE}),
    _raw("200 with null id", Group.ODD, 200, {"message": ACCEPTED_MESSAGE, "id": None}),
    _raw("200 that is a list", Group.ODD, 200, [_accepted()]),
    _raw("200 with a code", Group.ODD, 200, {"code": 61, "message": _WATCHLIST, "details": None}),
    _raw("200 with an id and a code", Group.ODD, 200, _accepted(code=61)),
    _raw("202 with an id", Group.ODD, 202, _accepted()),
    _raw("500 with an id", Group.ODD, 500, _accepted()),
    _raw("500 with an id and a code", Group.ODD, 500, _accepted(code=61)),
    _raw("500 with a code that is text", Group.ODD, 500, {"code": "61", "message": _WATCHLIST}),
    _raw("500 without a body", Group.ODD, 500, ""),
    _raw("a sign-in page with 200", Group.ODD, 200, "<html>Sign in</html>", headers={"Content-Type": "text/html"}),
)


def _variant(name: str, answer: object, **headers: str) -> ScriptStep:
    """A valid acceptance in an unusual form."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return _raw(name, Group.TOLERANCE, 200, answer, headers=named, accepts=True)


CLOSED_IDLE = _fault("closed-idle", Group.TOLERANCE, sees=Sees.ANSWER, accepts=True)
"""A valid answer, after which the connection is closed without notice."""

TOLERANCE = (
    _variant("unknown fields", _accepted(queue="fast", parts=[1, {"a": None}])),
    _variant("provider null", _accepted(provider=None)),
    _variant("provider absent", _accepted()),
    _variant("another field order", {"id": ID, "provider": "MITTO", "message": ACCEPTED_MESSAGE}),
    _variant("white space in JSON", f'\r\n {{ "id" :\t"{ID}" ,\n"message":"{ACCEPTED_MESSAGE}" }} \n'),
    _variant("unknown headers", _accepted(), X_Queue="fast", Set_Cookie="a=b"),
    _variant("charset named", _accepted(), Content_Type="application/json; charset=utf-8"),
    _variant("chunked", _accepted(), Transfer_Encoding="chunked"),
    _variant("connection closed", _accepted(), Connection="close"),
    _raw("details an object", Group.TOLERANCE, 500, {"code": 61, "message": _WATCHLIST, "details": {"list": "eu"}}),
    _raw("refusal with unknown fields", Group.TOLERANCE, 500, {"code": 64, "message": _NO_PROVIDER, "trace": "7"}),
    _fault("wrong-content-type", Group.TOLERANCE, sees=Sees.ANSWER, accepts=True),
    CLOSED_IDLE,
)

STEPS: tuple[ScriptStep, ...] = (
    ACCEPT, *REFUSALS, *BEFORE, *AFTER, *GARBLED, *PROXY, *ODD, *TOLERANCE, *LATE,
)  # fmt: skip
BY_NAME: dict[str, ScriptStep] = {step.name: step for step in STEPS}

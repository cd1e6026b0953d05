"""Sample evidence without a gateway: what its journal would record of a send, by step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from contract_tests.client.checks import by_id
from contract_tests.client.driver.interface import Answer, Printed
from contract_tests.client.driver.protocol import Intent, Operation, ReportedAccepted, ReportedFailed
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.cases import PASSWORD, USERNAME, Case
from contract_tests.client.play.evidence import Evidence, SeenRequest, SendAttempt
from contract_tests.client.play.playing import deadline_of
from contract_tests.client.play.steps import ACCEPTED_MESSAGE, BY_NAME, ID, Group, ScriptStep, StepStage

BASE = "http://127.0.0.1:9/~s1"
PATHS: dict[Operation, str] = {"admin": "/api/Admin/send", "services": "/api/Services/send"}
TIMEOUT_S = 2.0
"""The client's time-out in seconds."""

TAKEN = ReportedAccepted(ID)
LOST = ReportedFailed("no answer")

_HEADERS = {"host": "127.0.0.1:9", "accept": "application/json", "content-type": "application/json",
            "authorization": "***"}  # fmt: skip
_ACCEPTANCE = json.dumps({"message": ACCEPTED_MESSAGE, "id": ID}).encode()
_EXCHANGES = count(1)
_NOTHING = Printed()


def headers(**changed: str | None) -> tuple[tuple[str, str], ...]:
    """The headers of a valid send, changed or, with `None`, removed; `_` stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    return tuple((name, value) for name, value in {**_HEADERS, **named}.items() if value is not None)


def sent(
    step: str = "accepted",
    message: Mapping[str, Any] | None = None,
    *,
    operation: Operation = "admin",
    **changed: Any,
) -> SeenRequest:
    """A valid send with a step, as the journal records it, with some members changed."""
    applied = BY_NAME[step]
    status, answer, outcome = _answered(applied)
    valid = SeenRequest(
        exchange=str(next(_EXCHANGES)),
        step=applied,
        method="POST",
        url=BASE + PATHS[operation],
        headers=headers(),
        body=json.dumps(simplest() if message is None else message).encode(),
        status=status,
        answer=answer,
        answer_headers={},
        outcome=outcome,
        message_id=ID if outcome == "accepted" else None,
    )
    return replace(valid, **changed)


def _answered(step: ScriptStep) -> tuple[int | None, bytes, str]:
    if step.then is None:
        return 200, _ACCEPTANCE, "accepted"
    if "refuse" in step.then:
        return refusal(step.then["refuse"])
    if "answer" in step.then:
        return step.then["answer"]["status"], step.then["answer"]["body"].encode(), "intercepted"
    outcome = "accepted" if step.accepts else "intercepted"
    if step.group is Group.PROXY:
        digits = step.name[:3]
        return int(digits) if digits.isdigit() else 502, b"<html>Bad Gateway</html>", outcome
    return (None, b"", outcome) if step.stage is StepStage.ARRIVAL else (200, _ACCEPTANCE, outcome)


def refusal(code: int) -> tuple[int, bytes, str]:
    """Status, body and outcome of the gateway's own refusal."""
    body = json.dumps({"code": code, "message": "", "details": None}).encode()
    return 401 if code == 63 else 500, body, "refused"


def refused(code: int, **changed: Any) -> SeenRequest:
    """A send that the gateway refuses by itself."""
    status, answer, outcome = refusal(code)
    return sent(status=status, answer=answer, outcome=outcome, message_id=None, **changed)


def attempt(
    *exchanges: SeenRequest,
    said: Answer = TAKEN,
    message: Mapping[str, Any] | None = None,
    operation: Operation = "admin",
    seconds: float = 0.01,
    printed: Printed = _NOTHING,
) -> SendAttempt:
    """One intent, its requests, and what the client reported."""
    wanted = simplest() if message is None else message
    intent = Intent(1, BASE, USERNAME, PASSWORD, wanted, TIMEOUT_S, operation)
    return SendAttempt(intent, said, exchanges, seconds, printed, deadline_of(TIMEOUT_S))


def evidence(*attempts: SendAttempt, late: tuple[SeenRequest, ...] = ()) -> Evidence:
    """A played case."""
    return Evidence(Case(tuple(each.intent.message for each in attempts)), attempts, late, BASE)


def one(*exchanges: SeenRequest, **given: Any) -> Evidence:
    """A case of one intent."""
    return evidence(attempt(*exchanges, **given))


def wanting(message: Mapping[str, Any], arrived: Mapping[str, Any] | None = None, **given: Any) -> Evidence:
    """A case of one intent, and the message that arrived; by default the requested one."""
    operation = given.get("operation", "admin")
    return one(sent(message=message if arrived is None else arrived, operation=operation), message=message, **given)


@dataclass(frozen=True)
class EvidenceRow:
    """A case for one check: a breach whose sentence has these words, or a near miss."""

    check: str
    name: str
    evidence: Evidence
    words: tuple[str, ...] | None

    def __str__(self) -> str:
        return f"{self.check}: {self.name}"

    def hold(self) -> None:
        """Assert that the check judges so."""
        check = by_id(self.check)
        assert check.reaches(self.evidence), "the check does not judge this case"
        said = [breach.said for breach in check.judge(self.evidence)]
        if self.words is None:
            assert said == []
            return
        assert len(said) == 1, said
        assert [word for word in self.words if word not in said[0]] == [], said[0]
        assert PASSWORD not in said[0]
        assert "\n" not in said[0]


def breaks(check: str, name: str, found: Evidence, *words: str) -> EvidenceRow:
    """A breach."""
    return EvidenceRow(check, name, found, words)


def keeps(check: str, name: str, found: Evidence) -> EvidenceRow:
    """A near miss."""
    return EvidenceRow(check, name, found, None)

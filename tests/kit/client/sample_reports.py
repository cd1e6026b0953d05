"""Sample reports: every verdict, open and closed known gaps, and hostile texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contract_tests.client.checks.check import Breach, CheckSpec, Severity
from contract_tests.client.driver.protocol import Intent, ReportedFailed
from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import Evidence, SeenRequest, SendAttempt
from contract_tests.client.play.steps import BY_NAME, STEPS
from contract_tests.client.results import (
    ClientFailure,
    ClientReport,
    ClientStanding,
    ClientVerdict,
    ReceivedReceipt,
    StepCount,
)

PASSWORD = "reports-Pa55w0rd"

HOSTILE: dict[str, str] = {
    "script": "<script>alert(1)</script>",
    "closes everything": "</pre></style></title><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover='alert(1)' href=\"javascript:alert(1)",
    "entity": "&lt;b&gt; &amp; &#x3c;",
    "right-to-left override": "abc\u202etxt.exe\u2066",
    "NUL and escape": "a\x00b\x1b[31mred\x07\r\x85",
    "emoji": "\N{GRINNING FACE}" * 1600,
    "half a surrogate pair": "a\ud83d",
    "rich markup": "[bold red]x[/] [link=file:///x]y[/link]",
    "CDATA": "]]>\ufffe<!--",
}

CLIENT = "node driver.mjs"
COMMAND = "sms-contract client --command 'node driver.mjs' --seed 7 --one-shot --cases 3 --resend allowed"


def check_spec(id_: str, severity: Severity = Severity.MAJOR, *requirements: str) -> CheckSpec:
    """A check without a judge."""
    return CheckSpec(id_, f"Why {id_} matters.", severity, requirements or ("AF-1",))


def evidence(message: Mapping[str, Any], reason: str = "no answer") -> Evidence:
    """One message that is accepted and whose answer never arrives."""
    case = Case((message,), (BY_NAME["reset-after"],))
    intent = Intent(1, "http://127.0.0.1:9/~s1", "kit-admin", PASSWORD, message, 2.0)
    seen = SeenRequest(
        exchange="x1",
        step=BY_NAME["reset-after"],
        method="POST",
        url="http://127.0.0.1:9/~s1/api/Admin/send",
        headers=(("Content-Type", "application/json"), ("Authorization", "Basic ***")),
        body=json.dumps(dict(message)).encode(),
        status=200,
        answer=b'{"message": "0: Accepted for delivery", "id": "5f2c"}',
        answer_headers={"Content-Type": "application/json"},
        outcome="accepted",
        message_id="5f2c",
    )
    return Evidence(case, (SendAttempt(intent, ReportedFailed(reason), (seen,), 0.25),), base_url=intent.base_url)


def failure(
    of: CheckSpec,
    said: str = "the message was sent twice",
    text: str = "Hi",
    replay: str | None = "r.yaml",
    reason: str = "",
) -> ClientFailure:
    """A breach with any sentence and any text."""
    message = {"destination": "+447700900123", "text": text}
    return ClientFailure(of, Breach(said, exchange="x1"), evidence(message, reason or text), replay)


def broken(id_: str, severity: Severity = Severity.MAJOR, *, gap: bool = False, **more: Any) -> ClientStanding:
    """A broken check."""
    of = check_spec(id_, severity)
    return ClientStanding(of, ClientVerdict.BROKEN, 9, 4, failure=failure(of, **more), known_gap=gap)


def steps() -> tuple[StepCount, ...]:
    """Every step; the slow ones never occurred."""
    return tuple(
        StepCount(
            step.name, step.group.value, 0 if step.slow else 2, {} if step.slow else {"accepted": 1, "failed": 1}
        )
        for step in STEPS
    )


FIELDS = {"reference": 4, "account": 0}

RECEIVED = (
    ReceivedReceipt("receipts.documented", "the receipt SENT", {"204": 1}),
    ReceivedReceipt("receipts.malformed", "an empty body", {"400": 1}),
    ReceivedReceipt("receipts.malformed", "bytes", {"none": 1}),
    ReceivedReceipt("receipts.race", "receipt 1, then the answer", {"204": 2, "500": 1}, "accepted"),
    ReceivedReceipt("receipts.race", "the answer, then receipt 1"),
)
"""Accepted, refused, lost, and never played."""

KEPT = ClientStanding(check_spec("wanted.text", Severity.CRITICAL), ClientVerdict.KEPT, 12)
NOT_TESTABLE = ClientStanding(check_spec("receipts.quick"), ClientVerdict.NOT_TESTABLE, why="needs --webhook-url")
NOT_REACHED = ClientStanding(check_spec("retry.hammering", Severity.MINOR), ClientVerdict.NOT_REACHED)
CLOSED = ClientStanding(check_spec("outcome.id"), ClientVerdict.KEPT, 3, known_gap=True)
RECEIPTS = ClientStanding(
    check_spec("receipts.race"),
    ClientVerdict.BROKEN,
    12,
    1,
    failure=ClientFailure(
        check_spec("receipts.race"), Breach("receipt 2 was lost"), lines=("  0.10 s  POST receipt 2: 500",)
    ),
)
"""A breach without a send."""


def report(*standings: ClientStanding, **more: Any) -> ClientReport:
    """A run with these verdicts."""
    whole = ClientReport(CLIENT, "admin", 7, 3, 1.25, standings, steps(), FIELDS, RECEIVED, COMMAND)
    return replace(whole, **more)


def everything() -> ClientReport:
    """All four verdicts, an open and a closed known gap, and a breach without a send."""
    return report(
        KEPT,
        broken("retry.permanent", Severity.MINOR),
        broken("resend.unknown-fate", Severity.CRITICAL),
        broken("outcome.provider", Severity.CRITICAL, gap=True),
        NOT_TESTABLE,
        NOT_REACHED,
        CLOSED,
        RECEIPTS,
        closed_gaps=("outcome.id",),
    )


def hostile(text: str) -> ClientReport:
    """A report with this text in the client, its messages and the kit's sentences."""
    of = CheckSpec(f"x.{text[:40]}", text, Severity.MAJOR, ("AF-1",))
    standing = ClientStanding(of, ClientVerdict.BROKEN, 1, 1, failure=failure(of, text, text, f"{text[:40]}.yaml"))
    unclear = ClientStanding(check_spec("receipts.quick"), ClientVerdict.NOT_TESTABLE, why=text)
    return report(
        standing,
        unclear,
        client=text,
        command=f"sms-contract client --command {text!r}",
        steps=(StepCount(text, text, 1, {text: 1}), StepCount("hang", "time", 0)),
        fields={text: 1},
        receipts=(
            ReceivedReceipt(text, text, {text: 1}, text),
            ReceivedReceipt("receipts.race", text, {text: 1}, text),
        ),
        closed_gaps=(text,),
    )

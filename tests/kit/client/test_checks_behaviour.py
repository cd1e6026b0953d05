"""The checks of tolerance, time, connections, secrets and the driver protocol."""

from __future__ import annotations

from base64 import b64encode

import pytest

from contract_tests.client.driver.interface import DriverFailure, Printed
from contract_tests.client.driver.protocol import FailureKind, ReportedFailed, ReportedRefused
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.cases import PASSWORD, USERNAME
from contract_tests.client.play.evidence import Evidence, SendAttempt
from contract_tests.client.play.steps import TOLERANCE
from tests.kit.client.sample_evidence import (
    BASE,
    LOST,
    TAKEN,
    EvidenceRow,
    attempt,
    breaks,
    evidence,
    headers,
    keeps,
    one,
    sent,
)

SILENT = DriverFailure(FailureKind.SILENT, "Nothing came on line 1 in time.")
DIED = DriverFailure(FailureKind.DIED, "The client ended on line 1.", f"Traceback\nKeyError: '{PASSWORD}'\n")

VARIANTS = [step.name for step in TOLERANCE if step.accepts and step.name != "wrong-content-type"]

CLOSED = attempt(sent("connection closed"))
UNSENT = attempt(said=LOST)


def many(count: int, *rest: SendAttempt) -> Evidence:
    """`count` intents that were sent, followed by others."""
    return evidence(*(attempt(sent("refused 61"), said=ReportedRefused(61)) for _ in range(count)), *rest)


TOLERANT = (
    *(breaks("tolerance.answers", name, one(sent(name), said=LOST), "reported failed", name) for name in VARIANTS),
    breaks("tolerance.answers", "no answer", one(sent("details an object"), said=DIED), "gave no answer"),
    *(keeps("tolerance.answers", f"{name}, understood", one(sent(name))) for name in VARIANTS),
    keeps("tolerance.answers", "a refusal reported as failed", one(sent("details an object"), said=LOST)),
    breaks(
        "tolerance.content-type",
        "refused",
        one(sent("wrong-content-type"), said=ReportedRefused(8)),
        "as accepted or failed",
    ),
    breaks("tolerance.content-type", "dead", one(sent("wrong-content-type"), said=DIED), "gave no answer"),
    keeps("tolerance.content-type", "accepted", one(sent("wrong-content-type"))),
    keeps("tolerance.content-type", "failed", one(sent("wrong-content-type"), said=LOST)),
    breaks("tolerance.closed-connection", "failed", evidence(CLOSED, UNSENT), "open a new connection"),
    breaks("tolerance.closed-connection", "no answer", evidence(CLOSED, attempt(said=DIED)), "open a new connection"),
    keeps("tolerance.closed-connection", "sent", evidence(CLOSED, attempt(sent()))),
    keeps("tolerance.closed-connection", "sent in vain", evidence(CLOSED, attempt(sent("reset"), said=LOST))),
    keeps("tolerance.closed-connection", "failed later", evidence(CLOSED, attempt(sent()), UNSENT)),
)

TIME = (
    breaks(
        "time.gives-up", "silent", one(sent("hang"), said=SILENT, seconds=3.5), "time-out of 2 s", "3.5 s", "on hang"
    ),
    breaks("time.gives-up", "late", one(sent("slow-drip"), said=LOST, seconds=3.6), "slow-drip"),
    breaks(
        "time.gives-up",
        "a time-out per try",
        one(sent("hang"), sent("hang"), said=LOST, seconds=4.1),
        "hang and hang",
    ),
    keeps("time.gives-up", "a little late", one(sent("hang"), said=LOST, seconds=3.4)),
    keeps("time.gives-up", "died", one(sent("hang"), said=DIED)),
    breaks(
        "time.connections",
        "used up",
        many(11, attempt(said=ReportedFailed("no connection free"))),
        "11 of 12",
        "no conn",
    ),
    breaks("time.connections", "no answer", many(12, attempt(said=SILENT)), "12 of 13", "gave no answer"),
    keeps("time.connections", "all came", many(24)),
    keeps("time.connections", "closed", many(11, CLOSED, UNSENT)),
    keeps("time.connections", "nothing ever came", evidence(*[UNSENT] * 12)),
)

BASE64 = b64encode(PASSWORD.encode()).decode()
LOGIN = b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
PRINTED = "standard output", "standard error"

SECRETS = (
    breaks("secrets.request", "in the URL", one(sent(url=f"{BASE}/api/Admin/send?p=***")), "the URL"),
    breaks("secrets.request", "in a header", one(sent(headers=headers(X_Token="***"))), "the header X-Token"),
    breaks("secrets.request", "raw", one(sent(headers=headers(X_Token=PASSWORD))), "the header X-Token"),
    breaks("secrets.request", "in Base64", one(sent(headers=headers(X_Token=f"a {BASE64}"))), "the header X-Token"),
    breaks("secrets.request", "the login in Base64", one(sent(headers=headers(Referer=LOGIN))), "Referer"),
    breaks("secrets.request", "in the body", one(sent(message={**simplest(), "password": "***"})), "the body"),
    breaks("secrets.request", "where nothing is sent", one(sent(method="GET", url=f"{BASE}/?***")), "the URL"),
    keeps("secrets.request", "in Authorization alone", one(sent())),
    keeps("secrets.request", "what is always masked", one(sent(headers=headers(Cookie="***")))),
    keeps("secrets.request", "requested stars", one(
        sent(message={**simplest(), "text": "***"}), message={**simplest(), "text": "***"})),
    keeps("secrets.request", "the user's name", one(sent(headers=headers(X_User=USERNAME)))),
    breaks("secrets.output", "printed", one(sent(), printed=Printed(stdout=PASSWORD.encode())), "standard output"),
    breaks("secrets.output", "on the other stream", one(sent(), printed=Printed(stderr=LOGIN.encode())), "error"),
    breaks("secrets.output", "in Base64", one(sent(), printed=Printed(stderr=BASE64.encode() + b"\xff")), "error"),
    breaks("secrets.output", "in the reason", one(sent("reset"), said=ReportedFailed(PASSWORD)), "the reported"),
    keeps("secrets.output", "the user's name", one(sent(), printed=Printed(stdout=USERNAME.encode(), stderr=b"***"))),
)  # fmt: skip

PROTOCOL = (
    breaks("driver.protocol", "with its last output", one(sent(), said=DIED), "ended on line 1.", "KeyError: '***'"),
    breaks("driver.protocol", "silent at once", one(sent(), said=SILENT), "Nothing came"),
    *(breaks("driver.protocol", kind.value, one(sent(), said=DriverFailure(kind, "It happened.")), "It happened.")
      for kind in FailureKind),
    keeps("driver.protocol", "silent on a slow step", one(sent("hang"), said=SILENT)),
    *(keeps("driver.protocol", str(said), one(sent(), said=said)) for said in (TAKEN, LOST, ReportedRefused(8))),
)  # fmt: skip

ROWS: tuple[EvidenceRow, ...] = (*TOLERANT, *TIME, *SECRETS, *PROTOCOL)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_behaviour_of_clients(row: EvidenceRow) -> None:
    """Each check reports its breach in one sentence, and nothing for a near miss."""
    row.hold()

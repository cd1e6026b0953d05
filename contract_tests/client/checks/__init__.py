"""The checks of clients. They judge by the gateway's journal, never by the client's report alone."""

from __future__ import annotations

from contract_tests.client.checks import behaviour, connections, content, outcomes, requests, resending
from contract_tests.client.checks.check import Breach, ClientCheck
from contract_tests.client.checks.resending import Resend
from contract_tests.client.play.evidence import Evidence


def checks_of(resend: Resend = "never") -> tuple[ClientCheck, ...]:
    """All checks; `resend` says whether a client may resend what may have been accepted: `never` or `allowed`."""
    return (
        *requests.CHECKS,
        *content.CHECKS,
        *outcomes.CHECKS,
        *resending.checks(resend),
        *behaviour.CHECKS,
        *connections.CHECKS,
    )


CHECKS = checks_of()
"""All checks, for a client that may not resend."""


def by_id(id_: str) -> ClientCheck:
    """The check with this id; `KeyError` if there is none."""
    return {check.id: check for check in CHECKS}[id_]


def judge(evidence: Evidence, resend: Resend = "never") -> list[tuple[ClientCheck, Breach]]:
    """All breaches in a case."""
    return [
        (check, breach) for check in checks_of(resend) if check.reaches(evidence) for breach in check.judge(evidence)
    ]

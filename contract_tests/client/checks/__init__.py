"""What clients are judged by, from the gateway's journal and never from their own word alone."""

from __future__ import annotations

from contract_tests.client.checks import conduct, connections, outcomes, requests, resending, wanted
from contract_tests.client.checks.resending import Resend
from contract_tests.client.evidence import Evidence
from contract_tests.client.findings import Breach, ClientCheck


def checks_of(resend: Resend = "never") -> tuple[ClientCheck, ...]:
    """Every check; `resend` says whether a client may send again what may have been taken: `never` or `allowed`."""
    return (
        *requests.CHECKS,
        *wanted.CHECKS,
        *outcomes.CHECKS,
        *resending.checks(resend),
        *conduct.CHECKS,
        *connections.CHECKS,
    )


CHECKS = checks_of()
"""Those for a client that may not."""


def by_id(id_: str) -> ClientCheck:
    """The check of an id; `KeyError` where there is none."""
    return {check.id: check for check in CHECKS}[id_]


def judge(evidence: Evidence, resend: Resend = "never") -> list[tuple[ClientCheck, Breach]]:
    """Every breach of a case."""
    return [
        (check, breach) for check in checks_of(resend) if check.reaches(evidence) for breach in check.judge(evidence)
    ]

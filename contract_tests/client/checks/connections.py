"""Connections: a closed one is not reused, and none is leaked (PR-1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from contract_tests.client.checks.builders import outcome, report_text
from contract_tests.client.checks.check import Breach, ClientCheck, Severity
from contract_tests.client.driver.protocol import ReportedFailed
from contract_tests.client.play.evidence import Evidence, SendAttempt
from contract_tests.client.play.steps import CLOSED_IDLE
from contract_tests.target.exchange import masked

_CLOSING_STEPS = {
    "connection closed": "after an answer that announced it",
    CLOSED_IDLE.name: "without notice while idle, a tenth of a second before",
}
"""The steps that close a connection, and how."""

MANY = 12
"""Messages of a case that would show a leak: connection pools hold ten or fewer."""


def _closed_before(one: SendAttempt) -> bool:
    return one.last is not None and one.last.step.name in _CLOSING_STEPS


def lost_to_a_closed_connection(one: SendAttempt, other: SendAttempt) -> bool:
    """Whether a message did not arrive because the client reused the closed connection of the one before it."""
    said = outcome(other)
    return _closed_before(one) and not other.exchanges and (said is None or isinstance(said, ReportedFailed))


def _closed(evidence: Evidence) -> Iterator[Breach]:
    for number, (one, other) in enumerate(pairwise(evidence.attempts), 1):
        said = outcome(other)
        if lost_to_a_closed_connection(one, other) and one.last is not None:
            yield Breach(
                f"the connection was closed {_CLOSING_STEPS[one.last.step.name]}, the next message did not arrive, "
                f"and the client {report_text(said)}; open a new connection when the old one is closed",
                number,
            )


def _leaked(evidence: Evidence) -> Iterator[Breach]:
    if not _sends_many(evidence):
        return
    for number, (one, other) in enumerate(pairwise(evidence.attempts), 1):
        if one.exchanges and not other.exchanges and not _closed_before(one):
            said = outcome(other)
            why = f" ({said.reason:.120})" if isinstance(said, ReportedFailed) else ""
            yield Breach(
                masked(
                    f"{number} of {len(evidence.attempts)} messages arrived at the gateway and the next one did not: "
                    f"the client {report_text(said)}{why}. Release the connection after every answer",
                    other.intent.login,
                ),
                number,
            )
            return


def _sends_many(evidence: Evidence) -> bool:
    return len(evidence.attempts) >= MANY


CHECKS: tuple[ClientCheck, ...] = (
    ClientCheck(
        "tolerance.closed-connection", "A connection that the gateway closed is not used for the next message.",
        Severity.MAJOR, ("OP-1",), _closed, lambda evidence: any(map(_closed_before, evidence.attempts[:-1])),
    ),
    ClientCheck(
        "time.connections", "Many sends, refused and broken ones included, do not exhaust the client's connections.",
        Severity.MAJOR, ("PR-1",), _leaked, _sends_many,
    ),
)  # fmt: skip

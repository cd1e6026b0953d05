"""Connections: one that is closed is not used again, and none is lost (PR-1: each send takes its time)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from contract_tests.client.checks.making import outcome, told
from contract_tests.client.driver.protocol import ReportedFailed
from contract_tests.client.evidence import Evidence, SendAttempt
from contract_tests.client.findings import Breach, ClientCheck, Severity
from contract_tests.client.steps import CLOSED_IDLE
from contract_tests.target.exchange import masked

_HOW = {
    "connection closed": "after an answer that said so",
    CLOSED_IDLE.name: "a tenth of a second before, unannounced, as idle ones are",
}
"""The steps that close a connection, and how each does it."""

MANY = 12
"""Intents of a case that would show a leak: pools of connections have room for ten or fewer."""


def _closed_before(one: SendAttempt) -> bool:
    return one.last is not None and one.last.step.name in _HOW


def lost_to_a_closed_connection(one: SendAttempt, other: SendAttempt) -> bool:
    """Whether a message never came because the client held on to the connection of the one before it."""
    said = outcome(other)
    return _closed_before(one) and not other.exchanges and (said is None or isinstance(said, ReportedFailed))


def _closed(evidence: Evidence) -> Iterator[Breach]:
    for number, (one, other) in enumerate(pairwise(evidence.attempts), 1):
        said = outcome(other)
        if lost_to_a_closed_connection(one, other) and one.last is not None:
            word = "gave no answer" if said is None else f"said {told(said)}"
            yield Breach(
                f"the connection was closed {_HOW[one.last.step.name]}, the next message never came, and the client "
                f"{word}: a connection that is closed is not used again; what finds it closed opens another one",
                number,
            )


def _exhausted(evidence: Evidence) -> Iterator[Breach]:
    if not _sends_many(evidence):
        return
    for number, (one, other) in enumerate(pairwise(evidence.attempts), 1):
        if one.exchanges and not other.exchanges and not _closed_before(one):
            said = outcome(other)
            word = "gave no answer" if said is None else f"said {told(said)}"
            why = f" ({said.reason:.120})" if isinstance(said, ReportedFailed) else ""
            yield Breach(
                masked(
                    f"{number} of {len(evidence.attempts)} messages came to the gateway, and the next did not: the "
                    f"client {word}{why}. Whatever an answer is, its connection is free again for the next message",
                    other.intent.login,
                ),
                number,
            )
            return


def _sends_many(evidence: Evidence) -> bool:
    return len(evidence.attempts) >= MANY


CHECKS: tuple[ClientCheck, ...] = (
    ClientCheck(
        "tolerance.closed-connection", "A connection that the gateway closes is not used for the next message.",
        Severity.MAJOR, ("OP-1",), _closed, lambda evidence: any(map(_closed_before, evidence.attempts[:-1])),
    ),
    ClientCheck(
        "time.connections", "Many sends, refused and broken ones too, do not use up a client's connections.",
        Severity.MAJOR, ("PR-1",), _exhausted, _sends_many,
    ),
)  # fmt: skip

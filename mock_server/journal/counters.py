"""Counters of what became of a session's sends: exact also for exchanges that the journal evicted."""

from __future__ import annotations

from collections import Counter
from copy import copy

from mock_server.domain.decision import Accepted, Decision, Refused, SilentlyDropped


class Counters:
    """Counters of served sends: each send counts in one of them, and in `forced` too if a stub decided."""

    __slots__ = ("accepted", "dropped", "failed", "forced", "refused", "unanswered")

    def __init__(self) -> None:
        self.accepted = 0
        self.dropped = 0
        self.refused: Counter[int] = Counter()
        """By code."""
        self.failed = 0
        """Answered with a bug of the mock."""
        self.unanswered = 0
        """Without a decision of the gateway: the client disconnected, or a fault intervened."""
        self.forced = 0
        """Decided by a stub."""

    def copy(self) -> Counters:
        """An independent copy."""
        made = copy(self)
        made.refused = self.refused.copy()
        return made

    @property
    def sends(self) -> int:
        """All sends."""
        return self.accepted + self.dropped + self.refused.total() + self.failed + self.unanswered

    def count(self, decision: Decision | None, refused_by_protocol: int | None, *, bug: bool) -> None:
        """Count one send."""
        verdict = None if decision is None else decision.verdict
        if bug:
            self.failed += 1
        elif refused_by_protocol is not None:
            self.refused[refused_by_protocol] += 1
        elif isinstance(verdict, Accepted):
            self.accepted += 1
        elif isinstance(verdict, SilentlyDropped):
            self.dropped += 1
        elif isinstance(verdict, Refused):
            self.refused[verdict.error.code] += 1
        else:
            self.unanswered += 1
        self.forced += decision is not None and decision.forced

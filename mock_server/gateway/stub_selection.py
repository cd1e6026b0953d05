"""The stubs that apply to one request, and their effect on its transport."""

from __future__ import annotations

from mock_server.domain.fault import Fault, fault_name
from mock_server.domain.instants import Duration, Instant
from mock_server.domain.stub import NearMiss, RequestFacts, Stage, Stub
from mock_server.session.session import Session


class StubSelection:
    """At most one stub per stage, each counted once; the request header's stub takes precedence over all others."""

    __slots__ = ("_applied", "_at", "_candidates", "_facts", "_header", "idle", "near", "session")

    def __init__(self, session: Session, facts: RequestFacts, at: Instant, header: Stub | None = None) -> None:
        self.session = session
        self._facts = facts
        self._at = at
        self._header = header
        # Found once for all stages: of two hundred stubs hardly one matches this request.
        self._candidates = session.state.stubs.candidates(facts)
        self.idle = header is None and not self._candidates
        """No stub can match, as for most requests."""
        self._applied: dict[Stage, Stub | None] = {}
        self.near: list[NearMiss] = []
        """Stubs that only their limits kept away."""

    def at(self, stage: Stage) -> Stub | None:
        """The stub that applies at a stage. A request that never reaches the stage counts for none."""
        if self.idle:
            return None
        if stage not in self._applied:
            self._applied[stage] = self._matching(stage)
        return self._applied[stage]

    def _matching(self, stage: Stage) -> Stub | None:
        header = self._header
        if header is not None and header.outcome.stage is stage and not any(header.unmet(self._facts)):
            return header
        if not self._candidates:
            return None
        stub, near = self.session.state.stubs.match(stage, self._candidates, self._facts, self._at)
        self.near += near
        return stub

    @property
    def _stubs(self) -> list[Stub]:
        return [stub for stub in self._applied.values() if stub is not None]

    @property
    def names(self) -> tuple[str, ...]:
        """The stubs that applied."""
        return tuple(stub.name for stub in self._stubs)

    @property
    def effect(self) -> TransportEffect | None:
        """What the stubs do to the connection; a later stage overrides an earlier one."""
        latest_first = self._stubs[::-1]
        fault = next((stub.outcome.fault for stub in latest_first if stub.outcome.fault is not None), None)
        late = next(((stub, stub.outcome.delay) for stub in latest_first if stub.outcome.delay is not None), None)
        hold = any(stub.outcome.hold for stub in latest_first)
        if fault is None and late is None and not hold:
            return None
        if late is None:
            return TransportEffect(fault, 0, False, hold)
        stub, delay = late
        return TransportEffect(fault, delay.drawn(self._draw(stub)), delay.virtual, hold)

    def _draw(self, stub: Stub) -> float:
        submission = self._facts.submission
        pair = "" if submission is None else f"{submission.destination}\0{submission.text}"
        nth = self.session.state.stubs.counts(stub).applied
        return self.session.state.ids.draw(f"delay\0{stub.name}\0{nth}\0{pair}")


class TransportEffect:
    """A fault, a delay and a hold for one answer, with all draws made."""

    __slots__ = ("delay", "fault", "hold", "virtual")

    def __init__(self, fault: Fault | None, delay: Duration, virtual: bool, hold: bool) -> None:
        self.fault = fault
        self.delay = delay
        self.virtual = virtual
        """The delay runs on the session's clock."""
        self.hold = hold

    def __str__(self) -> str:
        """For explanations."""
        of_clock = " of the session's clock" if self.virtual else ""
        parts = [f"delayed by {self.delay / 1_000_000:g} s{of_clock}"] if self.delay else []
        parts += ["held until released"] if self.hold else []
        parts += [fault_name(self.fault)] if self.fault is not None else []
        return ", ".join(parts)

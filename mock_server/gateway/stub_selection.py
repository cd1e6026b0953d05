"""What stubs do to one request: who has its say at each stage, and the effect that is left for the transport."""

from __future__ import annotations

from mock_server.domain.fault import Fault, spelled
from mock_server.domain.instants import Duration, Instant
from mock_server.domain.stub import Asked, NearMiss, Stage, Stub
from mock_server.session.session import Session


class StubSelection:
    """The stubs that one request meets, each used once: at most one a stage, a header's before all others."""

    __slots__ = ("_asked", "_at", "_candidates", "_header", "_met", "idle", "near", "session")

    def __init__(self, session: Session, asked: Asked, at: Instant, header: Stub | None = None) -> None:
        self.session = session
        self._asked = asked
        self._at = at
        self._header = header
        # Found once for all stages: of two hundred stubs hardly one is for this request.
        self._candidates = session.stubs.candidates(asked)
        self.idle = header is None and not self._candidates
        """No stub is for this request, as for most: nothing more has to be asked."""
        self._met: dict[Stage, Stub | None] = {}
        self.near: list[NearMiss] = []
        """Stubs whose limits kept them from this request."""

    def at(self, stage: Stage) -> Stub | None:
        """The stub that has its say at a stage; a request that never gets there uses up none."""
        if self.idle:
            return None
        if stage not in self._met:
            header = self._header
            if header is not None and header.outcome.stage is stage and not any(header.unmet(self._asked)):
                self._met[stage] = header
            elif self._candidates:
                book = self.session.stubs
                self._met[stage] = book.match(stage, self._candidates, self._asked, self._at, self.near)
            else:
                self._met[stage] = None
        return self._met[stage]

    @property
    def names(self) -> tuple[str, ...]:
        """The stubs that had their say."""
        return tuple(stub.name for stub in self._met.values() if stub is not None)

    @property
    def effect(self) -> TransportEffect | None:
        """What is in store for the answer: of a later stage where that has any, else of an earlier one."""
        met = [stub for stub in self._met.values() if stub is not None]
        if not met:
            return None
        outcomes = [stub.outcome for stub in reversed(met)]
        fault = next((each.fault for each in outcomes if each.fault is not None), None)
        late = next(((stub, stub.outcome.delay) for stub in reversed(met) if stub.outcome.delay is not None), None)
        hold = any(each.hold for each in outcomes)
        if fault is None and late is None and not hold:
            return None
        if late is None:
            return TransportEffect(fault, 0, False, hold)
        stub, delay = late
        return TransportEffect(fault, delay.drawn(self._draw(stub)), delay.virtual, hold)

    def _draw(self, stub: Stub) -> float:
        submission = self._asked.submission
        pair = "" if submission is None else f"{submission.destination}\0{submission.text}"
        nth = self.session.stubs.counts(stub).applied
        return self.session.ids.draw(f"delay\0{stub.name}\0{nth}\0{pair}")


class TransportEffect:
    """A fault, a delay and a hold, drawn and settled."""

    __slots__ = ("delay", "fault", "hold", "virtual")

    def __init__(self, fault: Fault | None, delay: Duration, virtual: bool, hold: bool) -> None:
        self.fault = fault
        self.delay = delay
        self.virtual = virtual
        """The delay waits for the session's clock."""
        self.hold = hold

    def __str__(self) -> str:
        """For explanations."""
        of_clock = " of the session's clock" if self.virtual else ""
        parts = [f"delayed by {self.delay / 1_000_000:g} s{of_clock}"] if self.delay else []
        parts += ["held until released"] if self.hold else []
        parts += [spelled(self.fault)] if self.fault is not None else []
        return ", ".join(parts)

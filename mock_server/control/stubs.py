"""The verbs of stubs: force outcomes, show how often each applied, and release held answers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from mock_server.control.requests import ControlRequestError, bad_scenario
from mock_server.domain.fault import NEEDS_A_PORT, Fault
from mock_server.domain.stub import Origin, Stub
from mock_server.explanation import masked_within
from mock_server.scenario.compile_stubs import stub_of
from mock_server.scenario.loader import stub_part
from mock_server.scenario.problems import ScenarioError
from mock_server.scenario.stub_model import StubPart
from mock_server.session.session import Session
from mock_server.session.stub_book import ContradictionError


class StubVerbs:
    """Add, show and remove the stubs of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, request: Mapping[str, object]) -> dict[str, Any]:
        """Add a stub, in the form of a scenario."""
        session = self._session
        channel = session.scenario.delivery.channel
        try:
            part = stub_part(dict(request), channel)
        except ScenarioError as error:
            raise bad_stub(error) from None
        place = session.state.stubs.next_place()
        stub = stub_of(part, f"s{place}", Origin.CONTROL, channel, place)
        _refuse_unplayable(stub.outcome.fault, session)
        try:
            session.force(stub)
        except ContradictionError as error:
            raise ControlRequestError(
                409,
                "Contradictory stub",
                f"{error.first} wants the same requests, without limit, and would always go before it: DELETE "
                f"/_control/stubs/{error.first}, or limit one of them by times, nth, for or probability, "
                "or give them different priorities",
            ) from None
        except OverflowError as error:
            raise ControlRequestError(409, "Too many stubs", str(error)) from None
        return self._shown(stub)

    def all(self) -> dict[str, Any]:
        """Every stub, those of the control API first; `unmatched` are those that no request matched."""
        book = self._session.state.stubs
        shown = [self._shown(stub) for stub in book]
        return {"stubs": shown, "unmatched": [each.name for each in book.unmatched()]}

    def newest(self, origin: Origin, most: int) -> dict[str, Any]:
        """The newest stubs of one origin in order of creation; `older` counts the others."""
        found = [stub for stub in self._session.state.stubs if stub.origin is origin]
        return {"stubs": [self._shown(stub) for stub in found[-most:]], "older": max(0, len(found) - most)}

    def armed(self) -> int:
        """How many stubs of the control API can still apply: cheap, since every page shows it."""
        book, now = self._session.state.stubs, self._session.now()
        ours = takewhile(lambda stub: stub.origin is Origin.CONTROL, book)
        return sum(1 for stub in ours if book.exhausted_by(stub, now) is None)

    def one(self, name: str) -> dict[str, Any]:
        """One stub."""
        found = self._session.state.stubs.get(name)
        if found is None:
            raise ControlRequestError(
                404, "Unknown stub", f"no stub {name!r} in this session; GET /_control/stubs lists them"
            )
        return self._shown(found)

    def remove(self, name: str) -> dict[str, Any]:
        """Remove a stub of the control API."""
        if self._session.state.stubs.remove(name) is None:
            found = self.one(name)
            raise ControlRequestError(
                409, "Not deletable", f"{found['id']} stands in the scenario; PATCH /_control/scenario changes those"
            )
        return {"deleted": name}

    def clear(self) -> dict[str, Any]:
        """Remove all stubs of the control API."""
        return {"deleted": self._session.state.stubs.clear()}

    def held(self) -> dict[str, Any]:
        """The exchanges whose answers are held."""
        return {"held": self._session.presence.held_answers.ids}

    def release(self, exchange: str) -> dict[str, Any]:
        """Release one held answer."""
        if not self._session.presence.held_answers.release(exchange):
            waiting = ", ".join(self.held()["held"]) or "none"
            raise ControlRequestError(
                409, "Not held", f"no answer of exchange {exchange!r} is held; held now: {waiting}"
            )
        return {"released": [exchange]}

    def release_all(self) -> dict[str, Any]:
        """Release all held answers."""
        return {"released": self._session.presence.held_answers.release_all()}

    def _shown(self, stub: Stub) -> dict[str, Any]:
        session = self._session
        assert isinstance(stub.source, StubPart), "stubs in a book were written by somebody"  # noqa: S101
        written = stub.source.model_dump(mode="json", exclude_unset=True, by_alias=True)
        counts = session.state.stubs.counts(stub)
        shown = {
            "id": stub.name,
            "origin": stub.origin,
            "when": {},
            **written,
            "matched": counts.matched,
            "applied": counts.applied,
            "exhausted": session.state.stubs.exhausted_by(stub, session.now()) is not None,
        }
        found: dict[str, Any] = masked_within(shown, session.secrets)
        return found


def bad_stub(error: ScenarioError) -> ControlRequestError:
    """All mistakes of a stub as one error."""
    return ControlRequestError(400, "Bad stub", bad_scenario(error).details)


def _refuse_unplayable(fault: Fault | None, session: Session) -> None:
    if fault is not None and fault.kind in NEEDS_A_PORT and not session.on_a_port():
        raise ControlRequestError(400, "Bad stub", [f"then.fault: {NEEDS_A_PORT[fault.kind]}"])

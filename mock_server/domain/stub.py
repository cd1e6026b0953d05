"""Stubs: rules that force an outcome, whatever the gateway's own rules would have said."""

from __future__ import annotations

import msgspec

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Plan
from mock_server.domain.errors import ErrorCode
from mock_server.domain.msisdn import NumberList


class Stub(msgspec.Struct, frozen=True):
    """What happens to the sends to these destinations: a refusal, or another fate after the acceptance."""

    name: str
    """Where the stub stands, for the explanation: `stubs[0]`."""
    destinations: NumberList
    refuse: ErrorCode | None = None
    plan: Plan | None = None
    adversity: Adversity | None = None


class StubTable:
    """The stubs of one scenario, indexed by exact destination: a send never scans them all."""

    __slots__ = ("_by_destination", "_prefixed", "_stubs")

    def __init__(self, stubs: tuple[Stub, ...] = ()) -> None:
        self._stubs = stubs
        self._by_destination: dict[str, Stub] = {}
        self._prefixed = tuple(stub for stub in stubs if any(e.endswith("*") for e in stub.destinations.entries))
        for stub in stubs:
            for entry in stub.destinations.entries:
                self._by_destination.setdefault(entry, stub)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Every plan that a stub of the table gives."""
        return tuple(stub.plan for stub in self._stubs if stub.plan is not None)

    def match(self, destination: str) -> Stub | None:
        """The stub for this destination: an exact one first, else the first prefix in the file's order."""
        exact = self._by_destination.get(destination)
        if exact is not None or not self._prefixed:
            return exact
        return next((stub for stub in self._prefixed if stub.destinations.covers(destination)), None)

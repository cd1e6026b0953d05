"""A session's state in this process: one memory implementation for each port."""

from __future__ import annotations

from mock_server.adapters.clocks import FROZEN, REAL, SessionClock
from mock_server.adapters.ids import SeededIds, random_seed
from mock_server.adapters.memory_store import MemoryStore
from mock_server.domain.secrets import Secrets
from mock_server.journal.journal import Bounds, Journal
from mock_server.journal.raw_budget import RawBudget
from mock_server.ports import Clock
from mock_server.scenario.model import ClockPart, Scenario
from mock_server.scenario.notation import parse_instant
from mock_server.session.delivery_queue import DeliveryQueue
from mock_server.session.receivers import Receivers
from mock_server.session.scenario_in_force import ScenarioInForce
from mock_server.session.snapshots import Snapshots
from mock_server.session.state import State
from mock_server.session.stub_book import StubBook


class MemoryStates:
    """Creates the states of a server's sessions. They share the bounds and the budget for raw bytes."""

    def __init__(self, bounds: Bounds, raw: RawBudget, secrets: Secrets) -> None:
        self._bounds = bounds
        self._raw = raw
        self._secrets = secrets
        """What to mask in every session."""

    def create(self, scenario: Scenario, clock: Clock | None = None) -> State:
        """A state for the scenario, with a random seed where it names none."""
        seed = scenario.seed if scenario.seed is not None else random_seed()
        ids = SeededIds(seed)
        return State(
            seed=seed,
            clock=clock or _clock(scenario.clock),
            ids=ids,
            scenario=ScenarioInForce(scenario, self._secrets),
            store=MemoryStore(self._bounds.messages),
            journal=Journal(self._bounds, self._raw),
            stubs=StubBook(ids.draw),
            queue=DeliveryQueue(),
            receivers=Receivers(),
            snapshots=Snapshots(),
        )


def _clock(setting: ClockPart) -> SessionClock:
    at = None if setting.at is None else parse_instant(setting.at)
    if setting.mode == "frozen":
        return SessionClock(rate=FROZEN, at=at)
    return SessionClock(rate=REAL if setting.factor is None else float(setting.factor), at=at)

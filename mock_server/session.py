"""One isolated world: scenario, clock, seed, state, journal. And the registry of all of them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

from mock_server.agenda import Agenda, Lane
from mock_server.domain.instants import Duration, Instant
from mock_server.domain.policy import Policy
from mock_server.domain.secrets import Secrets, spellings
from mock_server.domain.stub import Stub
from mock_server.journal import Journal
from mock_server.ports import Alarm, Clock, Ids, StateStore, WebhookSender
from mock_server.receivers import Receivers
from mock_server.scenario.compile import policy_of, stubs_of
from mock_server.scenario.model import Scenario
from mock_server.sleepers import Sleepers
from mock_server.stubs import StubBook
from mock_server.watching import Watchers

DEFAULT = "default"
"""The session of requests that name none."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""What a session may be called: it stands in paths and in a header."""


class Session:
    """A world of its own. Two sessions share nothing but the server."""

    def __init__(  # noqa: PLR0913 - the composition root hands over every part of a world by name
        self,
        name: str,
        scenario: Scenario,
        *,
        seed: int,
        clock: Clock,
        ids: Ids,
        store: StateStore,
        journal: Journal,
        sender: WebhookSender,
        on_a_port: Callable[[], bool],
        alarm: Callable[[Session], Alarm],
    ) -> None:
        self.name = name
        self.seed = seed
        self.clock = clock
        self.ids = ids
        self.store = store
        self.journal = journal
        self.sender = sender
        self.on_a_port = on_a_port
        """Whether requests come over sockets: some faults are nothing without."""
        self.alarm = alarm(self)
        self.agenda = Agenda()
        self.under_way: dict[asyncio.Task[None], Lane] = {}
        """Attempts that wait for their receivers."""
        self.advancing = False
        """A tester is moving the clock: nothing else starts what is due."""
        self.sleepers = Sleepers(self.now, self.arm)
        self.watchers = Watchers()
        self.receivers = Receivers()
        self.longest_plan: Duration = 0
        self.stubs = StubBook(ids.draw)
        self.held: dict[str, asyncio.Future[None]] = {}
        """Answers that wait to be released, by their exchange."""
        self.secrets = Secrets()
        self.created_with = scenario
        self.use(scenario)

    def use(self, scenario: Scenario) -> None:
        """Follow other rules from now on; windows, messages, clock, seed and journal stay as they are."""
        self.scenario = scenario
        self.policy: Policy = policy_of(scenario)
        self.stubs.use(stubs_of(scenario), self.now())
        plans = (self.policy.plan, *self.stubs.plans)
        self.longest_plan = max(self.longest_plan, *(plan.steps[-1].after for plan in plans if plan.steps), 0)
        accounts = self.policy.accounts.values()
        self.secrets = self.secrets.with_more(
            spelling for account in accounts for spelling in spellings(account.username, account.password)
        ).with_more(spelling for key in self.policy.api_keys for spelling in spellings("", key))

    def force(self, stub: Stub) -> None:
        """Follow a stub from now on.

        Raises:
            ContradictionError: another one always goes before it.
            OverflowError: there are too many.
        """
        self.stubs.add(stub, self.now())
        plan = stub.outcome.plan
        if plan is not None and plan.steps:
            self.longest_plan = max(self.longest_plan, plan.steps[-1].after)

    def reload(self, scenario: Scenario) -> None:
        """Follow the scenario's new text, and go back to that on reset; seed and clock stay as they were created."""
        created = self.created_with
        if (scenario.seed, scenario.clock) != (created.seed, created.clock):
            scenario = scenario.model_copy(update={"seed": created.seed, "clock": created.clock})
        self.created_with = scenario
        self.use(scenario)

    async def reset(self) -> None:
        """Go back to how the session was created."""
        self.clock.reset()
        self.stubs.reset()
        self.use(self.created_with)
        self.drop_work()
        self.receivers.clear()
        await self.store.clear()
        self.journal.clear()
        self.watchers.begin_anew()

    async def forget_messages(self) -> int:
        """Forget the messages with all that was to become of them; the windows stay, for only time empties them."""
        for lane in (*self.agenda.clear(), *self.under_way.values()):
            lane.end_after_this()
        forgotten = await self.store.forget_messages()
        self.watchers.messages.begin_anew()
        self.watchers.changes.begin_anew()
        return forgotten

    def forget_exchanges(self) -> int:
        """Forget the journal of the requests, and the ledger; the numbers go on."""
        forgotten = self.journal.forget()
        self.watchers.exchanges.begin_anew()
        return forgotten

    def drop_work(self) -> None:
        """Forget what was still to be done, and what is being done."""
        self.alarm.ring_in(None)
        self.agenda = Agenda()
        for task in tuple(self.under_way):
            task.cancel()
        self.under_way.clear()
        self.sleepers.end()
        for held in self.held.values():
            if not held.done():
                held.set_result(None)
        self.held.clear()

    @property
    def next_due(self) -> Instant | None:
        """When there is something to do next, or somebody to wake."""
        lane, sleeper = self.agenda.next_due, self.sleepers.next_due
        return lane if sleeper is None else sleeper if lane is None else min(lane, sleeper)

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do, now or later."""
        return not self.agenda and not self.sleepers

    def arm(self) -> None:
        """Have the session woken when something is due next."""
        due = None if self.advancing else self.next_due
        self.alarm.ring_in(None if due is None else self.clock.wall_seconds_until(due))

    def now(self) -> Instant:
        """The session's time."""
        return self.clock.now()


Builder = Callable[[str, Scenario], Session]
"""Makes a session of a name and a scenario."""


class NameTakenError(Exception):
    """There is a session of this name already."""


class Sessions:
    """All sessions of one server, by name."""

    def __init__(self, build: Builder) -> None:
        self._build = build
        self._sessions: dict[str, Session] = {}
        self._numbered = 0

    def __iter__(self) -> Iterator[Session]:
        """All sessions, oldest first."""
        return iter(tuple(self._sessions.values()))

    def get(self, name: str) -> Session | None:
        """One session, or `None`."""
        return self._sessions.get(name)

    def create(self, scenario: Scenario, *, name: str | None = None) -> Session:
        """Make a session; one without a name is numbered.

        Raises:
            NameTakenError: a session of this name exists.
        """
        chosen = name if name is not None else self._next_name()
        if chosen in self._sessions:
            raise NameTakenError(chosen)
        session = self._build(chosen, scenario)
        self._sessions[chosen] = session
        return session

    def delete(self, name: str) -> None:
        """Forget a session and everything in it."""
        session = self._sessions.pop(name)
        session.watchers.end()
        session.sleepers.close()
        session.drop_work()
        session.journal.close()

    def _next_name(self) -> str:
        while True:
            self._numbered += 1
            name = f"s{self._numbered}"
            if name not in self._sessions:
                return name

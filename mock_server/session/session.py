"""One isolated world: scenario, clock, seed, state, journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mock_server.domain.instants import Duration, Instant
from mock_server.domain.policy import Policy
from mock_server.domain.secrets import Secrets
from mock_server.domain.stub import Stub
from mock_server.journal.journal import Journal
from mock_server.ports import Alarm, Clock, Ids, StateStore, WebhookSender
from mock_server.scenario.compile import compiled
from mock_server.scenario.model import Scenario
from mock_server.session.delivery_queue import DeliveryQueue, QueueEntry
from mock_server.session.receivers import Receivers
from mock_server.session.snapshots import Held, Snapshot, Snapshots
from mock_server.session.stub_book import StubBook
from mock_server.session.subscriptions import Subscriptions
from mock_server.session.timers import Timers


class Session:
    """A world of its own. Two sessions share nothing but the server."""

    advancing = False
    """A tester is moving the clock: nothing else starts what is due."""
    users = 0
    """What is going on: requests in service, held answers, open pages, waits. They keep a session alive."""
    over = False
    """It has ended: whoever found it before that holds a world that nobody can reach any more."""
    revision = 0
    """How often a tester has had a hand in it: with the journal, whether a page has to look again."""
    used_at: Duration = 0
    """When the last request ended, by the server's stopwatch."""

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
        self.identity = object()
        """Not that of another session which had this name before."""
        self.seed = seed
        self.clock = clock
        self.ids = ids
        self.store = store
        self.journal = journal
        self.sender = sender
        self.on_a_port = on_a_port
        """Whether requests come over sockets: some faults are nothing without."""
        self.alarm = alarm(self)
        self.delivery_queue = DeliveryQueue()
        self.under_way: dict[asyncio.Task[None], QueueEntry] = {}
        """Attempts that wait for their receivers."""
        self.timers = Timers(self.now, self.arm)
        self.subscriptions = Subscriptions()
        self.receivers = Receivers()
        self.longest_plan: Duration = 0
        self.stubs = StubBook(ids.draw)
        self.held: dict[str, asyncio.Future[None]] = {}
        """Answers that wait to be released, by their exchange."""
        self.secrets = Secrets()
        self.snapshots = Snapshots()
        self.created_with = scenario
        self.use(scenario)

    def use(self, scenario: Scenario) -> None:
        """Follow other rules from now on; windows, messages, clock, seed and journal stay as they are."""
        found = compiled(scenario)
        self.scenario = scenario
        self.policy: Policy = found.policy
        self.stubs.use(found.stubs, self.now())
        self.longest_plan = max(self.longest_plan, found.longest_plan)
        self.secrets = self.secrets.and_those(found.secrets)

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
        self.created_with = self.as_its_own(scenario)
        self.use(self.created_with)

    def as_its_own(self, scenario: Scenario) -> Scenario:
        """The scenario with the seed and the clock that the session was created with."""
        created = self.created_with
        if (scenario.seed, scenario.clock) == (created.seed, created.clock):
            return scenario
        return scenario.model_copy(update={"seed": created.seed, "clock": created.clock})

    async def reset(self) -> None:
        """Go back to how the session was created."""
        self.clock.reset()
        self.stubs.reset()
        self.use(self.created_with)
        self.drop_work()
        self.receivers.clear()
        await self.store.clear()
        self.journal.clear()
        self.subscriptions.begin_anew()

    async def forget_messages(self) -> int:
        """Forget the messages with all that was to become of them; the windows stay, for only time empties them."""
        for entry in (*self.delivery_queue.clear(), *self.under_way.values()):
            entry.end_after_this()
        forgotten = await self.store.forget_messages()
        self.subscriptions.messages.begin_anew()
        self.subscriptions.changes.begin_anew()
        return forgotten

    def forget_exchanges(self) -> int:
        """Forget the journal of the requests, and the ledger; the numbers go on."""
        forgotten = self.journal.forget()
        self.subscriptions.exchanges.begin_anew()
        return forgotten

    async def snapshot(self) -> Snapshot:
        """The session as it stands; attempts that are under way count as due again."""
        store = await self.store.snapshot()
        under_way = tuple(entry for entry in self.under_way.values() if entry.current is not None)
        due_again = frozenset((entry.message.id, entry.current.change.status) for entry in under_way if entry.current)
        journal = self.journal.snapshot(due_again, self.now())
        return Snapshot(
            at=self.now(),
            rate=self.clock.rate,
            scenario=self.scenario,
            store=store,
            entries=tuple(entry.copy() for entry in (*under_way, *self.delivery_queue)),
            receivers=self.receivers.snapshot(),
            stubs=self.stubs.snapshot(),
            journal=journal,
            held=await self.held_now(),
        )

    async def restore(self, snapshot: Snapshot) -> None:
        """Go back to how the session stood, as often as one likes; what is under way belongs to a world that is gone.

        The caller has it woken afterwards.
        """
        self.drop_work()
        self.clock.freeze(snapshot.at)
        if snapshot.rate:
            self.clock.resume(snapshot.rate)
        self.use(snapshot.scenario)
        self.stubs.restore(snapshot.stubs)
        self.receivers.restore(snapshot.receivers)
        for entry in snapshot.entries:
            self.delivery_queue.put(entry.copy())
        self.journal.restore(snapshot.journal)
        await self.store.restore(snapshot.store)
        self.subscriptions.begin_anew()

    async def held_now(self) -> Held:
        """How much the session holds."""
        return Held(
            messages=await self.store.count(),
            exchanges=len(self.journal),
            webhook_attempts=len(self.journal.attempts),
            notifications_pending=len(self.delivery_queue) + len(self.under_way),
            stubs=sum(1 for _ in self.stubs),
        )

    def end(self) -> None:
        """Nobody can reach the session any more: hold nothing, and let everybody go who waits in it."""
        self.over = True
        self.subscriptions.end()
        self.timers.close()
        self.drop_work()
        for snapshot_id, snapshot in self.snapshots:
            self.journal.discard(snapshot.journal)
            self.snapshots.take_away(snapshot_id)
        self.journal.close()

    def drop_work(self) -> None:
        """Forget what was still to be done, and what is being done."""
        self.alarm.ring_in(None)
        self.delivery_queue = DeliveryQueue()
        for task in tuple(self.under_way):
            task.cancel()
        self.under_way.clear()
        self.timers.end()
        for held in self.held.values():
            if not held.done():
                held.set_result(None)
        self.held.clear()

    @property
    def next_due(self) -> Instant | None:
        """When there is something to do next, or somebody to wake."""
        entry, sleeper = self.delivery_queue.next_due, self.timers.next_due
        return entry if sleeper is None else sleeper if entry is None else min(entry, sleeper)

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do, now or later."""
        return not self.delivery_queue and not self.timers

    def arm(self) -> None:
        """Have the session woken when something is due next."""
        due = None if self.advancing else self.next_due
        self.alarm.ring_in(None if due is None else self.clock.wall_seconds_until(due))

    def now(self) -> Instant:
        """The session's time."""
        return self.clock.now()

"""One isolated world: its state, and what only this process has of it."""

from __future__ import annotations

from collections.abc import Callable

from mock_server.domain.instants import Instant
from mock_server.domain.policy import Policy
from mock_server.domain.secrets import Secrets
from mock_server.domain.stub import Stub
from mock_server.ports import Alarm, WebhookSender
from mock_server.scenario.model import Scenario
from mock_server.session.presence import Presence, Usage
from mock_server.session.snapshots import Held, Snapshot
from mock_server.session.state import State


class Session:
    """A named world with its own state. Two sessions share nothing but the server."""

    def __init__(  # noqa: PLR0913 - the composition root hands over every part by name
        self,
        name: str,
        state: State,
        *,
        usage: Usage,
        sender: WebhookSender,
        on_a_port: Callable[[], bool],
        alarm: Callable[[Session], Alarm],
    ) -> None:
        self.name = name
        self.identity = object()
        """Differs from that of an earlier session of the same name."""
        self.ended = False
        """Whether the session was deleted or expired; code that found it earlier may still hold it."""
        self.state = state
        self.sender = sender
        self.on_a_port = on_a_port
        """Whether requests arrive over sockets: some faults need one."""
        self.presence = Presence(usage=usage, now=self.now, on_first_timer=self.arm, alarm=alarm(self))
        self.use(state.scenario.scenario)

    def now(self) -> Instant:
        """The session's time."""
        return self.state.clock.now()

    @property
    def policy(self) -> Policy:
        """The scenario in force, compiled to what the rules ask."""
        return self.state.scenario.policy

    @property
    def secrets(self) -> Secrets:
        """What to mask in everything that the session shows."""
        return self.state.scenario.secrets

    @property
    def scenario(self) -> Scenario:
        """The scenario in force."""
        return self.state.scenario.scenario

    def use(self, scenario: Scenario) -> None:
        """Follow another scenario; windows, messages, clock, seed and journal stay."""
        self.state.stubs.use(self.state.scenario.use(scenario), self.now())

    def reload(self, scenario: Scenario) -> None:
        """Follow the scenario's new text, and return to it on reset; seed and clock stay as created."""
        self.use(self.state.scenario.replace_creation(scenario))

    def force(self, stub: Stub) -> None:
        """Add a stub of the control API.

        Raises:
            ContradictionError: another stub always takes precedence.
            OverflowError: there are too many.
        """
        self.state.stubs.add(stub, self.now())
        self.state.scenario.allow_plan(stub.outcome.plan)

    async def reset(self) -> None:
        """Return to how the session was created."""
        state = self.state
        state.clock.reset()
        state.stubs.reset()
        self.use(state.scenario.created_with)
        self.drop_work()
        state.receivers.clear()
        await state.store.clear()
        state.journal.clear()
        self.presence.subscriptions.on_reset()

    async def forget_messages(self) -> int:
        """Delete all messages and their pending notifications; the windows stay, since only time empties them."""
        for entry in (*self.state.queue.clear(), *self.presence.attempts_under_way):
            entry.end_after_this()
        forgotten = await self.state.store.forget_messages()
        self.presence.subscriptions.messages.on_reset()
        self.presence.subscriptions.changes.on_reset()
        return forgotten

    def forget_exchanges(self) -> int:
        """Delete the exchanges and reset the counters; numbers continue."""
        forgotten = self.state.journal.forget()
        self.presence.subscriptions.exchanges.on_reset()
        return forgotten

    async def snapshot(self) -> Snapshot:
        """Copy the session's state; attempts under way count as due again."""
        state = self.state
        store = await state.store.snapshot()
        under_way = tuple(entry for entry in self.presence.attempts_under_way if entry.current is not None)
        due_again = frozenset((entry.message.id, entry.current.change.status) for entry in under_way if entry.current)
        return Snapshot(
            at=self.now(),
            rate=state.clock.rate,
            scenario=self.scenario,
            store=store,
            entries=tuple(entry.copy() for entry in (*under_way, *state.queue)),
            receivers=state.receivers.snapshot(),
            stubs=state.stubs.snapshot(),
            journal=state.journal.snapshot(due_again, self.now()),
            held=await self.held(),
        )

    async def restore(self, snapshot: Snapshot) -> None:
        """Return to a snapshot and drop the work under way; the caller then wakes the session."""
        state = self.state
        self.drop_work()
        state.clock.freeze(snapshot.at)
        if snapshot.rate:
            state.clock.resume(snapshot.rate)
        self.use(snapshot.scenario)
        state.stubs.restore(snapshot.stubs)
        state.receivers.restore(snapshot.receivers)
        for entry in snapshot.entries:
            state.queue.put(entry.copy())
        state.journal.restore(snapshot.journal)
        await state.store.restore(snapshot.store)
        self.presence.subscriptions.on_reset()

    async def held(self) -> Held:
        """How much the session holds."""
        state = self.state
        return Held(
            messages=await state.store.count(),
            exchanges=len(state.journal),
            webhook_attempts=len(state.journal.attempts),
            notifications_pending=self.notifications_pending,
            stubs=sum(1 for _ in state.stubs),
        )

    @property
    def notifications_pending(self) -> int:
        """Queue entries that wait or are under way."""
        return len(self.state.queue) + len(self.presence.attempts_under_way)

    def end(self) -> None:
        """Release everything the session holds, and end all waits."""
        self.ended = True
        self.presence.end()
        self.state.queue.reset()
        for snapshot_id, snapshot in self.state.snapshots:
            self.state.journal.discard(snapshot.journal)
            self.state.snapshots.remove(snapshot_id)
        self.state.journal.close()

    def drop_work(self) -> None:
        """Drop everything that is due or under way."""
        self.state.queue.reset()
        self.presence.drop_work()

    @property
    def next_due(self) -> Instant | None:
        """When the next queue entry or timer is due."""
        due = [each for each in (self.state.queue.next_due, self.presence.timers.next_due) if each is not None]
        return min(due, default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing is due, now or later."""
        return not self.state.queue and not self.presence.timers

    def arm(self) -> None:
        """Set the alarm to when something is due next."""
        due = None if self.presence.advancing else self.next_due
        self.presence.alarm.ring_in(None if due is None else self.state.clock.wall_seconds_until(due))

"""Shared by the delivery tests: a session whose receivers follow a script, and helpers that read the results."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, NamedTuple, TypeVar

from mock_server.adapters.alarms import LoopAlarm
from mock_server.adapters.clocks import FROZEN, SessionClock
from mock_server.adapters.memory_state import MemoryStates
from mock_server.control import ClockVerbs, DeliveryVerbs
from mock_server.domain.decision import Accepted, SilentlyDropped
from mock_server.domain.instants import SECOND, Duration, Instant
from mock_server.domain.secrets import Secrets
from mock_server.domain.stub import facts_of
from mock_server.domain.submission import Attempt, BasicCredentials, Operation, Reference, Submission, Webhook
from mock_server.gateway import submit
from mock_server.gateway.scheduler import wake
from mock_server.gateway.stub_selection import StubSelection
from mock_server.journal.journal import Bounds
from mock_server.journal.raw_budget import RawBudget
from mock_server.ports import Alarm, WebhookAnswer
from mock_server.scenario.loader import scenario_of
from mock_server.scenario.notation import parse_instant
from mock_server.session.presence import Usage
from mock_server.session.session import Session

DESTINATION = "+447700900123"
HOOK = "https://shop.example/receipts"
MORNING = parse_instant("2026-01-15T09:00:00Z")

GAPS = (10, 60, 300, 1800, 7200, 21_600)
"""The gaps of WH-4 in seconds, stated here independently of the code."""

T = TypeVar("T")


def run(test: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run the body of a test on its own event loop, with a time-out."""

    async def bounded() -> T:
        async with asyncio.timeout(30):
            return await test()

    return asyncio.run(bounded())


class ReceivedPost(NamedTuple):
    """One notification as received."""

    seconds: float
    """Session time in seconds since the morning."""
    url: str
    raw: bytes
    content_type: str

    @property
    def body(self) -> dict[str, Any]:
        """The receipt."""
        found: dict[str, Any] = json.loads(self.raw)
        return found

    @property
    def status(self) -> str:
        """The status in the receipt."""
        said: str = self.body["message"]["status"]
        return said


Reaction = int | str | Callable[[ReceivedPost], "Awaitable[int]"]
"""What a receiver does: answer a status, fail with an error text, or wait."""


class ScriptedSender:
    """A sender whose attempts are answered in turn by a script, then with 200."""

    def __init__(self, *script: Reaction) -> None:
        self._script = list(script)
        self.clock = SessionClock(rate=FROZEN, at=MORNING)
        self.posts: list[ReceivedPost] = []
        self.duration = 0.0
        """Reported duration of each attempt, in wall seconds."""
        self.patience: Duration = 0
        """The time-out of the last attempt."""

    async def post(self, url: str, body: bytes, content_type: str, patience: Duration) -> WebhookAnswer:
        """Record a notification, and react."""
        self.patience = patience
        post = ReceivedPost((self.clock.now() - MORNING) / SECOND, url, body, content_type)
        self.posts.append(post)
        reaction = self.reaction(post)
        if isinstance(reaction, str):
            return WebhookAnswer(None, reaction, b"", self.duration)
        status = reaction if isinstance(reaction, int) else await reaction(post)
        return WebhookAnswer(status, None, b"", self.duration)

    def reaction(self, post: ReceivedPost) -> Reaction:  # noqa: ARG002 - other scripts do
        """The next reaction; subclasses may depend on the notification."""
        return self._script.pop(0) if self._script else 200

    def told(self) -> list[tuple[float, str]]:
        """Time and status of each notification."""
        return [(post.seconds, post.status) for post in self.posts]


class SenderByUrl(ScriptedSender):
    """A sender with a fixed reaction for each URL; 200 for other URLs."""

    def __init__(self, reactions: dict[str, Reaction]) -> None:
        super().__init__()
        self._reactions = reactions

    def reaction(self, post: ReceivedPost) -> Reaction:
        """The reaction of the URL."""
        return self._reactions.get(post.url, 200)


class Gate:
    """A reaction that waits until the gate is opened."""

    def __init__(self, status: int = 200) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self._status = status

    async def __call__(self, _: ReceivedPost) -> int:
        """Wait, then answer."""
        self.reached.set()
        await self.opened.wait()
        return self._status


class CountingAlarm:
    """An alarm that never rings, and records what it was set to."""

    def __init__(self) -> None:
        self.told: list[float | None] = []

    def ring_in(self, wall_seconds: float | None) -> None:
        """Record it."""
        self.told.append(wall_seconds)


def a_session(
    sender: ScriptedSender,
    *,
    clock: SessionClock | None = None,
    alarm: Callable[[Session], Alarm] = lambda session: LoopAlarm(lambda: wake(session)),
    bounds: Bounds | None = None,
    **parts: object,
) -> Session:
    """A session with these parts of a scenario; by default its clock is frozen at the morning."""
    sender.clock = clock or SessionClock(rate=FROZEN, at=MORNING)
    kept = bounds or Bounds()
    scenario = scenario_of({"version": 1, "seed": 7, **parts}, "test")
    return Session(
        "test",
        MemoryStates(kept, RawBudget(kept.bytes), Secrets()).create(scenario, clock=sender.clock),
        usage=Usage(lambda: 0),
        sender=sender,
        on_a_port=lambda: True,
        alarm=alarm,
    )


async def send(
    session: Session,
    text: str = "Hello",
    destination: str = DESTINATION,
    *,
    hook: str | None = HOOK,
    reference: Reference | None = None,
) -> str:
    """Send a message that is answered with 200; its id."""
    webhook = None if hook is None else Webhook(hook)
    submission = Submission(destination, text, reference, webhook=webhook)
    credentials = BasicCredentials("admin", "admin-secret")
    attempt = Attempt(Operation.ADMIN, credentials, submission, session.now(), "1")
    decision = await submit.submit(session, attempt, StubSelection(session, facts_of(attempt), attempt.at))
    assert isinstance(decision.verdict, Accepted | SilentlyDropped), decision
    return decision.verdict.message_id


async def advance(session: Session, duration: str | None = None, **asked: object) -> dict[str, Any]:
    """Advance by a duration, or until idle; the answer of the verb."""
    how: dict[str, object] = {"until": "idle"} if duration is None else {"duration": duration}
    return await ClockVerbs(session).advance({**how, **asked})


async def life(session: Session, message_id: str) -> list[tuple[float, str]]:
    """The changes of a message so far: seconds since the morning, and status."""
    shown = await DeliveryVerbs(session).message(message_id)
    return [(since_morning(each["at"]), each["status"]) for each in shown["changes"]]


def since_morning(at: str) -> float:
    """Seconds from the morning to a timestamp."""
    return (parse_instant(at) - MORNING) / SECOND


def fired(progress: dict[str, Any]) -> list[tuple[float, str, str]]:
    """The log of an advance: seconds since the morning, kind of event, and its status or outcome."""
    return [
        (since_morning(each["at"]), each["event"], each["status" if each["event"] == "status" else "outcome"])
        for each in progress["fired"]
    ]


def sums(gaps: Iterable[int], start: float = 0.0) -> list[float]:
    """The times of attempts with these gaps between them."""
    found = [start]
    for gap in gaps:
        found.append(found[-1] + gap)
    return found


def at(seconds: float) -> Instant:
    """The instant this many seconds after the morning."""
    return Instant(MORNING + int(seconds * SECOND))


async def turns(count: int = 50) -> None:
    """Let ready tasks run for this many turns of the loop."""
    for _ in range(count):
        await asyncio.sleep(0)

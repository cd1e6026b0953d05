"""What the tests of delivery share: a session whose receivers follow a script, and judges of what reached them."""

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
"""The seconds of WH-4, written down a second time on purpose."""

T = TypeVar("T")


def run(test: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run the body of a test on an event loop of its own, for as long as anything but a hang may take."""

    async def bounded() -> T:
        async with asyncio.timeout(30):
            return await test()

    return asyncio.run(bounded())


class ReceivedPost(NamedTuple):
    """One notification as a receiver got it."""

    seconds: float
    """The session's time, counted from the morning."""
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
        """What it tells of."""
        said: str = self.body["message"]["status"]
        return said


Reaction = int | str | Callable[[ReceivedPost], "Awaitable[int]"]
"""What a receiver does: a status, an error in words, or something that takes its time."""


class ScriptedSender:
    """Receivers that answer one after the other as the script says, and with 200 when it has ended."""

    def __init__(self, *script: Reaction) -> None:
        self._script = list(script)
        self.clock = SessionClock(rate=FROZEN, at=MORNING)
        self.posts: list[ReceivedPost] = []
        self.duration = 0.0
        """Seconds of wall time that an attempt is said to take."""
        self.patience: Duration = 0
        """How long the last attempt would have waited."""

    async def post(self, url: str, body: bytes, content_type: str, patience: Duration) -> WebhookAnswer:
        """Take a notification down, and do what comes next."""
        self.patience = patience
        post = ReceivedPost((self.clock.now() - MORNING) / SECOND, url, body, content_type)
        self.posts.append(post)
        reaction = self.reaction(post)
        if isinstance(reaction, str):
            return WebhookAnswer(None, reaction, b"", self.duration)
        status = reaction if isinstance(reaction, int) else await reaction(post)
        return WebhookAnswer(status, None, b"", self.duration)

    def reaction(self, post: ReceivedPost) -> Reaction:  # noqa: ARG002 - other scripts do
        """What comes next; other scripts may look at what came."""
        return self._script.pop(0) if self._script else 200

    def told(self) -> list[tuple[float, str]]:
        """When each notification came, and what it told of."""
        return [(post.seconds, post.status) for post in self.posts]


class SenderByUrl(ScriptedSender):
    """A reaction for each URL, each time the same; 200 for any other."""

    def __init__(self, reactions: dict[str, Reaction]) -> None:
        super().__init__()
        self._reactions = reactions

    def reaction(self, post: ReceivedPost) -> Reaction:
        """What this URL does."""
        return self._reactions.get(post.url, 200)


class Gate:
    """A receiver that hangs until it is opened."""

    def __init__(self, status: int = 200) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self._status = status

    async def __call__(self, _: ReceivedPost) -> int:
        """Wait."""
        self.reached.set()
        await self.opened.wait()
        return self._status


class CountingAlarm:
    """An alarm that never rings by itself, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[float | None] = []

    def ring_in(self, wall_seconds: float | None) -> None:
        """Take it down."""
        self.told.append(wall_seconds)


def a_session(
    sender: ScriptedSender,
    *,
    clock: SessionClock | None = None,
    alarm: Callable[[Session], Alarm] = lambda session: LoopAlarm(lambda: wake(session)),
    bounds: Bounds | None = None,
    **parts: object,
) -> Session:
    """A session of these parts of a scenario; its clock stands still in the morning unless another one is given."""
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
    """A send that is answered with 200; the id of its answer."""
    webhook = None if hook is None else Webhook(hook)
    submission = Submission(destination, text, reference, webhook=webhook)
    credentials = BasicCredentials("admin", "admin-secret")
    attempt = Attempt(Operation.ADMIN, credentials, submission, session.now(), "1")
    decision = await submit.submit(session, attempt, StubSelection(session, facts_of(attempt), attempt.at))
    assert isinstance(decision.verdict, Accepted | SilentlyDropped), decision
    return decision.verdict.message_id


async def advance(session: Session, duration: str | None = None, **asked: object) -> dict[str, Any]:
    """Move the clock, by a duration or until idle; the answer of the verb."""
    how: dict[str, object] = {"until": "idle"} if duration is None else {"duration": duration}
    return await ClockVerbs(session).advance({**how, **asked})


async def life(session: Session, message_id: str) -> list[tuple[float, str]]:
    """What a message has come to: seconds from the morning, and the status it took then."""
    shown = await DeliveryVerbs(session).message(message_id)
    return [(since_morning(each["at"]), each["status"]) for each in shown["changes"]]


def since_morning(at: str) -> float:
    """Seconds from the morning to a time as answers write it."""
    return (parse_instant(at) - MORNING) / SECOND


def fired(progress: dict[str, Any]) -> list[tuple[float, str, str]]:
    """The log of an advance: seconds from the morning, what happened, and its status or outcome."""
    return [
        (since_morning(each["at"]), each["event"], each["status" if each["event"] == "status" else "outcome"])
        for each in progress["fired"]
    ]


def sums(gaps: Iterable[int], start: float = 0.0) -> list[float]:
    """When the attempts are made that follow each other by these gaps."""
    found = [start]
    for gap in gaps:
        found.append(found[-1] + gap)
    return found


def at(seconds: float) -> Instant:
    """The instant so many seconds after the morning."""
    return Instant(MORNING + int(seconds * SECOND))


async def turns(count: int = 50) -> None:
    """Let everything run that can run."""
    for _ in range(count):
        await asyncio.sleep(0)

"""Long polls: for exchanges, for messages and for statuses, by either clock."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from mock_server.adapters.clocks import SessionClock
from mock_server.control import ControlRequestError, SessionControl
from mock_server.domain.submission import Reference
from mock_server.journal.journal import Bounds
from mock_server.journal.raw_budget import RawBudget
from mock_server.session.session import Session
from mock_server.testing import MockGateway
from tests.delivery.support import MORNING, ScriptedSender, a_session, advance, run, send, turns
from tests.raw_client import RawConnection
from tests.support import DESTINATION, SessionClient, assert_accepted, assert_control, assert_control_error

OTHER = "+447700900124"
WATCHED = "+447700900061"


def control_of(session: Session) -> SessionControl:
    """The control verbs of a session."""
    return SessionControl(session, RawBudget(Bounds().bytes))


def waiters(session: Session) -> int:
    """How many waits are open in a session."""
    return len(session.presence.subscriptions.exchanges) + len(session.presence.subscriptions.messages)


class WaiterCount:
    """Lets a test's thread await the number of open waits in a session that another thread serves."""

    def __init__(self, session: Session) -> None:
        self._changed = threading.Condition()
        self._waiting = 0
        for channel in (session.presence.subscriptions.exchanges, session.presence.subscriptions.messages):
            for name, by in (("add", 1), ("remove", -1)):
                setattr(channel, name, self._telling(getattr(channel, name), by))

    def until(self, count: int) -> None:
        """Return when so many waits are open."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._waiting == count, 20)

    def _telling(self, method: Callable[[Any], None], by: int) -> Callable[[Any], None]:
        def told(waiter: Any) -> None:
            method(waiter)
            with self._changed:
                self._waiting += by
                self._changed.notify_all()

        return told


class OpenWait:
    """A wait over HTTP in a thread of its own; it is open when the constructor returns."""

    def __init__(self, gateway: MockGateway, world: SessionClient, query: str) -> None:
        register = WaiterCount(session_of(gateway, world))
        self._pool = ThreadPoolExecutor(1)
        self._answer: Future[httpx2.Response] = self._pool.submit(
            lambda: httpx2.get(f"{gateway.url}{world.prefix}/_control/{query}", timeout=30, trust_env=False)
        )
        register.until(1)

    def answer(self, status: int = 200) -> Any:
        """The answer to the wait."""
        answer = self._answer.result(30)
        self._pool.shutdown()
        return assert_control(answer, status)


def session_of(gateway: MockGateway, world: SessionClient) -> Session:
    """The session behind a tester's client."""
    session = gateway.server.sessions.get(world.name)
    assert session is not None
    return session


def test_a_wait_finds_earlier_items(world: SessionClient) -> None:
    """A wait that begins late finds what came before: newest first, in the format of the list."""
    for text in ("one", "two"):
        world.send(text)

    found = world.control("GET", f"/messages/wait?destination={DESTINATION}&timeout=5")

    assert found["messages"] == world.messages()
    assert found["waited_ms"] < 5000
    exchanges = world.control("GET", "/exchanges/wait?count=2&text~=o&timeout=5")["exchanges"]
    assert [each["id"] for each in exchanges] == ["2", "1"]
    assert exchanges == world.exchanges()


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (f"messages/wait?destination={DESTINATION}&text~=code", "messages"),
        ("messages/wait?reference.key=k1&codes=482913", "messages"),
        ("messages/wait?text~=code", "messages"),
        (f"exchanges/wait?destination={DESTINATION}&outcome=accepted&text~=code", "exchanges"),
        ("exchanges/wait?reference.key=k1", "exchanges"),
        ("statuses/wait?status=SENT,PROVIDER_ACCEPTANCE&text~=code", "messages"),
    ],
)
def test_a_wait_is_answered_when_what_it_waits_for_arrives(
    gateway: MockGateway, world: SessionClient, query: str, kind: str
) -> None:
    """Other items do not answer it."""
    waiting = OpenWait(gateway, world, query)
    world.send("Hello")
    world.send("Your code is 482913", OTHER[:-1] + "9")
    expected = world.send("Your code is 482913", reference={"service": "ADMIN", "key": "k1"})

    found = waiting.answer()[kind]

    assert [each["exchange" if kind == "messages" else "id"] for each in found][-1:] in (["2"], ["3"])
    assert expected.status_code == 200


def test_a_wait_for_several_is_answered_with_the_last_of_them(gateway: MockGateway, world: SessionClient) -> None:
    """`count` says how many; earlier items count unless `after` excludes them."""
    first = assert_accepted(world.send("zero"))
    waiting = OpenWait(gateway, world, f"messages/wait?count=2&after={first}")
    for text in ("one", "two"):
        world.send(text)

    assert [each["text"] for each in waiting.answer()["messages"]] == ["two", "one"]


def test_a_refused_send_is_waited_for_by_its_exchange(gateway: MockGateway, world: SessionClient) -> None:
    """Refusals are in the journal and not among the messages."""
    waiting = OpenWait(gateway, world, "exchanges/wait?outcome=refused&code=61")
    world.send()
    world.send(destination=WATCHED)

    assert [each["destination"] for each in waiting.answer()["exchanges"]] == [WATCHED]


def test_a_wait_that_times_out_describes_the_nearest_item(world: SessionClient) -> None:
    """The filters, how many matched, how many items there were, and how the newest differs."""
    world.send("Hello", destination=WATCHED)
    world.send("Your code is 111111")

    refused = world.request("GET", f"/_control/exchanges/wait?destination={DESTINATION}&text~=999&count=2&timeout=0")

    found = assert_control(refused, 408)
    assert (found["code"], found["message"]) == (408, "Timed out")
    assert found["details"].pop("waited_ms") >= 0
    assert found["details"] == {
        "waited_for": {"count": 2, "exchanges": {"destination": DESTINATION, "text~": "999"}},
        "matched": 0,
        "items": 2,
        "nearest": {"id": "2", "differs": "text", "wanted": "contains '999'", "found": "Your code is 111111"},
    }


@pytest.mark.parametrize(
    ("query", "nearest"),
    [
        ("messages/wait?destination=+447700900124", ("destination", "is '+447700900124'", DESTINATION)),
        ("exchanges/wait?after=1", ("after", "newer than 1", "older")),
        ("exchanges/wait?since=2027-01-01T00:00:00Z", ("since", "not before the time given as since", None)),
        ("statuses/wait?status=DELIVERED", ("status", "is one of DELIVERED", "PROVIDER_ACCEPTANCE")),
        ("statuses/wait?status=DELIVERED&text=x", ("text", "is 'x'", "Hello")),
    ],
)
def test_the_nearest_miss_names_the_member_that_differed(
    world: SessionClient, query: str, nearest: tuple[str, str, str | None]
) -> None:
    """The newest item, the member, the expected and the actual value."""
    world.send()

    details = assert_control(world.request("GET", f"/_control/{query}&timeout=0"), 408)["details"]

    found = details["nearest"]
    assert (found["differs"], found["wanted"]) == nearest[:2]
    assert nearest[2] in {None, found["found"]}
    assert details["items"] == 1


def test_a_wait_without_any_items_has_no_nearest_item(world: SessionClient) -> None:
    """An empty journal has no nearest item."""
    details = assert_control(world.request("GET", "/_control/messages/wait?timeout=0"), 408)["details"]
    assert (details["items"], details["nearest"]) == (0, None)


@pytest.mark.parametrize(
    ("path", "details"),
    [
        ("messages/wait?timeout=x", "timeout: 'x' is not a number of seconds from 0 to 3600"),
        ("messages/wait?timeout=3601", "timeout: '3601'"),
        ("messages/wait?timeout=2h", "timeout: '2h'"),
        ("messages/wait?timeout=-1", "timeout: '-1'"),
        ("messages/wait?timeout=1.", "timeout: '1.'"),
        ("messages/wait?count=0", "count: '0' is not a number from 1 to 100000"),
        ("messages/wait?clock=sun", "clock: 'sun' is neither 'wall' nor 'virtual'"),
        ("messages/wait?limit=3", "unknown parameter 'limit'"),
        ("exchanges/wait?after=-1", "after: '-1' is no id"),
        ("statuses/wait?timeout=0", "status: say which, one or several of"),
        ("statuses/wait?status=DELIVRED", "status: 'DELIVRED' is not one of"),
        ("statuses/wait?status=SENT&id=x&message_id=y", "message_id: another name for id"),
        ("statuses/wait?status=SENT,DELIVRED", "did you mean 'DELIVERED'?"),
    ],
)
def test_an_invalid_wait_is_refused_at_once(world: SessionClient, path: str, details: str) -> None:
    """It must not look like a time-out."""
    assert_control_error(world.request("GET", f"/_control/{path}"), 400, "Bad request", details)


@pytest.mark.parametrize("timeout", ["0", "0.01", "10ms", "0s"])
def test_the_timeout_has_several_notations(world: SessionClient, timeout: str) -> None:
    """Seconds, with decimals, or a duration with a unit."""
    assert world.request("GET", f"/_control/messages/wait?timeout={timeout}").status_code == 408


async def waiting(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Begin a wait, and let the loop run until it is open."""
    task = asyncio.create_task(work)
    await turns()
    return task


@pytest.mark.parametrize(("status", "at"), [("SENT", 1), ("DELIVERED", 3), ("DELIVERED,UNDELIVERED", 3)])
def test_a_status_is_seen_at_its_instant_during_an_advance(status: str, at: int) -> None:
    """The message is shown as it was at that instant, not as at the end of the advance."""

    async def test() -> dict[str, Any]:
        session = a_session(ScriptedSender())
        await send(session, hook=None)
        task = await waiting(
            control_of(session).waits.statuses({"status": status, "timeout": "3600", "clock": "virtual"})
        )
        assert not task.done()
        await advance(session, "1h")
        found: dict[str, Any] = await task
        return found

    found = run(test)
    message = found["messages"][0]
    assert message["status"] == status.partition(",")[0]
    assert message["changes"][-1]["at"] == f"2026-01-15T09:00:0{at}Z"
    assert found["waited_ms"] == at * 1000


@pytest.mark.parametrize("rate", [1.0, 50.0])
def test_a_status_is_seen_while_the_clock_runs(rate: float) -> None:
    """Real or scaled: the wait sleeps until the instant in the message's life."""

    async def test() -> dict[str, Any]:
        plan = {"plan": [{"after": "50ms", "status": "SENT"}, {"after": "1h", "status": "DELIVERED"}]}
        session = a_session(ScriptedSender(), clock=SessionClock(rate=rate, at=MORNING), delivery=plan)
        task = await waiting(control_of(session).waits.statuses({"status": "SENT", "timeout": "20"}))
        await send(session, hook=None)
        found: dict[str, Any] = await task
        return found

    assert run(test)["messages"][0]["status"] == "SENT"


def test_a_status_that_a_message_has_had_counts() -> None:
    """A wait for SENT that begins after SENT is answered."""

    async def test() -> dict[str, Any]:
        session = a_session(ScriptedSender())
        message_id = await send(session, hook=None)
        await advance(session, "1m")
        found: dict[str, Any] = await control_of(session).waits.statuses({"status": "SENT", "message_id": message_id})
        return found

    message = run(test)["messages"][0]
    assert message["status"] == "DELIVERED"
    assert [each["status"] for each in message["changes"]] == ["PROVIDER_ACCEPTANCE", "SENT", "DELIVERED"]


def test_a_status_set_by_a_tester_is_seen_and_cancels_planned_ones() -> None:
    """It answers the wait, or removes the planned change that it waited for."""

    async def test() -> tuple[list[str], bool]:
        session = a_session(ScriptedSender())
        control = control_of(session)
        first, second = await send(session, "1", hook=None), await send(session, "2", hook=None)
        rejected = await waiting(control.waits.statuses({"status": "REJECTED", "id": first}))
        delivered = await waiting(
            control.waits.statuses({"status": "DELIVERED", "clock": "virtual", "timeout": "60"})
        )
        await control.delivery.push(first, {"status": "REJECTED"})
        await control.delivery.push(second, {"status": "REJECTED"})
        seen = [each["id"] for each in (await rejected)["messages"]]
        await advance(session, "30s")
        await turns()
        still = not delivered.done()
        await advance(session, "30s")
        with pytest.raises(ControlRequestError, match="Timed out"):
            await delivered
        assert seen == [first]
        return seen, still

    assert run(test)[1]


def test_a_wait_for_several_statuses_counts_messages() -> None:
    """Each message counts once, with any of the statuses."""

    async def test() -> int:
        session = a_session(ScriptedSender())
        control = control_of(session)
        task = await waiting(control.waits.statuses({"status": "SENT,DELIVERED", "count": "2"}))
        await send(session, "1", hook=None)
        await advance(session, "10s")
        await turns()
        assert not task.done()
        await send(session, "2", hook=None)
        await advance(session, "10s")
        return len((await task)["messages"])

    assert run(test) == 2


def test_a_wait_by_the_sessions_clock_times_out_on_that_clock() -> None:
    """`clock=virtual`: no wall time passes; one second before its timeout it still waits."""

    async def test() -> tuple[bool, ControlRequestError]:
        session = a_session(ScriptedSender())
        task = await waiting(control_of(session).waits.messages({"timeout": "1h", "clock": "virtual"}))
        await advance(session, "3599s")
        await turns()
        early = task.done()
        await advance(session, "1s")
        with pytest.raises(ControlRequestError) as caught:
            await task
        return early, caught.value

    early, error = run(test)
    assert (early, error.status) == (False, 408)
    assert isinstance(error.details, dict)
    assert error.details["waited_ms"] == 3_600_000


def test_an_advance_until_idle_ignores_the_timeouts_of_waits() -> None:
    """A timeout is nothing that the session has to do."""

    async def test() -> bool:
        session = a_session(ScriptedSender())
        task = await waiting(control_of(session).waits.messages({"timeout": "60", "clock": "virtual"}))
        await advance(session)
        await turns()
        still = not task.done()
        task.cancel()
        return still

    assert run(test)


def test_a_wait_continues_after_a_reset() -> None:
    """Items found before are gone; items after the reset count."""

    async def test() -> tuple[list[str], list[str]]:
        session = a_session(ScriptedSender())
        control = control_of(session)
        before = await send(session, "before")
        both = await waiting(
            control.waits.messages({"count": "2", "timeout": "60", "clock": "virtual", "after": before})
        )
        status = await waiting(control.waits.statuses({"status": "DELIVERED"}))
        await send(session, "lost")
        await control.reset()
        await turns()
        assert not both.done()
        for text in ("one", "two"):
            await send(session, text, hook=None)
        await advance(session, "10s")
        found = [each["text"] for each in (await both)["messages"]]
        return found, [each["text"] for each in (await status)["messages"]]

    assert run(test) == (["two", "one"], ["two", "one"])


def test_a_wait_restarts_when_its_items_are_deleted() -> None:
    """A deleted message is not in the answer, and its planned status is not awaited."""

    async def test() -> list[str]:
        session = a_session(ScriptedSender())
        control = control_of(session)
        task = await waiting(control.waits.messages({"count": "2"}))
        await send(session, "deleted")
        await control.journal.forget_messages()
        for text in ("one", "two"):
            await send(session, text)
        return [each["text"] for each in (await task)["messages"]]

    assert run(test) == ["two", "one"]


def test_deleting_the_session_ends_its_waits(gateway: MockGateway, worlds: Callable[..., SessionClient]) -> None:
    """410 with a reason, for every kind of wait."""
    world = worlds()
    kinds = ("messages/wait", "exchanges/wait", "statuses/wait?status=READ")
    all_of_them = [OpenWait(gateway, world, kind) for kind in kinds]

    assert_control(world.client.delete(f"/_control/sessions/{world.name}"))

    for each in all_of_them:
        found = each.answer(410)
        assert found["message"] == "Session ended"
        assert world.name in found["details"]


def test_a_wait_ends_when_its_client_disconnects(gateway: MockGateway, world: SessionClient) -> None:
    """It leaves nothing behind."""
    session = session_of(gateway, world)
    register = WaiterCount(session)
    with RawConnection(gateway.url) as connection:
        connection.send(
            f"GET {world.prefix}/_control/statuses/wait?status=READ&timeout=3600 HTTP/1.1\r\n".encode()
            + b"Host: localhost\r\n\r\n"
        )
        register.until(1)
    register.until(0)
    assert len(session.presence.subscriptions.changes) == 0


def test_each_of_a_thousand_waits_is_only_offered_matching_items() -> None:
    """An arrival is offered to the waits for its destination or key only."""

    async def test() -> tuple[int, int]:
        session = a_session(ScriptedSender())
        control = control_of(session)
        tasks = [
            asyncio.create_task(control.waits.messages({"reference.key": f"k{number}", "timeout": "30"}))
            for number in range(1000)
        ]
        await turns()
        offered = 0
        for waiter in session.presence.subscriptions.messages:
            original = waiter.offer

            def counted(item: Any, memo: Any, original: Any = original) -> None:
                nonlocal offered
                offered += 1
                original(item, memo)

            waiter.offer = counted
        for number in range(1000):
            await send(
                session,
                f"text {number}",
                f"+4477009{number:05d}",
                hook=None,
                reference=Reference("ADMIN", key=f"k{number}"),
            )
        found = await asyncio.gather(*tasks)
        assert [each["messages"][0]["reference"]["key"] for each in found] == [f"k{number}" for number in range(1000)]
        return offered, waiters(session)

    assert run(test) == (1000, 0)


def test_a_server_with_a_thousand_open_waits_stops_at_once() -> None:
    """Open waits with a timeout of an hour do not delay the stop."""
    with MockGateway() as gateway:
        host, port = gateway.url.removeprefix("http://").split(":")
        request = b"GET /_control/messages/wait?timeout=3600 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        register = WaiterCount(gateway.server.default)
        clients = [socket.create_connection((host, int(port))) for _ in range(1000)]
        for client in clients:
            client.sendall(request)
        register.until(1000)
        began = time.monotonic()
        gateway.stop()
        took = time.monotonic() - began
    for client in clients:
        client.close()
    # It takes one second on a quiet machine; a busy one takes longer for a thousand connections.
    assert took < 20


Served = Callable[[Any, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def test_a_caller_that_repeats_the_body_is_not_disconnected() -> None:
    """Some callers of an ASGI application repeat the body for ever: that is no disconnection."""

    async def test() -> list[Any]:
        app = MockGateway().app
        sent: list[Any] = []
        scope = {
            "type": "http", "http_version": "1.1", "scheme": "http", "method": "GET", "root_path": "",
            "path": "/_control/messages/wait", "raw_path": b"/_control/messages/wait",
            "query_string": b"timeout=0.01", "headers": [(b"host", b"localhost")],
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(message: Any) -> None:
            sent.append(message)

        await app(scope, receive, keep)
        return sent

    assert run(test)[0]["status"] == 408

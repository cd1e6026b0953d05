"""Expiry: a session is removed, with everything it holds, after a wall time without requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from click.testing import CliRunner

from mock_server.adapters.clocks import stopwatch
from mock_server.adapters.sweeper import Sweeper
from mock_server.cli import main
from mock_server.domain.instants import HOUR, MINUTE, SECOND, Duration
from mock_server.scenario.model import Scenario
from mock_server.session import registry
from mock_server.session.registry import Sessions
from mock_server.testing import MockGateway
from tests.support import ADMIN, DESTINATION, assert_accepted, assert_control, assert_control_error

SESSIONS = "/_control/sessions"
BODY = {"destination": DESTINATION, "text": "Hi"}


class ManualStopwatch:
    """A stopwatch that a test sets."""

    def __init__(self) -> None:
        self.passed: Duration = 0

    def __call__(self) -> Duration:
        """The time that has passed."""
        return self.passed


@pytest.fixture
def watch() -> ManualStopwatch:
    """The gateway's stopwatch."""
    return ManualStopwatch()


@pytest.fixture
def gateway(watch: ManualStopwatch) -> Iterator[MockGateway]:
    """A gateway whose sessions expire after an hour of that stopwatch."""
    with MockGateway(stopwatch=watch) as running:
        yield running


@pytest.fixture
def client(gateway: MockGateway) -> Iterator[httpx2.Client]:
    """A client of that gateway."""
    with httpx2.Client(base_url=gateway.url, trust_env=False, auth=ADMIN, timeout=20) as opened:
        yield opened


def create(client: httpx2.Client, name: str) -> str:
    """Create a session; return its prefix."""
    assert_control(client.post(SESSIONS, json={"name": name}), 201)
    return f"/~{name}"


def names(client: httpx2.Client) -> list[str]:
    """The names in the list of sessions."""
    return [each["id"] for each in assert_control(client.get(SESSIONS))["sessions"]]


def test_a_session_without_a_request_for_an_hour_expires(client: httpx2.Client, watch: ManualStopwatch) -> None:
    """404 by prefix, by header and by name, with how to create it again."""
    create(client, "a")
    watch.passed += HOUR

    said = 'session \'a\' expired: it had no request for 1h; POST /_control/sessions creates it anew: {"name": "a"}'
    assert_control_error(client.post("/~a/api/Admin/send", json=BODY), 404, "Unknown session", said)
    assert_control_error(client.get("/_ready", headers={"X-Mock-Session": "a"}), 404, "Unknown session", said)
    assert_control_error(client.get(f"{SESSIONS}/a"), 404, "Unknown session", said)
    assert_control_error(client.delete(f"{SESSIONS}/a"), 404, "Unknown session", said)
    assert names(client) == ["default"]


@pytest.mark.parametrize("path", ["/api/Admin/send", "/_control/clock", "/no/such/path"])
def test_every_request_restarts_the_hour(client: httpx2.Client, watch: ManualStopwatch, path: str) -> None:
    """To the gateway, to the control API, and to an unknown path."""
    prefix = create(client, "a")
    for _ in range(3):
        watch.passed += HOUR - 1
        client.get(prefix + path)

    assert names(client) == ["default", "a"]
    watch.passed += HOUR
    assert names(client) == ["default"]


def test_showing_a_session_from_outside_is_no_use_of_it(client: httpx2.Client, watch: ManualStopwatch) -> None:
    """The list and the session's entry show how long it has been idle."""
    create(client, "a")
    watch.passed += HOUR - SECOND

    assert assert_control(client.get(SESSIONS))["sessions"][1]["idle_seconds"] == 3599
    assert assert_control(client.get(f"{SESSIONS}/a"))["idle_seconds"] == 3599
    watch.passed += SECOND
    assert names(client) == ["default"]


def test_a_held_answer_keeps_its_session(client: httpx2.Client, watch: ManualStopwatch) -> None:
    """For any time; the hour begins when it is released."""
    prefix = create(client, "a")
    stub = {"when": {"destination": DESTINATION}, "then": {"hold": True}}
    assert_control(client.post(f"{prefix}/_control/stubs", json=stub), 201)
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(client.post, f"{prefix}/api/Admin/send", json=BODY)
        while not assert_control(client.get(f"{prefix}/_control/exchanges"))["exchanges"]:
            pass
        watch.passed += 5 * HOUR
        assert "a" in names(client)
        assert assert_control(client.get(f"{SESSIONS}/a"))["idle_seconds"] == 0
        while not assert_control(client.post(f"{prefix}/_control/release"))["released"]:
            pass
        assert_accepted(sending.result())

    watch.passed += HOUR - 1
    assert "a" in names(client)
    watch.passed += 1
    assert "a" not in names(client)


def test_the_default_session_never_expires(client: httpx2.Client, watch: ManualStopwatch) -> None:
    """It keeps its messages."""
    client.post("/api/Admin/send", json=BODY)
    watch.passed += 1000 * HOUR

    assert names(client) == ["default"]
    assert len(assert_control(client.get("/_control/messages"))["messages"]) == 1


def test_a_session_of_an_expired_name_begins_empty(client: httpx2.Client, watch: ManualStopwatch) -> None:
    """And no longer counts as expired: once deleted, it is unknown."""
    prefix = create(client, "a")
    client.post(f"{prefix}/api/Admin/send", json=BODY)
    watch.passed += HOUR
    assert create(client, "a") == prefix

    assert assert_control(client.get(f"{prefix}/_control/messages"))["messages"] == []
    client.delete(f"{SESSIONS}/a")
    assert_control_error(client.get("/~a/_ready"), 404, "Unknown session", "no session 'a'; POST")


def test_an_expired_session_holds_nothing(
    client: httpx2.Client, gateway: MockGateway, watch: ManualStopwatch
) -> None:
    """Its raw bytes are released, and its notifications are dropped: a new session of the name has none."""
    prefix = create(client, "a")
    session = gateway.server.sessions.get("a")
    assert session is not None
    client.post(
        f"{prefix}/api/Admin/send", json=BODY | {"webhook": {"url": f"{gateway.url}{prefix}/_control/receiver/x"}}
    )
    client.post(f"{prefix}/_control/snapshots")
    assert gateway.server.raw.held > 0
    assert len(session.state.queue) == 1

    watch.passed += HOUR
    names(client)

    assert gateway.server.raw.held == 0
    assert (len(session.state.queue), len(session.state.journal), list(session.state.snapshots)) == (0, 0, [])


def test_creating_a_session_removes_expired_ones(
    client: httpx2.Client, gateway: MockGateway, watch: ManualStopwatch
) -> None:
    """A client that never deletes its sessions does not fill the memory."""
    for number in range(5):
        create(client, f"a{number}")
    watch.passed += HOUR
    create(client, "b")

    assert len(gateway.server.sessions) == 2


def test_the_server_removes_expired_sessions_by_itself(watch: ManualStopwatch) -> None:
    """Memory is released without any request."""
    with MockGateway(session_ttl="20ms", stopwatch=watch) as running:
        with httpx2.Client(base_url=running.url, trust_env=False) as client:
            create(client, "a")
            watch.passed += HOUR
            for _ in range(20_000):
                if len(running.server.sessions) == 1:
                    break
                client.get("/_ready")

        assert len(running.server.sessions) == 1


def registered(ttl: Duration, watch: ManualStopwatch) -> Sessions:
    """The registry of a gateway that is not served."""
    world = MockGateway(Scenario(version=1), session_ttl="1h", stopwatch=watch).server
    return Sessions(world.sessions._build, ttl=ttl, stopwatch=watch)


def test_a_sweeper_sweeps_ten_times_in_a_lifetime_and_at_least_every_half_minute(watch: ManualStopwatch) -> None:
    """No session outlives its time by more than a tenth, nor by more than thirty seconds."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        watch.passed += round(seconds * SECOND)
        if len(slept) == 12:
            raise asyncio.CancelledError

    sessions = registered(MINUTE, watch)
    sessions.create(Scenario(version=1), name="a")
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Sweeper(sessions, sleep).run())

    assert slept == [6.0] * 12
    assert len(sessions) == 0
    assert registered(10 * HOUR, watch).between_sweeps == 30 * SECOND


def test_no_session_expires_with_a_time_to_live_of_0(watch: ManualStopwatch) -> None:
    """`0s`: the sweeper does not run."""
    sessions = registered(0, watch)
    sessions.create(Scenario(version=1), name="a")
    watch.passed += 10_000 * HOUR

    asyncio.run(Sweeper(sessions).run())
    assert sessions.sweep() == 0
    assert sessions.get("a") is not None


def test_the_remembered_names_are_bounded(watch: ManualStopwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is dropped first: it is then unknown instead of expired."""
    monkeypatch.setattr(registry, "_MOST_REMEMBERED", 2)
    sessions = registered(HOUR, watch)
    for name in ("a", "b", "c"):
        sessions.create(Scenario(version=1), name=name)
    watch.passed += HOUR
    sessions.sweep()

    assert [name for name in ("a", "b", "c") if "expired" in sessions.missing(name)] == ["b", "c"]


@pytest.mark.parametrize("said", ["soon", "", "-1h", "10"])
def test_an_invalid_time_to_live_is_refused(said: str) -> None:
    """With the right notation, before the server starts."""
    done = CliRunner().invoke(main, ["serve", "--session-ttl", said])

    assert done.exit_code == 2
    assert "must be a length of time with its unit" in " ".join(done.output.split())


def test_the_stopwatch_never_steps_back() -> None:
    """It counts microseconds of wall time."""
    readings = [stopwatch() for _ in range(100)]

    assert readings == sorted(readings)

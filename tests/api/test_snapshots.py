"""Snapshots: a copy of a session's state, which can be restored any number of times."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx2
import pytest

from mock_server.adapters.clocks import FROZEN, SessionClock
from mock_server.bootstrap import MockServer
from mock_server.control import ControlRequestError
from mock_server.control import snapshots as verbs
from mock_server.control.snapshots import SnapshotVerbs
from mock_server.domain.instants import SECOND, Instant
from mock_server.gateway import scheduler
from mock_server.scenario.loader import scenario_of
from mock_server.session.session import Session
from tests.delivery.support import Gate, ScriptedSender, run, turns
from tests.support import (
    ADMIN,
    DESTINATION,
    MORNING,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control,
    assert_control_error,
    assert_refused,
)

SNAPSHOTS = "/_control/snapshots"
HOOK = "https://shop.example/receipts"


def take(world: SessionClient) -> dict[str, Any]:
    """Take a snapshot; return its handle."""
    handle: dict[str, Any] = assert_control(world.request("POST", SNAPSHOTS), 201)
    return handle


def restore(world: SessionClient, snapshot_id: str = "1") -> dict[str, Any]:
    """Restore a snapshot; return the answer."""
    answered: dict[str, Any] = world.control("POST", f"/snapshots/{snapshot_id}/restore")
    return answered


def created(world: SessionClient, path: str, body: object) -> None:
    """A control request that creates something."""
    assert_control(world.request("POST", f"/_control{path}", body), 201)


def test_a_snapshot_is_answered_with_a_handle_listed_shown_and_deleted(world: SessionClient) -> None:
    """The handle names the session, the instant, and how much the snapshot holds."""
    world.send()
    handle = take(world)

    assert handle == {
        "id": "1", "format": 1, "session": world.name, "at": MORNING, "messages": 1, "exchanges": 1,
        "webhook_attempts": 0, "notifications_pending": 0, "stubs": handle["stubs"],
    }  # fmt: skip
    assert world.control("GET", "/snapshots") == {"snapshots": [handle]}
    assert world.control("GET", "/snapshots/1") == handle
    assert world.control("DELETE", "/snapshots/1") == {"deleted": "1"}
    assert world.control("GET", "/snapshots") == {"snapshots": []}


def test_a_restore_returns_messages_journal_clock_and_scenario(world: SessionClient) -> None:
    """Later items are gone and changes are undone; twice."""
    world.advance(60)
    first = assert_accepted(world.send("one"))
    world.patch(title="kept")
    before = (world.messages(), world.exchanges(), world.control("GET", "/scenario"), world.control("GET", "/clock"))
    handle = take(world)
    for _ in range(2):
        world.send("two", auth=None)
        world.send("two")
        world.control("POST", f"/messages/{first}/status", {"status": "REJECTED"})
        world.advance(3600)
        world.control("POST", "/clock/resume", {})
        world.patch(watchlist=["+1*"], title="lost")

        answered = restore(world)

        assert answered == {
            "restored": handle, "id": world.name, "scenario": "kept", "seed": answered["seed"],
            "clock": {"mode": "frozen", "now": "2026-01-15T09:01:00Z"},
        }  # fmt: skip
        after = world.messages(), world.exchanges(), world.control("GET", "/scenario"), world.control("GET", "/clock")
        assert after == before
        assert world.control("GET", f"/messages/{first}")["status"] == "PROVIDER_ACCEPTANCE"


def test_a_restore_returns_windows_and_numbers(worlds: SessionFactory) -> None:
    """Windows, numbers of exchanges, and ids: the same sends get the same answers as before."""
    world = worlds(anti_flooding={"volume": {"limit": 3, "window": "1h"}}, seed=None)
    world.send("one")
    take(world)

    def answers() -> list[tuple[int, str, str]]:
        found = [world.send(text) for text in ("two", "three", "four")]
        return [(each.status_code, each.headers["x-mock-exchange"], each.text) for each in found]

    first = answers()
    restore(world)

    assert [status for status, _, _ in first] == [200, 200, 500]
    assert [exchange for _, exchange, _ in first] == ["2", "3", "4"]
    assert answers() == first


def test_a_restore_returns_stubs_with_their_counts(world: SessionClient) -> None:
    """Stubs used up, added or deleted since are as they were."""
    stub = {"when": {"destination": DESTINATION}, "then": {"refuse": 61}, "times": 2}
    created(world, "/stubs", stub)
    assert_refused(world.send(), 61)
    take(world)

    for _ in range(2):
        assert_refused(world.send(), 61)
        assert_accepted(world.send())
        world.control("DELETE", "/stubs")
        created(world, "/stubs", {"when": {"destination": "+39*"}, "then": {"refuse": 8}})
        restore(world)
        kept = [each for each in world.control("GET", "/stubs")["stubs"] if each["origin"] == "control"]
        assert [(each["id"], each["applied"]) for each in kept] == [("s1", 1)]


def test_a_restore_returns_receivers_attempts_and_notifications(world: SessionClient, gateway: Any) -> None:
    """Pending notifications are pending again; instructions and records of receivers are as they were."""
    hook = {"url": f"{gateway.url}{world.prefix}/_control/receiver/shop"}
    world.control("PUT", "/receiver/shop", {"answer": 500, "times": 2})
    world.send(webhook=hook)
    world.advance(1)
    received, attempts = world.control("GET", "/receiver/shop"), world.control("GET", "/webhooks")
    handle = take(world)

    def log() -> list[tuple[str, str, str]]:
        return [
            (each["at"], each["status"], each["outcome"])
            for each in reversed(world.control("GET", "/webhooks")["webhooks"])
        ]

    world.advance(3600)
    first = log()
    world.control("DELETE", "/receiver/shop")
    restore(world)

    assert (handle["webhook_attempts"], handle["notifications_pending"]) == (1, 1)
    assert world.control("GET", "/receiver/shop") == received
    assert world.control("GET", "/webhooks") == attempts
    world.advance(3600)
    assert log() == first
    assert [outcome for _, _, outcome in first] == ["failed", "failed", "taken", "taken"]


def test_a_restored_clock_runs_from_the_snapshots_instant(worlds: SessionFactory) -> None:
    """Real time continues from the snapshot's instant, even if the clock was frozen since."""
    world = worlds(frozen_at=None)
    handle = take(world)
    world.control("POST", "/clock/freeze", {"at": "2030-01-01T00:00:00Z"})

    clock = restore(world)["clock"]

    assert clock["mode"] == "real"
    assert handle["at"] <= clock["now"] < "2030"


def test_a_snapshot_survives_a_reset_but_not_its_session(worlds: SessionFactory, client: httpx2.Client) -> None:
    """A restore undoes a reset; deleting the session deletes its snapshots."""
    world = worlds()
    world.send()
    take(world)
    world.control("POST", "/reset")
    assert world.messages() == []

    restore(world)
    assert len(world.messages()) == 1
    client.delete(f"/_control/sessions/{world.name}")
    client.post("/_control/sessions", json={"name": world.name})

    assert world.control("GET", "/snapshots") == {"snapshots": []}


def test_two_sessions_share_no_snapshot(worlds: SessionFactory) -> None:
    """A session refuses the handle of another and is unchanged; snapshots are numbered in each session."""
    one, other = worlds(), worlds()
    one.send()
    handle = take(one)

    assert_control_error(
        other.request("POST", f"{SNAPSHOTS}/1/restore"),
        404,
        "Unknown snapshot",
        "no snapshot '1'; this session has none",
    )
    other.send("other")
    take(other)
    refused = other.request("POST", f"{SNAPSHOTS}/1/restore", handle)
    other.send("later")
    restore(one)

    assert_control_error(refused, 409, "Another session", f"is of '{one.name}', and this is '{other.name}'")
    assert [each["text"] for each in other.messages()] == ["later", "other"]


@pytest.mark.parametrize(
    ("change", "status", "message", "details"),
    [
        (
            {"format": 2},
            409,
            "Another version",
            "format: 2 is not 1, the one of this gateway; this session",
        ),
        ({"format": "1"}, 409, "Another version", "is not 1"),
        ({"format": True}, 409, "Another version", "is not 1"),
        ({"format": 2, "compressed": True}, 409, "Another version", "is not 1"),
        (
            {"at": "2026-01-15T10:00:00Z"},
            409,
            "Another snapshot",
            "at: '2026-01-15T10:00:00Z' is not '2026",
        ),
        ({"id": "2"}, 409, "Another snapshot", "id: '2' is not '1'"),
        ({"id": 1}, 409, "Another snapshot", "id: 1 is not '1'"),
        ({"session": 1}, 409, "Another session", "the handle is of 1, and this is '"),
        ({"handle": 1}, 400, "Bad request", "unknown: handle; known: at, "),
    ],
)
def test_a_handle_of_another_snapshot_changes_nothing(
    world: SessionClient, change: dict[str, object], status: int, message: str, details: str
) -> None:
    """Of another version, or of another snapshot; the returned handle is accepted whole or in part."""
    handle = take(world)
    world.send()

    refused = world.request("POST", f"{SNAPSHOTS}/1/restore", handle | change)

    assert_control_error(refused, status, message, details)
    assert len(world.messages()) == 1
    world.control("POST", "/snapshots/1/restore", {"format": 1})
    world.control("POST", "/snapshots/1/restore", handle)
    assert world.messages() == []


def test_an_unknown_snapshot_is_not_found_and_the_existing_ones_are_named(world: SessionClient) -> None:
    """To show, to delete and to restore; also a deleted one."""
    for _ in range(3):
        take(world)
    world.control("DELETE", "/snapshots/2")

    for method, path in (("GET", "/2"), ("DELETE", "/2"), ("POST", "/2/restore")):
        refused = world.request(method, SNAPSHOTS + path)
        assert_control_error(refused, 404, "Unknown snapshot", "no snapshot '2'; this session has 1, 3; POST")


def test_a_session_keeps_twenty_snapshots(world: SessionClient) -> None:
    """Another is refused until one is deleted; it gets a new number."""
    for _ in range(20):
        take(world)

    assert_control_error(
        world.request("POST", SNAPSHOTS),
        409,
        "Too many snapshots",
        "keeps 20 snapshots; DELETE /_control/snap",
    )
    world.control("DELETE", "/snapshots/7")
    assert take(world)["id"] == "21"


def test_creating_a_snapshot_takes_no_members(world: SessionClient) -> None:
    """An unknown member is refused."""
    assert_control_error(world.request("POST", SNAPSHOTS, {"name": "x"}), 400, "Bad request", "unknown: name")


def a_session(sender: ScriptedSender) -> tuple[MockServer, Session]:
    """A session in process with a frozen clock, and receivers that follow a script."""
    scenario = scenario_of({"version": 1, "clock": {"mode": "frozen", "at": MORNING}}, "test")
    world = MockServer(scenario, sender=cast("Any", sender))
    sender.clock = cast("SessionClock", world.default.state.clock)
    assert sender.clock.rate == FROZEN
    return world, world.default


async def send(world: MockServer) -> None:
    """A send with a webhook."""
    transport = httpx2.ASGITransport(app=cast("Any", world.app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as client:
        body = {"destination": DESTINATION, "text": "Hi", "webhook": {"url": HOOK}}
        assert (await client.post("/api/Admin/send", json=body, auth=ADMIN)).status_code == 200


def test_a_snapshot_waits_for_the_attempts_under_way() -> None:
    """It contains their outcomes."""

    async def told() -> None:
        gate = Gate()
        world, session = a_session(ScriptedSender(gate))
        await send(world)
        advancing = asyncio.create_task(scheduler.advance(session, Instant(session.now() + SECOND), 20))
        await gate.reached.wait()
        taking = asyncio.create_task(SnapshotVerbs(session).take({}))
        await turns()
        assert not taking.done()
        gate.opened.set()
        await taking
        await advancing

        (_, snapshot), *_ = session.state.snapshots
        assert [each.outcome for each in snapshot.journal.attempts.entries] == ["taken"]
        assert [entry.position for entry in snapshot.entries] == [1]

    run(told)


def test_attempts_that_take_too_long_are_due_again_in_the_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log says that no answer had come; the restored session repeats the attempt."""
    monkeypatch.setattr(verbs, "_PATIENCE", 0.0)

    async def told() -> None:
        gate = Gate()
        sender = ScriptedSender(gate)
        world, session = a_session(sender)
        await send(world)
        target = Instant(session.now() + SECOND)
        advancing = asyncio.create_task(scheduler.advance(session, target, 20))
        await gate.reached.wait()
        handle = await SnapshotVerbs(session).take({})
        with pytest.raises(ControlRequestError) as busy:
            await SnapshotVerbs(session).restore("1", {})
        gate.opened.set()
        await advancing
        await SnapshotVerbs(session).restore("1", handle)

        assert (busy.value.status, busy.value.message) == (409, "Busy")
        (kept,) = session.state.journal.attempts
        assert kept.outcome == "failed"
        assert kept.answered is not None
        assert kept.answered.error == "no answer had come when the snapshot was taken"
        assert kept.next_try_at == session.now()
        await scheduler.advance(session, target, 20)
        assert sender.told() == [(1.0, "SENT"), (1.0, "SENT")]
        assert sender.posts[0].raw == sender.posts[1].raw

    run(told)


def test_a_restore_ends_everything_that_waits() -> None:
    """Timers fire, held answers are released, and attempts under way are cancelled."""

    async def told() -> None:
        gate = Gate()
        world, session = a_session(ScriptedSender(gate))
        await SnapshotVerbs(session).take({})
        await send(world)
        held = asyncio.create_task(session.presence.held_answers.wait("9"))
        sleeping = asyncio.create_task(session.presence.timers.until(Instant(session.now() + 10**12)))
        session.state.clock.advance(1_000_000)
        session.state.clock.resume()
        scheduler.wake(session)
        await gate.reached.wait()
        (task,) = session.presence.attempt_tasks

        await SnapshotVerbs(session).restore("1", {})
        await sleeping
        await turns()

        assert held.done()
        assert task.cancelled()
        assert (session.notifications_pending, len(session.state.journal.attempts)) == (0, 0)

    run(told)


def test_raw_bytes_of_a_snapshot_count_until_it_is_deleted(
    worlds: SessionFactory, gateway: Any, client: httpx2.Client
) -> None:
    """They count towards the server's budget, and are released with the snapshot or the session."""
    raw = gateway.server.raw
    world = worlds()
    begun = raw.held
    world.send()
    once = raw.held - begun
    take(world)
    take(world)

    assert once > 0
    assert raw.held - begun == 3 * once
    world.control("DELETE", "/snapshots/1")
    world.control("POST", "/reset")
    assert raw.held - begun == once
    restore(world, "2")
    restore(world, "2")
    assert raw.held - begun == 2 * once
    assert world.why(world.send("x"))["request"]["body"]
    assert world.control("GET", "/exchanges/1")["request"]["evicted"] is False
    client.delete(f"/_control/sessions/{world.name}")
    assert raw.held == begun


def test_an_unknown_member_of_a_snapshot_request_is_named(world: SessionClient) -> None:
    """There is none to suggest."""
    refused = world.request("POST", SNAPSHOTS, {"name": "mine"})

    assert_control_error(
        refused, 400, "Bad request", "unknown: name; nothing is asked for here: leave the body empty"
    )

"""Snapshots: a session kept as it stands, and taken back to that as often as one likes."""

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
    """A snapshot; its handle."""
    handle: dict[str, Any] = assert_control(world.request("POST", SNAPSHOTS), 201)
    return handle


def restore(world: SessionClient, snapshot_id: str = "1") -> dict[str, Any]:
    """Go back to it; the answer."""
    answered: dict[str, Any] = world.control("POST", f"/snapshots/{snapshot_id}/restore")
    return answered


def created(world: SessionClient, path: str, body: object) -> None:
    """A control request that makes something."""
    assert_control(world.request("POST", f"/_control{path}", body), 201)


def test_a_snapshot_is_answered_with_a_handle_listed_shown_and_deleted(world: SessionClient) -> None:
    """The handle says of which session, when, and how much it holds."""
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


def test_a_restored_session_stands_as_it_stood_messages_journal_clock_and_scenario(world: SessionClient) -> None:
    """What came later is gone, and what was changed is as it was; twice."""
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


def test_a_restored_session_goes_on_counting_where_it_was(worlds: SessionFactory) -> None:
    """Windows, numbers of exchanges, and ids: what is sent again gets the very answer that it got before."""
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


def test_a_restored_session_has_its_stubs_with_their_counters(world: SessionClient) -> None:
    """One that was used up since is not, one that was added since is gone, one that was deleted since is back."""
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


def test_a_restored_session_has_its_receivers_attempts_and_notifications(world: SessionClient, gateway: Any) -> None:
    """What was due is due again; what receivers were told and got is as it was."""
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


def test_a_clock_that_ran_runs_on_from_where_it_was(worlds: SessionFactory) -> None:
    """Real time goes on from the snapshot's, though it was frozen since."""
    world = worlds(frozen_at=None)
    handle = take(world)
    world.control("POST", "/clock/freeze", {"at": "2030-01-01T00:00:00Z"})

    clock = restore(world)["clock"]

    assert clock["mode"] == "real"
    assert handle["at"] <= clock["now"] < "2030"


def test_a_snapshot_outlives_a_reset_and_a_session_starts_without(
    worlds: SessionFactory, client: httpx2.Client
) -> None:
    """A reset is undone by it; with the session it ends."""
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
    """The one's handle is refused by the other, which stays as it is, and their numbers say nothing of each other."""
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
def test_a_handle_that_is_not_this_snapshots_changes_nothing(
    world: SessionClient, change: dict[str, object], status: int, message: str, details: str
) -> None:
    """Of another version, or of another snapshot; as it was returned, or in part, it is taken."""
    handle = take(world)
    world.send()

    refused = world.request("POST", f"{SNAPSHOTS}/1/restore", handle | change)

    assert_control_error(refused, status, message, details)
    assert len(world.messages()) == 1
    world.control("POST", "/snapshots/1/restore", {"format": 1})
    world.control("POST", "/snapshots/1/restore", handle)
    assert world.messages() == []


def test_an_unknown_snapshot_is_not_found_and_those_that_are_there_are_named(world: SessionClient) -> None:
    """To show, to delete and to restore; a deleted one, too."""
    for _ in range(3):
        take(world)
    world.control("DELETE", "/snapshots/2")

    for method, path in (("GET", "/2"), ("DELETE", "/2"), ("POST", "/2/restore")):
        refused = world.request(method, SNAPSHOTS + path)
        assert_control_error(refused, 404, "Unknown snapshot", "no snapshot '2'; this session has 1, 3; POST")


def test_a_session_keeps_twenty_snapshots(world: SessionClient) -> None:
    """The next one is refused until one is deleted; its number is a new one."""
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


def test_a_snapshot_takes_no_wishes(world: SessionClient) -> None:
    """What nobody reads is refused."""
    assert_control_error(world.request("POST", SNAPSHOTS, {"name": "x"}), 400, "Bad request", "unknown: name")


def a_session(sender: ScriptedSender) -> tuple[MockServer, Session]:
    """A session in process, whose clock stands still, with receivers that follow a script."""
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
    """What comes of them is in it."""

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
    """The log says that no answer had come; the restored session makes the attempt again."""
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


def test_a_restore_lets_everybody_go_who_waits_in_the_world_that_is_left() -> None:
    """Timers wake, held answers are released, attempts under way are called back."""

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


def test_raw_bytes_of_a_snapshot_count_until_it_goes(
    worlds: SessionFactory, gateway: Any, client: httpx2.Client
) -> None:
    """They count towards the server's budget like any other, and are free when snapshot or session goes."""
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


def test_a_snapshot_that_is_asked_for_more_than_there_is_says_so(world: SessionClient) -> None:
    """It takes no member: there is none to name."""
    refused = world.request("POST", SNAPSHOTS, {"name": "mine"})

    assert_control_error(
        refused, 400, "Bad request", "unknown: name; nothing is asked for here: leave the body empty"
    )

"""Changes of a message by a tester: pushing it to a status, and resending a notification (ST-2)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mock_server.control import ControlRequestError, DeliveryVerbs
from mock_server.domain.delivery import Status
from mock_server.session.session import Session
from tests.delivery.support import Gate, ScriptedSender, SenderByUrl, a_session, advance, life, run, send

SLOW = {"plan": [{"after": "1h", "status": "SENT"}, {"after": "2h", "status": "DELIVERED"}]}


async def push(session: Session, message_id: str, status: str, **more: object) -> dict[str, object]:
    """Push a message to a status."""
    return await DeliveryVerbs(session).push(message_id, {"status": status, **more})


async def refused(verb: Awaitable[object]) -> tuple[int, str, str]:
    """Status, message and details of a refusal."""
    with pytest.raises(ControlRequestError) as error:
        await verb
    return error.value.status, error.value.message, str(error.value.details)


@pytest.mark.requirement("ST-2", "WH-1")
def test_a_push_replaces_the_plan_and_is_notified() -> None:
    """ST-2: the change takes effect now, and the planned changes are dropped."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender, delivery=SLOW)
        message_id = await send(session)
        await advance(session, "10s")

        words = {"code": "7", "message": "Number Blocked by Carrier"}
        shown = await push(session, message_id, "REJECTED", provider=words)
        progress = await advance(session)

        assert (shown["status"], shown["planned"]) == ("REJECTED", [])
        assert await life(session, message_id) == [(0, "PROVIDER_ACCEPTANCE"), (10, "REJECTED")]
        assert sender.told() == [(10, "REJECTED")]
        provider = sender.posts[0].body["message"]["provider"]
        assert (provider["code"], provider["status"], provider["message"]) == (
            "7",
            "REJECTED",
            "Number Blocked by Carrier",
        )
        assert progress["pending"] == 0

    run(told)


@pytest.mark.requirement("ST-2")
def test_a_message_is_pushed_step_by_step() -> None:
    """ST-2: each step is legal, and notified once with its own id."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender, delivery={"plan": [], "channel": "RCS"})
        message_id = await send(session)
        for status in ("SENT", "DELIVERED", "READ"):
            await push(session, message_id, status)
            await advance(session, "1m")

        assert sender.told() == [(0, "SENT"), (60, "DELIVERED"), (120, "READ")]
        assert len({post.body["id"] for post in sender.posts}) == 3
        changes = (await DeliveryVerbs(session).message(message_id))["changes"]
        assert [each["forced"] for each in changes] == [False] * 4

    run(told)


@pytest.mark.requirement("ST-2")
def test_an_illegal_change_is_refused_unless_it_is_forced_and_marked_then() -> None:
    """ST-2: 409 names the legal changes; with `force` the change is made and marked as forced."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender)
        message_id = await send(session)

        refusal = await refused(push(session, message_id, "DELIVERED"))
        untouched = await life(session, message_id)
        await push(session, message_id, "DELIVERED", force=True)
        progress = await advance(session)

        assert refusal[:2] == (409, "Illegal change")
        assert "PROVIDER_ACCEPTANCE to DELIVERED: after PROVIDER_ACCEPTANCE may come REJECTED, SENT" in refusal[2]
        assert untouched == [(0, "PROVIDER_ACCEPTANCE")]
        assert sender.told() == [(0, "DELIVERED")]
        changes = (await DeliveryVerbs(session).message(message_id))["changes"]
        assert [each["forced"] for each in changes] == [False, True]
        assert progress["pending"] == 0

    run(told)


@pytest.mark.requirement("ST-2")
def test_nothing_may_follow_the_end_and_read_needs_rcs() -> None:
    """ST-2: each refusal names the legal changes."""

    async def told() -> None:
        session = a_session(ScriptedSender())
        message_id = await send(session)
        await advance(session)

        read = await refused(push(session, message_id, "READ"))
        again = await refused(push(session, message_id, "DELIVERED"))
        rejected = await send(session, "another")
        await push(session, rejected, "REJECTED")
        late = await refused(push(session, rejected, "SENT", force=False))

        assert read[0] == again[0] == late[0] == 409
        assert "after REJECTED may come nothing" in late[2]

    run(told)


@pytest.mark.parametrize(
    ("asked", "details"),
    [
        ({}, "status: None is not one of PROVIDER_ACCEPTANCE, SENT,"),
        ({"status": "sent"}, "status: 'sent' is not one of"),
        ({"status": 7}, "status: 7 is not one of"),
        ({"status": "SENT", "forced": True}, "unknown: forced; known: force, provider, status"),
        ({"status": "SENT", "provider": "MITTO"}, "provider: an object of strings is required"),
        ({"status": "SENT", "provider": {"code": 7}}, "provider: an object of strings is required"),
        ({"status": "SENT", "provider": {"name": "MITTO"}}, "unknown: name; known: code, message, status"),
    ],
)
def test_a_push_that_makes_no_sense_is_refused(asked: dict[str, object], details: str) -> None:
    """400 with a sentence; the message is unchanged."""

    async def told() -> None:
        session = a_session(ScriptedSender())
        message_id = await send(session)

        status, _, said = await refused(DeliveryVerbs(session).push(message_id, asked))

        assert status == 400
        assert details in said
        assert await life(session, message_id) == [(0, "PROVIDER_ACCEPTANCE")]

    run(told)


@pytest.mark.parametrize(
    "verb",
    [
        lambda verbs: verbs.push("no-such", {"status": "SENT"}),
        lambda verbs: verbs.resend("no-such"),
        lambda verbs: verbs.message("no-such"),
    ],
    ids=["push", "resend", "message"],
)
def test_an_unknown_message_is_not_found(verb: Callable[[DeliveryVerbs], Awaitable[object]]) -> None:
    """404."""

    async def told() -> None:
        session = a_session(ScriptedSender())

        assert (await refused(verb(DeliveryVerbs(session))))[:2] == (404, "Unknown message")

    run(told)


@pytest.mark.requirement("AF-7")
def test_a_dropped_message_is_unknown_to_the_control_api_under_both_readings() -> None:
    """AF-7: no webhook is ever sent for it, not even by a tester."""

    async def told() -> None:
        session = a_session(ScriptedSender(), assume={"AF-7": "rejected"})
        dropped = [await send(session) for _ in range(3)][-1]

        assert (await refused(push(session, dropped, Status.SENT)))[0] == 404
        assert (await refused(DeliveryVerbs(session).resend(dropped)))[0] == 404

    run(told)


@pytest.mark.requirement("WH-5")
def test_a_push_waits_for_the_notification_that_is_under_way() -> None:
    """WH-5: in order; planned notifications after the one under way are dropped."""

    async def told() -> None:
        gate = Gate(500)
        sender = ScriptedSender(gate)
        session = a_session(sender)
        message_id = await send(session)
        moving = asyncio.create_task(advance(session, "1s"))
        await gate.reached.wait()
        await push(session, message_id, "UNDELIVERED")
        gate.opened.set()
        await moving
        await advance(session)

        assert sender.told() == [(1, "SENT"), (11, "SENT"), (11, "UNDELIVERED")]
        assert await life(session, message_id) == [(0, "PROVIDER_ACCEPTANCE"), (1, "SENT"), (1, "UNDELIVERED")]

    run(told)


@pytest.mark.requirement("WH-5")
def test_a_push_waits_for_a_repetition_unless_each_goes_on_its_own() -> None:
    """WH-5: both readings."""

    async def told() -> None:
        heard = {}
        for reading in ("in-order", "independent"):
            sender = ScriptedSender(500)
            session = a_session(sender, assume={"WH-5": reading})
            message_id = await send(session)
            await advance(session, "2s")
            await push(session, message_id, "DELIVERED")
            await advance(session)
            heard[reading] = sender.told()

        assert heard["in-order"] == [(1, "SENT"), (11, "SENT"), (11, "DELIVERED")]
        assert heard["independent"] == [(1, "SENT"), (2, "DELIVERED"), (11, "SENT")]

    run(told)


def test_an_adversity_applies_to_pushed_changes_too() -> None:
    """A repeated one has its own id; a missing one is never sent."""

    async def told() -> None:
        repeated, missing = ScriptedSender(), ScriptedSender()
        for sender, adversity in ((repeated, "repeated-final"), (missing, "missing")):
            session = a_session(sender, delivery={"plan": []}, webhooks={"adversity": adversity})
            message_id = await send(session)
            for status in ("SENT", "DELIVERED"):
                await push(session, message_id, status)
            await advance(session)

        assert repeated.told() == [(0, "SENT"), (0, "SENT"), (0, "DELIVERED"), (0, "DELIVERED")]
        assert len({post.body["id"] for post in repeated.posts}) == 4
        assert missing.posts == []

    run(told)


def test_a_push_of_a_message_without_webhook_sends_no_notification() -> None:
    """Look-ups show the change."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender)
        message_id = await send(session, hook=None)

        await push(session, message_id, "SENT")
        progress = await advance(session, "1h")

        assert await life(session, message_id) == [(0, "PROVIDER_ACCEPTANCE"), (0, "SENT")]
        assert (sender.posts, progress["pending"]) == ([], 0)
        assert "sent without a webhook" in (await refused(DeliveryVerbs(session).resend(message_id)))[2]

    run(told)


def test_a_push_long_after_the_plan_is_in_the_log_of_the_advance_during_which_it_happened() -> None:
    """The log of an advance has all changes, also those made by a tester."""

    async def told() -> None:
        slow = "https://slow.example/"
        gate = Gate()
        sender = SenderByUrl({slow: gate})
        session = a_session(sender)
        old = await send(session, "old", hook=None)
        await advance(session, "10h")
        await send(session, "new", hook=slow)
        moving = asyncio.create_task(advance(session, "1h"))
        await gate.reached.wait()
        await push(session, old, "READ", force=True)
        gate.opened.set()
        progress = await moving

        forced = [each for each in progress["fired"] if each["message_id"] == old]
        assert [(each["event"], each["status"], each["forced"]) for each in forced] == [("status", "READ", True)]

    run(told)


@pytest.mark.requirement("WH-2", "WH-4")
def test_a_resend_notifies_of_the_last_change_again_with_the_same_id_and_body() -> None:
    """WH-4: one attempt at once, without a retry, regardless of earlier answers."""

    async def told() -> None:
        sender = ScriptedSender(200, 200, 200, 500)
        session = a_session(sender)
        message_id = await send(session)
        early = await refused(DeliveryVerbs(session).resend(message_id))
        await advance(session)

        taken = await DeliveryVerbs(session).resend(message_id)
        failed = await DeliveryVerbs(session).resend(message_id)
        await advance(session, "10h")

        assert early[:2] == (409, "Nothing to tell")
        assert [post.raw for post in sender.posts[2:]] == [sender.posts[1].raw] * 2
        assert (taken["outcome"], taken["status"], taken["attempt"]) == ("taken", "DELIVERED", 1)
        assert (failed["outcome"], failed["answer"]["status"]) == ("given up", 500)

    run(told)

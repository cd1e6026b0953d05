"""Webhooks: one POST per change, in order, with retries on the virtual clock (WH-1 to WH-6)."""

from __future__ import annotations

import uuid

import pytest

from mock_server.control import DeliveryVerbs
from mock_server.domain.submission import Reference
from mock_server.wire import receipt
from tests.delivery.support import (
    GAPS,
    HOOK,
    ReceivedPost,
    ScriptedSender,
    SenderByUrl,
    a_session,
    advance,
    fired,
    life,
    run,
    send,
    since_morning,
    sums,
)


@pytest.mark.requirement("WH-1", "ST-1", "ST-2")
def test_every_change_but_the_acceptance_is_notified_once_at_its_time() -> None:
    """WH-1: nothing for PROVIDER_ACCEPTANCE; one POST for SENT after 1 s, one for DELIVERED after 3 s."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender)

        message_id = await send(session)
        before = await life(session, message_id)
        progress = await advance(session, "1h")

        assert before == [(0, "PROVIDER_ACCEPTANCE")]
        assert sender.told() == [(1, "SENT"), (3, "DELIVERED")]
        assert {post.url for post in sender.posts} == {HOOK}
        assert await life(session, message_id) == [(0, "PROVIDER_ACCEPTANCE"), (1, "SENT"), (3, "DELIVERED")]
        assert fired(progress) == [
            (1, "status", "SENT"),
            (1, "webhook", "taken"),
            (3, "status", "DELIVERED"),
            (3, "webhook", "taken"),
        ]

    run(told)


@pytest.mark.requirement("WH-2", "WH-3", "WH-6", "REQ-2")
def test_a_receipt_has_exactly_the_documented_members() -> None:
    """WH-2: keys, order and types. WH-3: one configuration per message. WH-6: the id of the send's answer."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender, providers=[{"name": "MITTO"}])

        message_id = await send(session, "a" * 161, reference=Reference("AUTHENTICATION", "2FA", "login-42"))
        await advance(session)

        sent, delivered = (post.body for post in sender.posts)
        assert delivered == {
            "id": delivered["id"],
            "webhookConfigurationId": sent["webhookConfigurationId"],
            "type": "STATUS_UPDATE",
            "createdAt": "2026-01-15T09:00:03Z",
            "message": {
                "id": message_id,
                "providerAcceptanceAt": "2026-01-15T09:00:00Z",
                "statusChangedAt": "2026-01-15T09:00:03Z",
                "reference": {"service": "AUTHENTICATION", "action": "2FA", "key": "login-42"},
                "channel": "SMS",
                "status": "DELIVERED",
                "provider": {
                    "name": "MITTO",
                    "id": sent["message"]["provider"]["id"],
                    "status": "DELIVERED",
                    "code": "0",
                },
                "sms": {"segments": 2},
            },
        }
        ids = {sent["id"], delivered["id"], delivered["webhookConfigurationId"], message_id}
        assert len({*ids, delivered["message"]["provider"]["id"]}) == 5
        assert all(str(uuid.UUID(each)) == each for each in ids)
        assert {post.content_type for post in sender.posts} == {"application/json"}

    run(told)


@pytest.mark.requirement("WH-2")
@pytest.mark.parametrize(
    ("reference", "shown"),
    [
        (None, {}),
        (Reference("ADMIN"), {"service": "ADMIN"}),
        (Reference("ADMIN", None, "k"), {"service": "ADMIN", "key": "k"}),
        (Reference(), {}),
    ],
)
def test_a_receipt_repeats_of_the_reference_what_was_given(
    reference: Reference | None, shown: dict[str, str]
) -> None:
    """WH-2: it may be empty; members that the send omitted are omitted."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender)
        await send(session, reference=reference)
        await advance(session, "1s")

        assert sender.posts[0].body["message"]["reference"] == shown

    run(told)


@pytest.mark.requirement("WH-2", "ST-1", "ST-2")
def test_a_receipt_has_the_error_text_of_a_refusing_provider() -> None:
    """WH-2: `provider.message` is present only with an error text; the code is a string."""

    async def told() -> None:
        words = {"code": "7", "status": "BLOCKED", "message": "Number Blocked by Carrier"}
        plan = [
            {"after": "1s", "status": "SENT"},
            {"after": "5s", "status": "UNDELIVERED", "provider": words},
        ]
        sender = ScriptedSender()
        session = a_session(sender, delivery={"plan": plan})

        await send(session)
        await advance(session)

        sent, undelivered = (post.body["message"]["provider"] for post in sender.posts)
        assert set(sent) == {"name", "id", "status", "code"}
        assert undelivered == {"name": "PROVIDER1", "id": sent["id"], **words}
        assert sender.told() == [(1, "SENT"), (5, "UNDELIVERED")]

    run(told)


@pytest.mark.requirement("ST-1", "ST-2", "WH-1")
@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        pytest.param([{"after": "2s", "status": "REJECTED"}], [(2, "REJECTED")], id="rejected"),
        pytest.param([], [], id="never"),
        pytest.param([{"after": "0s", "status": "SENT"}], [(0, "SENT")], id="sent at once, and no more"),
        pytest.param(
            [{"after": "1s", "status": "SENT"}, {"after": "26h", "status": "DELIVERED"}],
            [(1, "SENT"), (93_600, "DELIVERED")],
            id="late",
        ),
        pytest.param(
            [
                {"after": "1s", "status": "DELIVERED", "forced": True},
                {"after": "1s", "status": "SENT", "forced": True},
            ],
            [(1, "DELIVERED"), (1, "SENT")],
            id="forced, both at one instant, in the order of the plan",
        ),
    ],
)
def test_a_message_follows_its_plan(plan: list[object], expected: list[tuple[float, str]]) -> None:
    """ST-2: rejected, never delivered, late, or forced; each change is notified, and nothing else."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender, delivery={"plan": plan})

        message_id = await send(session)
        progress = await advance(session)

        assert sender.told() == expected
        assert await life(session, message_id) == [(0, "PROVIDER_ACCEPTANCE"), *expected]
        assert (progress["complete"], progress["pending"]) == (True, 0)

    run(told)


@pytest.mark.requirement("ST-1", "ST-2", "WH-2")
def test_an_rcs_message_can_be_read_and_has_no_segments() -> None:
    """ST-1, WH-2: the last status is READ, and the member `sms` is absent."""

    async def told() -> None:
        plan = [
            {"after": "1s", "status": "SENT"},
            {"after": "2s", "status": "DELIVERED"},
            {"after": "1m", "status": "READ"},
        ]
        sender = ScriptedSender()
        session = a_session(sender, delivery={"channel": "RCS", "plan": plan})

        await send(session)
        await advance(session)

        assert sender.told() == [(1, "SENT"), (2, "DELIVERED"), (60, "READ")]
        assert all("sms" not in post.body["message"] for post in sender.posts)
        assert {post.body["message"]["channel"] for post in sender.posts} == {"RCS"}

    run(told)


@pytest.mark.requirement("WH-4")
def test_a_notification_is_repeated_at_the_stated_gaps_with_the_same_body_and_then_given_up() -> None:
    """WH-4: after 10 s, 1 min, 5 min, 30 min, 2 h, 6 h, with the same id and body; then no more."""

    async def told() -> None:
        sender = ScriptedSender(*[500] * 7)
        session = a_session(sender, delivery={"plan": [{"after": "1s", "status": "REJECTED"}]})

        message_id = await send(session)
        progress = await advance(session)

        assert [post.seconds for post in sender.posts] == sums(GAPS, 1)
        assert len({post.raw for post in sender.posts}) == 1
        shown = (await DeliveryVerbs(session).message(message_id))["webhooks"]
        assert [each["attempt"] for each in shown] == [1, 2, 3, 4, 5, 6, 7]
        assert [each["outcome"] for each in shown] == ["failed"] * 6 + ["given up"]
        nexts = [each["next_try_at"] for each in shown]
        assert [since_morning(each) for each in nexts[:-1]] == sums(GAPS, 1)[1:]
        assert nexts[-1] is None
        assert (progress["webhook_attempts"], progress["pending"]) == (7, 0)

    run(told)


@pytest.mark.requirement("WH-4")
def test_a_gap_counts_from_the_end_of_the_former_attempt() -> None:
    """WH-4: on a running clock the duration of the attempt is added."""

    async def told() -> None:
        sender = ScriptedSender(500, 500)
        sender.duration = 4.0
        session = a_session(sender, delivery={"plan": [{"after": "0s", "status": "REJECTED"}]})
        session.state.clock.resume(2.0)

        message_id = await send(session)
        await advance(session, "70s")
        await advance(session, "70s")

        [first, second] = (await DeliveryVerbs(session).message(message_id))["webhooks"][:2]
        gap = since_morning(first["next_try_at"]) - since_morning(first["at"])
        assert 17 <= gap <= 19
        assert 67 <= since_morning(second["next_try_at"]) - since_morning(second["at"]) <= 69

    run(told)


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 226, 299])
def test_any_2xx_takes_a_notification(status: int) -> None:
    """WH-4: there is no second attempt."""

    async def told() -> None:
        sender = ScriptedSender(status)
        session = a_session(sender, delivery={"plan": [{"after": "1s", "status": "REJECTED"}]})
        await send(session)
        await advance(session)

        assert len(sender.posts) == 1

    run(told)


@pytest.mark.requirement("WH-4")
@pytest.mark.parametrize(
    "reaction", [300, 301, 302, 304, 307, 308, 400, 401, 404, 410, 429, 500, 503, 599, "refused"]
)
def test_anything_else_causes_a_retry(reaction: int | str) -> None:
    """WH-4: a redirect, any error status, and no answer."""

    async def told() -> None:
        sender = ScriptedSender(reaction)
        session = a_session(sender, delivery={"plan": [{"after": "1s", "status": "REJECTED"}]})
        await send(session)
        progress = await advance(session)

        assert [post.seconds for post in sender.posts] == [1, 11]
        assert fired(progress)[1:] == [(1, "webhook", "failed"), (11, "webhook", "taken")]

    run(told)


@pytest.mark.requirement("WH-4")
def test_a_scenario_may_have_other_gaps_or_none() -> None:
    """WH-4: the scenario sets the schedule; without gaps a failed notification is given up at once."""

    async def told() -> None:
        rejected = {"plan": [{"after": "1s", "status": "REJECTED"}]}
        impatient, resigned = ScriptedSender(*[500] * 9), ScriptedSender(500)
        for sender, retries in ((impatient, ["1s", "2s"]), (resigned, [])):
            session = a_session(sender, delivery=rejected, webhooks={"retries": retries})
            await send(session)
            await advance(session)

        assert [post.seconds for post in impatient.posts] == [1, 2, 4]
        assert [post.seconds for post in resigned.posts] == [1]

    run(told)


@pytest.mark.requirement("WH-5")
def test_the_next_notification_waits_until_the_former_was_taken() -> None:
    """WH-5: DELIVERED follows SENT; its timestamps are those of the change, not of the delivery."""

    async def told() -> None:
        sender = ScriptedSender(500, 500)
        session = a_session(sender)

        await send(session)
        await advance(session)

        assert sender.told() == [(1, "SENT"), (11, "SENT"), (71, "SENT"), (71, "DELIVERED")]
        last = sender.posts[-1].body
        assert last["createdAt"] == last["message"]["statusChangedAt"] == "2026-01-15T09:00:03Z"

    run(told)


@pytest.mark.requirement("WH-5", "WH-4")
def test_the_next_notification_follows_one_that_was_given_up() -> None:
    """WH-5: a notification that is never accepted does not block the next one for ever."""

    async def told() -> None:
        sender = ScriptedSender(*[503] * 7)
        session = a_session(sender)

        await send(session)
        await advance(session)

        end = sums(GAPS, 1)[-1]
        assert sender.told()[-2:] == [(end, "SENT"), (end, "DELIVERED")]

    run(told)


@pytest.mark.requirement("WH-5")
def test_under_the_other_reading_notifications_are_independent() -> None:
    """WH-5, the alternative: DELIVERED does not wait for SENT."""

    async def told() -> None:
        sender = ScriptedSender(500, 200)
        session = a_session(sender, assume={"WH-5": "independent"})

        await send(session)
        await advance(session)

        assert sender.told() == [(1, "SENT"), (3, "DELIVERED"), (11, "SENT")]

    run(told)


@pytest.mark.requirement("WH-5")
def test_a_failing_receiver_does_not_delay_other_messages() -> None:
    """WH-5: the order applies within one message."""

    async def told() -> None:
        dead, alive = "https://dead.example/", "https://alive.example/"
        sender = SenderByUrl({dead: "refused"})
        session = a_session(sender)

        await send(session, "one", hook=dead)
        await send(session, "two", hook=alive)
        await advance(session, "5s")

        heard = [(post.seconds, post.status) for post in sender.posts if post.url == alive]
        assert heard == [(1, "SENT"), (3, "DELIVERED")]

    run(told)


@pytest.mark.requirement("WH-1", "AF-7")
def test_a_silently_dropped_message_is_never_notified() -> None:
    """AF-7: it is answered like an acceptance, and no webhook follows, under both readings."""

    async def told() -> None:
        for reading in ("unknown", "rejected"):
            sender = ScriptedSender()
            session = a_session(sender, assume={"AF-7": reading})
            ids = [await send(session) for _ in range(3)]

            progress = await advance(session)

            told_of = {post.body["message"]["id"] for post in sender.posts}
            assert told_of == set(ids[:2])
            assert {each["message_id"] for each in progress["fired"]} == set(ids[:2])

    run(told)


@pytest.mark.requirement("WH-2")
def test_ids_of_receipts_follow_from_the_seed() -> None:
    """WH-2: a replayed session sends the same bytes."""

    async def told() -> None:
        bodies: list[list[ReceivedPost]] = []
        for _ in range(2):
            sender = ScriptedSender()
            session = a_session(sender)
            await send(session)
            await advance(session)
            bodies.append(sender.posts)

        assert bodies[0] == bodies[1]

    run(told)


@pytest.mark.requirement("WH-4")
def test_a_bug_in_an_attempt_loses_only_one_notification(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """WH-4: it is logged as a bug of the mock, and other messages are not affected."""

    async def told() -> None:
        sender = ScriptedSender()
        session = a_session(sender)
        broken = await send(session, "one")
        await send(session, "two", "+447700900124")

        def receipt_or_bug(view: dict[str, object], *rest: object) -> bytes:
            if view["id"] == broken:
                raise ZeroDivisionError
            return receipt(view, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr("mock_server.wire.receipt", receipt_or_bug)
        progress = await advance(session)

        assert sender.told() == [(1, "SENT"), (3, "DELIVERED")]
        assert (progress["complete"], progress["pending"]) == (True, 0)
        assert f"bug in the mock: a notification of message {broken} was lost" in caplog.text

    run(told)

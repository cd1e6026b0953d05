"""Webhook adversities, each set by a scenario or a stub, and deterministic."""

from __future__ import annotations

import asyncio
import json

import pytest

from mock_server.domain.adversity import Adversity
from tests.delivery.support import Gate, ReceivedPost, ScriptedSender, a_session, advance, run, send


def under(adversity: str | None, *script: int) -> list[ReceivedPost]:
    """The notifications of one message with this adversity."""

    async def told() -> list[ReceivedPost]:
        sender = ScriptedSender(*script)
        session = a_session(sender, webhooks={} if adversity is None else {"adversity": adversity})
        await send(session)
        progress = await advance(session)
        assert (progress["complete"], progress["pending"]) == (True, 0)
        return sender.posts

    return run(told)


def told(posts: list[ReceivedPost]) -> list[tuple[float, str]]:
    """Time and status of each notification."""
    return [(post.seconds, post.status) for post in posts]


@pytest.mark.parametrize("adversity", list(Adversity))
def test_an_adversity_is_the_same_in_every_run(adversity: Adversity) -> None:
    """Bytes, order and times are equal."""
    assert under(adversity) == under(adversity)


def test_duplicate_tells_everything_twice_with_one_id_and_body() -> None:
    """A receiver must recognise a duplicate by its id."""
    posts = under("duplicate")

    assert told(posts) == [(1, "SENT"), (1, "SENT"), (3, "DELIVERED"), (3, "DELIVERED")]
    assert posts[0].raw == posts[1].raw
    assert posts[2].raw == posts[3].raw
    assert posts[0].body["id"] != posts[2].body["id"]


@pytest.mark.requirement("WH-5")
def test_reorder_tells_the_last_change_first() -> None:
    """WH-5: all are sent when the last one is due; their timestamps are correct."""
    posts = under("reorder")

    assert told(posts) == [(3, "DELIVERED"), (3, "SENT")]
    assert [post.body["message"]["statusChangedAt"] for post in posts] == [
        "2026-01-15T09:00:03Z",
        "2026-01-15T09:00:01Z",
    ]


@pytest.mark.requirement("WH-5")
def test_reorder_and_burst_wait_for_no_answer() -> None:
    """WH-5: a failure of the first does not delay the second."""
    for adversity, first, second in (("reorder", "DELIVERED", "SENT"), ("burst", "SENT", "DELIVERED")):
        assert told(under(adversity, 500)) == [(3, first), (3, second), (13, first)]


def test_late_tells_everything_an_hour_later() -> None:
    """The timestamps in the receipts are those of the changes."""
    posts = under("late")

    assert told(posts) == [(3601, "SENT"), (3603, "DELIVERED")]
    assert posts[0].body["createdAt"] == "2026-01-15T09:00:01Z"


@pytest.mark.requirement("WH-5")
def test_before_answer_tells_the_first_change_before_the_send_is_answered() -> None:
    """WH-5: the send waits for the receiver; the other notifications are sent when due."""

    async def test() -> None:
        gate = Gate()
        sender = ScriptedSender(gate)
        session = a_session(sender, webhooks={"adversity": "before-answer"})
        sending = asyncio.create_task(send(session))
        await gate.reached.wait()
        answered_before = sending.done()
        gate.opened.set()
        message_id = await sending
        first = list(sender.posts)
        await advance(session)

        assert not answered_before
        assert told(first) == [(0, "SENT")]
        assert first[0].body["message"]["id"] == message_id
        assert told(sender.posts[1:]) == [(3, "DELIVERED")]

    run(test)


def test_before_answer_repeats_what_was_not_taken_like_any_notification() -> None:
    """The send is answered anyway; the gap counts from the attempt."""
    assert told(under("before-answer", 500)) == [(0, "SENT"), (3, "DELIVERED"), (10, "SENT")]


def test_missing_sends_no_notification() -> None:
    """The status changes without a notification."""
    assert under("missing") == []


def test_unknown_status_ends_with_an_undocumented_status() -> None:
    """The notifications before it are valid."""
    posts = under("unknown-status")

    assert told(posts) == [(1, "SENT"), (3, "IN_TRANSIT_BY_PIGEON")]


@pytest.mark.requirement("WH-2")
def test_unknown_fields_are_added_to_the_documented_members() -> None:
    """WH-2: the documented members are unchanged."""
    [odd, _], [plain, _] = under("unknown-fields"), under(None)

    body = odd.body
    assert (set(body) - set(plain.body), set(body["message"]) - set(plain.body["message"])) == ({"traceId"}, {"cost"})
    del body["traceId"], body["message"]["cost"]
    assert body == plain.body


def test_malformed_json_is_cut_in_the_middle() -> None:
    """The body is not valid JSON."""
    posts = under("malformed-json")

    assert len(posts) == 2
    for post in posts:
        with pytest.raises(json.JSONDecodeError):
            json.loads(post.raw)


def test_wrong_content_type_says_text_and_is_json() -> None:
    """The body is valid."""
    assert [(post.content_type, post.status) for post in under("wrong-content-type")] == [
        ("text/plain", "SENT"),
        ("text/plain", "DELIVERED"),
    ]


def test_repeated_final_tells_the_end_again_under_another_id() -> None:
    """The same status and time in a new notification."""
    posts = under("repeated-final")

    assert told(posts) == [(1, "SENT"), (3, "DELIVERED"), (3, "DELIVERED")]
    assert posts[1].body["id"] != posts[2].body["id"]
    assert posts[1].body["message"] == posts[2].body["message"]


def test_burst_tells_everything_at_once() -> None:
    """In order, when the last one is due."""
    assert told(under("burst")) == [(3, "SENT"), (3, "DELIVERED")]


def test_a_stub_sets_an_adversity_for_one_destination_only() -> None:
    """It takes precedence over the scenario's adversity."""

    async def test() -> None:
        sender = ScriptedSender()
        stub = {"when": {"destination": "+447700900101"}, "then": {"adversity": "missing"}}
        session = a_session(sender, stubs=[stub], webhooks={"adversity": "burst"})
        await send(session, "silence", "+447700900101")
        await send(session)
        await advance(session)

        assert told(sender.posts) == [(3, "SENT"), (3, "DELIVERED")]

    run(test)

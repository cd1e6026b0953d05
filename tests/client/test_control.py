"""`Control`: one interface with the same answers over HTTP, in process and without a port."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_server.client import Control, ControlError, Receiver, Session
from tests.support import DESTINATION, MORNING

NINE = datetime(2026, 1, 15, 9, tzinfo=UTC)
WATCHED = "+447700900061"


def refused(error: pytest.ExceptionInfo[ControlError], status: int, message: str, words: str) -> None:
    """Assert that an error has the answer's status, message and details, and shows them as one sentence."""
    assert (error.value.status, error.value.message) == (status, message)
    assert words in str(error.value.details)
    assert str(error.value).startswith(f"{message}: ")


def test_a_session_is_created_as_requested(entry: Control) -> None:
    """Name, seed and clock; the URL has its prefix, and unknown members are in `raw`."""
    with entry.create_session(
        "orders-42", scenario="flooded", seed=7, clock={"mode": "frozen", "at": MORNING}
    ) as made:
        found = made.session()

        assert (found.id, found.seed, found.clock.mode, found.clock.now) == ("orders-42", 7, "frozen", NINE)
        assert found.scenario == "Too many messages to one number (code 60)"
        assert found.base_url == made.url == f"{entry.url}/~orders-42"
        assert found.raw["id"] == "orders-42"
        assert [each.id for each in entry.sessions()] == ["default", "orders-42"]
    assert [each.id for each in entry.sessions()] == ["default"]


def test_a_session_ends_with_its_block(entry: Control) -> None:
    """Deleting it earlier, by its own verb or otherwise, is no error."""
    with entry.create_session() as one, entry.create_session() as other:
        one.delete_session()
        entry.delete_session(other.session().id)

    assert len(entry.sessions()) == 1


def test_the_default_session_cannot_be_deleted(entry: Control) -> None:
    """409 with advice."""
    assert isinstance(entry.session(), Session)
    assert entry.session().id == "default"
    with pytest.raises(ControlError) as caught:
        entry.delete_session()

    refused(caught, 409, "Not deletable", "POST /_control/reset empties it")


def test_sessions_are_not_nested(control: Control) -> None:
    """A session that is created from another one is independent of it."""
    with control.create_session() as other:
        other.send(DESTINATION, "Hi")

        assert control.messages() == []
        assert other.url.count("/~") == 1


def test_an_accepted_send_has_its_id_and_its_exchange(control: Control) -> None:
    """As in the gateway's answer."""
    sent = control.send(DESTINATION, "Hello", detailed=True, reference={"service": "ADMIN"})

    assert (sent.accepted, sent.status, sent.provider, sent.code) == (True, 200, "PROVIDER1", None)
    assert sent.message == "0: Accepted for delivery"
    (message,) = control.messages()
    assert (message.id, message.exchange, message.text) == (sent.id, sent.exchange, "Hello")
    assert (message.destination, message.account, message.accepted_at) == (DESTINATION, "admin", NINE)
    assert message.reference == {"service": "ADMIN", "action": None, "key": None}


def test_a_refused_send_is_an_answer_with_an_explanation(control: Control) -> None:
    """Of its exchange; by default of the last one."""
    sent = control.send(WATCHED, "Hello", priority=1)

    assert (sent.accepted, sent.status, sent.code, sent.message) == (False, 500, 61, "Message in watchlist")
    assert sent.exchange is not None
    told = control.explain(sent.exchange)
    assert (told.rule, told.requirement, told.grade, told.code) == ("watchlist", "WL-1", "documented", 61)
    assert told.unknown_fields == ("priority",)
    assert told.raw["request"]["body_length"] > 0
    assert control.explain() == told
    assert [each.id for each in control.exchanges(limit=5)] == [told.id]


def test_sends_by_other_accounts_and_the_other_operation(control: Control) -> None:
    """A wrong password is refused with 63 like any client's."""
    assert control.send(
        DESTINATION, "1", operation="services", username="web-shop", password="web-shop-secret"
    ).accepted
    assert control.send(DESTINATION, "2", username="web-shop", password="web-shop-secret").code == 63
    assert control.send(DESTINATION, "3", password="wrong").code == 63
    with pytest.raises(ControlError, match="neither admin nor services"):
        control.send(DESTINATION, "4", operation="root")


def test_explaining_without_an_exchange_is_an_error(control: Control) -> None:
    """404 for `explain` without an id and with an unknown one."""
    with pytest.raises(ControlError) as caught:
        control.explain()
    refused(caught, 404, "Unknown exchange", "nothing was asked")

    with pytest.raises(ControlError) as caught:
        control.explain("7")
    refused(caught, 404, "Unknown exchange", "no exchange '7'")


@pytest.mark.parametrize("name", ["no such", "a/b", "../sessions", "%2e%2e", "?x", "käse", "#", "x" * 300])
def test_no_id_reaches_another_route(control: Control, name: str) -> None:
    """Any id is escaped to one segment of the path."""
    for verb in (control.message, control.explain, control.delete_stub, control.resend):
        with pytest.raises(ControlError) as caught:
            verb(name)
        assert caught.value.status == 404


def test_the_clock_is_shown_frozen_advanced_and_resumed(control: Control) -> None:
    """By text, by parts, by a timedelta, until idle."""
    assert (control.clock().mode, control.clock().now) == ("frozen", NINE)
    assert control.advance("1h").now == NINE + timedelta(hours=1)
    assert control.advance(hours=1, minutes=30, seconds=1).now == NINE + timedelta(hours=2, minutes=30, seconds=1)
    assert control.advance(timedelta(days=1)).complete is True
    assert control.freeze(NINE).now == NINE
    assert control.freeze(MORNING).mode == "frozen"
    assert control.resume(60).factor == 60
    assert control.resume().mode == "real"
    with pytest.raises(ControlError, match="without a zone"):
        control.freeze(NINE.replace(tzinfo=None))
    with pytest.raises(ControlError, match="duration: "):
        control.advance("soon")


def test_a_bare_number_is_no_duration(control: Control) -> None:
    """Its unit is ambiguous."""
    hour: Any = 3600

    with pytest.raises(TypeError, match=r"^3600 of what\? Write advance\(seconds=3600\), or a length of time"):
        control.advance(hour)


def test_an_advance_returns_what_it_fired(control: Control) -> None:
    """In order of time."""
    receiver = control.receiver("shop")
    sent = control.send(DESTINATION, "Hi", webhook={"url": receiver.url})

    done = control.advance(until="idle")

    assert [(each.event, each.status) for each in done.fired] == [
        ("status", "SENT"), ("webhook", "SENT"), ("status", "DELIVERED"), ("webhook", "DELIVERED"),
    ]  # fmt: skip
    assert {each.message_id for each in done.fired} == {sent.id}
    assert (done.complete, done.pending, done.status_changes, done.webhook_attempts) == (True, 0, 2, 2)


def test_a_message_has_its_life(control: Control) -> None:
    """Past and planned changes."""
    sent = control.send(DESTINATION, "Hi")
    assert sent.id is not None
    control.advance(seconds=1)

    message = control.message(sent.id)

    assert message.status == "SENT"
    assert [each.status for each in message.changes] == ["PROVIDER_ACCEPTANCE", "SENT"]
    assert [(each.status, each.at) for each in message.planned] == [("DELIVERED", NINE + timedelta(seconds=3))]


def test_a_status_is_set_and_resent(control: Control) -> None:
    """An illegal one is refused, unless it is forced."""
    sent = control.send(DESTINATION, "Hi", webhook={"url": control.receiver("shop").url})
    assert sent.id is not None
    pushed = control.push_status(sent.id, "REJECTED", provider={"code": "30", "message": "Blocked"})
    control.advance(seconds=1)
    with pytest.raises(ControlError) as caught:
        control.push_status(sent.id, "READ")
    again = control.resend(sent.id)
    forced = control.push_status(sent.id, "READ", force=True)

    assert pushed.status == "REJECTED"
    assert pushed.changes[-1].provider == {"code": "30", "status": "REJECTED", "message": "Blocked"}
    refused(caught, 409, "Illegal change", "force")
    assert (again.status, again.outcome, again.message_id) == ("REJECTED", "taken", sent.id)
    assert forced.changes[-1].forced
    assert again.id in [each.id for each in control.webhooks(limit=10)]


def test_a_receiver_answers_as_instructed_and_records(control: Control) -> None:
    """A status for a number of times, then 200; deleting it deletes both."""
    receiver = control.receiver("shop")
    receiver.answer_with(503, times=1)
    sent = control.send(DESTINATION, "Hi", webhook={"url": receiver.url})
    control.advance(until="idle")

    received = receiver.received()
    receiver.forget()

    assert isinstance(receiver, Receiver)
    assert [each.answer for each in received] == [503, 200, 200]
    assert received[0].json()["message"]["id"] == sent.id
    assert received[0].at == NINE + timedelta(seconds=1)
    assert receiver.received() == []
    with pytest.raises(ControlError, match="neither a status from 200 to 599 nor one of"):
        receiver.answer_with("dance")


def test_the_next_send_is_refused_and_the_one_after_it_is_not(control: Control) -> None:
    """A shorthand for a stub with `times: 1`."""
    stub = control.next_send(refuse=61)

    first, second = control.send(DESTINATION, "1"), control.send(DESTINATION, "2")

    assert (first.code, second.accepted) == (61, True)
    (kept,) = [each for each in control.stubs() if each.id == stub.id]
    assert (kept.times, kept.applied, kept.exhausted, kept.origin) == (1, 1, True, "control")
    assert control.unmatched_stubs() == []


def test_a_stub_is_added_and_removed(control: Control) -> None:
    """For a destination, or with any criteria."""
    by_number = control.stub(DESTINATION, {"refuse": 8}, times=2, priority=1, name="wrong")
    by_text = control.stub({"text": {"contains": "late"}}, {"refuse": 64}, lasts="10m")

    assert by_number.when["destination"] == DESTINATION
    assert control.send(DESTINATION, "x").code == 8
    assert control.send("+447700900124", "too late").code == 64
    control.delete_stub(by_number)
    control.delete_stub(by_text.id)
    assert control.send(DESTINATION, "too late").accepted
    control.next_send(to=DESTINATION, refuse=8)
    assert len(control.unmatched_stubs()) == 1
    assert control.delete_stubs() == 1


def test_an_invalid_stub_is_refused_with_every_reason(control: Control) -> None:
    """400; the details are a list, and the error shows all of them."""
    with pytest.raises(ControlError) as caught:
        control.stub({"destinatoin": DESTINATION}, {"refuse": 7})

    refused(caught, 400, "Bad stub", "destinatoin")
    assert isinstance(caught.value.details, list)


def test_releasing_an_answer_that_is_not_held_is_a_conflict(control: Control) -> None:
    """The error names the held ones; releasing all of none is no error."""
    control.send(DESTINATION, "x")
    with pytest.raises(ControlError) as caught:
        control.release("1")

    refused(caught, 409, "Not held", "held now: none")
    assert control.release() == []


def test_the_scenario_is_read_and_its_parts_are_replaced(control: Control) -> None:
    """A mistake changes nothing, and every mistake is reported."""
    patched = control.patch(watchlist=[DESTINATION])
    with pytest.raises(ControlError) as caught:
        control.patch(watchlst=[], health=7)

    assert patched == control.scenario()
    assert patched["watchlist"] == [DESTINATION]
    refused(caught, 400, "Bad scenario", "watchlst")
    assert isinstance(caught.value.details, list)
    assert len(caught.value.details) == 2


def test_a_reset_returns_to_the_beginning(control: Control) -> None:
    """Clock, messages, journal and stubs."""
    control.send(DESTINATION, "Hi")
    control.advance("1h")
    control.next_send(refuse=61)

    session = control.reset()

    assert session.clock.now == NINE
    assert (control.messages(), control.exchanges()) == ([], [])
    assert control.send(DESTINATION, "Hi").accepted


def test_an_ended_session_is_unknown_to_every_verb(entry: Control) -> None:
    """404 that says how to create it, also for a send."""
    with entry.create_session() as gone:
        pass

    for verb in (gone.clock, gone.messages, gone.reset, lambda: gone.send(DESTINATION, "Hi")):
        with pytest.raises(ControlError) as caught:
            verb()
        refused(caught, 404, "Unknown session", "POST /_control/sessions creates one")


def test_the_representation_of_a_result_is_short(control: Control) -> None:
    """A failing test prints it."""
    shown = repr(control.session())

    assert shown.startswith("Session(id='")
    assert "raw" not in shown

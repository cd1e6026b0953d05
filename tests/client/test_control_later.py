"""`Control`: waits, filters, counts, the ledger, and snapshots; over HTTP, in process and without a port."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mock_server.client import Control, ControlError
from tests.support import DESTINATION

NINE = datetime(2026, 1, 15, 9, tzinfo=UTC)
OTHER = "+447700900124"
WATCHED = "+447700900061"


@pytest.fixture
def another_thread() -> Iterator[ThreadPoolExecutor]:
    """An executor that acts during a wait."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_a_wait_returns_at_once_if_the_item_is_there(control: Control) -> None:
    """The newest match, with its codes."""
    control.send(OTHER, "Hi")
    sent = control.send(DESTINATION, "Your code is 482913")

    message = control.wait_for_message(destination=DESTINATION, timeout=20)

    assert (message.id, message.codes) == (sent.id, ("482913",))
    assert control.wait_for_exchange(outcome="accepted", destination=OTHER).id == "1"


def test_a_wait_returns_when_the_item_arrives(control: Control, another_thread: ThreadPoolExecutor) -> None:
    """From another thread, through the same client."""
    message = another_thread.submit(control.wait_for_messages, 2, destination=DESTINATION, timeout=20)
    refused = another_thread.submit(control.wait_for_exchange, code=61, timeout=20)
    sent = [control.send(to, "Hi").id for to in (DESTINATION, OTHER, WATCHED, DESTINATION)]

    assert [each.id for each in message.result(20)] == [sent[3], sent[0]]
    assert refused.result(20).rule == "watchlist"


def test_a_wait_for_a_status_returns_when_the_clock_reaches_it(
    control: Control, another_thread: ThreadPoolExecutor
) -> None:
    """Without sleep or wall time."""
    sent = control.send(DESTINATION, "Hi")
    waiting = another_thread.submit(control.wait_for_status, "DELIVERED", destination=DESTINATION, timeout=20)
    control.advance(seconds=3)

    message = waiting.result(20)

    assert (message.id, message.status) == (sent.id, "DELIVERED")
    assert control.wait_for_statuses("SENT", timeout=20)[0].id == sent.id


def test_a_wait_that_times_out_describes_the_nearest_item(control: Control) -> None:
    """408, in one sentence, with the gateway's details."""
    control.send(OTHER, "Hi")

    with pytest.raises(ControlError) as caught:
        control.wait_for_message(destination=DESTINATION, timeout=0)

    assert caught.value.status == 408
    assert isinstance(caught.value.details, dict)
    said = str(caught.value)
    assert said.startswith(f"0 of 1 messages with destination={DESTINATION} came within 0 seconds; the nearest is ")
    assert OTHER in said


def test_items_are_filtered_by_members(control: Control) -> None:
    """Equal, containing, nested, after an id, and how many."""
    first = control.send(DESTINATION, "one two", reference={"service": "ADMIN", "key": "k-1"})
    control.send(DESTINATION, "two three")
    control.send(WATCHED, "three")

    assert [each.text for each in control.messages(text__contains="two")] == ["two three", "one two"]
    assert [each.id for each in control.messages(reference__key="k-1")] == [first.id]
    assert control.count_messages(after=first.id) == 1
    assert (control.count_exchanges(), control.count_exchanges(code=61), control.count_messages()) == (3, 1, 2)
    assert [each.id for each in control.exchanges(forced=False, limit=1)] == ["3"]
    with pytest.raises(ControlError, match="Bad request: unknown parameter 'destinatoin'"):
        control.messages(destinatoin=DESTINATION)


def test_the_ledger_counts_outcomes(control: Control) -> None:
    """And lists duplicates."""
    for _ in range(3):
        control.send(DESTINATION, "Hi")
    control.send(WATCHED, "Hi")

    ledger = control.ledger()

    assert (ledger.sends, ledger.accepted, ledger.dropped, ledger.refused) == (4, 2, 1, {"61": 1})
    (twice,) = ledger.duplicates_by_intent
    assert (twice.by, twice.destination, twice.text, twice.sends) == ("text", DESTINATION, "Hi", 3)
    assert twice.exchanges == ("1", "2", "3")


def test_the_journal_is_exported_and_deleted(control: Control) -> None:
    """As an HTTP archive; the windows stay."""
    for _ in range(2):
        control.send(DESTINATION, "Hi")
    har: dict[str, Any] = control.har()
    control.clear()

    assert [each["response"]["status"] for each in har["log"]["entries"]] == [200, 200]
    assert (control.messages(), control.exchanges()) == ([], [])
    dropped = control.send(DESTINATION, "Hi")
    assert control.explain(dropped.exchange).outcome == "silently dropped"


def test_a_snapshot_is_restored(control: Control) -> None:
    """Clock and messages; by the snapshot or its id."""
    control.send(DESTINATION, "before")
    kept = control.snapshot()
    control.advance("1h")
    control.send(DESTINATION, "after")

    session = control.restore(kept)

    assert session.clock.now == NINE
    assert (kept.session, kept.at) == (session.id, NINE)
    assert [each.text for each in control.messages()] == ["before"]
    control.advance("1h")
    assert control.restore(kept.id).clock.now == NINE
    assert [each.id for each in control.snapshots()] == [kept.id]
    control.delete_snapshot(kept)
    with pytest.raises(ControlError, match="Unknown snapshot"):
        control.restore(kept)


def test_a_snapshot_of_another_session_is_refused(entry: Control, control: Control) -> None:
    """The error names the session, which is unchanged."""
    kept = control.snapshot()
    control.advance("1h")
    with entry.create_session() as other:
        other.snapshot()

        with pytest.raises(ControlError) as caught:
            other.restore(kept)

    assert caught.value.status in {404, 409}
    assert control.clock().now == NINE + timedelta(hours=1)


def test_a_session_takes_overrides_and_is_exported(entry: Control) -> None:
    """As a scenario file with the same content."""
    with entry.create_session(overrides={"watchlist": [DESTINATION]}, clock={"mode": "frozen"}) as made:
        assert made.send(DESTINATION, "Hi").code == 61
        assert DESTINATION in made.export()


def test_messages_have_codes_and_links(control: Control) -> None:
    """A test reads the code without a regular expression."""
    control.send(DESTINATION, "Code 482913: https://example.com/x", username="customer-account",
                 password="customer-secret", operation="services")  # fmt: skip

    (message,) = control.messages()

    assert (message.codes, message.links) == (("482913",), ("https://example.com/x",))


def test_held_answers_are_released(control: Control, another_thread: ThreadPoolExecutor) -> None:
    """One by its exchange, or all of them."""
    control.stub(then={"hold": True})
    one = another_thread.submit(control.send, DESTINATION, "1")
    control.wait_for_message(text="1", timeout=20)
    first = control.exchanges()[0].id
    other = another_thread.submit(control.send, DESTINATION, "2")
    control.wait_for_message(text="2", timeout=20)

    assert control.release(first) == [first]
    assert one.result(20).accepted
    assert len(control.release()) == 1
    assert other.result(20).accepted

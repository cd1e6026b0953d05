"""One test of the crowd: it floods, advances, forces failures, restores a snapshot, and checks every count.

All visitors use the same destinations, texts, keys, receivers and seeds at the same time, so that any interference
between two sessions changes the counts of one of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from mock_server.client import Control, ControlError
from tests.support import ADMIN, MORNING, basic

FLOODED, COPIED, HOOKED, FORCED, HELD, LATER = (f"+4477009007{number:02}" for number in range(6))
DUPLICATES = 2
"""Copies of one text that are sent within the hour."""


class Visit(NamedTuple):
    """The session and settings of a visitor."""

    control: Control
    """The verbs of its session."""
    root: str
    """The gateway's URL without a session."""
    name: str
    limit: int
    """Messages to one destination within the hour; it differs between neighbours."""
    patience: float
    """Time-out of an answer in seconds."""
    meet: Callable[[], object]
    """Wait until all visitors of the group reach this point."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a plain request to the root that belongs to the session."""
        return {"X-Mock-Session": self.name, "Authorization": basic(*ADMIN), "Content-Type": "application/json"}

    def code(self, destination: str, text: str, **fields: object) -> int | None:
        """Send; the code of a refusal, `None` for an acceptance."""
        return self.control.send(destination, text, **fields).code  # type: ignore[arg-type]


def visit(visit: Visit) -> list[str]:
    """Perform all steps once; the ids of all messages, which are equal in every session of the same seed.

    Raises:
        AssertionError: an answer differs from that of a separate server.
        ControlError: the same, reported by the gateway.
    """
    for act in (_flood_to_the_edge, _send_copies, _be_notified, _fail_on_demand, _hold_and_release, _go_back):
        visit.meet()
        act(visit)
    visit.meet()
    return _settle_accounts(visit)


def _flood_to_the_edge(visit: Visit) -> None:
    """Exactly the limit is accepted, the next is refused, and after the window one is accepted again."""
    texts = [f"text {number}" for number in range(visit.limit + 1)]
    assert [visit.code(FLOODED, text) for text in texts] == [None] * visit.limit + [60]
    assert visit.control.advance("1h").complete
    assert visit.code(FLOODED, "text again") is None


def _send_copies(visit: Visit) -> None:
    """All are answered like an acceptance; two are sent."""
    answers = [visit.control.send(COPIED, "the same", reference={"service": "ADMIN", "key": "k"}) for _ in range(3)]
    assert all(each.accepted for each in answers)
    assert visit.control.count_messages(destination=COPIED) == DUPLICATES


def _be_notified(visit: Visit) -> None:
    """The session's receiver gets the notifications of its own message, and nothing else."""
    url = f"{visit.root}/~{visit.name}/_control/receiver/shop"
    sent = visit.control.send(HOOKED, "with a webhook", webhook={"url": url})
    assert sent.accepted, sent
    advanced = visit.control.advance("5s")
    assert (advanced.complete, advanced.webhook_attempts) == (True, 2)
    receipts = [each.json()["message"] for each in visit.control.receiver("shop").received()]
    assert [(each["id"], each["status"]) for each in receipts] == [(sent.id, "SENT"), (sent.id, "DELIVERED")]


def _fail_on_demand(visit: Visit) -> None:
    """A stub refuses one send; a header breaks only the connection of its own request."""
    stub = visit.control.next_send(FORCED, refuse=61)
    assert stub.id == "s1"
    assert [visit.code(FORCED, text) for text in ("first", "second")] == [61, None]
    with pytest.raises(ControlError) as raised:
        visit.control.send(FORCED, "third", headers={"X-Mock-Outcome": "fault=reset"})
    assert raised.value.status is None
    visit.control.wait_for_exchange(outcome="intercepted", timeout=visit.patience)
    assert [(each.id, each.applied, each.exhausted) for each in visit.control.stubs()[:1]] == [("s1", 1, True)]


def _hold_and_release(visit: Visit) -> None:
    """A wait ends with its own session's message, and a held answer with its own session's release."""
    visit.control.stub(HELD, {"hold": True})
    waiting, held = _connection(visit), _connection(visit)
    try:
        waiting.request("GET", f"/_control/messages/wait?destination=%2B{HELD[1:]}", headers=visit.headers)
        visit.meet()
        body = json.dumps({"destination": HELD, "text": "held"}).encode()
        held.request("POST", "/api/Admin/send", body, visit.headers)
        [found] = json.load(waiting.getresponse())["messages"]
        released = visit.control.release()
        answer = held.getresponse()
        assert (answer.status, released) == (200, [answer.headers["X-Mock-Exchange"]])
        assert json.load(answer)["id"] == found["id"]
    finally:
        waiting.close()
        held.close()


def _connection(visit: Visit) -> HTTPConnection:
    return HTTPConnection(urlsplit(visit.root).netloc, timeout=visit.patience)


def _go_back(visit: Visit) -> None:
    """A restored snapshot undoes everything after it."""
    before = visit.control.ledger()
    snapshot = visit.control.snapshot()
    assert [each.id for each in visit.control.snapshots()] == [snapshot.id]
    now = visit.control.clock().now
    assert visit.code(LATER, "in a future that will not be") is None
    visit.control.stub(FORCED, {"refuse": 64})
    visit.control.advance("10m")
    visit.control.restore(snapshot)
    assert visit.control.clock().now == now
    assert visit.control.count_messages(destination=LATER) == 0
    assert visit.control.ledger() == before
    assert visit.code(FORCED, "fourth") is None


def _settle_accounts(visit: Visit) -> list[str]:
    """Ledger, messages, journal, stubs and clock show exactly what this visitor did."""
    accepted = visit.limit + 1 + DUPLICATES + 1 + 1 + 1 + 1
    ledger = visit.control.ledger()
    counted = (ledger.accepted, ledger.dropped, ledger.refused, ledger.unanswered, ledger.failed)
    assert counted == (accepted, 1, {"60": 1, "61": 1}, 1, 0), ledger
    groups = [(each.by, each.sends, each.dropped) for each in ledger.duplicates_by_intent]
    assert groups == [("text", 3, 1), ("key", 3, 1)], ledger
    sends = accepted + 1 + 2 + 1
    assert (ledger.sends, visit.control.count_exchanges()) == (sends, sends)
    exchanges = visit.control.exchanges(limit=sends + 1)
    assert [each.id for each in reversed(exchanges)] == [str(number) for number in range(1, sends + 1)]
    messages = visit.control.messages(limit=sends + 1)
    assert len({each.id for each in messages}) == len(messages) == accepted
    assert visit.control.unmatched_stubs() == []
    now = visit.control.clock().now.isoformat()
    assert now == MORNING.replace("09:00:00Z", "10:00:05+00:00"), now
    return [each.id for each in messages]

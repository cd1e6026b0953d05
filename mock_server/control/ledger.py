"""The ledger as the control API shows it: counters, and the sends that were meant to be one and the same."""

from __future__ import annotations

from typing import Any

from mock_server import explanation
from mock_server.control.subjects import ExchangeSubject
from mock_server.session import Session

_COUNTED = {explanation.ACCEPTED: "accepted", explanation.DROPPED: "dropped", explanation.REFUSED: "refused"}


def view(session: Session) -> dict[str, Any]:
    """The counters, exact whatever the journal had to evict; duplicates by intent from what it still holds."""
    ledger = session.journal.ledger
    groups, unknown = _groups(session)
    return {
        "sends": ledger.sends,
        "accepted": ledger.accepted,
        "dropped": ledger.dropped,
        "refused": {str(code): count for code, count in sorted(ledger.refused.items())},
        "failed": ledger.failed,
        "unanswered": ledger.unanswered,
        "forced": ledger.forced,
        "duplicates_by_intent": [group for group in groups if group["sends"] > 1],
        "not_searched": unknown,
        "evicted": session.journal.evicted,
    }


def _groups(session: Session) -> tuple[list[dict[str, Any]], int]:
    """Sends of the same destination and text, and of the same key; and how many could not be looked into."""
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    unknown = 0
    for exchange in reversed(list(session.journal)):
        if exchange.operation is None or not exchange.settled:
            continue
        subject = ExchangeSubject(exchange, session.secrets)
        if not subject.readable:
            unknown += 1
            continue
        destination, text, key = (str(subject.value(each) or "") for each in ("destination", "text", "reference.key"))
        became = _COUNTED.get(explanation.outcome(exchange))
        if destination and text:
            group = groups.setdefault(("text", destination, text), _group("text", destination, text))
            _add(group, exchange.id, became)
        if key:
            group = groups.setdefault(("key", key), _group("key", destination, key))
            if group["destination"] != destination:
                group["destination"] = None
            _add(group, exchange.id, became)
    return list(groups.values()), unknown


def _group(by: str, destination: str, intent: str) -> dict[str, Any]:
    counts = dict.fromkeys(("sends", "accepted", "dropped", "refused"), 0)
    return {"by": by, "destination": destination, by: intent, **counts, "exchanges": []}


def _add(group: dict[str, Any], exchange_id: str, became: str | None) -> None:
    group["sends"] += 1
    group["exchanges"].append(exchange_id)
    if became is not None:
        group[became] += 1

"""The ledger as the control API shows it: counters, and duplicates by intent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from mock_server import explanation, wire
from mock_server.domain.secrets import Secrets
from mock_server.domain.submission import Submission
from mock_server.explanation import masked
from mock_server.journal.exchange import Exchange
from mock_server.session.session import Session

_COUNTED = {explanation.ACCEPTED: "accepted", explanation.DROPPED: "dropped", explanation.REFUSED: "refused"}

_TEXT, _KEY = "text", "key"


class _Meant(NamedTuple):
    """The intent of a send, unmasked."""

    destination: str
    text: str
    key: str


def view(session: Session) -> dict[str, Any]:
    """The counters, which include evicted exchanges, and duplicates by intent among the kept ones."""
    return {
        **counters(session),
        **duplicates(session, None),
        "evicted": session.state.journal.evicted,
    }


def counters(session: Session) -> dict[str, Any]:
    """What became of the sends."""
    counters = session.state.journal.counters
    return {
        "sends": counters.sends,
        "accepted": counters.accepted,
        "dropped": counters.dropped,
        "refused": {str(code): count for code, count in sorted(counters.refused.items())},
        "failed": counters.failed,
        "unanswered": counters.unanswered,
        "forced": counters.forced,
    }


def duplicates(session: Session, newest: int | None) -> dict[str, Any]:
    """Sends with the same intent, among all exchanges or the `newest`.

    In the order of the first of each.
    """
    kept = list(islice(session.state.journal, newest))
    sends = [each for each in reversed(kept) if each.operation is not None and each.settled]
    readable = [each for each in sends if not (each.body is None or each.body_cut)]
    groups: dict[tuple[str, ...], list[tuple[Exchange, _Meant]]] = {}
    for exchange, meant in _meant(readable):
        if meant.destination and meant.text:
            groups.setdefault((_TEXT, meant.destination, meant.text), []).append((exchange, meant))
        if meant.key:
            groups.setdefault((_KEY, meant.key), []).append((exchange, meant))
    found = [_group(key, members, session.secrets) for key, members in groups.items() if len(members) > 1]
    return {"duplicates_by_intent": found, "not_searched": len(sends) - len(readable)}


def _meant(sends: Sequence[Exchange]) -> Iterator[tuple[Exchange, _Meant]]:
    """The intent of each; a send that cannot be a duplicate is skipped without parsing its body."""
    to_each = Counter(each.destination for each in sends)
    for exchange in sends:
        body = exchange.body or b""
        if exchange.destination and to_each[exchange.destination] == 1 and not _may_have_a_key(body):
            continue
        content = None if exchange.operation is None else wire.read_submission(body, exchange.operation)
        if isinstance(content, Submission):
            key = None if content.reference is None else content.reference.key
            yield exchange, _Meant(exchange.destination or "", content.text, key or "")


def _may_have_a_key(body: bytes) -> bool:
    # With escapes, "key" can be spelled in many ways.
    return b'"key"' in body or b"\\" in body


def _group(key: tuple[str, ...], members: Sequence[tuple[Exchange, _Meant]], secrets: Secrets) -> dict[str, Any]:
    by, intent = key[0], key[-1]
    became = Counter(_COUNTED.get(explanation.outcome(exchange)) for exchange, _ in members)
    destinations = {meant.destination for _, meant in members}
    return {
        "by": by,
        "destination": masked(destinations.pop(), secrets) if len(destinations) == 1 else None,
        by: masked(intent, secrets),
        "sends": len(members),
        **{each: became[each] for each in _COUNTED.values()},
        "exchanges": [exchange.id for exchange, _ in members],
    }

"""For each outcome, a check that it occurred: in the answer, in the look-up, in the session."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mock_server.domain.adversity import Adversity
from mock_server.domain.delivery import Status
from mock_server.domain.errors import BY_CODE
from mock_server.domain.fault import STATUSES, FaultKind
from tests.support import SessionClient
from tests.ways.on_the_wire import SHORT, SeenAnswer, Sending

URL_DENIED = "See https://example.com/"
"""A text that is refused with code 74 unless a stub says otherwise."""

ACCEPTED, REFUSED, DROPPED, INTERCEPTED = "accepted", "refused", "silently dropped", "intercepted"
_BY_RULES = "provider accepted"


class ExpectedWay(NamedTuple):
    """The expected explanation of an exchange."""

    outcome: str
    rule: str | None = None
    """The rule that decided; `None` is the stub."""
    code: int | None = None
    trouble: str | None = None


class WayCase:
    """One send in one session, to be checked."""

    def __init__(self, world: SessionClient, number: str, headers: Mapping[str, str]) -> None:
        self.world = world
        self.number = number
        self._headers = headers
        self.sending: Sending | None = None

    def send(self, text: str = "Hello", **fields: object) -> Sending:
        """Send, without reading the answer."""
        content = {"destination": self.number, "text": text, **fields}
        self.sending = Sending(self.world, content, self._headers)
        return self.sending

    def answered(self, text: str = "Hello", **fields: object) -> SeenAnswer:
        """Send, and read the whole answer."""
        seen = self.send(text, **fields).seen()
        assert seen.end == "closed", seen
        return seen

    def accepted(self, text: str = "Hello", **fields: object) -> str:
        """Send a message that must be accepted; return its id."""
        seen = self.answered(text, **fields)
        assert seen.status == 200, seen
        message_id: str = seen.content["id"]
        return message_id

    def close(self) -> None:
        """Close the connection."""
        if self.sending is not None:
            self.sending.close()


Judge = Callable[[WayCase], ExpectedWay]


def _refused(code: int) -> Judge:
    def judge(case: WayCase) -> ExpectedWay:
        seen = case.answered()
        assert (seen.status, seen.content["code"], seen.content["message"]) == (
            BY_CODE[code].status,
            code,
            BY_CODE[code].message,
        )
        assert case.world.messages() == []
        return ExpectedWay(REFUSED, code=code)

    return judge


def _accepted_against_a_rule(case: WayCase) -> ExpectedWay:
    case.accepted(text=URL_DENIED)
    assert [each["forced"] for each in case.world.messages()] == [True]
    return ExpectedWay(ACCEPTED)


def _dropped(case: WayCase) -> ExpectedWay:
    case.accepted()
    assert case.world.messages() == []
    return ExpectedWay(DROPPED)


def _answer(case: WayCase) -> ExpectedWay:
    seen = case.answered()
    assert (seen.status, seen.body) == (418, b"")
    assert case.world.messages() == []
    return ExpectedWay(INTERCEPTED)


def _delayed(case: WayCase) -> ExpectedWay:
    assert case.send().seen(patience=SHORT) == SeenAnswer(b"", "silent")
    assert len(case.world.messages()) == 1
    return ExpectedWay(ACCEPTED, _BY_RULES, trouble="delayed by 3 s")


def _held(case: WayCase) -> ExpectedWay:
    sending = case.send()
    case.world.control("GET", "/messages/wait?timeout=10")
    assert sending.seen(patience=SHORT) == SeenAnswer(b"", "silent")
    [held] = case.world.control("POST", "/release", {})["released"]
    seen = sending.seen()
    assert (seen.status, seen.headers["x-mock-exchange"]) == (200, held)
    return ExpectedWay(ACCEPTED, _BY_RULES, trouble="held until released")


def _delivered(status: Status) -> Judge:
    def judge(case: WayCase) -> ExpectedWay:
        message_id = case.accepted()
        case.world.advance(3 * 3600)
        found = case.world.client.get(
            f"{case.world.prefix}/api/messagestatus/{message_id}", headers={"X-Api-Key": "status-key"}
        )
        assert found.json()["message"]["status"] == status
        assert [each["forced"] for each in case.world.messages()] == [True]
        return ExpectedWay(ACCEPTED, _BY_RULES)

    return judge


def _notified(adversity: Adversity) -> Judge:
    """A fault of notifications shows in what the receiver got within a minute and in the next two hours."""

    def judge(case: WayCase) -> ExpectedWay:
        # `gateway` is the `Host` of the raw client.
        case.accepted(webhook={"url": f"http://gateway{case.world.prefix}/_control/receiver/shop"})
        case.world.advance(60)
        early = [_told(each) for each in case.world.control("GET", "/receiver/shop")["received"]]
        case.world.advance(7200)
        late = [_told(each) for each in case.world.control("GET", "/receiver/shop")["received"]]
        assert _TROUBLES[adversity](early, late), (early, late)
        return ExpectedWay(ACCEPTED, _BY_RULES)

    return judge


class _Told(NamedTuple):
    """One notification: its status, `None` where its body is no JSON, and what else is odd about it."""

    status: str | None
    second: int
    """Of the minute in which it came."""
    content_type: str
    members: frozenset[str] = frozenset()


def _told(received: Mapping[str, Any]) -> _Told:
    second = int(received["at"][17:19])
    try:
        message = json.loads(received["body"])
    except ValueError:
        return _Told(None, second, received["content_type"])
    return _Told(message["message"]["status"], second, received["content_type"], frozenset(message))


def _statuses(told: list[_Told]) -> list[str | None]:
    return [each.status for each in told]


_Trouble = Callable[[list[_Told], list[_Told]], bool]

_TROUBLES: dict[Adversity, _Trouble] = {
    Adversity.DUPLICATE: lambda early, _: _statuses(early) == ["SENT", "SENT", "DELIVERED", "DELIVERED"],
    Adversity.REORDER: lambda early, _: _statuses(early) == ["DELIVERED", "SENT"],
    Adversity.LATE: lambda early, late: not early and _statuses(late) == ["SENT", "DELIVERED"],
    Adversity.BEFORE_ANSWER: lambda early, _: [each.second for each in early] == [0, 3],
    Adversity.MISSING: lambda early, late: not early and not late,
    Adversity.UNKNOWN_STATUS: lambda early, _: early[-1].status not in {None, *Status},
    Adversity.UNKNOWN_FIELDS: lambda early, _: all("traceId" in each.members for each in early),
    Adversity.MALFORMED_JSON: lambda early, _: _statuses(early) == [None, None],
    Adversity.WRONG_CONTENT_TYPE: lambda early, _: {each.content_type for each in early} == {"text/plain"},
    Adversity.REPEATED_FINAL: lambda early, _: _statuses(early) == ["SENT", "DELIVERED", "DELIVERED"],
    Adversity.BURST: lambda early, _: [each.second for each in early] == [3, 3],
}


def _spoiled(kind: FaultKind) -> Judge:
    """The gateway has decided, and its answer was damaged."""

    def judge(case: WayCase) -> ExpectedWay:
        if kind is FaultKind.SLOW_DRIP:
            sending = case.send()
            assert sending.piece() + sending.piece() == b"HT"
        else:
            seen = case.answered()
            assert seen.status == 200
            assert _SPOILED[kind](seen), seen
        assert len(case.world.messages()) == 1
        return ExpectedWay(ACCEPTED, _BY_RULES, trouble=kind.value)

    return judge


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _declared(seen: SeenAnswer) -> int:
    return int(seen.headers["content-length"])


_SPOILED: dict[FaultKind, Callable[[SeenAnswer], bool]] = {
    FaultKind.TRUNCATED_BODY: lambda seen: 0 < len(seen.body) < _declared(seen),
    FaultKind.MALFORMED_CHUNK: lambda seen: (
        seen.headers["transfer-encoding"] == "chunked" and b"no size" in seen.body
    ),
    FaultKind.BROKEN_JSON: lambda seen: len(seen.body) == _declared(seen) and not _is_json(seen.body),
    FaultKind.WRONG_CONTENT_LENGTH: lambda seen: len(seen.body) > _declared(seen) and _is_json(seen.body),
    FaultKind.WRONG_CONTENT_TYPE: lambda seen: (
        seen.headers["content-type"].startswith("text/html") and _is_json(seen.body)
    ),
    FaultKind.CLOSED_IDLE: lambda seen: "connection" not in seen.headers and _is_json(seen.body),
}

_BROKEN = {
    FaultKind.RESET: SeenAnswer(b"", "reset"),
    FaultKind.DOWN: SeenAnswer(b"", "reset"),
    FaultKind.EMPTY: SeenAnswer(b"", "closed"),
    FaultKind.HANG: SeenAnswer(b"", "silent"),
}
"""The result of a request whose connection breaks."""


def _faulty(kind: FaultKind, *, after: bool, retry_after: int | None = None) -> Judge:
    """No answer of the gateway; the message is kept if the gateway decided before the fault."""

    def judge(case: WayCase) -> ExpectedWay:
        seen = case.send().seen(patience=SHORT if kind is FaultKind.HANG else 10)
        if kind in _BROKEN:
            assert seen == _BROKEN[kind]
        else:
            assert (seen.status, seen.end) == (STATUSES[kind], "closed")
            assert (b"<html>" in seen.body) == (kind is FaultKind.HTML_PAGE)
            assert seen.headers.get("retry-after") == (None if retry_after is None else str(retry_after))
        assert len(case.world.messages()) == after
        trouble = f"{kind}-after" if after else kind.value
        return (
            ExpectedWay(ACCEPTED, _BY_RULES, trouble=trouble) if after else ExpectedWay(INTERCEPTED, trouble=trouble)
        )

    return judge


def _table() -> dict[str, Judge]:
    judges: dict[str, Judge] = {
        "accept": _accepted_against_a_rule,
        "drop": _dropped,
        "hold": _held,
        "delay": _delayed,
        "answer": _answer,
    }
    judges |= {f"refuse {code}": _refused(code) for code in BY_CODE}
    judges |= {f"deliver {status}": _delivered(status) for status in Status}
    judges |= {f"adversity {adversity}": _notified(adversity) for adversity in _TROUBLES}
    judges |= {f"fault {kind}": _spoiled(kind) for kind in (*_SPOILED, FaultKind.SLOW_DRIP)}
    for kind in (*_BROKEN, *STATUSES):
        judges[f"fault {kind}"] = _faulty(kind, after=False)
        judges[f"fault {kind}-after"] = _faulty(kind, after=True)
    judges |= {f"fault {kind} with Retry-After": _faulty(kind, after=False, retry_after=30) for kind in STATUSES}
    return judges


JUDGES: Mapping[str, Judge] = _table()
"""By name of the row."""

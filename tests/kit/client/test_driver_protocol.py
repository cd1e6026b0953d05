"""What is said on a line: an intent is ASCII JSON, and an answer is right or told why it is none."""

from __future__ import annotations

import json

import pytest

from contract_tests.client.driver.protocol import (
    FailureKind,
    NoAnswerError,
    Outcome,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
    outcome_from_members,
    parse_answer,
)
from contract_tests.target.exchange import Login
from tests.kit.client.calls import intent

RIGHT: dict[str, tuple[str, Outcome]] = {
    "accepted": ('{"id": 1, "outcome": "accepted", "message_id": "m", "provider": "P"}', ReportedAccepted("m", "P")),
    "no provider": ('{"id": 1, "outcome": "accepted", "message_id": "m"}', ReportedAccepted("m")),
    "provider null": ('{"id": 1, "outcome": "accepted", "message_id": "m", "provider": null}', ReportedAccepted("m")),
    "refused": ('{"id": 1, "outcome": "refused", "code": 61}', ReportedRefused(61)),
    "failed": ('{"id": 1, "outcome": "failed", "reason": "timed out"}', ReportedFailed("timed out")),
    "a member of another outcome, null": (
        '{"id": 1, "outcome": "refused", "code": 61, "message_id": null, "reason": null}',
        ReportedRefused(61),
    ),
    "not escaped": ('{"id": 1, "outcome": "failed", "reason": "zu spät 📵"}', ReportedFailed("zu spät 📵")),
    "carriage return": ('{"id": 1, "outcome": "failed", "reason": ""}\r', ReportedFailed("")),
}

WRONG: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"Sent!", "is not JSON: 'Sent!'"),
    "empty": (b"", "is not JSON"),
    "two values": (b'{"id": 1} {"id": 1}', "is not JSON"),
    "nested without end": (b"[" * 100_000, "is not JSON"),
    "NaN": (b'{"id": NaN}', "is not JSON"),
    "UTF-16": ('{"id": 1}'.encode("utf-16"), "is not UTF-8"),
    "Latin-1": ('{"id": 1, "reason": "spät"}'.encode("latin-1"), "is not UTF-8"),
    "no object": (b'["accepted"]', "no object: '[\"accepted\"]'"),
    "no id": (b'{"outcome": "accepted", "message_id": "m"}', "has no member 'id'"),
    "no outcome": (b'{"id": 1}', "has no member 'outcome'; there are: accepted, refused, failed"),
    "unknown outcome": (b'{"id": 1, "outcome": "sent"}', "unknown outcome 'sent'; there are: accepted"),
    "outcome that is no string": (b'{"id": 1, "outcome": ["failed"]}', "unknown outcome ['failed']"),
    "no message_id": (b'{"id": 1, "outcome": "accepted"}', "is 'accepted' without 'message_id'"),
    "message_id null": (b'{"id": 1, "outcome": "accepted", "message_id": null}', "without 'message_id'"),
    "message_id a number": (b'{"id": 1, "outcome": "accepted", "message_id": 5}', "not a string: 5"),
    "no code": (b'{"id": 1, "outcome": "refused"}', "is 'refused' with no 'code'"),
    "code a string": (b'{"id": 1, "outcome": "refused", "code": "61"}', "not an integer: '61'"),
    "code a fraction": (b'{"id": 1, "outcome": "refused", "code": 61.0}', "not an integer: 61.0"),
    "code a boolean": (b'{"id": 1, "outcome": "refused", "code": true}', "not an integer: True"),
    "no reason": (b'{"id": 1, "outcome": "failed"}', "is 'failed' without 'reason'"),
    "misspelt member": (b'{"id": 1, "outcome": "accepted", "message_id": "m", "providr": "P"}', "member 'providr'"),
    "contradiction": (b'{"id": 1, "outcome": "refused", "code": 61, "message_id": "m"}', "contradicts itself"),
    "half a pair": (b'{"id": 1, "outcome": "failed", "reason": "\\ud83d"}', "half a surrogate pair"),
}

WRONG_IDS = ["2", '"1"', "true", "1.0", "null"]


def refusal_of(line: bytes) -> NoAnswerError:
    """Why a line is no answer to line 1."""
    with pytest.raises(NoAnswerError) as raised:
        parse_answer(line, 1)
    return raised.value


def test_an_intent_is_one_line_of_ascii() -> None:
    """Whatever is in it, a driver finds the end of the line and needs no encoding; the members are the protocol's."""
    asked = intent(7, message={"destination": "+447700900123", "text": "né\n\u2028😀", "lra": 0})

    line = asked.line()

    assert line.isascii()
    assert line.index(b"\n") == len(line) - 1
    assert json.loads(line) == {
        "id": 7, "operation": "admin", "base_url": "http://127.0.0.1:9/~c1", "username": "admin",
        "password": asked.password, "timeout_s": 2.0,
        "message": {"destination": "+447700900123", "text": "né\n\u2028😀", "lra": 0},
    }  # fmt: skip


def test_an_intent_in_print_has_no_password() -> None:
    """Whoever logs an intent logs no secret."""
    assert "hunter-two" not in repr(intent(password="hunter-two"))


@pytest.mark.parametrize(("line", "outcome"), RIGHT.values(), ids=RIGHT)
def test_right_answers(line: str, outcome: Outcome) -> None:
    """An answer has the members of its outcome; one that is null is one that is absent."""
    assert parse_answer(line.encode(), 1) == outcome


@pytest.mark.parametrize(("line", "said"), WRONG.values(), ids=WRONG)
def test_wrong_answers(line: bytes, said: str) -> None:
    """A line that is no answer is told in one sentence what it lacks."""
    error = refusal_of(line)

    assert error.kind is FailureKind.NONSENSE
    assert said in error.sentence(None)
    assert len(error.sentence(None)) < 300


@pytest.mark.parametrize("id_", WRONG_IDS)
def test_an_answer_for_another_id(id_: str) -> None:
    """An id is the very integer that was asked: `true` and `1.0`, which Python takes for 1, are others."""
    error = refusal_of(f'{{"id": {id_}, "outcome": "refused", "code": 61}}'.encode())

    assert error.kind is FailureKind.WRONG_ID
    assert error.sentence(None).startswith("Line 1 was asked, and the answer is for id ")


def test_the_id_may_be_left_out_where_nothing_can_be_mixed_up() -> None:
    """A callable in Python returns the members of an answer, with the id or without."""
    assert outcome_from_members({"outcome": "refused", "code": 8}, 5) == ReportedRefused(8)
    assert outcome_from_members({"id": 5, "outcome": "refused", "code": 8}, 5) == ReportedRefused(8)


def test_the_password_is_masked_before_anything_is_cut() -> None:
    """Half a password at the end of what is quoted would be found by no mask."""
    for position in range(90, 125):
        error = refusal_of(b"x" * position + b"hunter-two-and-more")

        assert "hun" not in error.sentence(Login("admin", "hunter-two-and-more"))

"""The driver protocol: intents are ASCII JSON lines; invalid answers are refused with a reason."""

from __future__ import annotations

import json

import pytest

from contract_tests.client.driver.protocol import (
    DriverError,
    FailureKind,
    Outcome,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
    outcome_from_members,
    parse_answer,
)
from contract_tests.target.exchange import Login
from tests.kit.client.calls import intent

VALID: dict[str, tuple[str, Outcome]] = {
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

INVALID: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"Sent!", "is not JSON: 'Sent!'"),
    "empty": (b"", "is not JSON"),
    "two values": (b'{"id": 1} {"id": 1}', "is not JSON"),
    "nested without end": (b"[" * 100_000, "is not JSON"),
    "NaN": (b'{"id": NaN}', "is not JSON"),
    "UTF-16": ('{"id": 1}'.encode("utf-16"), "is not UTF-8"),
    "Latin-1": ('{"id": 1, "reason": "spät"}'.encode("latin-1"), "is not UTF-8"),
    "no object": (b'["accepted"]', "not an object: '[\"accepted\"]'"),
    "no id": (b'{"outcome": "accepted", "message_id": "m"}', "has no member 'id'"),
    "no outcome": (b'{"id": 1}', "has no member 'outcome'; valid outcomes: accepted, refused, failed"),
    "unknown outcome": (b'{"id": 1, "outcome": "sent"}', "unknown outcome 'sent'; valid outcomes: accepted"),
    "outcome that is not a string": (b'{"id": 1, "outcome": ["failed"]}', "unknown outcome ['failed']"),
    "no message_id": (b'{"id": 1, "outcome": "accepted"}', "is 'accepted' without 'message_id'"),
    "message_id null": (b'{"id": 1, "outcome": "accepted", "message_id": null}', "without 'message_id'"),
    "message_id a number": (b'{"id": 1, "outcome": "accepted", "message_id": 5}', "not a string: 5"),
    "no code": (b'{"id": 1, "outcome": "refused"}', "is 'refused' with no 'code'"),
    "code a string": (b'{"id": 1, "outcome": "refused", "code": "61"}', "not an integer: '61'"),
    "code a fraction": (b'{"id": 1, "outcome": "refused", "code": 61.0}', "not an integer: 61.0"),
    "code a boolean": (b'{"id": 1, "outcome": "refused", "code": true}', "not an integer: True"),
    "no reason": (b'{"id": 1, "outcome": "failed"}', "is 'failed' without 'reason'"),
    "misspelt member": (b'{"id": 1, "outcome": "accepted", "message_id": "m", "providr": "P"}', "member 'providr'"),
    "contradiction": (b'{"id": 1, "outcome": "refused", "code": 61, "message_id": "m"}', "contradict each other"),
    "half a pair": (b'{"id": 1, "outcome": "failed", "reason": "\\ud83d"}', "half a surrogate pair"),
}

WRONG_IDS = ["2", '"1"', "true", "1.0", "null"]


def error_of(line: bytes) -> DriverError:
    """The error of an invalid answer to line 1."""
    with pytest.raises(DriverError) as raised:
        parse_answer(line, 1)
    return raised.value


def test_an_intent_is_one_line_of_ascii() -> None:
    """With any content; the members are those of the protocol."""
    sent = intent(7, message={"destination": "+447700900123", "text": "né\n\u2028😀", "lra": 0})

    line = sent.line()

    assert line.isascii()
    assert line.index(b"\n") == len(line) - 1
    assert json.loads(line) == {
        "id": 7, "operation": "admin", "base_url": "http://127.0.0.1:9/~c1", "username": "admin",
        "password": sent.password, "timeout_s": 2.0,
        "message": {"destination": "+447700900123", "text": "né\n\u2028😀", "lra": 0},
    }  # fmt: skip


def test_the_repr_of_an_intent_has_no_password() -> None:
    """Logging an intent logs no secret."""
    assert "hunter-two" not in repr(intent(password="hunter-two"))


@pytest.mark.parametrize(("line", "outcome"), VALID.values(), ids=VALID)
def test_valid_answers(line: str, outcome: Outcome) -> None:
    """An answer has the members of its outcome; a null member counts as absent."""
    assert parse_answer(line.encode(), 1) == outcome


@pytest.mark.parametrize(("line", "said"), INVALID.values(), ids=INVALID)
def test_invalid_answers(line: bytes, said: str) -> None:
    """One sentence says what is wrong."""
    error = error_of(line)

    assert error.kind is FailureKind.NONSENSE
    assert said in error.sentence(None)
    assert len(error.sentence(None)) < 300


@pytest.mark.parametrize("id_", WRONG_IDS)
def test_an_answer_for_another_id(id_: str) -> None:
    """The id must be the same integer: `true` and `1.0`, which equal 1 in Python, are wrong."""
    error = error_of(f'{{"id": {id_}, "outcome": "refused", "code": 61}}'.encode())

    assert error.kind is FailureKind.WRONG_ID
    assert error.sentence(None).startswith("Line 1 was sent, and the answer has the id ")


def test_a_callable_may_leave_out_the_id() -> None:
    """It returns the members of an answer, with or without the id."""
    assert outcome_from_members({"outcome": "refused", "code": 8}, 5) == ReportedRefused(8)
    assert outcome_from_members({"id": 5, "outcome": "refused", "code": 8}, 5) == ReportedRefused(8)


def test_the_password_is_masked_before_anything_is_cut() -> None:
    """A cut password could not be masked."""
    for position in range(90, 125):
        error = error_of(b"x" * position + b"hunter-two-and-more")

        assert "hun" not in error.sentence(Login("admin", "hunter-two-and-more"))

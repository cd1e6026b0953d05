"""The `details` of bodies that cannot be decoded."""

from __future__ import annotations

import pytest

from mock_server import wire
from mock_server.domain.submission import Operation, Submission, Unreadable


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("escape", [r"\ud83d", r"\uD83Dx", r"\ud83d\n", r"\ud83d\""])
def test_half_a_surrogate_pair_is_named_as_such(escape: str) -> None:
    """BAD-1: the decoder says that the data ends too early, which would mislead a developer."""
    found = wire.read_submission(b'{"destination":"+447700900123","text":"%s"}' % escape.encode(), Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert found.details == "body: half of a surrogate pair stands alone in an escape"


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("escape", [r"\uDE00", r"\ud83d\u0041", r"a\udfff", r"\ud83d \ude00"])
def test_an_invalid_low_surrogate_is_reported_with_its_position(escape: str) -> None:
    """BAD-1: here the decoder's message is precise."""
    found = wire.read_submission(b'{"text":"%s"}' % escape.encode(), Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert "utf-16 surrogate pair (byte " in found.details


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("body", [b'{"text":"\\ud83d\\ude00', b'{"text":"half', b"{", b'{"text":"\\ud83d\\ude00"'])
def test_a_body_that_ends_too_early_is_reported_as_such(body: bytes) -> None:
    """BAD-1: a complete pair in a truncated body is not the cause."""
    found = wire.read_submission(body, Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert found.details == "body: Input data was truncated"


@pytest.mark.requirement("REQ-2")
def test_a_whole_pair_is_one_character() -> None:
    """REQ-2: an emoji written as two escapes is the emoji."""
    found = wire.read_submission(rb'{"text":"\ud83d\ude00"}', Operation.ADMIN)

    assert isinstance(found, Submission)
    assert found.text == "\N{GRINNING FACE}"


@pytest.mark.requirement("BAD-2", "REQ-5", "REQ-12")
@pytest.mark.parametrize("number", ["1e400", "-1E999", "9" * 5000, "-" + "9" * 5000])
def test_a_huge_number_in_an_ignored_field_is_valid_json(number: str) -> None:
    """REQ-5, REQ-12: ignored fields may hold any JSON; BAD-2: a destination that is a number is not a string."""
    ignored = b'{"destination":"+447700900123","text":"Hi","attemptCount":%s,"other":%s}' % ((number.encode(),) * 2)
    found = wire.read_submission(ignored, Operation.ADMIN)
    assert isinstance(found, Submission)
    assert (found.destination, found.text) == ("+447700900123", "Hi")

    found = wire.read_submission(b'{"destination":%s,"text":"Hi"}' % number.encode(), Operation.ADMIN)
    assert isinstance(found, Submission)
    assert found.destination == ""


@pytest.mark.requirement("REQ-8", "BAD-2")
@pytest.mark.parametrize("number", ["1e400", "9" * 5000])
def test_a_huge_number_is_reported_by_its_field(number: str) -> None:
    """BAD-2: `details` names the field, however large the number."""
    found = wire.read_submission(b'{"lra":%s}' % number.encode(), Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert found.details == "lra: expected an integer from -2147483648 to 2147483647, got inf"

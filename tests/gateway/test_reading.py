"""Bodies that nothing can be read from, in the words that a developer gets."""

from __future__ import annotations

import pytest

from mock_server import wire
from mock_server.domain.submission import Operation, Submission, Unreadable


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("escape", [r"\ud83d", r"\uD83Dx", r"\ud83d\n", r"\ud83d\""])
def test_half_a_surrogate_pair_is_called_by_its_name(escape: str) -> None:
    """BAD-1: the decoder says that the data ends too early, which would send a developer the wrong way."""
    found = wire.read_submission(b'{"destination":"+447700900123","text":"%s"}' % escape.encode(), Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert found.details == "body: half of a surrogate pair stands alone in an escape"


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("escape", [r"\uDE00", r"\ud83d\u0041", r"a\udfff", r"\ud83d \ude00"])
def test_a_wrong_other_half_is_told_with_its_place(escape: str) -> None:
    """BAD-1: here the decoder knows better than we do."""
    found = wire.read_submission(b'{"text":"%s"}' % escape.encode(), Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert "utf-16 surrogate pair (byte " in found.details


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("body", [b'{"text":"\\ud83d\\ude00', b'{"text":"half', b"{", b'{"text":"\\ud83d\\ude00"'])
def test_a_body_that_ends_too_early_is_said_to(body: bytes) -> None:
    """BAD-1: a whole pair in a body that was cut off is not to blame."""
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
def test_a_number_that_no_machine_holds_is_json_all_the_same(number: str) -> None:
    """REQ-5, REQ-12: what nobody reads may be any JSON; BAD-2: a destination that is a number is just no string."""
    ignored = b'{"destination":"+447700900123","text":"Hi","attemptCount":%s,"other":%s}' % ((number.encode(),) * 2)
    found = wire.read_submission(ignored, Operation.ADMIN)
    assert isinstance(found, Submission)
    assert (found.destination, found.text) == ("+447700900123", "Hi")

    found = wire.read_submission(b'{"destination":%s,"text":"Hi"}' % number.encode(), Operation.ADMIN)
    assert isinstance(found, Submission)
    assert found.destination == ""


@pytest.mark.requirement("REQ-8", "BAD-2")
@pytest.mark.parametrize("number", ["1e400", "9" * 5000])
def test_a_number_that_no_machine_holds_is_told_by_its_field(number: str) -> None:
    """BAD-2: `details` name the field, however large the number."""
    found = wire.read_submission(b'{"lra":%s}' % number.encode(), Operation.ADMIN)

    assert isinstance(found, Unreadable)
    assert found.details == "lra: expected an integer from -2147483648 to 2147483647, got inf"

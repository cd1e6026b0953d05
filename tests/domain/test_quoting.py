"""What an explanation repeats of a client's words."""

from __future__ import annotations

import pytest

from mock_server.domain.decision import quoted


@pytest.mark.parametrize(("text", "said"), [("a b", "'a b'"), ("x" * 60, repr("x" * 60)), ("", "''")])
def test_a_short_text_is_quoted_whole(text: str, said: str) -> None:
    """A developer sees what was sent, white space and marks included."""
    assert quoted(text) == said


def test_of_a_long_text_only_the_length_is_told() -> None:
    """Cut anywhere, it could show half a password that no masking finds; whole, it would fill the journal."""
    assert quoted("secret" * 11) == "a text of 66 characters"

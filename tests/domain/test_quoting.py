"""How explanations quote what a client sent."""

from __future__ import annotations

import pytest

from mock_server.domain.decision import quoted


@pytest.mark.parametrize(("text", "said"), [("a b", "'a b'"), ("x" * 60, repr("x" * 60)), ("", "''")])
def test_a_short_text_is_quoted_whole(text: str, said: str) -> None:
    """A developer sees what was sent, including white space and punctuation."""
    assert quoted(text) == said


def test_a_long_text_is_shown_as_its_length_only() -> None:
    """A shortened text could show half a password, which no masking finds; a whole one would fill the journal."""
    assert quoted("secret" * 11) == "a text of 66 characters"

"""What can go wrong with notifications on their way, each by its name."""

from __future__ import annotations

from enum import StrEnum


class Adversity(StrEnum):
    """A trouble that a receiver of notifications has to live with."""

    DUPLICATE = "duplicate"
    """Every notification comes twice, with one id and body."""
    REORDER = "reorder"
    """The notifications come in the opposite order, when the last of them is due."""
    LATE = "late"
    """Every notification comes an hour after its change."""
    BEFORE_ANSWER = "before-answer"
    """The first notification comes before the answer to the send."""
    MISSING = "missing"
    """No notification ever comes."""
    UNKNOWN_STATUS = "unknown-status"
    """The last notification names a status that nobody documented."""
    UNKNOWN_FIELDS = "unknown-fields"
    """Every notification has members that nobody documented."""
    MALFORMED_JSON = "malformed-json"
    """The body of every notification is cut in the middle."""
    WRONG_CONTENT_TYPE = "wrong-content-type"
    """Every notification says that it is text/plain."""
    REPEATED_FINAL = "repeated-final"
    """After the last notification comes another one of the same status, with an id of its own."""
    BURST = "burst"
    """All notifications come at once, when the last of them is due."""

"""Adversities: what goes wrong on purpose with a message's notifications."""

from __future__ import annotations

from enum import StrEnum


class Adversity(StrEnum):
    """A delivery problem that a receiver of notifications must handle."""

    DUPLICATE = "duplicate"
    """Every notification is sent twice, with the same id and body."""
    REORDER = "reorder"
    """The notifications are sent in reverse order, when the last of them is due."""
    LATE = "late"
    """Every notification is sent an hour after its change."""
    BEFORE_ANSWER = "before-answer"
    """The first notification is sent before the answer to the send."""
    MISSING = "missing"
    """No notification is sent."""
    UNKNOWN_STATUS = "unknown-status"
    """The last notification has an undocumented status."""
    UNKNOWN_FIELDS = "unknown-fields"
    """Every notification has undocumented members."""
    MALFORMED_JSON = "malformed-json"
    """The body of every notification is cut off in the middle."""
    WRONG_CONTENT_TYPE = "wrong-content-type"
    """Every notification has the content type text/plain."""
    REPEATED_FINAL = "repeated-final"
    """The last notification is followed by another with the same status and its own id."""
    BURST = "burst"
    """All notifications are sent at once, when the last of them is due."""

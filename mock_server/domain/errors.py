"""The refusal catalogue: every error that the gateway can answer with.

Codes and messages are sent exactly as written here (ANS-3, ANS-4, ERR-8 to ERR-74, BAD-1, BAD-4, BAD-5).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mock_server.domain.requirements import Requirement, assumed, documented


class Persistence(StrEnum):
    """Whether sending the same request again can succeed."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"


class ErrorCode(msgspec.Struct, frozen=True):
    """One answer of the catalogue: `code` and `message` of the envelope, and the HTTP status."""

    code: int
    status: int
    message: str
    persistence: Persistence
    requirement: Requirement


_PERMANENT, _TRANSIENT = Persistence.PERMANENT, Persistence.TRANSIENT

# Below each refusal are the rules that give it, in their order; `volume` is `rules/volume.py`.
WRONG_NUMBER = ErrorCode(8, 500, "Wrong number", _PERMANENT, documented("ERR-8"))
"""Rule: reachability."""
INVALID_NUMBER = ErrorCode(56, 500, "Invalid number", _PERMANENT, documented("ERR-56"))
"""Rule: destination."""
INVALID_SERVICE = ErrorCode(59, 500, "Invalid reference service", _PERMANENT, assumed("ERR-59"))
"""Rule: reference."""
FLOODED = ErrorCode(60, 500, "Anti-flooding error", _TRANSIENT, documented("ERR-60"))
"""Rule: volume."""
WATCHLISTED = ErrorCode(61, 500, "Message in watchlist", _PERMANENT, assumed("ERR-61"))
"""Rule: watchlist."""
NO_CREDENTIALS = ErrorCode(63, 401, "Missing basic authentication header", _PERMANENT, assumed("ERR-63a"))
"""Rule: authentication."""
BAD_CREDENTIALS = ErrorCode(63, 401, "Username or password not valid", _PERMANENT, documented("ERR-63b"))
"""Rules: authentication, privilege, impersonation."""
NO_PROVIDER = ErrorCode(64, 500, "SMS provider not available", _TRANSIENT, assumed("ERR-64"))
"""Rule: provider."""
NO_TEXT = ErrorCode(66, 500, "Empty or missing message text", _PERMANENT, assumed("ERR-66"))
"""Rules: length, text."""
URL_DENIED = ErrorCode(74, 500, "Message containing URL is denied", _PERMANENT, assumed("ERR-74"))
"""Rule: url."""

MALFORMED = ErrorCode(400, 400, "Malformed request", _PERMANENT, assumed("BAD-1"))
FORBIDDEN = ErrorCode(403, 403, "Forbidden", _PERMANENT, documented("MS-1"))
NOT_FOUND = ErrorCode(404, 404, "Not found", _PERMANENT, assumed("BAD-5"))
METHOD_NOT_ALLOWED = ErrorCode(405, 405, "Method not allowed", _PERMANENT, assumed("BAD-5"))
TOO_LARGE = ErrorCode(413, 413, "Payload too large", _PERMANENT, assumed("BAD-5"))
UNSUPPORTED_MEDIA_TYPE = ErrorCode(415, 415, "Unsupported media type", _PERMANENT, assumed("BAD-4"))

NOT_PRIVILEGED = ErrorCode(63, 403, "Username or password not valid", _PERMANENT, assumed("ACC-2"))
"""The alternative reading of ACC-2: the answer to an account without the admin privilege."""

MALFORMED_AS_500 = ErrorCode(400, 500, "Malformed request", _PERMANENT, assumed("BAD-1"))
"""The alternative reading of BAD-1: the same envelope, the status of every other refusal."""

CATALOGUE: tuple[ErrorCode, ...] = (
    WRONG_NUMBER,
    INVALID_NUMBER,
    INVALID_SERVICE,
    FLOODED,
    WATCHLISTED,
    NO_CREDENTIALS,
    BAD_CREDENTIALS,
    NO_PROVIDER,
    NO_TEXT,
    URL_DENIED,
)
"""The vendor's own refusals, in order of their codes."""

PROTOCOL_ERRORS: tuple[ErrorCode, ...] = (
    MALFORMED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
)
"""Answers to requests that no vendor page describes; their code is the HTTP status."""

BY_CODE: dict[int, ErrorCode] = {entry.code: entry for entry in CATALOGUE}
"""The refusal of a code; 63 is `BAD_CREDENTIALS`."""

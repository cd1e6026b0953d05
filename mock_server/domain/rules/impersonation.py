"""Does the account exist on whose behalf the message goes out? (REQ-7, ACC-3)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import BAD_CREDENTIALS
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.context import Context
from mock_server.domain.submission import Submission

_ACC_3 = assumed("ACC-3")


def impersonation(_: Submission, context: Context) -> Refused | None:
    """Refuse an unknown or inactive account as if it were the caller's own."""
    if context.unknown_account is None:
        return None
    return Refused(
        BAD_CREDENTIALS, _ACC_3, reason=f"account {quoted(context.unknown_account)} is unknown or not active"
    )

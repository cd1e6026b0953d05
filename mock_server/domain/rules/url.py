"""May this account send URLs? (URL-1, URL-2, URL-3)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import URL_DENIED
from mock_server.domain.requirements import documented
from mock_server.domain.rules.context import Context
from mock_server.domain.submission import Submission
from mock_server.domain.urls import find_url

_URL_1 = documented("URL-1")


def url(submission: Submission, context: Context) -> Refused | None:
    """Refuse a URL unless the account that the message is sent for may send them."""
    if context.sender.urls_allowed:
        return None
    found = find_url(submission.text, bare_domains=context.policy.readings.bare_domains_are_urls)
    if found is None:
        return None
    return Refused(
        URL_DENIED, _URL_1, reason=f"account {context.sender.username!r} may not send URLs; found {quoted(found)}"
    )

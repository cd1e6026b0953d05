"""May this account send URLs? (URL-1, URL-2, URL-3)."""

from __future__ import annotations

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.errors import URL_DENIED
from mock_server.domain.requirements import documented
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission
from mock_server.domain.urls import find_url

_URL_1 = documented("URL-1")


def url(submission: Submission, context: Context) -> Refused | None:
    """Refuse a URL unless the sender may send URLs."""
    if context.sender.urls_allowed:
        return None
    found = find_url(submission.text, bare_domains=context.policy.readings.bare_domains_are_urls)
    if found is None:
        return None
    return Refused(
        URL_DENIED, _URL_1, reason=f"account {context.sender.username!r} may not send URLs; found {quoted(found)}"
    )


def describe_url(submission: Submission, context: Context) -> Finding:
    """Show the URL, and whether the account may send one."""
    found = find_url(submission.text, bare_domains=context.policy.readings.bare_domains_are_urls)
    saw = "no URL" if found is None else quoted(found)
    allowed = "may" if context.sender.urls_allowed else "may not"
    limit = f"account {quoted(context.sender.username)} {allowed} send URLs"
    remedy = "remove the URL, or give the account that the message is sent for `urls: allowed` in the scenario"
    return Finding(_URL_1, saw, limit, remedy)


URL: SubmissionRule = Rule("url", url, describe_url, counts=True)

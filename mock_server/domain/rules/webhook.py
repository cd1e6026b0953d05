"""Is the webhook a URL that receipts can be sent to? (REQ-10, BAD-6)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from mock_server.domain.decision import Refused, quoted
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.context import Context
from mock_server.domain.rules.finding import Finding
from mock_server.domain.rules.rule import Rule, SubmissionRule
from mock_server.domain.submission import Submission

_BAD_6 = assumed("BAD-6")
_AUTHENTICATION = "NONE"
"""The only documented type."""
_LABEL = r"""[^][@:<>"^`{|}.%]+"""
_AUTHORITY = re.compile(rf"(?:[^@]*@)?(?:\[[^][]+\]|{_LABEL}(?:\.{_LABEL})*\.?)(?::[0-9]*)?")
"""User, host and port, without characters that a URL excludes. Python's own check differs between its versions."""


def webhook(submission: Submission, context: Context) -> Refused | None:
    """Refuse a webhook without an absolute HTTPS URL, or with an undocumented authentication."""
    target = submission.webhook
    if target is None:
        return None
    # The session's own receivers are served by this process: they need no HTTPS.
    internal = target.url is not None and target.url.startswith(context.receivers)
    fault = None if internal else _url_fault(target.url, https_only=context.policy.webhooks.https_only)
    if fault is None and target.authentication != _AUTHENTICATION:
        fault = f"webhook.authentication.type: {quoted(target.authentication)}; only 'NONE' is allowed"
    return None if fault is None else Refused(context.policy.malformed, _BAD_6, details=fault, reason=fault)


def _url_fault(url: str | None, *, https_only: bool) -> str | None:
    if url is None:
        return "webhook.url: missing; an absolute https URL is required"
    scheme = _scheme_of_absolute_url(url)
    if scheme is None:
        return f"webhook.url: {quoted(url)} is not an absolute https URL"
    if scheme == "http" and https_only:
        return "webhook.url: plain http is refused; a scenario allows it by `webhooks: {https_only: false}`"
    return None


def _scheme_of_absolute_url(url: str) -> str | None:
    """`http` or `https` if `url` is absolute, with a host and a valid port; else `None`."""
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and parts.port != 0 and bool(_AUTHORITY.fullmatch(parts.netloc))
    except ValueError:
        return None
    return parts.scheme if valid else None


def describe_webhook(submission: Submission, context: Context) -> Finding:
    """Show the URL for receipts and its authentication."""
    target = submission.webhook
    kind = "https URL" if context.policy.webhooks.https_only else "https or http URL"
    limit = f"an absolute {kind}, or one of the session's own receivers; authentication {_AUTHENTICATION!r}"
    remedy = (
        f"give `webhook.url` an absolute {kind} and leave `webhook.authentication` out; "
        "`webhooks: {https_only: false}` in the scenario allows plain http"
    )
    if target is None:
        return Finding(_BAD_6, "no webhook", limit, remedy)
    url = "no URL" if target.url is None else quoted(target.url)
    return Finding(_BAD_6, f"{url}, authentication {quoted(target.authentication)}", limit, remedy)


WEBHOOK: SubmissionRule = Rule("webhook", webhook, describe_webhook)

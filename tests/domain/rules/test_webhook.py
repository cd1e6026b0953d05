"""The rule `webhook`."""

from __future__ import annotations

import pytest

from mock_server.domain.errors import (
    MALFORMED,
    MALFORMED_AS_500,
)
from mock_server.domain.notification import WebhookRules
from mock_server.domain.policy import Readings
from mock_server.domain.requirements import assumed
from mock_server.domain.rules.webhook import webhook
from mock_server.domain.submission import (
    Webhook,
)
from tests.domain.asking import (
    URL,
    a_context,
    a_submission,
    assert_refused,
)
from tests.domain.rules.examples import DefectiveAttempt, Findings

FINDINGS: Findings = [
    ({}, "no webhook", "an absolute https URL", "https_only: false"),
    ({"webhook": Webhook()}, "no URL, authentication 'NONE'", "an absolute https URL", "`webhook.url`"),
    ({"webhook": Webhook(URL, "X")}, f"'{URL}', authentication 'X'", "authentication 'NONE'", "leave"),
]
"""Requests, and parts of what the rule finds in them."""


def defect(attempt: DefectiveAttempt) -> DefectiveAttempt:
    """Make this rule alone refuse."""
    return attempt.with_fields(webhook=Webhook("oops"))


BAD_6 = assumed("BAD-6")
HTTPS_ONLY = WebhookRules()
PLAIN_HTTP = WebhookRules(https_only=False)
BOTH = pytest.mark.parametrize("rules", [HTTPS_ONLY, PLAIN_HTTP], ids=["https-only", "plain-http"])

VALID_REST = [
    "example.com",
    "example.com/",
    "example.com/hooks/sms?tenant=7&x=%20#part",
    "example.com?x=1",
    "example.com#x",
    "sub-domain.example.co.uk/x",
    "EXAMPLE.COM/X",
    "example.com:443/x",
    "example.com:1",
    "example.com:65535",
    "example.com:",
    "localhost",
    "localhost:8443/x",
    "127.0.0.1/x",
    "127.0.0.1:8443/x",
    "[::1]/x",
    "[::1]:8443/x",
    "[2001:db8::7]",
    "user@example.com/x",
    "user:word@example.com:8443/x",
    "user:wo:rd@example.com/x",
    "münchen.de/x",
    "xn--mnchen-3ya.de/x",
    "例え.jp/x",
    "उदाहरण.भारत/x",
    "example.com/😀",
    "a_b.example.com/x",
    "example.com/" + "x" * 5000,
]
"""What may follow `https://`."""

NO_URL = [
    pytest.param("", id="empty"),
    pytest.param("https", id="scheme alone"),
    pytest.param("https:", id="scheme and colon"),
    pytest.param("https://", id="no host"),
    pytest.param("https:///x", id="no host, a path"),
    pytest.param("https://?x=1", id="no host, a query"),
    pytest.param("https://#x", id="no host, a fragment"),
    pytest.param("https://:443", id="no host, a port"),
    pytest.param("https://user@", id="no host, a user"),
    pytest.param("https://user:word@:443/x", id="no host, a user and a port"),
    pytest.param("https://@", id="no host, an at sign"),
    pytest.param("https:example.com", id="no slashes"),
    pytest.param("https:/example.com", id="one slash"),
    pytest.param("://example.com", id="no scheme"),
    pytest.param("//example.com/x", id="relative, with a host"),
    pytest.param("/x", id="relative, a path"),
    pytest.param("x", id="relative, a name"),
    pytest.param("example.com/x", id="a host without a scheme"),
    pytest.param("example.com:443/x", id="a host that could be a scheme"),
    pytest.param("ftp://example.com/x", id="ftp"),
    pytest.param("wss://example.com/x", id="wss"),
    pytest.param("httpss://example.com/x", id="httpss"),
    pytest.param("1https://example.com/x", id="a digit before the scheme"),
    pytest.param("https+x://example.com/x", id="a scheme like https"),
    pytest.param("javascript:alert(1)", id="javascript"),
    pytest.param("data:text/plain,x", id="data"),
    pytest.param("file:///etc/hosts", id="file"),
    pytest.param("mailto:anna@example.com", id="mailto"),
    pytest.param("https://example.com:0/x", id="port 0"),
    pytest.param("https://example.com:00/x", id="port 00"),
    pytest.param("https://example.com:65536/x", id="port 65536"),
    pytest.param("https://example.com:99999999999/x", id="a huge port"),
    pytest.param("https://example.com:-1/x", id="a negative port"),
    pytest.param("https://example.com:+443/x", id="a port with a plus"),
    pytest.param("https://example.com:abc/x", id="a port of letters"),
    pytest.param("https://example.com:\uff14\uff14\uff13/x", id="a port of full-width digits"),
    pytest.param("https://example.com:443:443/x", id="two ports"),
    pytest.param("https://[::1]:0/x", id="IPv6, port 0"),
    pytest.param("https://::1/x", id="IPv6 without brackets"),
    pytest.param("https://[::1/x", id="IPv6, not closed"),
    pytest.param("https://::1]/x", id="IPv6, not opened"),
    pytest.param("https://[]/x", id="IPv6, empty"),
    pytest.param("https://[::g]/x", id="IPv6, no digit"),
    pytest.param("https://[1.2.3.4]/x", id="IPv4 in brackets"),
    pytest.param("https://[::1]x/", id="something behind the bracket"),
    pytest.param("https://x[::1]/", id="something before the bracket"),
    pytest.param("https://a@b@example.com/x", id="two at signs"),
    pytest.param(" https://example.com/x", id="space before"),
    pytest.param("https://example.com/x ", id="space after"),
    pytest.param("https://exam ple.com/x", id="space in the host"),
    pytest.param("https://example.com/a b", id="space in the path"),
    pytest.param("https://example.com/a\u00a0b", id="no-break space"),
    pytest.param("https://example.com/a\u3000b", id="ideographic space"),
    pytest.param("https://exam\u200bple.com/x", id="zero-width space"),
    pytest.param("https://exam\u00adple.com/x", id="soft hyphen"),
    pytest.param("https://example.com/\u202ex", id="right-to-left override"),
    pytest.param("\nhttps://example.com/x", id="line feed before"),
    pytest.param("https://example.com/x\n", id="line feed after"),
    pytest.param("https://exam\nple.com/x", id="line feed in the host"),
    pytest.param("ht\ttps://example.com/x", id="tab in the scheme"),
    pytest.param("https://example.com/x\r\nHost: evil", id="a header smuggled in"),
    pytest.param("https://example.com/\x00", id="NUL"),
    pytest.param("https://example.com/\x7f", id="DEL"),
    pytest.param("https://example.com/\x85", id="C1 control"),
    pytest.param("https:\\\\example.com/x", id="backslashes for slashes"),
    pytest.param("https://example.com\\@evil.com/x", id="backslash before the at sign"),
    pytest.param("https://example.com/a\\b", id="backslash in the path"),
    pytest.param("https://exam<ple.com/x", id="angle bracket in the host"),
    pytest.param('https://exam"ple.com/x', id="quotation mark in the host"),
    pytest.param("https://exam^ple.com/x", id="circumflex in the host"),
    pytest.param("https://exam`ple.com/x", id="backtick in the host"),
    pytest.param("https://exam{ple}.com/x", id="braces in the host"),
    pytest.param("https://exam|ple.com/x", id="bar in the host"),
    pytest.param("https://ex\u2100mple.com/x", id="a character that normalizes to a slash"),
    pytest.param("https://\ud800.com/x", id="lone surrogate"),
]


@pytest.mark.requirement("REQ-10", "BAD-8")
@BOTH
def test_a_message_without_a_webhook_is_good(rules: WebhookRules) -> None:
    """REQ-10, BAD-8: a webhook is optional."""
    assert webhook(a_submission(), a_context(webhooks=rules)) is None


@pytest.mark.requirement("REQ-10", "BAD-6")
@BOTH
@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
@pytest.mark.parametrize("rest", VALID_REST)
def test_an_absolute_https_url_is_good(rest: str, scheme: str, rules: WebhookRules) -> None:
    """REQ-10: any host, port, user, path and query, in any script; the scheme in any case."""
    submission = a_submission(webhook=Webhook(f"{scheme}://{rest}"))

    assert webhook(submission, a_context(webhooks=rules)) is None


@pytest.mark.requirement("BAD-6")
@BOTH
@pytest.mark.parametrize("url", NO_URL)
def test_any_other_url_is_malformed(url: str, rules: WebhookRules) -> None:
    """BAD-6: refused as BAD-1 under both readings; `details` quotes the value."""
    said = webhook(a_submission(webhook=Webhook(url)), a_context(webhooks=rules))

    refused = assert_refused(said, MALFORMED, BAD_6)
    assert refused.details == f"webhook.url: {url!r} is not an absolute https URL"
    assert refused.reason == refused.details


@pytest.mark.requirement("BAD-6")
@BOTH
def test_a_webhook_without_a_url_is_malformed(rules: WebhookRules) -> None:
    """BAD-6: a null or missing `url` is no absolute HTTPS URL."""
    refused = assert_refused(webhook(a_submission(webhook=Webhook()), a_context(webhooks=rules)), MALFORMED, BAD_6)

    assert refused.details == "webhook.url: missing; an absolute https URL is required"


@pytest.mark.requirement("BAD-6")
@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_plain_http_is_refused_and_the_switch_is_named(scheme: str) -> None:
    """BAD-6: plain HTTP is off by default, and `details` says how a scenario allows it."""
    said = webhook(a_submission(webhook=Webhook(f"{scheme}://example.com/x")), a_context())

    refused = assert_refused(said, MALFORMED, BAD_6)
    assert "`webhooks: {https_only: false}`" in (refused.details or "")


@pytest.mark.requirement("BAD-6")
@pytest.mark.parametrize("scheme", ["http", "HTTP"])
@pytest.mark.parametrize("rest", VALID_REST)
def test_under_the_other_reading_plain_http_is_good(rest: str, scheme: str) -> None:
    """BAD-6, the alternative: plain HTTP is allowed."""
    submission = a_submission(webhook=Webhook(f"{scheme}://{rest}"))

    assert webhook(submission, a_context(webhooks=PLAIN_HTTP)) is None


@pytest.mark.requirement("BAD-6")
@pytest.mark.parametrize("url", ["http://", "http:///x", "http://example.com:0", "http://exam ple.com", "http:x"])
def test_under_the_other_reading_plain_http_must_be_valid(url: str) -> None:
    """BAD-6, the alternative: it allows another scheme, but not another syntax."""
    said = webhook(a_submission(webhook=Webhook(url)), a_context(webhooks=PLAIN_HTTP))

    assert_refused(said, MALFORMED, BAD_6)


@pytest.mark.requirement("REQ-10", "BAD-6")
@pytest.mark.parametrize("kind", ["", "none", "None", "NONE ", "BASIC", "OAUTH2", "null"])
def test_only_none_is_an_authentication(kind: str) -> None:
    """REQ-10, BAD-6: exactly `NONE` is documented; any other type is refused as BAD-1."""
    said = webhook(a_submission(webhook=Webhook("https://example.com/x", kind)), a_context())

    refused = assert_refused(said, MALFORMED, BAD_6)
    assert refused.details == f"webhook.authentication.type: {kind!r}; only 'NONE' is allowed"


@pytest.mark.requirement("BAD-6")
def test_of_two_errors_that_of_the_url_is_named() -> None:
    """BAD-6: an answer names one error, that of the URL first."""
    said = webhook(a_submission(webhook=Webhook("x", "BASIC")), a_context())

    assert (assert_refused(said, MALFORMED, BAD_6).details or "").startswith("webhook.url")


@pytest.mark.requirement("BAD-6", "BAD-1")
def test_a_bad_webhook_follows_the_reading_of_malformed() -> None:
    """BAD-6: `as BAD-1` holds under the alternative reading of BAD-1, too."""
    said = webhook(a_submission(webhook=Webhook("x")), a_context(Readings(malformed_is_500=True)))

    assert_refused(said, MALFORMED_AS_500, BAD_6)

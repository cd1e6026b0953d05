"""Requests that no vendor page describes (BAD-1 to BAD-8), and the order of checks (ORD-1)."""

from __future__ import annotations

import re

import pytest

from tests.support import (
    CUSTOMER,
    DESTINATION,
    MISSING_HEADER,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_refused,
    decided,
)

NO_OBJECTS = {
    "empty": b"",
    "blank": b" \r\n\t ",
    "null": b"null",
    "array": b"[]",
    "string": b'"+447700900123"',
    "number": b"1",
    "boolean": b"true",
    "cut off": b'{"destination":"+447700900123","text":"Hi',
    "two objects": b"{}{}",
    "trailing comma": b'{"text":"Hi",}',
    "single quotes": b"{'text':'Hi'}",
    "comment": b'{"text":"Hi"/* */}',
    "form": b"destination=%2B447700900123&text=Hi",
    "byte order mark": b'\xef\xbb\xbf{"destination":"+447700900123","text":"Hi"}',
    "UTF-16": '{"destination":"+447700900123","text":"Hi"}'.encode("utf-16"),
    "UTF-32": '{"destination":"+447700900123","text":"Hi"}'.encode("utf-32"),
    "Latin-1": '{"destination":"+447700900123","text":"é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"destination":"+447700900123","text":"\xc0\xaf"}',
    "surrogate in UTF-8": b'{"destination":"+447700900123","text":"\xed\xa0\x80"}',
    "lone high surrogate": rb'{"destination":"+447700900123","text":"\ud83d"}',
    "lone low surrogate": rb'{"destination":"+447700900123","text":"\ude00"}',
    "swapped surrogates": rb'{"destination":"+447700900123","text":"\ude00\ud83d"}',
    "high surrogate and a letter": rb'{"destination":"+447700900123","text":"\ud83dx"}',
    "NaN": b'{"destination":"+447700900123","text":"Hi","lra":NaN}',
    "Infinity": b'{"destination":"+447700900123","text":"Hi","lra":-Infinity}',
    "NaN beside a number beyond all": b'{"a":1e999,"text":"Hi","lra":NaN}',
    "half a pair beside a number beyond all": rb'{"a":1e999,"text":"\ud83d"}',
    "a number beyond all in a body that ends too early": b'{"a":1e999,"text":"Hi"',
    "raw control character": b'{"destination":"+447700900123","text":"a\nb"}',
    "raw NUL": b'{"destination":"+447700900123","text":"a\x00b"}',
    "bad escape": rb'{"destination":"+447700900123","text":"\x41"}',
    "10,000 nested arrays": b'{"text":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "10,000 nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "10,000 open arrays": b"[" * 10_000,
}


@pytest.mark.requirement("BAD-1")
@pytest.mark.parametrize("body", NO_OBJECTS.values(), ids=NO_OBJECTS.keys())
def test_a_body_that_is_no_json_object_is_malformed(world: SessionClient, body: bytes) -> None:
    """BAD-1: 400 with the envelope, `details` naming the mistake; the next request is served."""
    refused = world.send_raw(body)

    assert_refused(refused, 400, details=re.compile(r"^body: \S"))
    found = world.why(refused)
    assert (found["outcome"], found["rule"], found["requirement"]) == ("refused", "content", "BAD-1")
    assert found["request"]["body_length"] == len(body)
    assert_accepted(world.send())


@pytest.mark.requirement("BAD-1", "ANS-3")
@pytest.mark.parametrize("body", [b"", b"[]", b'{"text":"Hi"'])
def test_under_the_other_reading_a_malformed_body_is_500(worlds: SessionFactory, body: bytes) -> None:
    """BAD-1, alternative: the same envelope with code 400, the status of every other refusal."""
    world = worlds(assume={"BAD-1": 500})

    assert_refused(world.send_raw(body), 400, status=500, details=re.compile("^body: "))


@pytest.mark.requirement("BAD-1", "BAD-2", "BAD-3", "BAD-6")
def test_under_the_other_reading_everything_malformed_is_500(worlds: SessionFactory) -> None:
    """BAD-2, BAD-3 and BAD-6 follow the reading of BAD-1."""
    world = worlds(assume={"BAD-1": 500})

    assert_refused(world.send(7), 400, status=500, details="text: expected a string, got a number")
    assert_refused(world.send("x" * 1601), 400, status=500, details=re.compile("^text: 1601 characters"))
    assert_refused(world.send(webhook={}), 400, status=500, details=re.compile(r"^webhook\.url: missing"))


@pytest.mark.requirement("BAD-1")
def test_the_last_of_duplicate_keys_wins_and_the_journal_flags_it(world: SessionClient) -> None:
    """BAD-1: the answer is the usual one, and the journal has a hint."""
    response = world.send_raw(
        b'{"destination":"+447700900008","text":"a","text":"b","reference":{"key":"1","key":"2","service":"ADMIN"},'
        b'"destination":"+447700900123"}'
    )

    assert_accepted(response)
    [message] = world.messages()
    assert (message["destination"], message["text"], message["reference"]["key"]) == (DESTINATION, "b", "2")
    assert world.why(response)["duplicate_keys"] == ["destination", "key", "text"]


@pytest.mark.requirement("BAD-1")
def test_nul_in_a_text_is_accepted(world: SessionClient) -> None:
    """BAD-1: escaped, it is an ordinary character."""
    assert_accepted(world.send_raw(rb'{"destination":"+447700900123","text":"a\u0000b"}'))

    assert world.messages()[0]["text"] == "a\x00b"


@pytest.mark.requirement("BAD-2")
@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("text", 7, "text: expected a string, got a number"),
        ("text", ["Hi"], "text: expected a string, got an array"),
        ("text", False, "text: expected a string, got a boolean"),
        ("detailed", "true", "detailed: expected a boolean, got a string"),
        ("detailed", 1, "detailed: expected a boolean, got a number"),
        ("account", 7, "account: expected a string, got a number"),
        ("businessRelationId", {}, "businessRelationId: expected a string, got an object"),
        ("reference", "ADMIN", "reference: expected an object, got a string"),
        ("reference", {"service": 1}, "reference.service: expected a string, got a number"),
        ("reference", {"service": "ADMIN", "action": []}, "reference.action: expected a string, got an array"),
        ("reference", {"service": "ADMIN", "key": 1.5}, "reference.key: expected a string, got a number"),
        ("webhook", "https://example.com", "webhook: expected an object, got a string"),
        ("webhook", {"url": 1}, "webhook.url: expected a string, got a number"),
        (
            "webhook",
            {"url": "https://example.com", "authentication": "NONE"},
            "webhook.authentication: expected an object, got a string",
        ),
        (
            "webhook",
            {"url": "https://example.com", "authentication": {"type": 0}},
            "webhook.authentication.type: expected a string, got a number",
        ),
    ],
)
def test_a_field_of_the_wrong_type_is_malformed_and_named(
    world: SessionClient, field: str, value: object, details: str
) -> None:
    """BAD-2: as BAD-1, `details` naming the field."""
    refused = world.send_object({"destination": DESTINATION, "text": "Hi", field: value})

    assert_refused(refused, 400, details=details)
    assert decided(world, refused) == ("refused", "content", "BAD-2")


@pytest.mark.requirement("BAD-2", "ERR-56")
@pytest.mark.parametrize("destination", [447700900123, None, True, [DESTINATION], {"number": DESTINATION}, 1.5])
def test_a_destination_that_is_no_string_is_an_invalid_number(world: SessionClient, destination: object) -> None:
    """BAD-2: 56 and not 400."""
    refused = world.send(destination=destination)

    assert_refused(refused, 56)
    assert decided(world, refused) == ("refused", "destination", "BAD-2")


@pytest.mark.requirement("BAD-2", "ERR-56")
def test_a_missing_destination_is_an_invalid_number(world: SessionClient) -> None:
    """BAD-2: 56 and not 400."""
    assert_refused(world.send_object({"text": "Hi"}), 56)


@pytest.mark.requirement("BAD-3")
def test_under_the_other_readings_a_long_text_is_accepted_or_empty(worlds: SessionFactory) -> None:
    """BAD-3, alternatives: accepted unchanged, or refused with code 66."""
    accepting, emptying = worlds(assume={"BAD-3": "accepted"}), worlds(assume={"BAD-3": 66})

    assert_accepted(accepting.send("x" * 5000))
    refused = emptying.send("x" * 1601)

    assert len(accepting.messages()[0]["text"]) == 5000
    assert_refused(refused, 66)
    assert decided(emptying, refused) == ("refused", "length", "BAD-3")


@pytest.mark.requirement("BAD-4")
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "text/json", "+json"],
)
def test_another_content_type_is_unsupported(world: SessionClient, content_type: str) -> None:
    """BAD-4: 415 with the envelope, for any body."""
    refused = world.send(headers={"Content-Type": content_type})

    assert_refused(refused, 415, details=f"Content-Type: {content_type!r}; application/json is required")
    assert decided(world, refused) == ("refused", "content", "BAD-4")


@pytest.mark.requirement("BAD-4")
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json", ""],
)
def test_json_with_parameters_a_json_suffix_and_an_empty_type_are_json(
    world: SessionClient, content_type: str
) -> None:
    """BAD-4: an empty type is read as JSON."""
    assert_accepted(world.send(headers={"Content-Type": content_type}))


@pytest.mark.requirement("BAD-4")
def test_a_missing_content_type_is_read_as_json(world: SessionClient) -> None:
    """BAD-4: many hand-written clients omit it."""
    request = world.client.build_request(
        "POST",
        world.prefix + "/api/Admin/send",
        content=b'{"destination":"+447700900123","text":"Hi"}',
        headers={"Authorization": "Basic YWRtaW46YWRtaW4tc2VjcmV0"},
    )
    assert "content-type" not in request.headers

    assert_accepted(world.client.send(request))


@pytest.mark.requirement("BAD-6", "REQ-10")
@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "example.com/receipts",
        "/receipts",
        "//example.com",
        "https:",
        "https://",
        "https:///receipts",
        "https:example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://example.com:0",
        "https://example.com:99999",
        "https://exa mple.com",
        "https://example.com\\receipts",
        "https://example.com/\n",
        "https://[::1",
        " https://example.com",
    ],
)
def test_a_webhook_without_an_absolute_https_url_is_malformed(world: SessionClient, url: str | None) -> None:
    """BAD-6: `details` names the field."""
    refused = world.send(webhook={"url": url})

    assert_refused(refused, 400, details=re.compile(r"^webhook\.url: .*absolute https URL"))
    assert decided(world, refused) == ("refused", "webhook", "BAD-6")


@pytest.mark.requirement("BAD-6", "REQ-10")
@pytest.mark.parametrize("kind", ["BASIC", "none", "", "OAUTH2"])
def test_a_webhook_has_no_authentication_type_but_none(world: SessionClient, kind: str) -> None:
    """BAD-6: the one documented type."""
    refused = world.send(webhook={"url": "https://example.com", "authentication": {"type": kind}})

    assert_refused(refused, 400, details=f"webhook.authentication.type: {kind!r}; only 'NONE' is allowed")


@pytest.mark.requirement("BAD-6")
def test_plain_http_is_refused_with_the_switch_that_allows_it(worlds: SessionFactory) -> None:
    """BAD-6: the answer names the switch, and the switch works."""
    strict, lenient = worlds(), worlds(webhooks={"https_only": False})
    webhook = {"url": "http://127.0.0.1:9/receipts"}

    refused = strict.send(webhook=webhook)

    assert_refused(refused, 400, details=re.compile(r"webhooks: \{https_only: false\}"))
    assert_accepted(lenient.send(webhook=webhook))
    assert_refused(lenient.send(webhook={"url": "ftp://example.com"}), 400, details=re.compile("absolute https URL"))


@pytest.mark.requirement("BAD-7", "ERR-56")
@pytest.mark.parametrize(
    "destination", [f" {DESTINATION}", f"{DESTINATION} ", f"\t{DESTINATION}", f"{DESTINATION}\r\n"]
)
def test_white_space_around_a_destination_is_malformed(world: SessionClient, destination: str) -> None:
    """BAD-7: destinations are not trimmed."""
    refused = world.send(destination=destination)

    assert_refused(refused, 56)
    assert decided(world, refused) == ("refused", "destination", "BAD-7")


@pytest.mark.requirement("BAD-7")
@pytest.mark.parametrize("text", [" ", "\n", " \t\r\n ", "\N{NO-BREAK SPACE}"])
def test_a_text_of_white_space_is_a_text_unless_read_otherwise(worlds: SessionFactory, text: str) -> None:
    """BAD-7: accepted; under the alternative reading refused with 66."""
    usual, other = worlds(), worlds(assume={"BAD-7": 66})

    assert_accepted(usual.send(text))
    refused = other.send(text)
    assert_refused(refused, 66)
    assert decided(other, refused) == ("refused", "text", "BAD-7")
    assert_accepted(other.send(f"{text}x"))


@pytest.mark.requirement("BAD-8")
@pytest.mark.parametrize(
    "field", ["reference", "attemptCount", "detailed", "account", "lra", "businessRelationId", "webhook"]
)
def test_an_optional_field_may_be_null(world: SessionClient, field: str) -> None:
    """BAD-8: the same as absent."""
    assert_accepted(world.send_object({"destination": DESTINATION, "text": "Hi", field: None}))


@pytest.mark.requirement("NUM-1", "ERR-8", "ERR-56")
@pytest.mark.parametrize(
    ("destination", "code"),
    [("+441212345678", 8), ("+390612345678", 8), ("+4477009001234", 56), ("+1234567", 56)],
)
def test_under_the_other_reading_the_numbering_plan_is_enforced(
    worlds: SessionFactory, destination: str, code: int
) -> None:
    """NUM-1, alternative: 8 for a landline or an unassigned number, 56 for an impossible one."""
    world = worlds(assume={"NUM-1": "numbering-plan"})

    refused = world.send(destination=destination)

    assert_refused(refused, code)
    assert world.why(refused)["requirement"] == "NUM-1"


@pytest.mark.requirement("NUM-1")
def test_under_the_other_reading_a_mobile_number_is_accepted(worlds: SessionFactory) -> None:
    """NUM-1, alternative: the numbering plan classifies it as a mobile number."""
    assert_accepted(worlds(assume={"NUM-1": "numbering-plan"}).send(destination="+447400123456"))


@pytest.mark.requirement("URL-3", "ERR-74")
def test_under_the_other_reading_only_an_explicit_url_counts(worlds: SessionFactory) -> None:
    """URL-3, alternative: with a scheme or `www.` only."""
    world = worlds(assume={"URL-3": "explicit"})

    assert_accepted(world.send("buy at example.com/now"))
    assert_refused(world.send("buy at https://example.com"), 74)
    assert_refused(world.send("buy at www.example.com"), 74)


FAULTS: tuple[tuple[str, dict[str, object], int], ...] = (
    ("text", {"text": ""}, 66),
    ("destination", {"destination": "+44"}, 56),
    ("reference", {"reference": {"service": "NOWHERE"}}, 59),
    ("impersonation", {"account": "no-such-account"}, 63),
    ("webhook", {"webhook": {"url": "ftp://example.com"}}, 400),
    ("reachability", {"destination": "+447700900008"}, 8),
    ("url", {"text": "https://example.com"}, 74),
    ("watchlist", {"destination": "+447700900061"}, 61),
)


@pytest.mark.requirement("ORD-1")
@pytest.mark.parametrize("first", range(len(FAULTS)), ids=[name for name, _, _ in FAULTS])
def test_the_first_failed_check_answers(worlds: SessionFactory, first: int) -> None:
    """ORD-1: each check in turn, in requests that violate every later check too."""
    world = worlds(
        unreachable=["+447700900008"],
        watchlist=["+4477009000*"],
        providers=[],
        anti_flooding={"volume": {"limit": 0}, "duplicates": {"limit": 0}},
    )
    content: dict[str, object] = {"destination": "+447700900061", "text": "Hi"}
    for _, fields, _ in reversed(FAULTS[first:]):
        content |= fields

    refused = world.send_object(content)

    name, _, code = FAULTS[first]
    assert (refused.json()["code"], world.why(refused)["rule"]) == (code, name)
    asked = [each["rule"] for each in world.why(refused)["rules"] if each["said"] == "passed"]
    assert asked == ["authentication", "privilege", "content", "length", *(each for each, _, _ in FAULTS[:first])]


@pytest.mark.requirement("ORD-1")
def test_volume_then_provider_then_duplicate_decide_last(worlds: SessionFactory) -> None:
    """ORD-1: 60 before 64, 64 before the silent drop."""
    world = worlds(anti_flooding={"volume": {"limit": 0}, "duplicates": {"limit": 0}}, providers=[])

    flooded = world.send()
    world.patch(anti_flooding={"volume": {"limit": 1}, "duplicates": {"limit": 0}})
    unprovided = world.send()
    world.patch(providers=[{"name": "PROVIDER1"}])
    dropped = world.send()

    assert_refused(flooded, 60)
    assert_refused(unprovided, 64)
    assert decided(world, dropped)[0] == "silently dropped"


@pytest.mark.requirement("ORD-1")
def test_authentication_then_privilege_then_media_type_then_shape_decide_first(world: SessionClient) -> None:
    """ORD-1: the caller is checked before the content; 404, 405 and a declared size come before both."""
    text = {"Content-Type": "text/plain"}

    assert_refused(world.send_raw(b"[]", auth=None, headers=text), 63, message=MISSING_HEADER)
    unprivileged = world.send_raw(b"[]", auth=CUSTOMER, headers=text)
    assert_refused(unprivileged, 63)
    assert world.why(unprivileged)["rule"] == "privilege"
    assert_refused(world.send_raw(b"[]", headers=text), 415, details=re.compile("text/plain"))
    assert_refused(world.send_raw(b"[]"), 400, details=re.compile("array"))
    assert_refused(world.send("x" * 1601, destination="+44"), 400, details=re.compile("1601"))

"""A transcript says what the client sent and when, what it got and what it made of it, and never the password."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.cases import PASSWORD, USERNAME, Case
from contract_tests.client.driver.calling import Answer, DriverFailure
from contract_tests.client.driver.protocol import (
    FailureKind,
    Intent,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
)
from contract_tests.client.evidence import Evidence, Seen, SendAttempt, seen_in
from contract_tests.client.programs import simplest
from contract_tests.client.steps import ACCEPT, BY_NAME, ScriptStep
from contract_tests.client.telling import transcript

BASE = "http://127.0.0.1:9/~s1"
ACCEPTANCE = '{"message":"0: Accepted for delivery","id":"m1"}'


def seen(step: ScriptStep = ACCEPT, at: str = "2026-01-15T09:00:00.000Z", **changed: Any) -> Seen:
    """A send as the journal shows it."""
    authorization = changed.pop("authorization", "***")
    headers = {"host": "127.0.0.1:9", "content-type": "application/json", "content-length": "9"}
    headers |= {} if authorization is None else {"authorization": authorization}
    url = changed.pop("url", f"{BASE}/api/Admin/send")
    status, text = changed.pop("status", 200), changed.pop("answer", ACCEPTANCE)
    request = {"method": "POST", "url": url, "headers": [{"name": n, "value": v} for n, v in headers.items()]}
    kind = [{"name": "Content-Type", "value": "application/json"}] if status else []
    entry = {
        "startedDateTime": at,
        "request": {**request, "postData": {"text": changed.pop("body", '{"text":"Hi"}')}},
        "response": {"status": status, "headers": kind, "content": {"text": text}},
        "_exchange": {"id": "1", "outcome": "accepted", "message_id": "m1", **changed},
    }
    return seen_in(entry, step)


TIMED_OUT = ReportedFailed("timed out")


def told(*exchanges: Seen, answer: Answer = TIMED_OUT, late: tuple[Seen, ...] = (), **given: Any) -> list[str]:
    """The transcript of one intent."""
    intent = Intent(1, BASE, USERNAME, PASSWORD, given.pop("message", simplest()), 2.0)
    attempt = SendAttempt(intent, answer, exchanges, given.pop("seconds", 0.25))
    return transcript(Evidence(Case((intent.message,)), (attempt,), late, BASE))


def test_a_send_is_told_as_a_command_with_what_came_of_it() -> None:
    """When, what was sent, which step it met, what was answered, and the client's word."""
    login = f'-u {USERNAME}:"$SMS_PASSWORD"'
    content = """-H 'content-type: application/json' --data-binary '{"text":"Hi"}'"""
    command = f"curl -sS -X POST {login} {content} '{BASE}/api/Admin/send'"

    lines = told(
        seen(BY_NAME["reset-after"]),
        seen(ACCEPT, "2026-01-15T09:00:01.234Z"),
        answer=ReportedAccepted("m1", "MITTO"),
    )

    assert lines == [
        'intent 1 of 1, admin: {"destination": "+447700900123", "text": "Hi"}',
        f"0.000 s  {command}",
        "         the gateway: reset-after; it takes the message; the client sees no answer, or one that breaks off",
        f"         answered: 200 application/json {ACCEPTANCE}",
        f"1.234 s  {command}",
        "         the gateway: accepted; it takes the message",
        f"         answered: 200 application/json {ACCEPTANCE}",
        "         the client, 0.250 s after it was asked: accepted, id m1, provider MITTO",
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (ReportedAccepted("m1"), "accepted, id m1"),
        (ReportedAccepted("a\nb"), "accepted, id a\\nb"),
        (ReportedRefused(61), "refused with code 61"),
        (ReportedFailed("timed\nout \u202e"), "failed: timed\\nout \\u202e"),
        (DriverFailure(FailureKind.DIED, "It ended."), "It ended."),
    ],
)
def test_the_clients_word_is_told(answer: Answer, said: str) -> None:
    """Whatever it says stays on its line."""
    assert told(seen(), answer=answer)[-1] == f"         the client, 0.250 s after it was asked: {said}"


def test_last_words_of_a_client_that_died_stand_below() -> None:
    """They tell a developer what broke."""
    lines = told(answer=DriverFailure(FailureKind.DIED, "It ended.", f"Traceback\n  password {PASSWORD}"))

    assert lines[-3:] == [
        "         the client, 0.250 s after it was asked: It ended.",
        "           | Traceback",
        "           |   password ***",
    ]


def test_a_client_that_is_late_and_one_that_sends_nothing() -> None:
    """Both are told as such."""
    assert told(seconds=2.5)[1:] == [
        "         no request reached the gateway",
        "         the client, 2.500 s after it was asked, which is after its limit of 2 s: failed: timed out",
    ]


def test_a_hanging_gateway_answers_nothing() -> None:
    """The step says what the client could see."""
    lines = told(seen(BY_NAME["hang"], status=0, answer="", message_id=None))

    assert lines[2:4] == [
        "         the gateway: hang; the client sees no complete answer within the client's own time-out",
        "         answered: nothing",
    ]


def test_what_still_came_is_told_at_the_end() -> None:
    """A client that sends on when it has given its word."""
    lines = told(seen(), late=(seen(at="2026-01-15T09:00:03Z"),))

    assert lines[5] == "Afterwards, when the client had given its last answer:"
    assert lines[6].startswith("3.000 s  curl ")


def test_a_request_that_is_no_send_met_no_step() -> None:
    """Its answer is the gateway's own."""
    lines = told(seen(url=f"{BASE}/api/Admin/Send", status=404, answer="{}", message_id=None))

    assert not [line for line in lines if "the gateway:" in line]
    assert "         answered: 404 application/json {}" in lines


@pytest.mark.parametrize(
    ("authorization", "shown"), [("***", " -u kit-admin:"), (None, ""), ("Bearer x", " -H 'authorization: Bearer x'")]
)
def test_credentials_are_told_as_they_were_given(authorization: str | None, shown: str) -> None:
    """With a login the command has one, without it has none: copied, it gets the same answer."""
    (command,) = [line for line in told(seen(authorization=authorization)) if "curl" in line]

    assert shown in command
    assert ("SMS_PASSWORD" in command) is (authorization == "***")


def test_no_line_shows_the_password() -> None:
    """Wherever the client put it: what the journal masks is masked here, and what it does not know too."""
    lines = told(
        seen(url=f"{BASE}/api/Admin/send?p={PASSWORD}", body=f'{{"text": "{PASSWORD}"}}', answer=PASSWORD),
        answer=ReportedFailed(f"401 for {PASSWORD}"),
    )

    assert PASSWORD not in "\n".join(lines)
    assert "\n".join(lines).count("***") == 4


def test_long_and_invisible_content_is_shown_short_and_escaped() -> None:
    """A line is a line, whatever stands in a text."""
    lines = told(seen(answer="é\u2028\x00" + "x" * 1000), message={**simplest(), "text": "\u202e\x85" * 400})

    assert all(line.isprintable() and len(line) < 600 for line in lines)
    assert "é\\u2028\\x00xxx" in lines[3]
    assert lines[3].endswith("[...] (1011 characters)")


def test_without_evidence_or_times_there_is_still_something_to_tell() -> None:
    """A breach that no send shows has no transcript; a time that cannot be read is left out."""
    assert transcript(None) == []
    assert told(seen(at="yesterday"))[1].startswith("         curl ")
    assert transcript(Evidence(Case(({},)), ())) == []

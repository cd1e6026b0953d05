"""Transcripts: what the client sent and when, what it received and reported, and never the password."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.client.driver.interface import Answer, DriverFailure
from contract_tests.client.driver.protocol import (
    FailureKind,
    Intent,
    ReportedAccepted,
    ReportedFailed,
    ReportedRefused,
)
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.cases import PASSWORD, USERNAME, Case
from contract_tests.client.play.evidence import Evidence, SeenRequest, SendAttempt, seen_from_har
from contract_tests.client.play.steps import ACCEPT, BY_NAME, ScriptStep
from contract_tests.client.play.transcript import transcript

BASE = "http://127.0.0.1:9/~s1"
ACCEPTANCE = '{"message":"0: Accepted for delivery","id":"m1"}'


def seen(step: ScriptStep = ACCEPT, at: str = "2026-01-15T09:00:00.000Z", **changed: Any) -> SeenRequest:
    """A send as the journal records it."""
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
    return seen_from_har(entry, step)


TIMED_OUT = ReportedFailed("timed out")


def lines_of(
    *exchanges: SeenRequest, answer: Answer = TIMED_OUT, late: tuple[SeenRequest, ...] = (), **given: Any
) -> list[str]:
    """The transcript of one intent."""
    intent = Intent(1, BASE, USERNAME, PASSWORD, given.pop("message", simplest()), 2.0)
    attempt = SendAttempt(intent, answer, exchanges, given.pop("seconds", 0.25))
    return transcript(Evidence(Case((intent.message,)), (attempt,), late, BASE))


def test_a_send_is_shown_as_a_command_with_its_result() -> None:
    """The time, the request, the step, the answer, and the client's report."""
    login = f'-u {USERNAME}:"$SMS_PASSWORD"'
    content = """-H 'content-type: application/json' --data-binary '{"text":"Hi"}'"""
    command = f"curl -sS -X POST {login} {content} '{BASE}/api/Admin/send'"

    lines = lines_of(
        seen(BY_NAME["reset-after"]),
        seen(ACCEPT, "2026-01-15T09:00:01.234Z"),
        answer=ReportedAccepted("m1", "MITTO"),
    )

    assert lines == [
        'intent 1 of 1, admin: {"destination": "+447700900123", "text": "Hi"}',
        f"0.000 s  {command}",
        "         the gateway: reset-after; it accepts the message; the client sees no answer, or a truncated one",
        f"         answered: 200 application/json {ACCEPTANCE}",
        f"1.234 s  {command}",
        "         the gateway: accepted; it accepts the message",
        f"         answered: 200 application/json {ACCEPTANCE}",
        "         the client, after 0.250 s: accepted, id m1, provider MITTO",
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
def test_the_clients_report_is_shown(answer: Answer, said: str) -> None:
    """Always on one line."""
    assert lines_of(seen(), answer=answer)[-1] == f"         the client, after 0.250 s: {said}"


def test_the_last_output_of_a_client_that_died_is_shown_below() -> None:
    """It tells a developer what broke."""
    lines = lines_of(answer=DriverFailure(FailureKind.DIED, "It ended.", f"Traceback\n  password {PASSWORD}"))

    assert lines[-3:] == [
        "         the client, after 0.250 s: It ended.",
        "           | Traceback",
        "           |   password ***",
    ]


def test_a_client_that_is_late_and_one_that_sends_nothing() -> None:
    """Both are shown as such."""
    assert lines_of(seconds=2.5)[1:] == [
        "         no request reached the gateway",
        "         the client, after 2.500 s, later than its time-out of 2 s: failed: timed out",
    ]


def test_a_hanging_gateway_answers_nothing() -> None:
    """The step says what the client could see."""
    lines = lines_of(seen(BY_NAME["hang"], status=0, answer="", message_id=None))

    assert lines[2:4] == [
        "         the gateway: hang; the client sees no complete answer within the client's own time-out",
        "         answered: nothing",
    ]


def test_late_requests_are_shown_at_the_end() -> None:
    """For a client that keeps sending after its answer."""
    lines = lines_of(seen(), late=(seen(at="2026-01-15T09:00:03Z"),))

    assert lines[5] == "After the last answer of the client:"
    assert lines[6].startswith("3.000 s  curl ")


def test_a_request_that_is_not_a_send_has_no_step() -> None:
    """Its answer is the gateway's own."""
    lines = lines_of(seen(url=f"{BASE}/api/Admin/Send", status=404, answer="{}", message_id=None))

    assert not [line for line in lines if "the gateway:" in line]
    assert "         answered: 404 application/json {}" in lines


@pytest.mark.parametrize(
    ("authorization", "shown"), [("***", " -u kit-admin:"), (None, ""), ("Bearer x", " -H 'authorization: Bearer x'")]
)
def test_credentials_are_shown_as_they_were_sent(authorization: str | None, shown: str) -> None:
    """The command has a login only if the request had one, so that it gets the same answer."""
    (command,) = [line for line in lines_of(seen(authorization=authorization)) if "curl" in line]

    assert shown in command
    assert ("SMS_PASSWORD" in command) is (authorization == "***")


def test_no_line_shows_the_password() -> None:
    """Wherever the client put it, whether the journal masks it or not."""
    lines = lines_of(
        seen(url=f"{BASE}/api/Admin/send?p={PASSWORD}", body=f'{{"text": "{PASSWORD}"}}', answer=PASSWORD),
        answer=ReportedFailed(f"401 for {PASSWORD}"),
    )

    assert PASSWORD not in "\n".join(lines)
    assert "\n".join(lines).count("***") == 4


def test_long_and_invisible_content_is_shown_short_and_escaped() -> None:
    """A text never breaks its line."""
    lines = lines_of(seen(answer="é\u2028\x00" + "x" * 1000), message={**simplest(), "text": "\u202e\x85" * 400})

    assert all(line.isprintable() and len(line) < 600 for line in lines)
    assert "é\\u2028\\x00xxx" in lines[3]
    assert lines[3].endswith("[...] (1011 characters)")


def test_missing_evidence_and_unreadable_times() -> None:
    """A breach without evidence has no transcript; an unreadable time is left out."""
    assert transcript(None) == []
    assert lines_of(seen(at="yesterday"))[1].startswith("         curl ")
    assert transcript(Evidence(Case(({},)), ())) == []

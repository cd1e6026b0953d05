"""The checks of every answer, and how requests and findings are shown."""

from __future__ import annotations

import json
import shlex

import pytest

from contract_tests.contract.document import ADMIN_SEND, SERVICES_HEALTH, Contract
from contract_tests.contract.readings import Readings
from contract_tests.contract.requirements import load_requirements
from contract_tests.model.outcome import ACCEPTED, by_reading, just, malformed, refused
from contract_tests.model.universal_checks import judge
from contract_tests.openapi import documented_codes
from contract_tests.report.console import failures, summary
from contract_tests.report.failures import Failure, ReportedFailure
from contract_tests.report.files import as_junit
from contract_tests.report.verdicts import CheckResult, Report, Verdict
from contract_tests.target.exchange import NOT_JSON, Answer, Login, Request, curl, masked
from contract_tests.target.target import json_request

LOGIN = Login("admin", "pa'ss wörd")
SEND = json_request(ADMIN_SEND, b'{"destination": "+0"}', LOGIN)
JSON = {"content-type": "application/json"}
CHALLENGE = {**JSON, "www-authenticate": 'Basic realm="SMS Gateway"'}
ACCEPTANCE = b'{"message":"0: Accepted for delivery","id":"b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33"}'


def kinds(
    answer: Answer, request: Request = SEND, readings: Readings | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """The kind and the requirement ids of each failure of an answer."""
    known = readings or Readings()
    return [(failure.kind, failure.ids) for failure in judge(request, answer, Contract(known), known)]


def envelope(code: object, message: str, **members: object) -> bytes:
    """An envelope, with members replaced."""
    return json.dumps({"code": code, "message": message, "details": None, **members}).encode()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, JSON, ACCEPTANCE),
        Answer(200, {"content-type": "application/json; charset=UTF-8"}, ACCEPTANCE),
        Answer(500, JSON, envelope(56, "Invalid number")),
        Answer(400, JSON, envelope(400, "Malformed request", details="text: …")),
        Answer(401, CHALLENGE, envelope(63, "Username or password not valid")),
        Answer(404, JSON, envelope(404, "Not found")),
    ],
)
def test_right_answers_pass(answer: Answer) -> None:
    """ANS-1 to ANS-5, BAD-5: correct answers have no findings."""
    assert kinds(answer) == []


@pytest.mark.parametrize(
    ("answer", "kind", "id_"),
    [
        (Answer(500, {"content-type": "text/plain"}, b"Internal Server Error"), "Crash", "ANS-3"),
        (Answer(500, {**JSON, "x-mock-bug": "7"}, envelope(56, "Invalid number")), "Crash", "ANS-3"),
        (Answer(200, {}, ACCEPTANCE), "WrongType", "ANS-1"),
        (Answer(200, {"content-type": "application/json; charset=latin-1"}, ACCEPTANCE), "WrongType", "ANS-1"),
        (Answer(200, JSON, ACCEPTANCE[:-1]), "WrongType", "ANS-1"),
        (Answer(200, JSON, b'{"id": 1}'), "NoContract", "ANS-1"),
        (Answer(201, JSON, ACCEPTANCE), "NoContract", "ANS-3"),
        (Answer(302, {**JSON, "location": "/"}, b"{}"), "NoContract", "ANS-3"),
        (Answer(500, JSON, envelope(57, "x")), "NoContract", "ANS-3"),
        (Answer(500, JSON, envelope("56", "Invalid number")), "NoContract", "ANS-3"),
        (Answer(500, JSON, envelope(56, "Invalid Number")), "WrongText", "ERR-56"),
        (Answer(500, JSON, envelope(56, "Invalid number", details="x")), "WrongDetails", "ANS-3"),
        (Answer(401, JSON, envelope(63, "Username or password not valid")), "WrongHeader", "ANS-5"),
        (Answer(404, JSON, b'{"error": "x"}'), "NoContract", "BAD-5"),
        (Answer(404, JSON, envelope(400, "Not found")), "NoContract", "BAD-5"),
        (Answer(400, JSON, envelope(400, "Malformed request", details=LOGIN.password)), "SecretEchoed", "ACC-1"),
        (Answer(400, {**JSON, "x-seen": LOGIN.header}, envelope(400, "Malformed request")), "SecretEchoed", "ACC-1"),
    ],
)
def test_wrong_answers_are_told(answer: Answer, kind: str, id_: str) -> None:
    """Each kind of wrong answer has its own failure class and requirement."""
    assert (kind, id_) in [(kind, id_) for kind, ids in kinds(answer) for id_ in ids]


def test_an_answer_that_fits_another_operation_is_wrong() -> None:
    """OP-5: the schema is that of the requested operation."""
    assert kinds(Answer(200, JSON, ACCEPTANCE), Request("POST", SERVICES_HEALTH))[0][1] == ("OP-5",)


def test_an_open_reading_is_learnt_and_then_binding() -> None:
    """ANS-5: a target may send the challenge or omit it, but must be consistent."""
    readings = Readings(open_ones=True)
    without = Answer(401, JSON, envelope(63, "Username or password not valid"))

    assert kinds(without, readings=readings) == []
    assert readings.seen == {"ANS-5": "no-challenge"}
    assert kinds(Answer(401, CHALLENGE, without.body), readings=readings) == [("WrongHeader", ("ANS-5",))]


def test_the_document_follows_the_readings() -> None:
    """BAD-1, ACC-2, BAD-3, BAD-6: an alternative reading is binding too; an open reading allows both."""
    body = envelope(400, "Malformed request", details="x")

    assert kinds(Answer(500, JSON, body)) != []
    assert kinds(Answer(500, JSON, body), readings=Readings({"BAD-1": 500})) == []
    assert kinds(Answer(500, JSON, body), readings=Readings(open_ones=True)) == []
    forbidden = Answer(403, JSON, envelope(63, "Username or password not valid"))
    assert kinds(forbidden) != []
    assert kinds(forbidden, readings=Readings({"ACC-2": 403})) == []


def test_the_catalogue_comes_from_the_document() -> None:
    """ERR-8 to ERR-74, BAD-5: every code has its texts, read from the document."""
    contract = Contract(Readings())

    assert contract.codes[500] == {code for code in documented_codes() if code != 63}
    assert contract.messages(401, 63) == ("Missing basic authentication header", "Username or password not valid")
    assert contract.codes[405] == {405}


def test_expectations_follow_the_readings() -> None:
    """A known reading allows one outcome; an open one allows all, each with the reading that it would show."""
    expected = by_reading("BAD-3", {"400": malformed(), "accepted": ACCEPTED, "66": refused(66)})

    assert [str(outcome) for outcome, _ in expected.under(Readings())] == ["400 with code 400"]
    assert len(expected.under(Readings(open_ones=True))) == 4
    assert [outcome.status for outcome, _ in just(malformed()).under(Readings({"BAD-1": 500}))] == [500]


@pytest.mark.parametrize("assume", [{"AF-2": 7}, {"ERR-8": "x"}, {"XX-1": 1}])
def test_readings_that_do_not_exist(assume: dict[str, object]) -> None:
    """`--assume` accepts only the values that the requirements list."""
    with pytest.raises(ValueError, match="read"):
        Readings(assume)


def test_curl_repeats_the_request_and_keeps_the_password() -> None:
    """The command of a failure can be pasted; it takes the password from SMS_PASSWORD."""
    command = curl("http://127.0.0.1:1/", SEND)
    words = shlex.split(command)

    assert words[0] == "curl"
    assert "admin:$SMS_PASSWORD" in words
    assert '{"destination": "+0"}' in words
    assert "http://127.0.0.1:1/api/Admin/send" in words
    assert LOGIN.password not in command
    assert "Authorization" not in command
    assert repr(LOGIN) == "Login(username='admin')"


@pytest.mark.parametrize("body", [b"\xff\x00", b"x" * 3000, b"a\0b"])
def test_curl_shows_bytes_that_are_no_text(body: bytes) -> None:
    """Bytes are escaped, and a long body is replaced by its length."""
    command = curl("http://h", Request("POST", "/p", (), body))

    assert "--data-binary" in command
    assert "\0" not in command
    assert len(command) < 3000


def test_secrets_are_masked_in_every_spelling() -> None:
    """An answer that echoes the password is shown without it."""
    shown = masked(f"plain {LOGIN.password} and {LOGIN.header}", LOGIN)

    assert LOGIN.password not in shown
    assert LOGIN.header.removeprefix("Basic ") not in shown


def test_an_answer_without_json_has_no_members() -> None:
    """Reading a member never fails, whatever the body is."""
    assert Answer(200, {}, b"[1]").member("code") is NOT_JSON
    assert Answer(200, {}, b"\xff").json is NOT_JSON
    assert Answer(200, {}, b"[" * 100_000).json is NOT_JSON


def report_with(*findings: ReportedFailure, not_testable: str | None = None) -> Report:
    """A report of one check."""
    return Report(
        "http://h", 7, (CheckResult("a check", ("ERR-56",), findings, not_testable),), {"AF-2": "100"}, "again"
    )


def test_a_finding_breaks_every_statement_it_names() -> None:
    """This includes requirements that the check does not name."""
    report = report_with(ReportedFailure(Failure(("ERR-56", "ANS-3"), "said"), SEND, Answer(200, JSON, b"\x01{}")))
    broken = {s.requirement.id for s in report.standings() if s.verdict is Verdict.BROKEN}

    assert report.exit_code == 1
    assert broken == {"ERR-56", "ANS-3"}
    text = "\n".join([*failures(report), *summary(report)])
    assert "ERR-56 (documented)" in text
    assert "seed 7" in text
    assert "AF-2=100" in text
    assert "again --only ERR-56" in text
    assert LOGIN.password not in text
    assert "\x01" not in as_junit(report)


def test_a_check_that_could_not_be_made_is_neither_kept_nor_broken() -> None:
    """If no check was made, the exit code is 2; each requirement is reported, untested ones with the reason."""
    report = report_with(not_testable="it needs a stand-in")
    standings = {standing.requirement.id: standing for standing in report.standings()}

    assert report.exit_code == 2
    assert set(standings) == {requirement.id for requirement in load_requirements()}
    assert {standing.verdict for standing in standings.values()} == {Verdict.NOT_TESTABLE}
    assert standings["ERR-56"].why == "it needs a stand-in"
    assert standings["WH-1"].why == "no check was chosen"
    assert all(standing.why for standing in standings.values())

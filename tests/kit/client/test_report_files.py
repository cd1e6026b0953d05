"""The report as JSON and JUnit XML."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from contract_tests.client.reporting.files import FORMAT, as_json, as_junit, checked_file, write_report
from contract_tests.client.results import ClientReport
from contract_tests.target.exchange import Login
from contract_tests.target.target import CouldNotRunError
from tests.kit.client import sample_reports as made
from tests.structure.project_sources import pages

WHOLE = {
    "format", "client", "operation", "seed", "command", "exit_code", "verdict", "notes", "counts", "cases", "seconds",
    "closed_gaps", "checks", "coverage",
}  # fmt: skip
CHECK = {
    "id", "verdict", "severity", "why", "requirements", "cases", "broken", "known_gap", "remark", "failure",
}  # fmt: skip
FAILURE = {"said", "intent", "exchange", "case", "transcript", "replay", "commands"}
COVERAGE = {"steps", "codes", "statuses", "fields", "not_met", "receipts"}


def test_the_members_are_these_and_all_are_documented() -> None:
    """Scripts read them: removing or renaming a member needs another `format`."""
    found = as_json(made.everything())

    assert FORMAT == found["format"] == 1
    assert set(found) == WHOLE
    assert all(set(each) == CHECK for each in found["checks"])
    assert all(set(each["failure"]) == FAILURE for each in found["checks"] if each["failure"])
    assert set(found["coverage"]) == COVERAGE
    words = set(re.findall(r"`(\w+)`", pages()["docs/suite-b.md"]))
    assert (WHOLE | CHECK | FAILURE | COVERAGE) - words == set()


def test_json_has_the_content_of_the_report() -> None:
    """Verdicts, gaps, the shrunk case, and the replay commands."""
    found = as_json(made.everything())
    checks = {each["id"]: each for each in found["checks"]}

    assert found["exit_code"] == 1
    assert found["counts"] == {"kept": 2, "broken": 4, "not testable": 1, "not reached": 1}
    assert found["closed_gaps"] == ["outcome.id"]
    assert checks["outcome.provider"]["known_gap"] is True
    failure = checks["resend.unknown-fate"]["failure"]
    assert failure["case"]["program"] == ["reset-after"]
    assert failure["commands"][-1] == "sms-mock serve --scenario r.yaml"
    assert checks["receipts.race"]["failure"]["case"] is None
    assert found["coverage"]["not_met"] == ["hang", "hang-after", "slow-drip"]
    race = {"check": "receipts.race", "what": "receipt 1, then the answer", "answered": {"204": 2, "500": 1}}
    assert {**race, "said": "accepted"} in found["coverage"]["receipts"]
    assert found["coverage"]["codes"]["61"] > 0
    assert found["coverage"]["statuses"]["401"] == 2


@pytest.mark.parametrize("text", made.HOSTILE.values(), ids=made.HOSTILE.keys())
def test_json_preserves_every_text(text: str, tmp_path: Path) -> None:
    """A script gets the exact case."""
    file = tmp_path / "report.json"
    report = made.hostile(text)

    write_report(report, file)
    found = json.loads(file.read_text(encoding="ascii"))

    assert found == as_json(report)
    assert found["client"] == text
    assert found["checks"][0]["failure"]["case"]["messages"][0]["text"] == text


def test_the_same_report_is_the_same_text() -> None:
    """Reports can be compared line by line."""
    assert json.dumps(as_json(made.everything())) == json.dumps(as_json(made.everything()))


def suite_of(report: ClientReport) -> ET.Element:
    """The test suite; its counts are checked."""
    suite = ET.fromstring(as_junit(report))  # noqa: S314 - our own
    cases = suite.findall("testcase")
    assert suite.tag == "testsuite"
    assert [child.tag for child in suite] == ["properties", *["testcase"] * len(cases)]
    assert all({"name", "classname", "time"} == set(case.keys()) and len(case) <= 1 for case in cases)
    assert int(suite.get("tests", "")) == len(cases)
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(attribute, "")) == len(suite.findall(f"testcase/{tag}")), tag
    return suite


def results(suite: ET.Element) -> dict[str, str]:
    """By check: passed, or the element in its test case."""
    return {case.get("name", ""): case[0].tag if len(case) else "passed" for case in suite.findall("testcase")}


def test_junit_has_a_test_case_for_each_check() -> None:
    """Failed if it fails the run; a known gap does not."""
    assert results(suite_of(made.everything())) == {
        "wanted.text": "passed",
        "retry.permanent": "failure",
        "resend.unknown-fate": "failure",
        "outcome.provider": "skipped",
        "receipts.quick": "skipped",
        "retry.hammering": "skipped",
        "outcome.id": "failure",
        "receipts.race": "failure",
    }


def test_junit_has_the_sentence_of_a_failure_as_message_and_the_rest_as_text() -> None:
    """The type is the severity."""
    failure = suite_of(made.report(made.broken("a.b"))).find("testcase/failure")

    assert failure is not None
    assert failure.attrib == {"type": "major", "message": "the message was sent twice"}
    assert "Why it matters" in (failure.text or "")
    assert "Again: sms-contract client" in (failure.text or "")


def test_junit_says_why_a_check_is_skipped() -> None:
    """Not testable, not reached, known gap."""
    said = [each.get("message") for each in suite_of(made.everything()).findall("testcase/skipped")]

    assert said == [
        "broken: broken in 4 of 9 cases; a known gap",
        "not testable: needs --webhook-url",
        "not reached",
    ]


@pytest.mark.parametrize("report", [made.report(made.NOT_REACHED, cases=0), made.report(cases=0)])
def test_junit_of_a_run_without_a_case_is_an_error(report: ClientReport) -> None:
    """A build server that reads only JUnit sees it as well."""
    assert results(suite_of(report))["cases"] == "error"


@pytest.mark.parametrize(
    "report",
    [
        made.everything(),
        made.report(made.KEPT),
        made.report(made.broken("a.b", gap=True)),
        made.report(made.CLOSED, closed_gaps=("outcome.id",)),
        made.report(made.NOT_REACHED, cases=0),
    ],
)
def test_junit_fails_exactly_when_the_exit_code_does(report: ClientReport) -> None:
    """Both agree."""
    assert bool(set(results(suite_of(report)).values()) & {"failure", "error"}) == bool(report.exit_code)


@pytest.mark.parametrize("text", made.HOSTILE.values(), ids=made.HOSTILE.keys())
def test_junit_is_well_formed_for_every_text(text: str, tmp_path: Path) -> None:
    """Characters that XML does not allow are replaced."""
    file = tmp_path / "report.xml"

    write_report(made.hostile(text), file)

    assert ET.parse(file).getroot().tag == "testsuite"  # noqa: S314 - our own
    suite_of(made.hostile(text))


@pytest.mark.parametrize("name", ["report.pdf", "report", "report.html.gz"])
def test_another_suffix_is_refused_before_the_run(name: str, tmp_path: Path) -> None:
    """One sentence names the valid ones."""
    with pytest.raises(CouldNotRunError, match=r"a report is a \.html, \.json or \.xml file"):
        checked_file(tmp_path / name)


@pytest.mark.parametrize("suffix", [".html", ".json", ".xml"])
def test_a_missing_folder_is_reported_before_the_run_and_after_it(suffix: str, tmp_path: Path) -> None:
    """It may be removed in the meantime."""
    file = tmp_path / "nowhere" / f"report{suffix}"

    with pytest.raises(CouldNotRunError, match="there is no folder"):
        checked_file(file)
    with pytest.raises(CouldNotRunError, match="The report cannot be written"):
        write_report(made.report(), file)
    assert checked_file(tmp_path / f"report{suffix}") == tmp_path / f"report{suffix}"


@pytest.mark.parametrize("suffix", [".html", ".json", ".xml"])
def test_no_report_holds_the_password(suffix: str, tmp_path: Path) -> None:
    """Not even if the client repeats the login."""
    login = Login("kit-admin", made.PASSWORD)
    one = made.broken("a.b", reason=f"cannot log in with {login.password} or {login.header}")

    write_report(made.report(one), tmp_path / f"report{suffix}")

    written = (tmp_path / f"report{suffix}").read_text(encoding="utf-8")
    assert "cannot log in with ***" in written
    assert [each for each in login.spellings if each in written] == []

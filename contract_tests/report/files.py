"""Report files: JSON, and JUnit XML with a test case for each check."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from contract_tests.report.failures import ReportedFailure
from contract_tests.report.verdicts import CheckResult, Report
from contract_tests.target.exchange import Answer, Request, curl, masked
from contract_tests.target.target import CouldNotRunError

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_report(report: Report, file: Path) -> None:
    """Write `FILE.json` or `FILE.xml`."""
    write_text(as_junit(report) if file.suffix == ".xml" else json.dumps(as_json(report), indent=2) + "\n", file)


def write_text(content: str, file: Path) -> None:
    """Write a report; `CouldNotRunError` if that fails."""
    try:
        # A folder may have gone in the meantime, and what a target says may hold half a character.
        file.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CouldNotRunError(f"The report cannot be written to {file}: {error.strerror or error}.") from error


def checked_file(file: Path, suffixes: Sequence[str] = (".json", ".xml")) -> Path:
    """The file, if a report can be written there; checked before the run."""
    if file.suffix not in suffixes:
        *others, last = suffixes
        raise CouldNotRunError(f"{file}: a report is a {', '.join(others)} or {last} file.")
    if not file.parent.is_dir():
        raise CouldNotRunError(f"{file}: there is no folder {file.parent}.")
    return file


def as_json(report: Report) -> dict[str, Any]:
    """The whole report as plain values."""
    return {
        "url": report.url,
        "seed": report.seed,
        "command": report.command,
        "exit_code": report.exit_code,
        "seconds": round(report.seconds, 3),
        "readings_seen": dict(report.readings),
        "requirements": [
            {
                "id": standing.requirement.id,
                "grade": standing.requirement.grade,
                "verdict": standing.verdict.value,
                "checks_made": standing.checks,
                "checks_not_made": standing.not_made,
                "remark": standing.why,
            }
            for standing in report.standings()
        ],
        "checks": [_check(report, result) for result in report.results],
    }


def _check(report: Report, result: CheckResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "requirements": list(result.ids),
        "not_testable": result.not_testable,
        "requests": result.requests,
        "seconds": round(result.seconds, 3),
        "failures": [_finding(report, finding) for finding in result.findings],
    }


def _finding(report: Report, finding: ReportedFailure) -> dict[str, Any]:
    request, answer = finding.request, finding.answer
    return {
        "kind": finding.failure.kind,
        "requirements": list(finding.failure.ids),
        "said": finding.failure.said,
        "before": list(finding.script),
        "curl": None if request is None else curl(report.url, request),
        "answer": None if answer is None else _answer(request, answer),
    }


def _answer(request: Request | None, answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "shown": masked(answer.shown(), request.login if request else None)}


def as_junit(report: Report) -> str:
    """JUnit XML: a check with findings is a failure, one that could not run is skipped."""
    suite = Element("testsuite", name="sms-contract gateway", tests=str(len(report.results)), errors="0")
    suite.set("failures", str(sum(result.failed for result in report.results)))
    suite.set("skipped", str(len(report.results) - len(report.made)))
    suite.set("time", f"{report.seconds:.3f}")
    properties = SubElement(suite, "properties")
    for name, value in (("url", report.url), ("seed", str(report.seed)), ("command", report.command)):
        SubElement(properties, "property", name=name, value=value)
    for result in report.results:
        case = SubElement(suite, "testcase", classname="contract", name=result.name, time=f"{result.seconds:.3f}")
        for finding in result.findings:
            said = f"{', '.join(finding.failure.ids)}: {finding.failure.said}"
            shown = json.dumps(_finding(report, finding), indent=2, ensure_ascii=False)
            SubElement(case, "failure", type=finding.failure.kind, message=xml_text(said)).text = xml_text(shown)
        if not result.failed and result.not_testable is not None:
            SubElement(case, "skipped", message=xml_text(result.not_testable))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def xml_text(text: str) -> str:
    """The text without characters that XML cannot contain."""
    return _NOT_XML.sub("\ufffd", text)

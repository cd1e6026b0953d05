"""A report for machines and browsers: JSON, JUnit XML, and one self-contained page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from contract_tests.client.findings import Report, Standing, Verdict
from contract_tests.client.reporting.console import failure_lines, happened, remark_of
from contract_tests.client.reporting.page import as_page
from contract_tests.target import CouldNotRunError

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUFFIXES = (".html", ".json", ".xml")


def checked_file(file: Path) -> Path:
    """The file, if a report can be written there; found out before the run and not after it."""
    if file.suffix not in _SUFFIXES:
        raise CouldNotRunError(f"{file}: a report is one of {', '.join(_SUFFIXES)}.")
    if not file.parent.is_dir():
        raise CouldNotRunError(f"{file}: there is no folder {file.parent}.")
    return file


def write_report(report: Report, file: Path) -> None:
    """Write one file, as its suffix says; `CouldNotRunError` where it cannot be written."""
    if file.suffix == ".html":
        content = as_page(report)
    elif file.suffix == ".xml":
        content = as_junit(report)
    else:
        content = json.dumps(as_json(report), indent=2) + "\n"
    try:
        # What a client says may hold half a character.
        file.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CouldNotRunError(f"The report cannot be written to {file}: {error.strerror or error}.") from error


def as_json(report: Report) -> dict[str, Any]:
    """The whole report as plain values."""
    return {
        "client": report.client,
        "operation": report.operation,
        "seed": report.seed,
        "command": report.command,
        "exit_code": report.exit_code,
        "cases": report.cases,
        "seconds": round(report.seconds, 3),
        "closed_gaps": list(report.closed_gaps),
        "checks": [_check(standing) for standing in report.standings],
        "met": [
            {"step": met.step, "group": met.group, "times": met.times, "said": dict(met.said)} for met in report.met
        ],
        "fields": dict(report.fields),
    }


def _check(standing: Standing) -> dict[str, Any]:
    law, failure = standing.check, standing.failure
    found: dict[str, Any] = {
        "id": law.id,
        "verdict": standing.verdict.value,
        "severity": law.severity.value,
        "why": law.sentence,
        "requirements": list(law.requirements),
        "cases": standing.reached,
        "broken": standing.broken,
        "known_gap": standing.known_gap,
        "remark": remark_of(standing),
        "failure": None,
    }
    if failure is not None:
        found["failure"] = {
            "said": failure.breach.said,
            "case": None if failure.case is None else failure.case.as_json(),
            "transcript": happened(failure),
            "replay": failure.replay,
        }
    return found


def as_junit(report: Report) -> str:
    """JUnit XML with a test case for each check."""
    skipped = sum(each.verdict in {Verdict.NOT_TESTABLE, Verdict.NOT_REACHED} for each in report.standings)
    red = [each for each in report.standings if _is_red(each, report)]
    suite = Element(
        "testsuite",
        name="sms-contract client",
        tests=str(len(report.standings)),
        failures=str(len(red)),
        errors="0",
        skipped=str(skipped),
        time=f"{report.seconds:.3f}",
    )
    for standing in report.standings:
        row = SubElement(
            suite, "testcase", classname=f"sms-contract.client.{report.operation}", name=standing.check.id
        )
        if standing in red:
            text = "\n".join(failure_lines(standing.failure, report)) if standing.failure else remark_of(standing)
            said = standing.failure.breach.said if standing.failure else remark_of(standing)
            SubElement(row, "failure", message=_xml(said), type=standing.check.severity.value).text = _xml(text)
        elif standing.verdict is not Verdict.KEPT:
            SubElement(row, "skipped", message=_xml(remark_of(standing) or standing.verdict.value))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _is_red(standing: Standing, report: Report) -> bool:
    return (standing.verdict is Verdict.BROKEN and not standing.known_gap) or standing.check.id in report.closed_gaps


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)

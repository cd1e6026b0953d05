"""Writes a report as JSON, JUnit XML or a self-contained HTML page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from contract_tests.client.reporting.console import failure_lines
from contract_tests.client.reporting.coverage import coverage_of
from contract_tests.client.reporting.page import as_page
from contract_tests.client.reporting.texts import (
    counts,
    event_lines,
    fails_run,
    headline,
    notes,
    remark_of,
    replay_commands,
    requirements_of,
)
from contract_tests.client.results import ClientFailure, ClientReport, ClientStanding, ClientVerdict
from contract_tests.report import files
from contract_tests.report.files import xml_text

FORMAT = 1
"""The version of the JSON; it changes when a member changes or is removed, not when one is added."""

_SUFFIXES = (".html", ".json", ".xml")


def checked_file(file: Path) -> Path:
    """Check before the run that a report can be written to the file, and return it."""
    return files.checked_file(file, _SUFFIXES)


def write_report(report: ClientReport, file: Path) -> None:
    """Write one file in the format of its suffix; `CouldNotRunError` if it cannot be written."""
    if file.suffix == ".html":
        content = as_page(report)
    elif file.suffix == ".xml":
        content = as_junit(report)
    else:
        content = json.dumps(as_json(report), indent=2) + "\n"
    files.write_text(content, file)


def as_json(report: ClientReport) -> dict[str, Any]:
    """The whole report as plain values, as described in `docs/suite-b.md`."""
    coverage = coverage_of(report)
    return {
        "format": FORMAT,
        "client": report.client,
        "operation": report.operation,
        "seed": report.seed,
        "command": report.command,
        "exit_code": report.exit_code,
        "verdict": headline(report),
        "notes": list(notes(report)),
        "counts": {verdict.value: count for verdict, count in counts(report).items()},
        "cases": report.cases,
        "seconds": round(report.seconds, 3),
        "closed_gaps": list(report.closed_gaps),
        "checks": [_check(standing, report) for standing in report.standings],
        "coverage": {
            "steps": [
                {"step": each.step, "group": each.group, "times": each.times, "said": dict(each.said)}
                for each in report.steps
            ],
            "codes": {str(code): times for code, times in coverage.codes.items()},
            "statuses": dict(coverage.statuses),
            "fields": dict(coverage.fields),
            "not_met": list(coverage.not_met),
            "receipts": [
                {"check": each.check, "what": each.what, "answered": dict(each.answered), "said": each.said}
                for each in report.receipts
            ],
        },
    }


def _check(standing: ClientStanding, report: ClientReport) -> dict[str, Any]:
    check = standing.check
    return {
        "id": check.id,
        "verdict": standing.verdict.value,
        "severity": check.severity.value,
        "why": check.sentence,
        "requirements": [{"id": each.id, "grade": each.grade} for each in requirements_of(check.requirements)],
        "cases": standing.reached,
        "broken": standing.broken,
        "known_gap": standing.known_gap,
        "remark": remark_of(standing),
        "failure": None if standing.failure is None else _failure(standing.failure, report),
    }


def _failure(failure: ClientFailure, report: ClientReport) -> dict[str, Any]:
    return {
        "said": failure.breach.said,
        "intent": failure.breach.attempt,
        "exchange": failure.breach.exchange,
        "case": None if failure.case is None else failure.case.as_json(),
        "transcript": event_lines(failure),
        "replay": failure.replay,
        "commands": list(replay_commands(failure, report)),
    }


def as_junit(report: ClientReport) -> str:
    """JUnit XML with a test case per check, failed if the check fails the run.

    A broken known gap is skipped. A run without a case has an additional test case, which is an error.
    """
    failed = [each for each in report.standings if fails_run(each, report)]
    skipped = [each for each in report.standings if each.verdict is not ClientVerdict.KEPT and each not in failed]
    empty = report.exit_code == 2
    suite = Element("testsuite", name="sms-contract client", tests=str(len(report.standings) + empty))
    suite.set("failures", str(len(failed)))
    suite.set("errors", str(int(empty)))
    suite.set("skipped", str(len(skipped)))
    suite.set("time", f"{report.seconds:.3f}")
    properties = SubElement(suite, "properties")
    for name, value in (("client", report.client), ("seed", str(report.seed)), ("command", report.command)):
        SubElement(properties, "property", name=name, value=xml_text(value))
    group = f"client.{report.operation}"
    if empty:
        case = SubElement(suite, "testcase", classname=group, name="cases", time="0.000")
        SubElement(case, "error", type="NothingJudged", message=next(notes(report)))
    for standing in report.standings:
        case = SubElement(suite, "testcase", classname=group, name=xml_text(standing.check.id), time="0.000")
        if standing in failed:
            _add_failure(case, standing, report)
        elif standing in skipped:
            SubElement(case, "skipped", message=xml_text(_skip_message(standing)))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, encoding="unicode") + "\n"


def _add_failure(case: Element, standing: ClientStanding, report: ClientReport) -> None:
    failure = standing.failure
    said = remark_of(standing) if failure is None else failure.breach.said
    lines = [said] if failure is None else failure_lines(failure, report)
    element = SubElement(case, "failure", type=standing.check.severity.value, message=xml_text(said))
    element.text = xml_text("\n".join(lines))


def _skip_message(standing: ClientStanding) -> str:
    remark = remark_of(standing)
    return f"{standing.verdict.value}: {remark}" if remark else standing.verdict.value

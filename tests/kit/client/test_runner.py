"""Whole runs: verdicts, replay files, known gaps, the command, and suite B under pytest."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contract_tests.cli import main
from contract_tests.client.driver.function import FunctionDriver
from contract_tests.client.driver.interface import Answer, Driver
from contract_tests.client.driver.protocol import Intent, Outcome, ReportedAccepted, ReportedFailed
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.cases import Case
from contract_tests.client.play.steps import BY_NAME
from contract_tests.client.results import ClientReport, ClientVerdict
from contract_tests.client.run.replay_files import read_replay
from contract_tests.client.run.runner import ClientOptions, run
from contract_tests.target.target import CouldNotRunError
from tests.kit.broken_clients import BROKEN
from tests.kit.broken_clients.base import ClientDriver
from tests.structure.project_sources import ROOT

pytestmark = pytest.mark.long

PYTHON_EXAMPLE = shlex.join([sys.executable, str(ROOT / "examples" / "python_httpx2" / "driver.py")])


def judged(make: Callable[[], Driver], **options: Any) -> ClientReport:
    """Run the suite on a client in this process, without files and without generated cases."""
    given: dict[str, Any] = {"client": "test", "seed": 11, "cases": 0, "timeout_s": 0.3, "folder": None, **options}
    return asyncio.run(run(ClientOptions(**given), make))


def client_named(name: str) -> Callable[[], Driver]:
    """The broken client with this name."""
    return next(each.make for each in BROKEN if each.name == name)


def broken(report: ClientReport) -> list[str]:
    """The ids of the broken checks."""
    return [each.check.id for each in report.standings if each.verdict is ClientVerdict.BROKEN]


def test_a_healthy_client_keeps_every_check_that_can_be_tested() -> None:
    """Every check was reached; otherwise it would not be kept."""
    report = judged(ClientDriver, cases=40)

    verdicts = {each.verdict for each in report.standings if not each.check.id.startswith("receipts.")}
    assert verdicts == {ClientVerdict.KEPT}
    assert report.exit_code == 0
    assert all(step.times for step in report.steps)
    assert all(report.fields.values())


def test_the_same_seed_gives_the_same_verdicts_and_the_same_smallest_cases() -> None:
    """A repeated run finds the same."""
    make = client_named("sends again after a reset")
    one, other = (judged(make, cases=40, workers=workers, shrink_s=60) for workers in (1, 3))

    assert broken(one) == broken(other) != []
    assert [each.failure.case for each in one.standings if each.failure] == [
        each.failure.case for each in other.standings if each.failure
    ]


def test_a_breach_is_shrunk_and_written_to_a_replay_file(tmp_path: Path) -> None:
    """With the smallest message and the shortest program."""
    report = judged(client_named("sends again after a reset"), folder=tmp_path)

    [failure] = [each.failure for each in report.standings if each.check.id == "resend.unknown-fate" and each.failure]
    assert failure.case is not None
    assert failure.case.messages == (simplest(),)
    assert len(failure.case.program) == 1
    assert failure.replay is not None
    check, case = read_replay(Path(failure.replay))
    again = judged(client_named("sends again after a reset"), replay=case)
    assert check in broken(again)
    assert again.cases == 1
    assert judged(ClientDriver, replay=case).exit_code == 0


class FailsAfterAHundred(ClientDriver):
    """Reports every acceptance as failed after a hundred messages."""

    sent = 0

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Send correctly, and report a failure after a hundred messages."""
        self.sent += 1
        answer = await super().send(intent, deadline)
        return ReportedFailed("worn out") if self.sent > 100 and isinstance(answer, ReportedAccepted) else answer


def test_a_breach_that_needs_a_long_history_has_no_replay_file(tmp_path: Path) -> None:
    """A replay starts a new client, which would not show it."""
    report = judged(FailsAfterAHundred, folder=tmp_path, workers=1, shrink_s=0.5)

    [failure] = [each.failure for each in report.standings if each.check.id == "outcome.failed" and each.failure]
    assert failure.replay is None
    assert "freshly started client does not break" in failure.breach.said
    assert not list(tmp_path.glob("outcome.failed*"))


def test_a_secret_printed_before_the_first_case_is_found_by_the_replay_too(tmp_path: Path) -> None:
    """Some clients print it once when they start."""
    make = client_named("prints the password once")
    report = judged(make, folder=tmp_path)

    [failure] = [each.failure for each in report.standings if each.check.id == "secrets.output" and each.failure]
    assert failure.replay is not None
    assert broken(judged(make, replay=read_replay(Path(failure.replay))[1])) == ["secrets.output"]


def test_a_known_gap_does_not_fail_the_run_and_a_closed_one_does() -> None:
    """The list can only get shorter."""
    make = client_named("sends again what was never taken")
    gaps = frozenset(broken(judged(make, shrink_s=0.0)))

    assert judged(make, known_gaps=gaps, shrink_s=0.0).exit_code == 0
    closed = judged(ClientDriver, known_gaps=frozenset({"resend.before"}))
    assert (closed.exit_code, closed.closed_gaps) == (1, ("resend.before",))


def test_an_unknown_known_gap_is_refused_before_anything_runs() -> None:
    """No client and no stand-in is started."""
    with pytest.raises(CouldNotRunError, match=r"no check is called 'resend\.befor'"):
        judged(ClientDriver, known_gaps=frozenset({"resend.befor"}))


def test_a_client_that_may_resend_is_not_judged_for_it() -> None:
    """`--resend allowed`."""
    report = judged(client_named("sends again after a reset"), resend="allowed", shrink_s=0.0)

    assert not [id_ for id_ in broken(report) if id_.startswith("resend.")]
    untested = [each for each in report.standings if each.why == "--resend allowed"]
    assert {each.check.id: each.verdict for each in untested} == {
        "resend.unknown-fate": ClientVerdict.NOT_TESTABLE,
        "resend.before": ClientVerdict.NOT_TESTABLE,
    }


async def _never_calls(_: Intent) -> Outcome:
    return ReportedFailed("no network today")


def test_a_client_that_never_calls_cannot_be_judged() -> None:
    """The error has the base URL and what the client reported."""
    with pytest.raises(CouldNotRunError, match=r"never called the gateway.*base URL http.*no network today"):
        judged(lambda: FunctionDriver(_never_calls))


def test_a_run_without_a_case_is_not_a_success() -> None:
    """Exit code 2."""
    report = judged(ClientDriver, replay=Case((simplest(),), (BY_NAME["refused 61"],)))

    assert report.exit_code == 0
    assert ClientReport("x", "admin", 0, 0, 0.0, report.standings).exit_code == 2


def command(*arguments: str) -> Result:
    """`sms-contract client` in this process."""
    return CliRunner().invoke(main, ["client", *arguments])


def test_the_command_judges_a_client_and_writes_reports(tmp_path: Path) -> None:
    """As JSON, JUnit and HTML; the exit code is the verdict."""
    files = [tmp_path / f"report.{suffix}" for suffix in ("json", "xml", "html")]
    reports = [part for file in files for part in ("--report", str(file))]

    done = command("--command", PYTHON_EXAMPLE, "--cases", "5", "--seed", "3", "--timeout", "0.3", *reports)

    assert done.exit_code == 0, done.output
    found = json.loads(files[0].read_text(encoding="utf-8"))
    assert (found["exit_code"], found["seed"]) == (0, 3)
    suite = ET.parse(files[1]).getroot()  # noqa: S314 - our own
    assert suite.get("failures") == "0"
    assert int(suite.get("tests", "0")) == len(found["checks"])
    assert "Keeps everything that was tested" in files[2].read_text(encoding="utf-8")
    assert "Repeat: sms-contract client" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--command", "no-such-command-anywhere"], "does not start"),
        (["--command", "echo hi"], "is not JSON: 'hi'"),
        (["--command", PYTHON_EXAMPLE, "--report", "x.pdf"], "a report is a .html, .json or .xml file"),
        (["--command", PYTHON_EXAMPLE, "--replay", "no-such-file"], "--replay no-such-file"),
        (["--command", PYTHON_EXAMPLE, "--known-gaps", "no-such-file"], "it cannot be read"),
        (["--command", PYTHON_EXAMPLE, "--mock-url", "http://127.0.0.1:1"], "does not answer"),
    ],
)
def test_a_run_that_cannot_start_ends_with_one_sentence(arguments: list[str], said: str) -> None:
    """Exit code 2, and no traceback."""
    done = command(*arguments)

    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


CONFTEST = """\
import httpx2, pytest

@pytest.fixture(scope="session")
def sms_client():
    async def send(intent):
        async with httpx2.AsyncClient(auth=(intent.username, intent.password), verify=False) as http:
            answer = await http.post(intent.base_url + "/api/Admin/send", json=dict(intent.message))
        return {"outcome": "accepted", "message_id": answer.json()["id"]}
    return send
"""


def test_a_conftest_of_ten_lines_runs_the_suite_on_a_teams_client(tmp_path: Path) -> None:
    """Each check is a test; a failed one says why and how to replay it."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "contract_tests.client", "-q", "--sms-client-cases=5",
         "--sms-client-timeout=0.3", "--sms-client-seed=1", "-p", "no:cacheprovider"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stdout + done.stderr
    assert "driver.protocol" in done.stdout
    assert "KeyError" in done.stdout
    assert "test_client[wanted.text]" not in done.stdout
    assert "Again: sms-mock serve --scenario" in done.stdout


def test_without_a_client_the_suite_says_what_is_missing(tmp_path: Path) -> None:
    """Exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "contract_tests.client", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "a session-scoped fixture `sms_client`" in done.stdout + done.stderr

"""A whole run: what it finds, what it costs, and what it says to those who cannot be judged."""

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

PYTHON_EXAMPLE = shlex.join([sys.executable, str(ROOT / "examples" / "python_httpx2" / "driver.py")])


def judged(make: Callable[[], Driver], **options: Any) -> ClientReport:
    """One run of a client in this process; without files, and with nothing that is generated."""
    given: dict[str, Any] = {"client": "test", "seed": 11, "cases": 0, "timeout_s": 0.3, "folder": None, **options}
    return asyncio.run(run(ClientOptions(**given), make))


def client_named(name: str) -> Callable[[], Driver]:
    """One of the broken clients."""
    return next(each.make for each in BROKEN if each.name == name)


def broken(report: ClientReport) -> list[str]:
    """The ids of what is broken."""
    return [each.check.id for each in report.standings if each.verdict is ClientVerdict.BROKEN]


def test_a_healthy_client_keeps_every_check_that_can_be_tested() -> None:
    """And every one of those was reached: what nothing looked at is not kept."""
    report = judged(ClientDriver, cases=40)

    verdicts = {each.verdict for each in report.standings if not each.check.id.startswith("receipts.")}
    assert verdicts == {ClientVerdict.KEPT}
    assert report.exit_code == 0
    assert all(met.times for met in report.steps)
    assert all(report.fields.values())


def test_the_same_seed_gives_the_same_verdicts_and_the_same_smallest_cases() -> None:
    """Whoever repeats a run finds what was found."""
    make = client_named("sends again after a reset")
    one, other = (judged(make, cases=40, workers=workers, shrink_s=60) for workers in (1, 3))

    assert broken(one) == broken(other) != []
    assert [each.failure.case for each in one.standings if each.failure] == [
        each.failure.case for each in other.standings if each.failure
    ]


def test_a_breach_is_shrunk_and_written_down_as_a_file_that_plays_it_again(tmp_path: Path) -> None:
    """The smallest intent and the shortest program."""
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


class Tired(ClientDriver):
    """Tells every acceptance as a failure once it has sent a hundred messages."""

    sent = 0

    async def send(self, intent: Intent, deadline: float) -> Answer:
        """Send as it should, and tell what it likes."""
        self.sent += 1
        answer = await super().send(intent, deadline)
        return ReportedFailed("tired") if self.sent > 100 and isinstance(answer, ReportedAccepted) else answer


def test_what_only_a_long_history_shows_is_told_without_a_file_that_would_not_show_it(tmp_path: Path) -> None:
    """A replay is played with a client that has just been started."""
    report = judged(Tired, folder=tmp_path, workers=1, shrink_s=0.5)

    [failure] = [each.failure for each in report.standings if each.check.id == "outcome.failed" and each.failure]
    assert failure.replay is None
    assert "just been started does not show it again" in failure.breach.said
    assert not list(tmp_path.glob("outcome.failed*"))


def test_a_secret_that_is_told_before_the_first_case_is_in_the_replay_too(tmp_path: Path) -> None:
    """Some greet with it, and never again."""
    make = client_named("prints the password once")
    report = judged(make, folder=tmp_path)

    [failure] = [each.failure for each in report.standings if each.check.id == "secrets.output" and each.failure]
    assert failure.replay is not None
    assert broken(judged(make, replay=read_replay(Path(failure.replay))[1])) == ["secrets.output"]


def test_a_known_gap_is_no_failure_and_one_that_is_closed_is() -> None:
    """The list can only get shorter."""
    make = client_named("sends again what was never taken")
    gaps = frozenset(broken(judged(make, shrink_s=0.0)))

    assert judged(make, known_gaps=gaps, shrink_s=0.0).exit_code == 0
    closed = judged(ClientDriver, known_gaps=frozenset({"resend.before"}))
    assert (closed.exit_code, closed.closed_gaps) == (1, ("resend.before",))
    with pytest.raises(CouldNotRunError, match=r"no check is called 'resend\.befor'"):
        judged(ClientDriver, known_gaps=frozenset({"resend.befor"}))


def test_who_may_send_again_is_not_blamed_for_it() -> None:
    """`--resend allowed`."""
    report = judged(client_named("sends again after a reset"), resend="allowed", shrink_s=0.0)

    assert not [id_ for id_ in broken(report) if id_.startswith("resend.")]
    left_open = [each for each in report.standings if each.why == "--resend allowed"]
    assert {each.check.id: each.verdict for each in left_open} == {
        "resend.unknown-fate": ClientVerdict.NOT_TESTABLE,
        "resend.before": ClientVerdict.NOT_TESTABLE,
    }


async def _never_calls(_: Intent) -> Outcome:
    return ReportedFailed("no network today")


def test_a_client_that_never_calls_cannot_be_judged() -> None:
    """The sentence has the base URL that it was given, and what it said."""
    with pytest.raises(CouldNotRunError, match=r"never called the gateway.*base URL http.*no network today"):
        judged(lambda: FunctionDriver(_never_calls))


def test_no_case_at_all_is_no_success() -> None:
    """Exit code 2."""
    report = judged(ClientDriver, replay=Case((simplest(),), (BY_NAME["refused 61"],)))

    assert report.exit_code == 0
    assert ClientReport("x", "admin", 0, 0, 0.0, report.standings).exit_code == 2


def command(*arguments: str) -> Result:
    """`sms-contract client` in this process."""
    return CliRunner().invoke(main, ["client", *arguments])


def test_the_command_judges_a_client_and_writes_reports(tmp_path: Path) -> None:
    """JSON, JUnit and a page, and the verdict as the exit code."""
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
def test_what_cannot_be_run_ends_with_one_sentence(arguments: list[str], said: str) -> None:
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


def test_ten_lines_of_conftest_run_the_whole_suite_on_a_teams_client(tmp_path: Path) -> None:
    """Each check is a test; what is broken says why, and how to see it again."""
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

"""The mock keeps the contract: with control, without it, and under every reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from click.testing import CliRunner

from contract_tests.cli import main
from contract_tests.contract.document import Contract
from contract_tests.contract.readings import Readings
from contract_tests.contract.requirements import load_requirements
from contract_tests.gateway.lab import Lab, SuiteBench
from contract_tests.gateway.receiver import receiving
from contract_tests.gateway.runner import Options, chosen_checks, run
from contract_tests.model.world import World
from contract_tests.report.console import failures
from contract_tests.report.verdicts import Report, Verdict
from contract_tests.target.control_client import ControlClient
from contract_tests.target.exchange import Login
from contract_tests.target.safety import NotTestableError
from contract_tests.target.target import Target
from mock_server.api.guard import Access
from mock_server.scenario.loader import scenario_of
from mock_server.testing import MockGateway
from tests.kit.proxy import proxied

pytestmark = pytest.mark.long

SEED = 20260115
ADMIN = Login("admin", "admin-secret")
READINGS: tuple[dict[str, Any], ...] = (
    {"AF-2": 100, "AF-5": "attempts", "ANS-2": "null", "ANS-5": "no-challenge", "ACC-2": 403, "BAD-1": 500}
    | {"BAD-3": 66, "NUM-1": "numbering-plan", "AF-7": "rejected"},
    {"AF-4": "fixed", "ACC-3": "ignored", "URL-3": "explicit", "BAD-3": "accepted", "BAD-6": "plain-http"}
    | {"BAD-7": 66, "WH-5": "independent"},
)


def verdicts(report: Report) -> dict[str, Verdict]:
    """The verdict on each requirement."""
    return {standing.requirement.id: standing.verdict for standing in report.standings()}


def test_the_whole_suite_is_green_on_the_mock(healthy: str, tmp_path: Path) -> None:
    """The command of a user reports every observable requirement as kept."""
    junit, command = tmp_path / "report.xml", ["gateway", "--url", healthy, "--control", healthy]

    result = CliRunner().invoke(main, [*command, "--seed", str(SEED), "--json", "--report", str(junit)])

    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    found = {each["id"]: each["verdict"] for each in report["requirements"]}
    built = {each.id for each in load_requirements() if each.since is None and each.observable}
    assert {id_ for id_, verdict in found.items() if verdict == "kept"} == built
    assert all(each["requests"] for each in report["checks"])
    suite = ET.parse(junit).getroot()  # noqa: S314 - our own file
    assert suite.get("failures") == "0"
    assert len(suite.findall("testcase")) == len(report["checks"])


def test_nothing_is_left_behind() -> None:
    """A run deletes every session that it created."""
    with MockGateway() as gateway:
        run(Options(gateway.url, control=gateway.url, seed=SEED, only=frozenset({"AF-6", "OP-9"}), max_examples=3))

        sessions = httpx2.get(f"{gateway.url}/_control/sessions").json()["sessions"]
    assert [session["id"] for session in sessions] == ["default"]


def test_without_control_what_needs_it_is_not_testable(healthy: str) -> None:
    """With credentials only, nothing is broken, and what cannot be observed is reported as not testable."""
    checks = [each for each in chosen_checks(frozenset()) if not each.generated]

    report = run(Options(healthy, login=ADMIN, seed=SEED), checks=checks)

    found = verdicts(report)
    assert report.exit_code == 0, "\n".join(failures(report))
    assert {found[id_] for id_ in ("AF-3", "AF-4", "AF-5", "AF-6", "WL-1", "PR-2", "OP-9", "ACC-2")} == {
        Verdict.NOT_TESTABLE
    }
    assert {found[id_] for id_ in ("ERR-56", "ERR-66", "ANS-1", "AF-2", "BAD-1", "OP-3")} == {Verdict.KEPT}
    assert report.readings["AF-2"] == "150"
    assert report.readings["BAD-3"] == "400"


def test_with_a_key_the_look_ups_are_judged_without_control(healthy: str) -> None:
    """MS-1 to MS-4, WH-6: what needs no clock is kept; the key is never printed."""
    checks = [each for each in chosen_checks(frozenset()) if "look-ups" in each.name]

    report = run(Options(healthy, login=ADMIN, api_key="status-key", seed=SEED, max_examples=5), checks=checks)

    found = verdicts(report)
    assert report.exit_code == 0, "\n".join(failures(report))
    assert {found[id_] for id_ in ("MS-1", "MS-2", "MS-3", "MS-4", "WH-6", "OP-7", "AF-7")} == {Verdict.KEPT}
    assert found["MS-5"] is Verdict.NOT_TESTABLE
    assert report.readings["AF-7"] == "unknown"
    assert "status-key" not in report.command


def test_a_receiver_on_loopback_is_not_asked_of_another_machine() -> None:
    """A receiver that the target cannot reach makes checks not testable, never broken."""
    control = ControlClient("http://192.0.2.7")
    readings = Readings()
    target = Target("http://127.0.0.1:1")
    bench = SuiteBench(target, Contract(readings), readings, World(), SEED, 1, control)

    with pytest.raises(NotTestableError, match="cannot reach"), receiving(Lab(bench, ("WH-1",))):
        pass
    control.close()


def test_without_credentials_the_checks_that_need_none_are_made(healthy: str) -> None:
    """Without credentials, the checks that need none are made."""
    checks = [each for each in chosen_checks(frozenset()) if not each.generated]

    report = run(Options(healthy, seed=SEED), checks=checks)

    kept = {id_ for id_, verdict in verdicts(report).items() if verdict is Verdict.KEPT}
    assert report.exit_code == 0
    assert {"OP-3", "ERR-63a", "ERR-63b", "BAD-5", "ORD-1"} <= kept
    assert "ERR-56" not in kept


@pytest.mark.parametrize("assume", READINGS, ids=" ".join)
def test_the_mock_is_judged_under_the_readings_it_runs_with(assume: dict[str, Any]) -> None:
    """The suite reads the scenario and tests the mock under its readings."""
    own = {} if "BAD-6" not in assume else {"webhooks": {"https_only": False}}
    assumed = {id_: value for id_, value in assume.items() if id_ != "BAD-6"}
    with MockGateway(scenario_of({"version": 1, "assume": assumed, **own}, "test")) as gateway:
        report = run(Options(gateway.url, control=gateway.url, seed=SEED, max_examples=10))

    assert report.exit_code == 0, "\n".join(failures(report))


def test_a_reading_that_is_assumed_wrongly_is_told() -> None:
    """`--assume` overrides the scenario: the mock then breaks exactly that requirement."""
    with MockGateway() as gateway:
        options = Options(gateway.url, login=ADMIN, seed=SEED, only=frozenset({"ANS-2"}), assume={"ANS-2": "null"})
        report = run(options)

    assert report.exit_code == 1
    assert "ANS-2" in report.broken_ids


def test_limits_of_the_scenario_are_the_limits_that_are_tested() -> None:
    """The suite takes the limits from the scenario."""
    scenario = {
        "version": 1,
        "anti_flooding": {"volume": {"limit": 7, "window": "10m"}, "duplicates": {"limit": 3, "window": "90s"}},
    }
    with MockGateway(scenario_of(scenario, "test")) as gateway:
        checks = [each for each in chosen_checks(frozenset({"AF-1", "AF-2", "AF-3", "AF-4"})) if not each.generated]
        report = run(Options(gateway.url, control=gateway.url, seed=SEED), checks=checks)

    assert report.exit_code == 0, "\n".join(failures(report))
    assert sum(result.requests for result in report.results) < 300


def test_a_session_is_chosen_by_header_if_a_proxy_blocks_the_prefix(healthy: str) -> None:
    """The target is `--url`, even if only `/api` is forwarded to the stand-in."""
    with proxied(healthy) as url:
        checks = [each for each in chosen_checks(frozenset({"AF-7", "WL-1"})) if not each.generated]
        report = run(Options(url, control=healthy, seed=SEED), checks=checks)

    assert report.exit_code == 0, "\n".join(failures(report))


def test_the_same_seed_asks_the_same_questions(healthy: str) -> None:
    """A seed repeats a run: the same checks make the same requests."""
    options = Options(healthy, control=healthy, seed=7, only=frozenset({"WL-2"}), max_examples=5)

    first, second = run(options), run(options)

    assert [(r.name, r.requests) for r in first.results] == [(r.name, r.requests) for r in second.results]


def test_a_control_api_of_another_server_is_noticed(healthy: str) -> None:
    """If requests do not reach the sessions, no verdict is valid."""
    with MockGateway() as other:
        result = CliRunner().invoke(main, ["gateway", "--url", healthy, "--control", other.url])

    assert result.exit_code == 2
    assert "reach no session" in result.output


def test_a_guarded_control_api_is_used_with_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is an option or a variable; without it, the run exits with 2 and says so, never showing the token."""
    token = "t0ken-of-the-kit"
    with MockGateway(access=Access(token=token)) as guarded:
        judge = ["gateway", "--url", guarded.url, "--control", guarded.url, "--only", "ERR-61", "--max-examples", "2"]
        without = CliRunner().invoke(main, judge)
        wrong = CliRunner().invoke(main, [*judge, "--control-token", "t0ken-of-others"])
        by_option = CliRunner().invoke(main, [*judge, "--control-token", token])
        monkeypatch.setenv("SMS_CONTROL_TOKEN", token)
        by_variable = CliRunner().invoke(main, judge)

    assert (without.exit_code, wrong.exit_code) == (2, 2)
    assert "a token is needed" in without.stderr
    assert "t0ken-of-others" not in wrong.output
    assert (by_option.exit_code, by_variable.exit_code) == (0, 0), by_option.output
    assert token not in by_option.output


def test_a_token_that_no_header_carries_is_one_sentence(healthy: str) -> None:
    """The run exits with 2 before any request."""
    for token in (" ", "k\u00e4se", "a\nb"):
        result = CliRunner().invoke(
            main, ["gateway", "--url", healthy, "--control", healthy, "--control-token", token]
        )

        assert result.exit_code == 2
        assert "--control-token: visible ASCII characters" in result.stderr


def test_the_control_client_says_what_failed(healthy: str) -> None:
    """The error for a refused control call is one sentence that names the call."""
    client = ControlClient(healthy)

    with pytest.raises(Exception, match=r"GET .*/_control/nothing answered 404"):
        client.call("GET", "/_control/nothing")
    client.close()

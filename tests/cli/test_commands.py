"""`check`, `scenarios` and `ready`: output and exit codes."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mock_server.cli import main, readiness
from mock_server.testing import MockGateway

BROKEN = "version: 1\nwatchlst: []\naccounts: [{username: a, password: hidden-away, admin: maybe}]\n"


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, arguments)


def test_help_and_version_need_no_server() -> None:
    """Both exit with 0."""
    told, version = run("--help"), run("--version")

    assert (told.exit_code, version.exit_code) == (0, 0)
    assert {"serve", "check", "scenarios", "ready"} <= set(told.output.split())
    assert version.output.startswith("sms-mock, version ")


def test_check_accepts_valid_files_and_shipped_names() -> None:
    """One line each, exit 0."""
    Path("mine.yaml").write_text("version: 1\n")

    result = run("check", "mine.yaml", "default")

    assert (result.exit_code, result.output) == (0, "mine.yaml: ok\ndefault: ok\n")


def test_check_reports_every_problem_with_its_place() -> None:
    """Exit 1, each problem with file, line and column, no password, no traceback."""
    Path("mine.yaml").write_text(BROKEN)

    result = run("check", "mine.yaml", "default", "no-such.yaml")

    assert result.exit_code == 1
    assert "mine.yaml:2:1: watchlst: " in result.stderr
    assert "mine.yaml:3:" in result.stderr
    assert "'no-such.yaml': neither a file nor a shipped scenario" in result.stderr
    assert result.stdout == "default: ok\n"
    assert "hidden-away" not in result.output
    assert "Traceback" not in result.output


def test_check_reports_the_same_as_json() -> None:
    """A list of problems, empty if there are none."""
    Path("mine.yaml").write_text(BROKEN)
    Path("good.yaml").write_text("version: 1\n")

    broken, good = run("check", "--json", "mine.yaml"), run("check", "--json", "good.yaml")

    problems = json.loads(broken.output)
    assert (broken.exit_code, good.exit_code) == (1, 0)
    assert {problem["file"] for problem in problems} == {"mine.yaml"}
    assert [(problem["line"], problem["path"]) for problem in problems] == [
        (2, "watchlst"),
        (3, "accounts[0].admin"),
    ]
    assert json.loads(good.output) == []
    assert "hidden-away" not in broken.output


def test_check_needs_a_file() -> None:
    """A usage error, exit 2."""
    assert run("check").exit_code == 2


def test_scenarios_lists_the_pack_as_text_and_as_json() -> None:
    """Every name with its title; as JSON also with its file."""
    told, listed = run("scenarios"), run("scenarios", "--json")

    entries = json.loads(listed.output)
    assert (told.exit_code, listed.exit_code) == (0, 0)
    assert entries[0]["name"] == "default"
    for entry in entries:
        assert f"{entry['name']}: {entry['title']}\n" in told.output
        assert Path(entry["file"]).is_file()
        assert entry["description"]


def test_ready_succeeds_if_a_gateway_answers(gateway: MockGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option, by environment, by port; a proxy of the environment is not used."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    by_option = run("ready", "--url", gateway.url + "/")
    monkeypatch.setenv("SMS_MOCK_PORT", gateway.url.rpartition(":")[2])
    by_port = run("ready")
    monkeypatch.setenv("SMS_MOCK_URL", gateway.url)
    by_environment = run("ready")

    for result in (by_option, by_port, by_environment):
        assert result.exit_code == 0
        assert json.loads(result.output)["ready"] is True


def test_ready_fails_with_one_line_if_no_gateway_answers(gateway: MockGateway) -> None:
    """A closed port, another answer, an invalid URL."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"

        for url in (closed, f"{gateway.url}/no-such", "nonsense", "ftp://127.0.0.1:1", "http://127.0.0.1:http"):
            result = run("ready", "--url", url)

            assert result.exit_code == 1
            assert result.stderr.startswith(f"not ready: {url}: ")
            assert result.stderr.count("\n") == 1


def test_ready_fails_with_one_line_for_a_server_without_http() -> None:
    """Exit 1."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 mail.example.com ready\r\n")

        other = threading.Thread(target=answer)
        other.start()
        result = run("ready", "--url", url)
        other.join(20)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"not ready: {url}: ")


def test_ready_waits_for_a_gateway_that_is_about_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """It retries until the gateway answers; earlier failures are not printed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    once = readiness._asked
    starting = MockGateway(port=port)
    asked = []

    def starts_it_when_asked(base: str) -> tuple[str, bool]:
        asked.append(once(base))
        if len(asked) == 1:
            starting.start()
        return asked[-1]

    monkeypatch.setattr(readiness, "_asked", starts_it_when_asked)
    result = run("ready", "--wait", "30s", "--url", f"http://127.0.0.1:{port}")
    starting.stop()

    assert [is_ready for _, is_ready in asked] == [False, True]
    assert (result.exit_code, result.stderr) == (0, "")


def test_ready_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the last failure, and exit 1; an invalid duration is exit 2."""
    result = run("ready", "--wait", "0.06s", "--url", "http://127.0.0.1:1")
    assert result.exit_code == 1
    assert result.stderr.count("not ready") == 1

    assert run("ready", "--wait", "soon").exit_code == 2

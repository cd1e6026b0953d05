"""`serve`: its output, and one error line when it cannot start."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2
import pytest
from click.testing import CliRunner, Result

from mock_server import bootstrap
from mock_server.api import server
from mock_server.api.guard import Access
from mock_server.cli import main
from tests.support import ADMIN, DESTINATION, assert_accepted

_PATIENCE = 60
"""Seconds after which a process without output counts as hanging."""


class InstantServer:
    """A server that is ready at once and ends at once."""

    def __init__(self, _: object, on_started: Callable[[], None], __: object = None, **___: object) -> None:
        self._on_started = on_started

    def run(self, sockets: list[socket.socket]) -> None:
        """Report ready, and end."""
        self._on_started()
        for each in sockets:
            each.close()


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """`serve` in this process without serving, to check its output and files."""
    monkeypatch.setattr(server, "HttpServer", InstantServer)
    monkeypatch.setattr(gc, "freeze", int)


def serve(*arguments: str) -> Result:
    """Run `serve` in this process, on any free port."""
    return CliRunner().invoke(main, ["serve", "--port", "0", *arguments])


def assert_one_error_line(result: Result, *words: str) -> None:
    """Assert exit 2, one error line with these words, no traceback, nothing on standard output."""
    assert result.exit_code == 2
    assert result.stderr.startswith("sms-mock: ")
    for word in words:
        assert word in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


@pytest.mark.usefixtures("instant")
def test_the_banner_has_the_url_the_accounts_and_a_line_to_paste() -> None:
    """The shipped passwords are shown: they are no secrets."""
    result = serve()

    assert result.exit_code == 0
    assert "SMS gateway mock at http://127.0.0.1:" in result.stdout
    assert "  admin / admin-secret  (admin)\n" in result.stdout
    assert "  customer-account / customer-secret  (may send URLs)\n" in result.stdout
    assert "  former-customer / former-secret  (not active)\n" in result.stdout
    assert "curl -u admin:admin-secret http://127.0.0.1:" in result.stdout
    assert "/_console" in result.stdout


@pytest.mark.usefixtures("instant")
def test_the_passwords_of_a_custom_scenario_are_not_printed() -> None:
    """Usernames are."""
    Path("mine.yaml").write_text(
        "version: 1\ntitle: Mine\naccounts: [{username: boss, password: hidden-away, admin: true}]\n"
    )

    results = [serve("--scenario", "mine.yaml", *flags) for flags in ((), ("--json-logs",), ("--quiet",))]

    assert "curl -u boss http" in results[0].stdout
    for result in results:
        assert result.exit_code == 0
        assert "hidden-away" not in result.output


@pytest.mark.usefixtures("instant")
def test_without_an_administrator_there_is_no_line_to_paste() -> None:
    """The rest of the banner is printed."""
    Path("mine.yaml").write_text("version: 1\naccounts: []\n")

    result = serve("--scenario", "mine.yaml")

    assert result.exit_code == 0
    assert "curl" not in result.stdout
    assert "/_console" in result.stdout


@pytest.mark.usefixtures("instant")
def test_json_logs_are_one_object_a_line_and_hold_no_password() -> None:
    """Standard output stays empty."""
    result = serve("--json-logs")

    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert result.stdout == ""
    assert [(line["level"], line["logger"]) for line in lines] == [("info", "mock_server")]
    assert "serving" in lines[0]["message"]
    assert "secret" not in result.stderr


@pytest.mark.usefixtures("instant")
def test_quiet_prints_nothing() -> None:
    """Without errors."""
    assert serve("--quiet").output == ""


@pytest.mark.usefixtures("instant")
def test_the_port_file_gets_the_url_and_nothing_is_left_beside_it() -> None:
    """An old one is replaced; no temporary file remains."""
    Path("url.txt").write_text("http://127.0.0.1:1\n")

    serve("--port-file", "url.txt")

    assert Path("url.txt").read_text().startswith("http://127.0.0.1:")
    assert Path("url.txt").read_text() != "http://127.0.0.1:1\n"
    assert [path.name for path in Path().iterdir()] == ["url.txt"]


@pytest.mark.usefixtures("instant")
def test_the_environment_sets_what_no_option_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Port, host, scenario and port file."""
    monkeypatch.setenv("SMS_MOCK_PORT", "0")
    monkeypatch.setenv("SMS_MOCK_HOST", "127.0.0.2")
    monkeypatch.setenv("SMS_MOCK_SCENARIO", "watchlist")
    monkeypatch.setenv("SMS_MOCK_PORT_FILE", "url.txt")

    result = CliRunner().invoke(main, ["serve"])

    assert result.exit_code == 0
    assert "watchlist.yaml" in result.stdout
    assert Path("url.txt").read_text().startswith("http://127.0.0.2:")


@pytest.mark.usefixtures("instant")
def test_the_banner_shows_who_may_use_the_control_api() -> None:
    """This machine only, or with the token; open access on other addresses causes a warning."""
    here, elsewhere = serve(), serve("--host", "0.0.0.0")
    guarded = serve("--host", "0.0.0.0", "--control-token", "t0ken-of-the-tests", "--control-open")
    open_here, wide_open = serve("--control-open"), serve("--host", "0.0.0.0", "--control-open")

    assert "Control API" not in here.stdout
    assert "Control API: from this machine only; --control-token WORD lets others in\n" in elsewhere.stdout
    assert "Control API: with the token only\n" in guarded.stdout
    assert "t0ken" not in guarded.output
    assert [each.stderr for each in (here, elsewhere, guarded, open_here)] == [""] * 4
    assert wide_open.stderr.startswith("--control-open: whoever reaches 0.0.0.0 can steer this gateway")
    assert wide_open.stderr.count("\n") == 1


@pytest.mark.usefixtures("instant")
def test_a_short_token_causes_a_warning() -> None:
    """It is not printed."""
    result = serve("--control-token", "s3same", "--quiet")

    assert result.exit_code == 0
    assert result.stderr == "--control-token: 6 characters are quickly guessed; take at least 8\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--control-token", ""], "--control-token: it is empty"),
        (["--control-token", "two words"], "visible ASCII characters"),
        (["--control-host", "http://x"], "'http://x' is no host name"),
        (["--control-host", "good, b@d"], "'b@d' is no host name"),
    ],
)
def test_invalid_access_options_are_one_error_line(arguments: list[str], words: str) -> None:
    """Exit 2, before the server starts."""
    assert_one_error_line(serve(*arguments), words)


def test_an_empty_token_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unset secret in a pipeline is a mistake, not a request for open access."""
    monkeypatch.setenv("SMS_MOCK_CONTROL_TOKEN", "")

    assert_one_error_line(serve(), "--control-token: it is empty")


def test_access_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, hosts separated by commas or spaces, and open."""
    made: list[Access] = []

    def world(*_: object, access: Access, **__: object) -> None:
        made.append(access)
        sys.exit(0)

    monkeypatch.setattr(bootstrap, "MockServer", world)
    monkeypatch.setenv("SMS_MOCK_CONTROL_HOST", "sms-mock, ci.example  other")
    monkeypatch.setenv("SMS_MOCK_CONTROL_OPEN", "1")
    monkeypatch.setenv("SMS_MOCK_CONTROL_TOKEN", "t0ken-of-the-tests")

    assert serve().exit_code == 0
    assert made == [Access("t0ken-of-the-tests", frozenset({"sms-mock", "ci.example", "other"}), open=True)]


@pytest.mark.usefixtures("instant")
@pytest.mark.parametrize("host", ["0.0.0.0", "localhost"])
def test_a_host_that_is_everywhere_or_has_a_name_is_shown_as_an_address(host: str) -> None:
    """The URL works for a client on this machine."""
    assert "SMS gateway mock at http://127.0.0.1:" in serve("--host", host).stdout


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_ipv6_address_is_in_brackets() -> None:
    """As URLs require."""
    try:
        bound = server.bind("::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with bound:
        assert server.url_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"


def test_a_port_in_use_is_one_error_line() -> None:
    """With advice."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        result = CliRunner().invoke(main, ["serve", "--port", port])

    assert_one_error_line(result, f"cannot serve on 127.0.0.1:{port}", "in use", "--port 0 takes any free port")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["203.0.113.1", "not a host"])
def test_a_foreign_host_is_one_error_line(host: str) -> None:
    """An address of another machine, and an invalid address."""
    result = serve("--host", host)

    assert_one_error_line(result, f"cannot serve on {host}:0")


@pytest.mark.parametrize("scenario", ["no-such", "folder/no-such.yaml", "", "defalt", "x" * 5000, "a\x00b"])
def test_a_missing_scenario_is_one_error_line(scenario: str) -> None:
    """With the shipped names, and the most similar one."""
    result = serve("--scenario", scenario)

    assert_one_error_line(result, "neither a file nor a shipped scenario; shipped: default,")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"version: 1\nwatchlst: []\n", "mine.yaml:2:1: watchlst: "),
        (b"version: [", "mine.yaml:"),
        (b"", "mine.yaml"),
        (b"\xff", "mine.yaml:1:1: this is not UTF-8"),
        (b"version: 1\naccounts: [{username: a, password: 12345}]\n", "mine.yaml:2:"),
    ],
)
def test_an_invalid_scenario_is_reported_with_every_problem(text: bytes, words: str) -> None:
    """Exit 2, each problem with its place."""
    Path("mine.yaml").write_bytes(text)

    result = serve("--scenario", "mine.yaml")

    assert_one_error_line(result, "the scenario does not load:", words)
    assert "12345" not in result.output


def test_a_folder_is_no_scenario() -> None:
    """One error line."""
    Path("folder").mkdir()

    assert_one_error_line(serve("--scenario", "folder"), "the scenario does not load:")


def test_a_port_file_that_cannot_be_written_is_one_error_line() -> None:
    """Before the server starts: in a missing folder, or beneath a file."""
    Path("file").write_text("")

    for path in ("no-such/url.txt", "file/url.txt"):
        result = serve("--port-file", path)

        assert_one_error_line(result, f"cannot write the port file {path}: ")
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["--port", "70000"], ["--port", "http"], ["--port-file", "."], ["--max-exchanges", "0"], ["--no-such"]],
)
def test_a_bad_option_is_a_usage_error(arguments: list[str]) -> None:
    """Exit 2, with click's message."""
    result = CliRunner().invoke(main, ["serve", *arguments])

    assert result.exit_code == 2
    assert "Error: " in result.stderr


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own, with warnings as errors."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SMS_MOCK", "COV_CORE"))}
    with subprocess.Popen(  # noqa: S603 - our own command, with our own arguments
        [sys.executable, "-W", "error", "-m", "mock_server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def first_line(stream: IO[str] | None) -> str:
    """The first line of a process's output."""
    assert stream is not None
    return stream.readline()


def test_a_process_serves_writes_its_port_file_and_ends_on_sigterm() -> None:
    """`python -m mock_server` is the command; once `/_ready` answers, the file exists."""
    with process("serve", "--port", "0", "--port-file", "url.txt") as started:
        url = first_line(started.stdout).split()[-1]
        with httpx2.Client(base_url=url, trust_env=False, timeout=_PATIENCE) as client:
            ready = client.get("/_ready")
            written = Path("url.txt").read_text()
            sent = client.post("/api/Admin/send", json={"destination": DESTINATION, "text": "Hi"}, auth=ADMIN)
        started.send_signal(signal.SIGTERM)
        _, errors = started.communicate(timeout=_PATIENCE)

    assert ready.status_code == 200
    assert written == url + "\n"
    assert_accepted(sent)
    assert started.returncode in {0, -signal.SIGTERM}
    assert errors == ""


def test_an_interrupted_process_ends_despite_open_connections() -> None:
    """A half-sent request does not delay it, and there is no traceback."""
    with process("serve", "--port", "0", "--json-logs") as started:
        url = json.loads(first_line(started.stderr))["message"].split()[-1]
        target = httpx2.URL(url)
        with socket.create_connection((target.host, target.port or 0)) as held:
            held.sendall(b"POST /api/Admin/send HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            assert httpx2.get(f"{url}/_ready", trust_env=False).status_code == 200
            started.send_signal(signal.SIGINT)
            _, errors = started.communicate(timeout=_PATIENCE)

    assert "Traceback" not in errors
    assert "Abort" not in errors
    assert started.returncode == 0


def test_a_process_that_cannot_serve_exits_with_2_and_one_error_line() -> None:
    """No warning, no traceback."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        process("serve", "--port", str(taken.getsockname()[1])) as started,
    ):
        told, errors = started.communicate(timeout=_PATIENCE)

    assert (started.returncode, told) == (2, "")
    assert errors.startswith("sms-mock: cannot serve on ")
    assert errors.count("\n") == 1

"""`sms-mock doctor`: for each finding a situation that is broken just so, and one that is not."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mock_server.adapters.tls import certificate
from mock_server.api.guard import Access
from mock_server.api.server import HttpServer, bind
from mock_server.cli import main
from mock_server.cli.doctor import subject
from mock_server.cli.doctor.results import vendors_host
from mock_server.client import Control, HttpCaller
from mock_server.client.calling import ControlRequest
from mock_server.testing import MockGateway
from tests.support import DESTINATION

TOKEN = "t0ken-of-the-doctor"
SECRET = "pa55word-of-nobody"


@pytest.fixture(autouse=True)
def healthy_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No container, no proxy, and no variable that a client of the gateway might read."""
    monkeypatch.setattr(subject, "_MARKS", ())
    for name, value in dict(os.environ).items():
        if name.lower().endswith("_proxy") or "SMS" in name.upper() or vendors_host(value):
            monkeypatch.delenv(name)


@pytest.fixture
def control(gateway: MockGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """A session of its own, which the doctor looks at."""
    with gateway.control.create_session() as made:
        monkeypatch.setenv("SMS_MOCK_URL", made.url)
        yield made


def run(*arguments: str, given: str | None = None) -> Result:
    """One examination in this process; never a traceback."""
    result = CliRunner().invoke(main, ["doctor", *arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert SECRET not in result.output
    return result


def findings(*arguments: str) -> dict[str, dict[str, Any]]:
    """What an examination finds, by what it is about; its exit code says whether there is a problem."""
    result = run(*arguments, "--json")
    told = json.loads(result.stdout)
    found = told["findings"]
    assert told["healthy"] == (not any(each["state"] == "problem" for each in found))
    assert result.exit_code == (0 if told["healthy"] else 1)
    return {each["about"]: each for each in found}


def assert_finding(found: dict[str, dict[str, Any]], about: str, state: str, what: str, advice: str = "") -> None:
    """A finding is what it should be, says what is wrong, and what to do where something is."""
    finding = found[about]
    assert finding["state"] == state, finding
    assert what in finding["what"]
    assert advice in (finding["advice"] or "")
    assert state != "problem" or finding["advice"]


@contextmanager
def stranger(status: int = 200, body: bytes = b"{}", **headers: str) -> Iterator[str]:
    """A server that answers everything alike; its URL."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def call(control: Control, method: str, path: str) -> int:
    """A request as a client with a wrong base URL makes it; the status of its answer."""
    with HttpCaller(control.url) as caller:
        return caller.call(ControlRequest(method, path, {}, b"{}")).status


def free_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_a_healthy_client_has_no_problem(control: Control) -> None:
    """Exit 0; each thing that was looked at has a line of its own."""
    control.send(DESTINATION, "Hello")
    result = run("--base-url", control.url, "--user", "admin", given="admin-secret\n")

    assert result.exit_code == 2  # Nobody is at a terminal, and no variable has the password.
    result = CliRunner().invoke(
        main, ["doctor", "--base-url", control.url, "--user", "admin"], env={"SMS_MOCK_PASSWORD": "admin-secret"}
    )
    assert result.exit_code == 0
    *lines, last = result.stdout.splitlines()
    assert last == "no problem"
    assert [line.split()[0] for line in lines] == ["ok"] * 12
    assert not result.stderr


def test_an_examination_leaves_no_trace(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the journal, nor a session, nor a stub that it used up."""
    monkeypatch.setenv("SMS_MOCK_PASSWORD", "admin-secret")
    control.next_send(refuse=64)
    before = [each.id for each in control.sessions()]

    findings("--base-url", control.url.replace("127.0.0.1", "localhost"), "--user", "admin")

    assert control.count_exchanges() == 0
    assert [each.id for each in control.sessions()] == before
    assert control.send(DESTINATION, "Hello").code == 64


def test_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says where, what to start, and that the rest could not be asked."""
    found = findings("--url", f"http://127.0.0.1:{free_port()}")

    assert_finding(found, "listening", "problem", "nothing listens at 127.0.0.1", "sms-mock serve")
    assert found["journal"]["state"] == found["credentials"]["state"] == "not asked"


def test_inside_a_container_localhost_is_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loopback address that nobody answers is most often that."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "192.0.2.1")

    found = findings("--url", f"http://localhost:{free_port()}")

    assert_finding(found, "listening", "problem", "nothing listens", "this is a container, whose localhost is itself")


def test_an_unknown_host_is_said_to_be_one() -> None:
    """No address, no gateway."""
    found = findings("--url", "http://no-such-host.invalid:8080")

    assert_finding(found, "listening", "problem", "no-such-host.invalid is no host that can be found", "--url")


def test_localhost_has_an_address_where_nobody_listens(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that takes ::1 first and gives up does not arrive."""
    real = socket.getaddrinfo

    def both(host: str, port: int, *rest: Any, **more: Any) -> Any:
        six = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0))
        return (
            [six, *real("127.0.0.1", port, *rest, **more)] if host == "localhost" else real(host, port, *rest, **more)
        )

    monkeypatch.setattr(socket, "getaddrinfo", both)

    found = findings("--url", control.url.replace("127.0.0.1", "localhost"))

    assert_finding(found, "listening", "warning", "nothing listens at ::1", "take 127.0.0.1 in place of localhost")


def test_another_program_has_the_port() -> None:
    """It answers, and is no mock; who it is stands in its answer."""
    with stranger() as url:
        found = findings("--url", url)

    assert_finding(found, "gateway", "problem", "is no SMS gateway mock: /_ready answered 200 (BaseHTTP", "--port 0")


def test_another_release_answers() -> None:
    """Both versions are named."""
    with stranger(body=b'{"ready": true, "version": "99.1"}', X_Mock_Control_Version="1") as url:
        found = findings("--url", url)

    assert_finding(found, "gateway", "warning", "SMS gateway mock 99.1", "the same release")
    assert found["ready"]["state"] == "ok"


def test_the_gateway_is_not_ready() -> None:
    """What `/_ready` says counts, not that something answers."""
    with stranger(503, b"starting", X_Mock_Control_Version="1") as url:
        found = findings("--url", url)

    assert_finding(found, "ready", "problem", "/_ready answered 503", "sms-mock ready")


def test_https_where_plain_http_is_spoken(control: Control) -> None:
    """The URL to write is in the line, for the gateway's as for the client's."""
    found = findings("--url", control.url.replace("http:", "https:"))
    assert_finding(found, "gateway", "problem", "does not speak HTTPS", "write http://127.0.0.1")

    found = findings("--base-url", control.url.replace("http:", "https:"))
    assert_finding(found, "base URL", "problem", "its server does not speak https", f"write {control.url}")


def test_plain_http_where_https_is_spoken(gateway: MockGateway) -> None:
    """The same the other way round, though nobody trusts the certificate."""
    tls = certificate("self-signed", "127.0.0.1")
    with bind("127.0.0.1", 0) as bound:
        started = threading.Event()
        server = HttpServer(MockGateway().app, started.set, tls)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        assert started.wait(10)
        try:
            found = findings("--url", f"http://127.0.0.1:{bound.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join()

    assert_finding(found, "gateway", "problem", "does not speak plain HTTP", "write https://127.0.0.1")


@pytest.mark.parametrize(
    ("given", "said"), [([], "a token is needed"), (["--control-token", SECRET], "is not the one")]
)
def test_the_control_token_is_missing_or_wrong(given: list[str], said: str) -> None:
    """The client may send all the same; it is told how to give the token, and the token is not shown."""
    with MockGateway(access=Access(TOKEN)) as guarded:
        found = findings("--url", guarded.url, *given)
        assert findings("--url", guarded.url, "--control-token", TOKEN)["control"]["state"] == "ok"

    assert_finding(found, "control", "problem", said, "SMS_MOCK_CONTROL_TOKEN")
    assert found["journal"]["state"] == "not asked"


def test_the_session_is_not_there(gateway: MockGateway) -> None:
    """What there is, is named."""
    found = findings("--url", gateway.url, "--session", "nowhere")

    assert_finding(found, "scenario", "problem", "there is no session 'nowhere'", "default")


@pytest.mark.parametrize(
    ("ending", "state", "what", "advice"),
    [
        ("/", "warning", "ends in a slash", "leave the slash out"),
        ("/api", "problem", "ends in /api", "end it at http://127.0.0.1:"),
        ("/api/", "problem", "ends in /api", "end it at http://127.0.0.1:"),
        ("/api/Admin/send", "problem", "names an operation", "end it at http://127.0.0.1:"),
        ("/sms", "problem", "the gateway has no path '/sms'", "give the client http://127.0.0.1:"),
    ],
)
def test_a_base_url_has_a_wrong_end(control: Control, ending: str, state: str, what: str, advice: str) -> None:
    """Each common mistake by its name, with the URL that is right."""
    assert_finding(findings("--base-url", control.url + ending), "base URL", state, what, advice)


def test_a_base_url_is_none(control: Control) -> None:
    """Without a scheme a client can do nothing; a password in it is not shown."""
    found = findings("--base-url", f"htp://me:{SECRET}@localhost")

    assert_finding(found, "base URL", "problem", "htp://***@localhost is not the URL of a gateway", control.url)


def test_a_base_url_leads_nowhere_or_to_something_else(control: Control) -> None:
    """Nobody, and somebody who is no mock."""
    found = findings("--base-url", f"http://127.0.0.1:{free_port()}")
    assert_finding(found, "base URL", "problem", "leads nowhere: nothing listens", control.url)
    with stranger() as url:
        found = findings("--base-url", url)
    assert_finding(found, "base URL", "problem", "something that is no SMS gateway mock", control.url)


def test_a_base_url_leads_to_another_mock(control: Control) -> None:
    """Two mocks look alike; the client has to talk to the one that the tests look at."""
    with MockGateway() as other:
        found = findings("--base-url", other.url)

    assert_finding(found, "base URL", "problem", "leads to another mock", "--url")


def test_a_base_url_has_a_session_that_is_not_there_or_another(control: Control, gateway: MockGateway) -> None:
    """The former answers 404; the latter answers, where nobody looks."""
    found = findings("--base-url", f"{gateway.url}/~nowhere")
    assert_finding(found, "base URL", "problem", "there is no session 'nowhere'", control.url)

    found = findings("--base-url", gateway.url)
    assert_finding(found, "base URL", "warning", "leads to the session 'default'", "--session default")


def test_base_urls_are_found_in_the_environment(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the variable, which is told; what is no URL or of another product is passed over."""
    monkeypatch.setenv("ACME_SMS_ENDPOINT", control.url + "/api")
    monkeypatch.setenv("SMS_SENDER", "Acme")
    monkeypatch.setenv("MAIL_URL", "http://127.0.0.1:1/")

    assert_finding(findings(), "base URL", "problem", "ACME_SMS_ENDPOINT http://127.0.0.1:", control.url)

    monkeypatch.delenv("ACME_SMS_ENDPOINT")
    assert_finding(findings(), "base URL", "not asked", "--base-url names the client's")


def test_a_variable_names_the_vendors_host(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the host are told, and nothing else of its value; nothing is asked of it."""
    monkeypatch.setenv("NOTIFY_ENDPOINT", f"https://me:{SECRET}@sms.namirial.example/api?key={SECRET}")
    found = findings()
    assert_finding(found, "vendor", "problem", "NOTIFY_ENDPOINT names sms.namirial.example, which", control.url)

    found = findings("--base-url", "https://sms.namirial.example")
    assert_finding(found, "base URL", "problem", "looks like the vendor's", control.url)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://sms.namirial.example:8443/x", "sms.namirial.example"),
        ("SMS.NAMIRIALTSP.EXAMPLE", "SMS.NAMIRIALTSP.EXAMPLE"),
        ("url=sms.namirial.example", "sms.namirial.example"),
        ("dev@namirial.example", None),
        ("projects/namirial-client/readme", None),
        ("namirial", None),
    ],
)
def test_hosts_are_told_from_addresses_and_paths(text: str, host: str | None) -> None:
    """A mail address or a folder sends no messages."""
    assert vendors_host(text) == host


def test_a_proxy_would_catch_the_calls(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its password is not shown; NO_PROXY heals it."""
    monkeypatch.setenv("http_proxy", f"http://me:{SECRET}@proxy.example:3128")
    found = findings()
    assert_finding(found, "proxy", "warning", "http://***@proxy.example:3128 for 127.0.0.1", "NO_PROXY")

    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert_finding(findings(), "proxy", "ok", "NO_PROXY keeps the proxy out")


@pytest.mark.parametrize(
    ("user", "password", "state", "what"),
    [
        ("admin", "admin-secret", "ok", "as an administrator too"),
        ("web-shop", "web-shop-secret", "warning", "not at /api/Admin/"),
        ("admin", SECRET, "problem", "wrong password for 'admin'"),
        ("nobody", SECRET, "problem", "no account 'nobody'"),
        ("former-customer", "former-secret", "problem", "'former-customer'"),
    ],
)
def test_credentials_are_tried(
    control: Control, monkeypatch: pytest.MonkeyPatch, user: str, password: str, state: str, what: str
) -> None:
    """Why an account is not let in, which the gateway's own answer does not say."""
    monkeypatch.setenv("SMS_MOCK_PASSWORD", password)

    assert_finding(findings("--user", user), "credentials", state, what)


def test_credentials_are_those_of_the_session(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its accounts as they are now, whatever the others have."""
    control.patch(accounts=[{"username": "shop", "password": "shop-secret-77"}], stubs=[])
    monkeypatch.setenv("SMS_MOCK_PASSWORD", "shop-secret-77")

    assert findings("--user", "shop")["credentials"]["state"] == "warning"
    assert_finding(findings("--user", "admin"), "credentials", "problem", "no account 'admin'")


def test_nobody_has_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in another session: the client never arrived."""
    with MockGateway() as fresh:
        assert_finding(findings("--url", fresh.url), "journal", "warning", "nor in another", fresh.url)


def test_calls_arrived_in_another_session() -> None:
    """It is named, with how many."""
    with MockGateway() as fresh, fresh.control.create_session("orders-42") as orders:
        orders.send(DESTINATION, "Hello")
        found = findings("--url", fresh.url)

    assert_finding(found, "journal", "warning", "but 1 call in 'orders-42'", "--session")


def test_calls_were_not_let_in(control: Control) -> None:
    """A problem while the last call is one; of an older one it is a warning."""
    control.send(DESTINATION, "Hello", password=SECRET)
    assert_finding(findings(), "401", "problem", "1 call came without credentials that hold", "sms-mock explain 1")

    control.send(DESTINATION, "Hello")
    assert findings()["401"]["state"] == "warning"


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("/api/api/Admin/send", "the client adds /api itself"),
        ("//api/Admin/send", "ends in a slash"),
        ("/Admin/send", "begin with /api/"),
        ("/api/admin/send", "upper or lower case"),
    ],
)
def test_calls_were_for_paths_that_no_gateway_has(control: Control, path: str, advice: str) -> None:
    """The path as it came, and what makes it come so."""
    assert call(control, "POST", path) == 404

    found = findings()
    assert_finding(found, "paths", "problem", f"such as POST /~{control.session().id}{path}", advice)

    control.send(DESTINATION, "Hello")
    assert findings()["paths"]["state"] == "warning"


def test_a_call_had_the_wrong_method(control: Control) -> None:
    """405 is a path that is there."""
    assert call(control, "GET", "/api/Admin/send") == 405

    assert_finding(findings(), "paths", "problem", "/api/Admin/send", "a send is a POST")


def test_what_is_no_url_cannot_be_examined() -> None:
    """Exit 2, one sentence, as for every command."""
    result = run("--url", "nowhere")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not the URL of a gateway" in result.stderr


def test_a_problem_is_counted_and_coloured(control: Control) -> None:
    """For a person: the count in the last line; colour only where a terminal has it."""
    arguments = ["doctor", "--base-url", f"{control.url}/api"]
    plain = CliRunner().invoke(main, arguments)
    coloured = CliRunner().invoke(main, arguments, color=True)

    assert plain.stdout.splitlines()[-1] == "1 problem"
    assert "\x1b[" not in plain.stdout
    assert "\x1b[31mproblem" in coloured.stdout

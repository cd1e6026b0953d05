"""`sms-mock doctor`: for each finding, a situation that has the problem, and one that has not."""

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
def healthy_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No container, no proxy, and no variable that a client of the gateway may read."""
    monkeypatch.setattr(subject, "_MARKS", ())
    for name, value in dict(os.environ).items():
        if name.lower().endswith("_proxy") or "SMS" in name.upper() or vendors_host(value):
            monkeypatch.delenv(name)


@pytest.fixture
def control(gateway: MockGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """A session with a frozen clock, which the doctor examines."""
    with gateway.control.create_session() as made:
        monkeypatch.setenv("SMS_MOCK_URL", made.url)
        yield made


def run(*arguments: str, given: str | None = None) -> Result:
    """One examination in this process; it must not raise."""
    result = CliRunner().invoke(main, ["doctor", *arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert SECRET not in result.output
    return result


def findings(*arguments: str) -> dict[str, dict[str, Any]]:
    """The findings of an examination by subject; its exit code says whether there is a problem."""
    result = run(*arguments, "--json")
    told = json.loads(result.stdout)
    found = told["findings"]
    assert told["healthy"] == (not any(each["state"] == "problem" for each in found))
    assert result.exit_code == (0 if told["healthy"] else 1)
    return {each["about"]: each for each in found}


def assert_finding(found: dict[str, dict[str, Any]], about: str, state: str, what: str, advice: str = "") -> None:
    """Assert a finding's state, what it says is wrong, and its advice."""
    finding = found[about]
    assert finding["state"] == state, finding
    assert what in finding["what"]
    assert advice in (finding["advice"] or "")
    assert state != "problem" or finding["advice"]


@contextmanager
def other_server(status: int = 200, body: bytes = b"{}", **headers: str) -> Iterator[str]:
    """A server that gives every request the same answer; its URL."""

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
    """A request of a client with a wrong base URL; the status of its answer."""
    with HttpCaller(control.url) as caller:
        return caller.call(ControlRequest(method, path, {}, b"{}")).status


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_a_healthy_client_has_no_problem(control: Control) -> None:
    """Exit 0; each subject has a line."""
    control.send(DESTINATION, "Hello")
    result = run("--base-url", control.url, "--user", "admin", given="admin-secret\n")

    assert result.exit_code == 2  # There is no terminal, and no variable has the password.
    result = CliRunner().invoke(
        main, ["doctor", "--base-url", control.url, "--user", "admin"], env={"SMS_MOCK_PASSWORD": "admin-secret"}
    )
    assert result.exit_code == 0
    *lines, last = result.stdout.splitlines()
    assert last == "no problem"
    assert [line.split()[0] for line in lines] == ["ok"] * 12
    assert not result.stderr


def test_an_examination_leaves_no_trace(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """No exchange, no session, and no stub that it used up."""
    monkeypatch.setenv("SMS_MOCK_PASSWORD", "admin-secret")
    control.next_send(refuse=64)
    before = [each.id for each in control.sessions()]

    findings("--base-url", control.url.replace("127.0.0.1", "localhost"), "--user", "admin")

    assert control.count_exchanges() == 0
    assert [each.id for each in control.sessions()] == before
    assert control.send(DESTINATION, "Hello").code == 64


def test_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding names the address and what to start, and says that the rest could not be checked."""
    found = findings("--url", f"http://127.0.0.1:{free_port()}")

    assert_finding(found, "listening", "problem", "nothing listens at 127.0.0.1", "sms-mock serve")
    assert found["journal"]["state"] == found["credentials"]["state"] == "not asked"


def test_inside_a_container_localhost_is_the_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the usual reason for an unreachable loopback address."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "192.0.2.1")

    found = findings("--url", f"http://localhost:{free_port()}")

    assert_finding(found, "listening", "problem", "nothing listens", "this is a container, whose localhost is itself")


def test_an_unknown_host_is_reported() -> None:
    """It has no address."""
    found = findings("--url", "http://no-such-host.invalid:8080")

    assert_finding(found, "listening", "problem", "no-such-host.invalid is no host that can be found", "--url")


def test_localhost_has_an_address_without_a_listener(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that tries only ::1 fails."""
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
    """It is not a mock; the finding quotes its answer."""
    with other_server() as url:
        found = findings("--url", url)

    assert_finding(found, "gateway", "problem", "is no SMS gateway mock: /_ready answered 200 (BaseHTTP", "--port 0")


def test_another_release_answers() -> None:
    """Both versions are named."""
    with other_server(body=b'{"ready": true, "version": "99.1"}', X_Mock_Control_Version="1") as url:
        found = findings("--url", url)

    assert_finding(found, "gateway", "warning", "SMS gateway mock 99.1", "the same release")
    assert found["ready"]["state"] == "ok"


def test_the_gateway_is_not_ready() -> None:
    """The content of `/_ready` decides, not that there is an answer."""
    with other_server(503, b"starting", X_Mock_Control_Version="1") as url:
        found = findings("--url", url)

    assert_finding(found, "ready", "problem", "/_ready answered 503", "sms-mock ready")


def test_https_where_plain_http_is_spoken(control: Control) -> None:
    """The advice has the right URL, for the gateway and for the client."""
    found = findings("--url", control.url.replace("http:", "https:"))
    assert_finding(found, "gateway", "problem", "does not speak HTTPS", "write http://127.0.0.1")

    found = findings("--base-url", control.url.replace("http:", "https:"))
    assert_finding(found, "base URL", "problem", "its server does not speak https", f"write {control.url}")


def test_plain_http_where_https_is_spoken(gateway: MockGateway) -> None:
    """The same for the opposite case, although the certificate is not trusted."""
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
    """Sends work without it; the advice says how to give it, and the token is not shown."""
    with MockGateway(access=Access(TOKEN)) as guarded:
        found = findings("--url", guarded.url, *given)
        assert findings("--url", guarded.url, "--control-token", TOKEN)["control"]["state"] == "ok"

    assert_finding(found, "control", "problem", said, "SMS_MOCK_CONTROL_TOKEN")
    assert found["journal"]["state"] == "not asked"


def test_the_session_is_unknown(gateway: MockGateway) -> None:
    """The existing ones are named."""
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
    """Each common mistake is named, with the right URL."""
    assert_finding(findings("--base-url", control.url + ending), "base URL", state, what, advice)


def test_a_base_url_is_invalid(control: Control) -> None:
    """Without a scheme no client works; a password in it is not shown."""
    found = findings("--base-url", f"htp://me:{SECRET}@localhost")

    assert_finding(found, "base URL", "problem", "htp://***@localhost is not the URL of a gateway", control.url)


def test_a_base_url_leads_nowhere_or_to_something_else(control: Control) -> None:
    """No server, and a server that is no mock."""
    found = findings("--base-url", f"http://127.0.0.1:{free_port()}")
    assert_finding(found, "base URL", "problem", "leads nowhere: nothing listens", control.url)
    with other_server() as url:
        found = findings("--base-url", url)
    assert_finding(found, "base URL", "problem", "something that is no SMS gateway mock", control.url)


def test_a_base_url_leads_to_another_mock(control: Control) -> None:
    """The client must use the mock that the tests examine."""
    with MockGateway() as other:
        found = findings("--base-url", other.url)

    assert_finding(found, "base URL", "problem", "leads to another mock", "--url")


def test_a_base_url_has_an_unknown_or_another_session(control: Control, gateway: MockGateway) -> None:
    """The former answers 404; the latter accepts sends that no test sees."""
    found = findings("--base-url", f"{gateway.url}/~nowhere")
    assert_finding(found, "base URL", "problem", "there is no session 'nowhere'", control.url)

    found = findings("--base-url", gateway.url)
    assert_finding(found, "base URL", "warning", "leads to the session 'default'", "--session default")


def test_base_urls_are_found_in_the_environment(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name of the variable, which is shown; invalid URLs and other products' are ignored."""
    monkeypatch.setenv("ACME_SMS_ENDPOINT", control.url + "/api")
    monkeypatch.setenv("SMS_SENDER", "Acme")
    monkeypatch.setenv("MAIL_URL", "http://127.0.0.1:1/")

    assert_finding(findings(), "base URL", "problem", "ACME_SMS_ENDPOINT http://127.0.0.1:", control.url)

    monkeypatch.delenv("ACME_SMS_ENDPOINT")
    assert_finding(findings(), "base URL", "not asked", "--base-url names the client's")


def test_a_variable_names_the_vendors_host(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the host are shown, and no other part of the value; no request is made."""
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
def test_hosts_are_distinguished_from_email_addresses_and_paths(text: str, host: str | None) -> None:
    """Those are not URLs of a gateway."""
    assert vendors_host(text) == host


def test_a_proxy_would_catch_the_calls(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its password is not shown; NO_PROXY resolves it."""
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
    """The finding says why an account is refused, which the gateway's own answer does not."""
    monkeypatch.setenv("SMS_MOCK_PASSWORD", password)

    assert_finding(findings("--user", user), "credentials", state, what)


def test_credentials_are_those_of_the_session(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its accounts at present, whatever other sessions have."""
    control.patch(accounts=[{"username": "shop", "password": "shop-secret-77"}], stubs=[])
    monkeypatch.setenv("SMS_MOCK_PASSWORD", "shop-secret-77")

    assert findings("--user", "shop")["credentials"]["state"] == "warning"
    assert_finding(findings("--user", "admin"), "credentials", "problem", "no account 'admin'")


def test_no_call_has_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in another session."""
    with MockGateway() as fresh:
        assert_finding(findings("--url", fresh.url), "journal", "warning", "nor in another", fresh.url)


def test_calls_arrived_in_another_session() -> None:
    """The session is named, with the number of calls."""
    with MockGateway() as fresh, fresh.control.create_session("orders-42") as orders:
        orders.send(DESTINATION, "Hello")
        found = findings("--url", fresh.url)

    assert_finding(found, "journal", "warning", "but 1 call in 'orders-42'", "--session")


def test_calls_failed_authentication(control: Control) -> None:
    """A problem if the last call failed; a warning if only earlier ones did."""
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
def test_calls_had_unknown_paths(control: Control, path: str, advice: str) -> None:
    """The finding shows the path and its usual cause."""
    assert call(control, "POST", path) == 404

    found = findings()
    assert_finding(found, "paths", "problem", f"such as POST /~{control.session().id}{path}", advice)

    control.send(DESTINATION, "Hello")
    assert findings()["paths"]["state"] == "warning"


def test_a_call_had_the_wrong_method(control: Control) -> None:
    """405: the path is right."""
    assert call(control, "GET", "/api/Admin/send") == 405

    assert_finding(findings(), "paths", "problem", "/api/Admin/send", "a send is a POST")


def test_an_invalid_url_cannot_be_examined() -> None:
    """Exit 2, one line, as for every command."""
    result = run("--url", "nowhere")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not the URL of a gateway" in result.stderr


def test_a_problem_is_counted_and_coloured(control: Control) -> None:
    """The last line has the count; there is colour only in a terminal."""
    arguments = ["doctor", "--base-url", f"{control.url}/api"]
    plain = CliRunner().invoke(main, arguments)
    coloured = CliRunner().invoke(main, arguments, color=True)

    assert plain.stdout.splitlines()[-1] == "1 problem"
    assert "\x1b[" not in plain.stdout
    assert "\x1b[31mproblem" in coloured.stdout

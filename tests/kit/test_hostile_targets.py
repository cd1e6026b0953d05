"""Targets that cannot be tested: one clear sentence and exit code 2, never a pass and never a traceback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contract_tests.cli import main
from tests.kit.proxy import serving


def judge(*arguments: str) -> Result:
    """Run `sms-contract gateway` with these arguments."""
    return CliRunner().invoke(main, ["gateway", "--timeout", "0.3", *arguments])


def assert_could_not_run(result: Result, sentence: str) -> None:
    """Exit code 2, one line that starts with the program's name, and no table."""
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    lines = result.output.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("sms-contract: ")
    assert sentence in lines[0]


def answering(status: int, headers: dict[str, str], body: bytes) -> type[BaseHTTPRequestHandler]:
    """A handler that gives the same answer to every request."""

    class HostileHandler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing."""

    return HostileHandler


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts connections and never answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(16)
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def hanging_up() -> Iterator[str]:
    """A server that closes every connection at once."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(16)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    bound.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        over.set()
        bound.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_a_target_that_is_down() -> None:
    """No server listens on the port."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert_could_not_run(judge("--url", f"http://127.0.0.1:{bound.getsockname()[1]}"), "no connection")


def test_a_target_that_hangs(silent: str) -> None:
    """The server accepts the connection and does not answer: the time-out applies."""
    assert_could_not_run(judge("--url", f"http://{silent}"), "nothing came within 0.3 seconds")


def test_a_target_that_hangs_up(hanging_up: str) -> None:
    """The server closes the connection without an answer."""
    assert_could_not_run(judge("--url", hanging_up), "does not answer")


def test_a_target_without_tls(silent: str, hanging_up: str) -> None:
    """HTTPS to a port without TLS."""
    assert_could_not_run(judge("--url", hanging_up.replace("http:", "https:")), "does not answer")
    assert_could_not_run(judge("--url", f"https://{silent}"), "does not answer")


def test_an_untrusted_certificate(tmp_path: Path) -> None:
    """An untrusted certificate is reported in one sentence, and so is a `--ca` file without certificates."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(answering(200, {}, b"{}"), context) as url:
        assert_could_not_run(judge("--url", url), "TLS failed")
        bundle = tmp_path / "ca.pem"
        bundle.write_text("no certificate")
        assert_could_not_run(judge("--url", url, "--ca", str(bundle)), "cannot be read")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_target_that_redirects(status: int) -> None:
    """Redirects are never followed: the sentence names their location."""
    with serving(answering(status, {"Location": "https://elsewhere.example/"}, b"")) as url:
        assert_could_not_run(judge("--url", url), "redirects to https://elsewhere.example/")


@pytest.mark.parametrize("body", [b"", b"<h1>Welcome</h1>", b"{broken", b"\xff\xfe"])
def test_a_target_that_speaks_no_json(body: bytes) -> None:
    """The target is another kind of web server."""
    with serving(answering(200, {"Content-Type": "text/html"}, body)) as url:
        assert_could_not_run(judge("--url", url), "is JSON: that is no gateway")


def test_a_target_that_refuses_the_credentials(healthy: str) -> None:
    """If the given credentials get 401, the run ends: every verdict would be about the wrong account."""
    result = judge("--url", healthy, "--username", "admin", "--password", "no-such-password")

    assert_could_not_run(result, "refuses the credentials of 'admin' with 401")
    assert "no-such-password" not in result.output


def test_json_that_is_no_gateway_is_broken_and_not_unjudged() -> None:
    """A server that answers `{}` to every request can be tested, and breaks the contract."""
    with serving(answering(200, {"Content-Type": "application/json"}, b"{}")) as url:
        result = judge("--url", url, "--only", "OP-3")

    assert result.exit_code == 1


def test_a_wrong_content_type_alone_is_broken_and_not_unjudged() -> None:
    """JSON that is declared as another type gives exit code 1."""
    body = b'{"globalStatus":true,"dbStatus":true,"servicesStatus":true,"errorMessage":"","versionNumber":"27.1.0.2"}'
    with serving(answering(200, {"Content-Type": "text/plain"}, body)) as url:
        result = judge("--url", url, "--only", "OP-3")

    assert result.exit_code == 1
    assert "text/plain" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--url", "ftp://127.0.0.1"), "no http or https URL"),
        (("--url", "nonsense"), "no http or https URL"),
        (("--url", "http://[::1"), "no http or https URL"),
        (("--url", "http://127.0.0.1/?x=1"), "must end with its path"),
        (("--url", "http://admin:secret-word@127.0.0.1"), "not in the URL"),
        (("--url", "http://127.0.0.1:1", "--only", "XX-1"), "no requirement XX-1"),
        (("--url", "http://127.0.0.1:1", "--only", "err-56"), "no requirement err-56; did you mean ERR-56?"),
        (("--url", "http://127.0.0.1:1", "--only", "AF-2,AF2,ER-60"), "AF2, ER-60; did you mean AF-2, ERR-60?"),
        (("--url", "http://127.0.0.1:1", "--only", "nonsense"), "see `sms-contract requirements`"),
        (("--url", "http://127.0.0.1:1", "--only", ""), "--only takes ids of requirements"),
        (("--url", "http://127.0.0.1:1", "--only", " , "), "--only takes ids of requirements"),
        (("--url", "http://127.0.0.1:1", "--username", "admin"), "go together"),
        (("--url", "http://127.0.0.1:1", "--report", "report.txt"), "a .json or .xml file"),
        (("--url", "http://127.0.0.1:1", "--report", "no-such-folder/report.xml"), "there is no folder"),
        (("--url", "http://127.0.0.1:1", "--assume", "AF-2=7"), "AF-2 is read as one of 150, 100"),
        (("--url", "http://127.0.0.1:1", "--assume", "ERR-8=7"), "cannot be read in more than one way"),
        (("--url", "http://127.0.0.1:1", "--assume", "AF-2"), "ID=READING"),
        (("--url", "http://127.0.0.1:1", "--allow-send-to", "+12025550123"), "belong to --live"),
        (("--url", "http://127.0.0.1:1", "--live", "--allow-send-to", "+12025550123"), "give both or none"),
        (("--url", "http://127.0.0.1:1", "--live", "--control", "http://127.0.0.1:1"), "exclude each other"),
        (("--url", "https://sms.namirialtsp.com"), "looks like a real environment"),
        (("--url", "http://8.8.8.8"), "looks like a real environment"),
        (("--url", "http://127.0.0.1:1", "--control", "http://127.0.0.1:1"), "no control API"),
    ],
)
def test_options_that_make_no_sense(arguments: tuple[str, ...], sentence: str) -> None:
    """Unusable options are reported before anything is sent."""
    assert_could_not_run(judge(*arguments), sentence)


def test_no_check_made_is_no_success(healthy: str) -> None:
    """If nothing could be tested, the run says so and exits with 2."""
    result = judge("--url", healthy, "--only", "AF-4")

    assert result.exit_code == 2
    assert "Nothing was tested" in result.output
    assert "not testable" in result.output

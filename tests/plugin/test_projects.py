"""The plugin in a user's project: options, settings, the marker, output, and other plugins."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mock_server.api.guard import Access
from mock_server.testing import MockGateway
from tests.plugin.projects import Project


@contextmanager
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A gateway that a user started in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "mock_server", "serve", "--port=0"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = next(found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            yield process, url
        finally:
            process.kill()


SENDS = """
    def test_it_sends(sms_gateway, send):
        assert send() == 200
        assert sms_gateway.next_message().text == "Hello"
"""


def test_a_test_needs_only_the_fixture(project: Project) -> None:
    """With warnings as errors: the plugin causes none."""
    project.write("test_it.py", SENDS)

    ran = project.pytest("-W", "error", "--strict-markers", "--strict-config")

    assert (ran.code, ran.counts) == (0, {"passed": 1}), ran.output


def test_a_failing_test_shows_the_last_exchanges_with_their_reasons(project: Project) -> None:
    """Five of its own gateway, oldest first, without passwords. A passing test shows nothing."""
    project.write(
        "test_it.py",
        """
        def test_fails(sms_gateway, send):
            for text in "123456":
                send("+447700900061", text)
            send()
            assert sms_gateway.messages == []

        def test_has_no_gateway():
            assert False

        def test_passes(send):
            send()
        """,
    )

    project.write(
        "other/conftest.py",
        """
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def another(sms_server):
            with sms_server.session() as gateway:
                yield gateway
        """,
    )
    project.write("other/test_first.py", "def test_passes(): pass\n")

    ran = project.pytest("other", "test_it.py")

    assert ran.counts == {"passed": 2, "failed": 2}, ran.output
    section = ran.output.partition("- SMS gateway http://127.0.0.1:")[2].partition("____")[0]
    assert "the last 5 of more, oldest first:" in section
    assert section.count("refused with code 61 (HTTP 500), decided by: watchlist (WL-1, documented)") == 4
    assert "accepted (HTTP 200)" in section
    assert ran.output.count("SMS gateway http") == 1
    assert "admin-secret" not in ran.output


def test_an_unexpected_refusal_is_an_error_at_teardown(project: Project) -> None:
    """Without a traceback, with the reason. A test that failed reports it once."""
    project.write(
        "test_it.py",
        """
        import unittest
        import pytest

        def test_surprised(send):
            send("+447700900061")

        def test_failed_anyway(sms_gateway, send):
            sms_gateway.next_send("+447700900124", refuse=64)
            send("+447700900061")
            assert False

        class TestParts(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def given(self, send):
                self.send = send

            def test_a_part_failed_anyway(self):
                with self.subTest("one"):
                    self.send("+447700900061")
                    self.fail("on purpose")
        """,
    )

    ran = project.pytest()

    assert (ran.counts["failed"], ran.counts["error"]) == (2, 1), ran.output
    assert "ERROR at teardown of test_surprised _" in ran.output
    assert "\nThe gateway refused what the test did not say it would refuse:\n" in ran.output
    assert "pytest_plugin" not in ran.output
    assert "No send met" not in ran.output


def test_strictness_can_be_turned_off(project: Project) -> None:
    """For a whole project."""
    project.write("pytest.ini", "[pytest]\nsms_strict = false\n")
    project.write("test_it.py", "def test_it(send):\n    send('+447700900061')\n")

    assert project.pytest().counts == {"passed": 1}


def test_the_timeout_is_a_setting(project: Project) -> None:
    """An invalid one is reported in one sentence."""
    project.write("pytest.ini", "[pytest]\nsms_timeout = 0.01\n")
    project.write("test_it.py", "def test_it(sms_gateway):\n    sms_gateway.next_message()\n")
    waited = project.pytest()
    project.write("pytest.ini", "[pytest]\nsms_timeout = soon\n")
    wrong = project.pytest()

    assert "no message came within 0.01 seconds" in waited.output
    assert "sms_timeout: 'soon' is no number of seconds from 0 to 3600" in wrong.output
    assert "Traceback" not in wrong.output


MARKED = """
    import pytest

    pytestmark = pytest.mark.sms_scenario("watchlist")

    def title(gateway):
        return gateway.control.session().scenario

    def test_of_the_module(sms_gateway):
        assert title(sms_gateway) == "Recipient on the watchlist (code 61)"

    @pytest.mark.sms_scenario("flooded")
    class TestOfAClass:
        def test_of_the_class(self, sms_gateway):
            assert title(sms_gateway).startswith("Too many messages")

        @pytest.mark.sms_scenario("own.yaml", title="Patched", seed=7, clock={"mode": "frozen"})
        def test_of_the_test(self, sms_gateway, send):
            session = sms_gateway.control.session()
            assert (session.scenario, session.seed, session.clock.mode) == ("Patched", 7, "frozen")
            with sms_gateway.expect_refusal(61):
                send("+447700900199")

        @pytest.mark.sms_scenario(scenario={"version": 1, "title": "An object"})
        @pytest.mark.parametrize("number", [1, 2])
        def test_of_each_case(self, sms_gateway, number):
            assert title(sms_gateway) == "An object"
"""


def test_the_marker_configures_the_session(project: Project) -> None:
    """The closest marker applies: a shipped scenario, a file of the project, an object, and replaced parts."""
    project.write("own.yaml", "version: 1\ntitle: Mine\nwatchlist: ['+447700900199']\n")
    project.write("tests/test_it.py", MARKED)

    ran = project.pytest("--strict-markers")

    assert ran.counts == {"passed": 5}, ran.output


@pytest.mark.parametrize("way", ["option", "setting"])
def test_the_scenario_of_all_tests_is_an_option_and_a_setting(project: Project, way: str) -> None:
    """A path is relative to the working directory on the command line, and to the project's root in the settings."""
    project.write("worlds/own.yaml", "version: 1\ntitle: Mine\n")
    project.write(
        "test_it.py",
        """
        import pytest

        def test_it(sms_gateway):
            assert sms_gateway.control.session().scenario == "Mine"

        @pytest.mark.sms_scenario(watchlist=["+447700900123"])
        def test_a_part_of_it_is_replaced(sms_gateway, send):
            assert sms_gateway.control.session().scenario == "Mine"
            with sms_gateway.expect_refusal(61):
                send()
        """,
    )
    if way == "setting":
        project.write("pytest.ini", "[pytest]\nsms_scenario = worlds/own.yaml\n")

    ran = project.pytest(*(["--sms-scenario=worlds/own.yaml"] if way == "option" else []))

    assert ran.counts == {"passed": 2}, ran.output


WRONG = {
    "a scenario that is not there": (["--sms-scenario=watchlst"], "did you mean 'watchlist'"),
    "a file that is not there": (["--sms-scenario=no/such.yaml"], "no/such.yaml: there is no such file"),
    "a file with a mistake": (["--sms-scenario=wrong.yaml"], "wrong.yaml:2:1: watchlst: unknown key"),
    "no URL": (["--sms-mock-url=127.0.0.1:8080"], "'127.0.0.1:8080' is not the URL of a gateway, such as http://"),
    "nobody there": (["--sms-mock-url=http://127.0.0.1:{closed}"], "nothing listens at http://127.0.0.1:{closed}"),
    "something else there": (["--sms-mock-url=http://127.0.0.1:{other}"], "http://127.0.0.1:{other} is no SMS gate"),
    "a session": (
        ["--sms-mock-url=http://127.0.0.1:{other}/~mine"],
        "own: give http://127.0.0.1:{other}\nThe server",
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_reported_in_one_sentence(project: Project, mistake: str) -> None:
    """What is wrong and what is allowed, without code of the plugin."""
    project.write("test_it.py", SENDS)
    project.write("wrong.yaml", "version: 1\nwatchlst: []\n")
    arguments, sentence = WRONG[mistake]
    with socket.create_server(("127.0.0.1", 0)) as closed:
        unused = closed.getsockname()[1]
    with MockGateway() as gateway:
        # A path of a mock without a control API.
        other = f"{gateway.url.rpartition(':')[2]}/elsewhere"
        ran = project.pytest(*(each.format(closed=unused, other=other) for each in arguments))

    assert ran.counts == {"error": 1}, ran.output
    assert "sms_gateway: " in ran.output
    assert sentence.format(closed=unused, other=other) in ran.output
    assert "Traceback" not in ran.output
    assert "pytest_plugin" not in ran.output
    assert "During handling" not in ran.output


MARKER_MISTAKES = {
    '"watchlst"': "Unknown scenario: scenario: no 'watchlst' in the pack; known: ",
    "watchlst=[]": "did you mean 'watchlist'?",
    '"a", "b"': "sms_scenario: one scenario at most; the parts to replace follow by name",
    '"wrong.yaml"': "wrong.yaml:2:1: watchlst: unknown key",
    '"a", scenario="b"': "sms_scenario: one scenario at most",
    "7": "scenario: ",
    "strict=1, label=2": "strict: unknown key",
}


def test_a_mistake_in_a_marker_is_reported_in_one_sentence(project: Project) -> None:
    """At the setup of its own test."""
    project.write("wrong.yaml", "version: 1\nwatchlst: []\n")
    tests = [
        f"@pytest.mark.sms_scenario({given})\ndef test_{number}(sms_gateway):\n    pass\n"
        for number, given in enumerate(MARKER_MISTAKES)
    ]
    project.write("test_it.py", "\n".join(["import pytest\n", *tests]))

    ran = project.pytest()

    assert ran.counts == {"error": len(MARKER_MISTAKES)}, ran.output
    for number, sentence in enumerate(MARKER_MISTAKES.values()):
        told = ran.output.partition(f"ERROR at setup of test_{number} _")[2].partition("ERROR at")[0]
        assert "sms_gateway: " in told or "sms_scenario: " in told
        assert sentence in told
    assert "pytest_plugin" not in ran.output


def test_a_running_server_is_shared(project: Project) -> None:
    """By two workers and other users: no session remains, and the default one is unchanged."""
    project.write(
        "test_many.py",
        """
        import pytest

        @pytest.mark.parametrize("number", range(20))
        def test_it(sms_gateway, send, number):
            assert sms_gateway.control.session().scenario == "Recipient on the watchlist (code 61)"
            assert send("+447700900888") == 200
            assert len(sms_gateway.messages) == 1
        """,
    )
    with MockGateway() as gateway:
        runs = [
            project.pytest("-n2", f"--sms-mock-url={gateway.url}/", "--sms-scenario=watchlist"),
            project.pytest("--sms-scenario=watchlist", SMS_MOCK_URL=gateway.url),
        ]
        url = gateway.url
        left = [session.id for session in gateway.control.sessions()]
        untouched = gateway.control.count_exchanges()

    for ran in runs:
        assert (ran.code, ran.counts) == (0, {"passed": 20}), ran.output
        assert f"sms_gateway: {url}" in ran.output
    assert (left, untouched) == (["default"], 0)


TOKEN = "correct-horse-battery"


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_control_token_is_used(project: Project, way: str) -> None:
    """No output shows it, also not of a failing test."""
    project.write("test_it.py", SENDS + "        assert False, sms_gateway.control.url\n")
    with MockGateway(access=Access(token=TOKEN)) as gateway:
        ran = (
            project.pytest("-l", f"--sms-mock-url={gateway.url}", f"--sms-mock-control-token={TOKEN}")
            if way == "option"
            else project.pytest("-l", SMS_MOCK_URL=gateway.url, SMS_MOCK_CONTROL_TOKEN=TOKEN)
        )

    assert ran.counts == {"failed": 1}, ran.output
    assert TOKEN not in ran.output


def test_a_missing_or_wrong_token_is_reported(project: Project) -> None:
    """With what is required, and which setting named the server."""
    project.write("test_it.py", SENDS)
    with MockGateway(access=Access(token=TOKEN)) as gateway:
        without = project.pytest(f"--sms-mock-url={gateway.url}").output
        wrong = project.pytest(SMS_MOCK_URL=gateway.url, SMS_MOCK_CONTROL_TOKEN="wrong-token").output

    assert "sms_gateway: Control token required: a token is needed" in without
    assert "\nThe variable SMS_MOCK_CONTROL_TOKEN, or --sms-mock-control-token, gives the token." in without
    assert "\nThe server was named by --sms-mock-url; without it the tests start one of their own." in without
    assert "the token that came is not the one" in wrong
    assert "The server was named by the variable SMS_MOCK_URL" in wrong
    assert "wrong-token" not in wrong


def test_a_server_that_stops_during_a_run_is_reported(project: Project) -> None:
    """The current test fails, and each later one reports that nothing listens, without waiting."""
    project.write(
        "test_it.py",
        """
        import contextlib, os, signal, socket
        import pytest

        def test_sees_it_die(sms_gateway, send):
            assert send() == 200
            os.kill(int(os.environ["VICTIM"]), signal.SIGKILL)
            # It takes a moment to die: until then its port accepts a connection, or resets one.
            with pytest.raises(ConnectionRefusedError):
                while True:
                    with contextlib.suppress(ConnectionResetError):
                        socket.create_connection(("127.0.0.1", int(os.environ["PORT"]))).close()
            sms_gateway.next_message()

        def test_does_not_ask(sms_gateway):
            pass
        """,
    )
    with served() as (process, url):
        port = url.rpartition(":")[2]
        ran = project.pytest(f"--sms-mock-url={url}", VICTIM=str(process.pid), PORT=port)

    assert ran.counts == {"failed": 1, "error": 1}, ran.output
    assert f"ControlError: Unreachable: nothing listens at {url}" in ran.output
    assert f"the gateway cannot be asked what it got: Unreachable: nothing listens at {url}" in ran.output
    assert f"\nsms_gateway: Unreachable: nothing listens at {url}; `sms-mock serve` starts a gateway\n" in ran.output
    assert "over_http.py" not in ran.output


def test_the_session_of_a_test_is_named_after_it(project: Project) -> None:
    """Users of a shared server see whose it is; unusual names are escaped."""
    project.write(
        "test_it.py",
        """
        import pytest

        @pytest.mark.parametrize("text", ["Grüße / ~ % ?", "\\x00", "x" * 200, "", "-._"])
        def test_odd(sms_gateway, send, text):
            assert send() == 200
            assert "/~test-odd" in sms_gateway.base_url

        def test_ünïcödé(sms_gateway, send):
            assert send() == 200
        """,
    )

    assert project.pytest().counts == {"passed": 6}


def test_collecting_starts_no_server(project: Project) -> None:
    """The plugin lists its fixtures and its marker with one sentence each."""
    project.write("test_it.py", SENDS)

    collected = project.pytest("--collect-only", "--sms-mock-url=http://127.0.0.1:1")
    fixtures = project.pytest("--fixtures")
    markers = project.pytest("--markers")

    assert "1 test collected" in collected.output
    assert "sms_gateway -- " in fixtures.output
    assert "A stand-in for the SMS gateway, this test's own: give your client its base_url" in fixtures.output
    assert "sms_server [session scope]" in fixtures.output
    assert "@pytest.mark.sms_scenario(scenario, **parts): the world of sms_gateway" in markers.output


def test_the_plugin_can_be_disabled(project: Project) -> None:
    """By its name."""
    project.write("test_it.py", "def test_it(request):\n    assert 'sms_mock_url' not in request.config.option\n")

    assert project.pytest("-p", "no:sms_gateway").counts == {"passed": 1}


def test_the_fixture_works_in_classes(project: Project) -> None:
    """Unittest by an autouse fixture, one gateway for all tests of a class, setup methods."""
    project.write(
        "test_it.py",
        """
        import unittest
        import pytest

        class TestUnit(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _given(self, sms_gateway, send):
                self.sms, self.send = sms_gateway, send

            def setUp(self):
                assert self.sms.messages == []

            def test_one(self):
                self.send()
                self.assertEqual(len(self.sms.messages), 1)

            def test_two(self):
                self.assertEqual(self.sms.messages, [])
                self.fail("on purpose")

        @pytest.fixture(scope="class")
        def shared(sms_server):
            with sms_server.session("watchlist", seed=3) as gateway:
                yield gateway

        @pytest.fixture(autouse=True)
        def _anew(request):
            yield
            if "shared" in request.fixturenames:
                request.getfixturevalue("shared").reset()

        class TestShared:
            def test_one(self, shared):
                assert shared.control.send("+447700800123", "Hello").accepted
                assert len(shared.messages) == 1

            def test_two(self, shared):
                assert shared.messages == []
        """,
    )

    ran = project.pytest()

    assert ran.counts == {"passed": 3, "failed": 1}, ran.output
    assert "nothing; the client's base URL has to be http" in ran.output


@pytest.mark.parametrize("distribution", ["load", "loadscope"])
def test_workers_share_nothing(project: Project, distribution: str) -> None:
    """Each has a server of its own, for each way to distribute tests."""
    for name in ("one", "two"):
        project.write(
            f"{name}/test_{name}.py",
            """
            import pytest

            @pytest.mark.parametrize("number", range(6))
            class TestIt:
                def test_it(self, sms_gateway, send, number):
                    assert send() == 200
                    assert len(sms_gateway.messages) == 1
            """,
        )
        project.write(f"{name}/conftest.py", "import pytest\n\n@pytest.fixture\ndef number(request): return 1\n")

    ran = project.pytest("-n2", f"--dist={distribution}", "-W", "error")

    assert ran.counts == {"passed": 12}, ran.output


def test_coroutines_run_with_the_installed_plugin(project: Project) -> None:
    """pytest-asyncio in its automatic mode, with a fixture that runs in the loop."""
    project.write(
        "test_it.py",
        """
        import asyncio
        import pytest
        import httpx2

        @pytest.fixture
        async def client(sms_gateway):
            async with httpx2.AsyncClient(base_url=sms_gateway.base_url, auth=sms_gateway.credentials) as opened:
                yield opened

        async def test_it(sms_gateway, client):
            body = {"destination": "+447700900123", "text": "Code 123456"}
            sending = asyncio.create_task(client.post("/api/Admin/send", json=body))
            assert (await sms_gateway.aio.next_message()).codes == ("123456",)
            await sending

        async def test_it_fails(sms_gateway, client):
            sms_gateway.next_message()
        """,
    )

    ran = project.pytest("-o", "asyncio_mode=auto", "-W", "error")

    assert ran.counts == {"passed": 1, "failed": 1}, ran.output
    assert "write `await sms_gateway.aio.next_message(...)`" in ran.output


def test_an_interrupted_run_ends(project: Project) -> None:
    """Ctrl+C during a test: the session is deleted, and nothing more is printed."""
    project.write(
        "test_it.py",
        """
        def test_it(sms_gateway, send):
            send("+447700900061")
            raise KeyboardInterrupt
        """,
    )
    with MockGateway() as gateway:
        ran = project.pytest(f"--sms-mock-url={gateway.url}")
        left = [session.id for session in gateway.control.sessions()]

    assert ran.code == 2
    assert "KeyboardInterrupt" in ran.output
    assert left == ["default"]

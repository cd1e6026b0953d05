"""The plugin's options, settings, marker and fixtures, which every start of pytest loads.

It imports nothing besides pytest; the gateway comes with the first test that asks for one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mock_server.pytest_plugin.gateway import SmsGateway
    from mock_server.pytest_plugin.server import PluginSettings, SmsServer

_GATEWAY = pytest.StashKey["SmsGateway"]()
_REPORTS = pytest.StashKey[list[bool]]()
"""Whether a test passed, and each part of it."""

_TIMEOUT = "5"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register options and settings."""
    group = parser.getgroup("sms_gateway", "a stand-in for the SMS gateway: the fixture sms_gateway")
    group.addoption(
        "--sms-mock-url",
        metavar="URL",
        help="A gateway mock that runs already, a container for one; by default SMS_MOCK_URL, else one is started.",
    )
    group.addoption(
        "--sms-mock-control-token",
        metavar="WORD",
        help="What its control API asks for; better given as SMS_MOCK_CONTROL_TOKEN.",
    )
    group.addoption("--sms-scenario", metavar="NAME", help="The scenario of all tests: a shipped one, or a file.")
    parser.addini("sms_scenario", "the same as --sms-scenario; a path begins at the root of the project")
    parser.addini(
        "sms_strict", "false: an unexpected refusal or an unmatched stub fails no test", "bool", default=True
    )
    parser.addini("sms_timeout", "how many seconds sms_gateway waits for a message at most", default=_TIMEOUT)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "sms_scenario(scenario, **parts): the world of sms_gateway: a shipped scenario, a file or an object, and "
        'parts of it to replace: sms_scenario("watchlist", seed=7, clock={"mode": "frozen"}, services=["SHOP"])',
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Show the URL of an external gateway in pytest's header."""
    url = _url(config)
    return [] if url is None else [f"sms_gateway: {url.rpartition('@')[2]}"]


@pytest.fixture(scope="session")
def sms_server(request: pytest.FixtureRequest) -> Iterator[SmsServer]:
    """The server behind sms_gateway: sms_server.session() makes a gateway for fixtures that outlive a test."""
    from mock_server.pytest_plugin.importing import without_assertion_rewriting  # noqa: PLC0415

    with ExitStack() as until_the_end:
        with without_assertion_rewriting():
            from mock_server.pytest_plugin.errors import MISTAKES  # noqa: PLC0415
            from mock_server.pytest_plugin.server import serving  # noqa: PLC0415

            try:
                server = until_the_end.enter_context(serving(_settings(request.config)))
            except MISTAKES as error:
                raise _failure(f"{error}{_given(request.config, error)}") from None
        yield server


@pytest.fixture
def sms_gateway(sms_server: SmsServer, request: pytest.FixtureRequest) -> Iterator[SmsGateway]:
    """A stand-in for the SMS gateway, this test's own: give your client its base_url and credentials, then ask it.

    messages, next_message(), wait_for(): what was sent. next_send(refuse=61), stub(): what becomes of it.
    clock.advance(hours=1): time. receipts, ledger, explain(): what came of it, and why. aio: the same, to be awaited.
    A refusal that no one expected fails the test at its end; expect_refusal() expects one.
    """
    from mock_server.pytest_plugin.errors import MISTAKES  # noqa: PLC0415

    marker = request.node.get_closest_marker("sms_scenario")
    args, parts = ((), {}) if marker is None else (marker.args, dict(marker.kwargs))
    if "scenario" in parts:
        args += (parts.pop("scenario"),)
    if len(args) > 1:
        pytest.fail("sms_scenario: one scenario at most; the parts to replace follow by name", pytrace=False)
    try:
        gateway = sms_server.begin(request.node.name, *args, parts=parts)
    except MISTAKES as error:
        raise _failure(str(error)) from None
    request.node.stash[_GATEWAY] = gateway
    yield gateway
    # A failed test reports its failure; a skipped or aborted one did not reach its end.
    reports = request.node.stash.get(_REPORTS, [])
    gateway.close(quietly=not reports or not all(reports))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Add the last exchanges and their reasons to the report of a failed test."""
    report = yield
    if call.when == "setup":
        # Plugins may run a failed item again.
        item.stash[_REPORTS] = []
    if call.when == "call":
        # Subtests have reports of their own; an aborted test has none.
        item.stash[_REPORTS].append(report.passed)
    # If no test has used a gateway yet, this one has not.
    asked = "mock_server.pytest_plugin.gateway" in sys.modules
    if asked and report.failed and call.when != "teardown" and call.excinfo is not None:
        _show_exchanges(item, report, call.excinfo.value)
    return report


def _show_exchanges(item: pytest.Item, report: pytest.TestReport, error: BaseException) -> None:
    from mock_server.pytest_plugin.errors import AbsenceError  # noqa: PLC0415
    from mock_server.pytest_plugin.gateway import SmsGateway  # noqa: PLC0415
    from mock_server.pytest_plugin.reporting import last_exchanges  # noqa: PLC0415

    if isinstance(error, AbsenceError):
        return  # It tells so itself.
    given = [item.stash.get(_GATEWAY, None), *getattr(item, "funcargs", {}).values()]
    for gateway in dict.fromkeys(each for each in given if isinstance(each, SmsGateway)):
        report.sections.append((f"SMS gateway {gateway.base_url}", "\n".join(last_exchanges(gateway.control))))


def _failure(sentence: str) -> BaseException:
    return pytest.fail.Exception(f"sms_gateway: {sentence}", pytrace=False)


def _given(config: pytest.Config, error: Exception) -> str:
    """Where the unusable server was configured, and what to do."""
    if _url(config) is None:
        return ""
    where = "by --sms-mock-url" if config.getoption("--sms-mock-url") else "by the variable SMS_MOCK_URL"
    refused = getattr(error, "status", None) == 401
    token = "\nThe variable SMS_MOCK_CONTROL_TOKEN, or --sms-mock-control-token, gives the token." if refused else ""
    return f"{token}\nThe server was named {where}; without it the tests start one of their own."


def _settings(config: pytest.Config) -> PluginSettings:
    from mock_server.pytest_plugin.server import PluginSettings, is_a_file  # noqa: PLC0415

    token = config.getoption("--sms-mock-control-token") or os.environ.get("SMS_MOCK_CONTROL_TOKEN") or None
    said = config.getini("sms_timeout")
    try:
        timeout = float(said)
    except ValueError:
        timeout = -1.0
    if not 0 <= timeout <= 3600:
        pytest.fail(f"sms_timeout: {said!r} is no number of seconds from 0 to 3600", pytrace=False)
    option = config.getoption("--sms-scenario")
    if option and is_a_file(option):
        # A path on the command line is relative to the working directory.
        option = str(config.invocation_params.dir / option)
    return PluginSettings(
        url=_url(config),
        token=token,
        scenario=option or config.getini("sms_scenario") or None,
        strict=config.getini("sms_strict"),
        timeout=timeout,
        worker=os.environ.get("PYTEST_XDIST_WORKER", "main"),
        folder=config.rootpath,
    )


def _url(config: pytest.Config) -> str | None:
    return config.getoption("--sms-mock-url") or os.environ.get("SMS_MOCK_URL") or None

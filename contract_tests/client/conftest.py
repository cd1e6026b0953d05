"""Suite B under pytest: it judges the fixture `sms_client` of the team's conftest.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from secrets import randbelow
from types import ModuleType
from typing import Any

import pytest

from contract_tests.client.driver.function import FunctionDriver
from contract_tests.client.results import ClientReport
from contract_tests.client.run.known_gaps import read_known_gaps
from contract_tests.client.run.runner import ClientOptions, run
from contract_tests.target.target import CouldNotRunError

_SEEDS = 2**32

_MISSING = (
    "no client to judge. Define a session-scoped fixture `sms_client` in the conftest.py next to your pytest "
    "settings; it returns a function of an intent"
)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Register the fixtures of the team's conftest.py for the suite; pytest limits them to tests below that file."""
    manager = session.config.pluginmanager
    for plugin in list(manager.get_plugins()):
        place = getattr(plugin, "__file__", None)
        if place is None or Path(place).name != "conftest.py" or Path(place) == Path(__file__):
            continue
        fixtures = ModuleType(f"{place} for sms-contract")
        # Its hooks are registered already and must not be called twice.
        known = {name: value for name, value in vars(plugin).items() if not name.startswith(("pytest_", "__"))}
        vars(fixtures).update(known)
        manager.register(fixtures, name=fixtures.__name__)


def _receipt_endpoint(request: pytest.FixtureRequest) -> str | None:
    try:
        url: str = request.getfixturevalue("sms_receipt_endpoint")
    except pytest.FixtureLookupError:
        return None
    return url


@pytest.fixture(scope="session")
def client_report(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> ClientReport:
    """Run the suite once; each test reads one check of the report."""
    try:
        sms_client: Callable[..., Any] = request.getfixturevalue("sms_client")
    except pytest.FixtureLookupError:
        pytest.exit(f"sms-contract: {_MISSING}", returncode=2)
    given = pytestconfig.getoption
    gaps, seed = given("--sms-client-known-gaps"), given("--sms-client-seed")
    seed, cases = randbelow(_SEEDS) if seed is None else seed, given("--sms-client-cases")
    try:
        options = ClientOptions(
            client=getattr(sms_client, "__qualname__", type(sms_client).__qualname__),
            operation=given("--sms-client-operation"),
            seed=seed,
            cases=cases,
            workers=given("--sms-client-workers"),
            timeout_s=given("--sms-client-timeout"),
            resend=given("--sms-client-resend"),
            known_gaps=frozenset() if gaps is None else read_known_gaps(Path(gaps)),
            webhook_url=given("--sms-client-webhook-url") or _receipt_endpoint(request),
            mock_url=given("--sms-client-mock-url"),
            folder=pytestconfig.rootpath / ".sms-contract",
            command=f"pytest --pyargs contract_tests.client --sms-client-seed={seed} --sms-client-cases={cases}",
        )
        return asyncio.run(run(options, lambda: FunctionDriver(sms_client)))
    except CouldNotRunError as error:
        pytest.exit(f"sms-contract: {error}", returncode=2)

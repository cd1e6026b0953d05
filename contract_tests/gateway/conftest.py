"""Suite A under pytest: one test per check; all share one bench."""

from __future__ import annotations

import os
from collections.abc import Iterator
from secrets import randbelow

import pytest

from contract_tests.gateway.lab import SuiteBench
from contract_tests.gateway.runner import Options, chosen_checks, opened, planned
from contract_tests.target.exchange import Login
from contract_tests.target.target import CouldNotRunError

_MADE = pytest.StashKey[int]()


def _options(config: pytest.Config) -> Options:
    given = config.getoption
    if not given("--sms-url"):
        raise pytest.UsageError("say what is judged: --sms-url URL")
    username, password = given("--sms-username"), given("--sms-password") or os.environ.get("SMS_PASSWORD")
    seed = given("--sms-seed")
    return Options(
        url=given("--sms-url"),
        login=Login(username, password) if username and password else None,
        control=given("--sms-control"),
        control_token=given("--sms-control-token") or os.environ.get("SMS_CONTROL_TOKEN"),
        api_key=given("--sms-api-key") or os.environ.get("SMS_API_KEY"),
        status_url=given("--sms-status-url"),
        live=given("--sms-live"),
        allow_send_to=given("--sms-allow-send-to"),
        max_messages=given("--sms-max-messages"),
        max_examples=given("--sms-max-examples"),
        seed=randbelow(2**32) if seed is None else seed,
        only=frozenset(id_ for id_ in given("--sms-only").split(",") if id_),
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each check that concerns the chosen statements."""
    if "contract_check" in metafunc.fixturenames:
        options = _options(metafunc.config)
        checks = planned(chosen_checks(options.only), options)
        metafunc.parametrize("contract_check", checks, ids=[each.name for each in checks])


@pytest.fixture(scope="session")
def bench(pytestconfig: pytest.Config) -> Iterator[SuiteBench]:
    """The target after its preflight; the run ends with exit code 2 if it cannot be judged."""
    pytestconfig.stash[_MADE] = 0
    try:
        with opened(_options(pytestconfig).checked()) as found:
            yield found
    except CouldNotRunError as error:
        pytest.exit(f"sms-contract: {error}", returncode=2)


@pytest.fixture
def made(pytestconfig: pytest.Config) -> Iterator[None]:
    """Count a check that ran."""
    yield
    pytestconfig.stash[_MADE] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run in which no check ran fails."""
    if session.config.stash.get(_MADE, None) == 0:
        session.exitstatus = 2

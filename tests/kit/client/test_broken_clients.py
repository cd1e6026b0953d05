"""Tests of the checks: each broken client breaks the check for its defect, and healthy clients break none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest

from contract_tests.client.checks import checks_of
from contract_tests.client.driver.interface import Driver
from contract_tests.client.driver.protocol import Operation
from contract_tests.client.play.case_sets import fixed_cases, simple_case
from contract_tests.client.play.cases import Case
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.playing import play
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.run.replay_files import read_replay
from mock_server.scenario.loader import load_scenario
from tests.kit.broken_clients import BROKEN, NEVER_CALL, BrokenClient
from tests.kit.broken_clients.base import ClientDriver, Variant
from tests.kit.broken_clients.children import node, python
from tests.kit.broken_clients.healthy import BASES, READING, SENDING
from tests.kit.broken_clients.wire import SendsOnceMore
from tests.kit.trials import Trial, all_tried

pytestmark = pytest.mark.long

TIMEOUT_S = 1.5
"""A healthy client's time-out in cases that wait for it; ample for its first answer on a busy machine."""

SEED = 7
"""The seed of generated cases and of their order."""

CHECKS = checks_of("never")

FAST = tuple(case for case in fixed_cases("admin", TIMEOUT_S) if not case.slow)

FIELDS = tuple(case for case in FAST if not case.program and len(case.messages[0]) > 2)
"""Messages with optional fields, in every alphabet."""

STEPS = tuple(case for case in FAST if case.program and len(case.messages) == 1)
"""One message, with every step of the gateway."""

Breaches = list[tuple[object, dict[str, str]]]
"""Cases, each with its breaches."""


def breaches_in(evidence: Evidence) -> dict[str, str]:
    """The checks that a case breaks, each with its first sentence."""
    breaches = {check.id: next(iter(check.judge(evidence)), None) for check in CHECKS if check.reaches(evidence)}
    return {id_: breach.said for id_, breach in breaches.items() if breach is not None}


@dataclass
class TrialBench:
    """Plays clients with a shared stand-in."""

    stand_in: StandIn
    runner: asyncio.Runner

    def breaches(self, make: Callable[[], Driver], cases: Iterable[Case]) -> Breaches:
        """All breaches of a client in these cases; slow cases are played concurrently."""
        given = tuple(cases)
        slow = [[case] for case in given if case.slow]
        return self.runner.run(self._breaches(make, [[case for case in given if not case.slow], *slow]))

    async def _breaches(self, make: Callable[[], Driver], groups: Iterable[list[Case]]) -> Breaches:
        async def one(group: list[Case]) -> Breaches:
            driver = make()
            try:
                found = [(case.as_json(), breaches_in(await play(case, driver, self.stand_in))) for case in group]
            finally:
                await driver.close()
            return [(case, breaches) for case, breaches in found if breaches]

        return [each for found in await asyncio.gather(*map(one, groups)) for each in found]


@pytest.fixture(scope="module")
def bench() -> Iterator[TrialBench]:
    """The stand-in with its event loop."""
    with asyncio.Runner() as runner:
        stand_in = StandIn()
        runner.run(stand_in.__aenter__())
        yield TrialBench(stand_in, runner)
        runner.run(stand_in.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def all_trials(bench: TrialBench, tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    """Every broken client, and one client per check a second time, tried concurrently."""
    waiting = {client.check: client for client in BROKEN if client.waits}
    again = waiting | {client.check: client for client in BROKEN[::-1] if not client.waits}
    folder = tmp_path_factory.mktemp("replays")
    return bench.runner.run(all_tried([*BROKEN, *again.values()], SEED, folder, bench.stand_in))


@pytest.fixture(scope="module")
def trials(all_trials: list[Trial]) -> dict[str, Trial]:
    """The first trial of every broken client, by name."""
    return {trial.client.name: trial for trial in all_trials[: len(BROKEN)]}


@pytest.mark.parametrize("operation", ["admin", "services"])
@pytest.mark.parametrize("name", BASES)
def test_a_healthy_client_breaks_nothing(name: str, operation: Operation, bench: TrialBench) -> None:
    """On every step, slow or fast."""
    assert bench.breaches(BASES[name], fixed_cases(operation, TIMEOUT_S)) == []


def test_a_client_may_send_again_what_a_closed_connection_did_not_deliver(
    bench: TrialBench,
) -> None:
    """The first try cannot have arrived."""
    closed = [case for case in fixed_cases("admin", TIMEOUT_S) if case.pauses]

    assert len(closed) >= 3
    assert bench.breaches(lambda: ClientDriver(Variant(connect=SendsOnceMore)), closed) == []


def test_the_start_time_of_a_client_does_not_count(bench: TrialBench) -> None:
    """Slow cases are played with a client that has started."""
    slow = [case for case in fixed_cases("admin", TIMEOUT_S) if case.slow]

    assert bench.breaches(node("starts slowly", "", "startsSlowly").make, slow) == []


@pytest.mark.parametrize("name", SENDING)
def test_valid_variants_of_requests_break_nothing(name: str, bench: TrialBench) -> None:
    """The contract allows several forms of a request."""
    assert bench.breaches(lambda: ClientDriver(SENDING[name]), FIELDS) == []


@pytest.mark.parametrize("name", READING)
def test_valid_variants_of_reading_break_nothing(name: str, bench: TrialBench) -> None:
    """Sensible clients may differ."""
    assert bench.breaches(lambda: ClientDriver(READING[name]), STEPS) == []


def test_a_healthy_child_breaks_nothing(bench: TrialBench) -> None:
    """It handles acceptances only, like the broken children derived from it."""
    assert bench.breaches(python("healthy", "", "healthy").make, [simple_case(count=4)]) == []


@pytest.mark.parametrize("client", BROKEN, ids=str)
def test_a_broken_client_breaks_the_check_for_its_defect(client: BrokenClient, trials: dict[str, Trial]) -> None:
    """It may break others too. One that never calls the gateway cannot be judged."""
    assert trials[client.name].right, trials[client.name]


@pytest.mark.parametrize("client", [each for each in BROKEN if each.name not in NEVER_CALL], ids=str)
def test_the_breach_of_a_broken_client_is_shrunk_to_a_replay_file(
    client: BrokenClient, trials: dict[str, Trial]
) -> None:
    """The gateway loads it, and a freshly started client breaks the same check with it."""
    trial = trials[client.name]
    assert trial.smallest is not None
    assert trial.replay is not None

    assert read_replay(trial.replay) == (client.check, trial.smallest)
    assert len(load_scenario(trial.replay).stubs) == sum(step.then is not None for step in trial.smallest.program)
    assert trial.replayed, trial


def test_the_same_seed_gives_the_same_verdicts(trials: dict[str, Trial], all_trials: list[Trial]) -> None:
    """And the same smallest case: one client per check was tried twice."""
    again = all_trials[len(BROKEN) :]

    assert {each.client.check for each in again} == {check.id for check in CHECKS}
    assert {each.client.name: each.verdict for each in again} == {
        each.client.name: trials[each.client.name].verdict for each in again
    }


@pytest.mark.parametrize("name", ["sends again after a reset", "sends again after a proxy's page"])
def test_a_client_that_may_resend_breaks_nothing_else(name: str, bench: TrialBench) -> None:
    """`--resend allowed` removes two checks, and duplicates break no others."""
    removed = {check.id for check in CHECKS} - {check.id for check in checks_of("allowed")}
    client = next(each for each in BROKEN if each.name == name)

    found = bench.breaches(client.make, STEPS)

    assert {id_ for _, breaches in found for id_ in breaches} == removed


def test_every_broken_client_has_a_unique_name() -> None:
    """A name in a report identifies one entry."""
    names = [client.name for client in BROKEN]

    assert len(set(names)) == len(names) >= 30


def test_every_check_has_a_client_that_breaks_it() -> None:
    """A check that never failed proves nothing."""
    assert {check.id for check in CHECKS} - {client.check for client in BROKEN} == set()

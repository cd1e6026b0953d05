"""The checks for clients are tested too: each client that is wrong in one way is told by the check for it."""

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
from tests.kit.broken_clients.base import Behaviour, ClientDriver
from tests.kit.broken_clients.children import node, python
from tests.kit.broken_clients.healthy import BASES, READING, SENDING
from tests.kit.broken_clients.wire import SendsOnceMore
from tests.kit.trials import Trial, all_tried

TIMEOUT_S = 1.5
"""A healthy client's own limit where it has to wait for it; it holds for its first answer on a busy machine too."""

SEED = 7
"""Of what is generated, and of the order in which it comes."""

CHECKS = checks_of("never")

FAST = tuple(case for case in fixed_cases("admin", TIMEOUT_S) if not case.slow)

FIELDS = tuple(case for case in FAST if not case.program and len(case.messages[0]) > 2)
"""Messages with every optional field, in every alphabet."""

STEPS = tuple(case for case in FAST if case.program and len(case.messages) == 1)
"""One message, and everything that the gateway does with it."""

Breaches = list[tuple[object, dict[str, str]]]
"""Cases, each with what is told of it."""


def told(evidence: Evidence) -> dict[str, str]:
    """The checks that a case breaks, each with its first sentence."""
    breaches = {check.id: next(iter(check.judge(evidence)), None) for check in CHECKS if check.reaches(evidence)}
    return {id_: breach.said for id_, breach in breaches.items() if breach is not None}


@dataclass
class TrialBench:
    """One stand-in for all clients."""

    stand_in: StandIn
    runner: asyncio.Runner

    def breaches(self, make: Callable[[], Driver], cases: Iterable[Case]) -> Breaches:
        """Whatever is told of a client in these cases; those that wait are played side by side."""
        given = tuple(cases)
        slow = [[case] for case in given if case.slow]
        return self.runner.run(self._breaches(make, [[case for case in given if not case.slow], *slow]))

    async def _breaches(self, make: Callable[[], Driver], groups: Iterable[list[Case]]) -> Breaches:
        async def one(group: list[Case]) -> Breaches:
            driver = make()
            try:
                found = [(case.as_json(), told(await play(case, driver, self.stand_in))) for case in group]
            finally:
                await driver.close()
            return [(case, breaches) for case, breaches in found if breaches]

        return [each for found in await asyncio.gather(*map(one, groups)) for each in found]


@pytest.fixture(scope="module")
def bench() -> Iterator[TrialBench]:
    """The stand-in, and a loop that lives as long."""
    with asyncio.Runner() as runner:
        stand_in = StandIn()
        runner.run(stand_in.__aenter__())
        yield TrialBench(stand_in, runner)
        runner.run(stand_in.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def all_trials(bench: TrialBench, tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    """Every broken client, and for each check one of those that break it once more: all side by side."""
    waiting = {client.check: client for client in BROKEN if client.waits}
    again = waiting | {client.check: client for client in BROKEN[::-1] if not client.waits}
    folder = tmp_path_factory.mktemp("replays")
    return bench.runner.run(all_tried([*BROKEN, *again.values()], SEED, folder, bench.stand_in))


@pytest.fixture(scope="module")
def trials(all_trials: list[Trial]) -> dict[str, Trial]:
    """The first trial of every broken client by its name."""
    return {trial.client.name: trial for trial in all_trials[: len(BROKEN)]}


@pytest.mark.parametrize("operation", ["admin", "services"])
@pytest.mark.parametrize("name", BASES)
def test_nothing_is_told_of_a_healthy_client(name: str, operation: Operation, bench: TrialBench) -> None:
    """Whatever the gateway does, slow or fast."""
    assert bench.breaches(BASES[name], fixed_cases(operation, TIMEOUT_S)) == []


def test_nothing_is_told_of_a_client_that_sends_once_more_what_a_closed_connection_did_not_take(
    bench: TrialBench,
) -> None:
    """Nothing of the first try can have arrived, and the ledger has one."""
    closed = [case for case in fixed_cases("admin", TIMEOUT_S) if case.pauses]

    assert len(closed) >= 3
    assert bench.breaches(lambda: ClientDriver(Behaviour(connect=SendsOnceMore)), closed) == []


def test_how_long_a_client_takes_to_start_is_not_held_against_it(bench: TrialBench) -> None:
    """Some languages do: cases that wait are played with a client that is there."""
    slow = [case for case in fixed_cases("admin", TIMEOUT_S) if case.slow]

    assert bench.breaches(node("starts slowly", "", "startsSlowly").make, slow) == []


@pytest.mark.parametrize("name", SENDING)
def test_nothing_is_told_of_clients_that_send_otherwise_and_rightly(name: str, bench: TrialBench) -> None:
    """The contract leaves room in how a request is written."""
    assert bench.breaches(lambda: ClientDriver(SENDING[name]), FIELDS) == []


@pytest.mark.parametrize("name", READING)
def test_nothing_is_told_of_clients_that_hear_otherwise_and_rightly(name: str, bench: TrialBench) -> None:
    """Where sensible clients differ, none of them is wrong."""
    assert bench.breaches(lambda: ClientDriver(READING[name]), STEPS) == []


def test_nothing_is_told_of_a_healthy_child(bench: TrialBench) -> None:
    """It knows acceptances alone, and so do those that are made of it."""
    assert bench.breaches(python("healthy", "", "healthy").make, [simple_case(count=4)]) == []


@pytest.mark.parametrize("client", BROKEN, ids=str)
def test_a_broken_client_is_told_by_the_check_for_it(client: BrokenClient, trials: dict[str, Trial]) -> None:
    """Other checks may tell as well. One that never calls cannot be judged, and that is said."""
    assert trials[client.name].right, trials[client.name]


@pytest.mark.parametrize("client", [each for each in BROKEN if each.name not in NEVER_CALL], ids=str)
def test_what_tells_of_a_broken_client_is_shrunk_to_a_file_that_does_it_again(
    client: BrokenClient, trials: dict[str, Trial]
) -> None:
    """The gateway serves it, and a client that has just been started breaks the same check by it."""
    trial = trials[client.name]
    assert trial.smallest is not None
    assert trial.replay is not None

    assert read_replay(trial.replay) == (client.check, trial.smallest)
    assert len(load_scenario(trial.replay).stubs) == sum(step.then is not None for step in trial.smallest.program)
    assert trial.replayed, trial


def test_the_same_seed_gives_the_same_verdicts(trials: dict[str, Trial], all_trials: list[Trial]) -> None:
    """And the same smallest case: for each check one of the clients that break it was tried once more."""
    again = all_trials[len(BROKEN) :]

    assert {each.client.check for each in again} == {check.id for check in CHECKS}
    assert {each.client.name: each.verdict for each in again} == {
        each.client.name: trials[each.client.name].verdict for each in again
    }


@pytest.mark.parametrize("name", ["sends again after a reset", "sends again after a proxy's page"])
def test_a_client_that_may_send_again_is_told_of_nothing_else(name: str, bench: TrialBench) -> None:
    """`--resend allowed` takes two laws away, and what may have come twice breaks no other one."""
    taken_away = {check.id for check in CHECKS} - {check.id for check in checks_of("allowed")}
    client = next(each for each in BROKEN if each.name == name)

    found = bench.breaches(client.make, STEPS)

    assert {id_ for _, breaches in found for id_ in breaches} == taken_away


def test_every_broken_client_has_a_name_of_its_own() -> None:
    """A name in a report leads to one entry."""
    names = [client.name for client in BROKEN]

    assert len(set(names)) == len(names) >= 30


def test_every_check_has_a_client_that_breaks_it() -> None:
    """A check that nothing ever turned red proves nothing."""
    assert {check.id for check in CHECKS} - {client.check for client in BROKEN} == set()

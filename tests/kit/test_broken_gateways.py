"""Tests of the checks: for each gateway that breaks one requirement, the suite fails and names that requirement."""

from __future__ import annotations

import pytest

from contract_tests.gateway import machine
from contract_tests.gateway.runner import Options, chosen_checks, run
from contract_tests.report.verdicts import Report
from tests.kit.broken_gateways import CATALOGUE, Broken, served

SEED = 20260115

GENERATED = {
    "machine: any order of events": (
        "the limit at 151",
        "a volume window of 3599 s",
        "a duplicates window of 3599 s",
        "the duplicate is handed over",
        "counting per account",
        "an account switched off is served",
        "SENT a second late",
        "DELIVERED without SENT",
        "oldest first",
    ),
    "fuzzing: schemathesis": (
        "a refusal is a crash in plain text",
        "an empty text gets 56",
        "details missing",
    ),
    "fuzzing: look-ups": (
        "any API key",
        "count up to 1000",
        "look-ups without their wrapping",
    ),
}


def judged(broken: Broken | None, *, checks: frozenset[str] | None = None, max_examples: int = 10) -> Report:
    """Run suite A: the checks given by name, else those of the broken requirement that generate no examples."""
    only = frozenset() if broken is None else frozenset({broken.requirement})
    chosen = [each for each in chosen_checks(only) if not each.generated]
    if checks is not None:
        chosen = [each for each in chosen_checks(frozenset()) if each.name in checks]
    with served(broken) as url:
        return run(Options(url, control=url, seed=SEED, max_examples=max_examples), checks=chosen)


def test_every_broken_gateway_has_a_name_of_its_own() -> None:
    """A name in a report identifies one entry."""
    names = [broken.name for broken in CATALOGUE]

    assert len(set(names)) == len(names) >= 25


@pytest.mark.parametrize("broken", CATALOGUE, ids=str)
def test_a_broken_gateway_is_told_by_the_law_it_breaks(broken: Broken) -> None:
    """The suite fails, and the requirement that is broken on purpose is among those it reports."""
    report = judged(broken)

    assert report.exit_code == 1, f"{broken} went unnoticed"
    assert broken.requirement in report.broken_ids


@pytest.mark.long
@pytest.mark.parametrize(("check", "name"), [(check, name) for check, names in GENERATED.items() for name in names])
def test_generated_checks_find_what_the_probes_find(check: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state machine and the fuzzer find defects without the probes."""
    # The test needs the finding, not the smallest example of it.
    monkeypatch.setattr(machine, "_SHRINKING", 0.1)
    broken = next(each for each in CATALOGUE if each.name == name)

    report = judged(broken, checks=frozenset({check}), max_examples=40)

    assert broken.requirement in report.broken_ids

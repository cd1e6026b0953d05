"""From what a tester wrote to what the rules ask."""

from __future__ import annotations

from mock_server.domain.errors import BY_CODE
from mock_server.domain.flooding import Limits
from mock_server.domain.msisdn import NumberList
from mock_server.domain.policy import Account, Health, Policy, Provider
from mock_server.domain.stub import Stub, StubTable
from mock_server.scenario.assume import readings_of, with_limits
from mock_server.scenario.model import AccountPart, AntiFloodingPart, HealthPart, Scenario
from mock_server.scenario.notation import parse_duration


def policy_of(scenario: Scenario) -> Policy:
    """Everything that the rules may ask about a scenario."""
    return Policy(
        accounts={part.username: _account(part) for part in scenario.accounts},
        services=frozenset(scenario.services),
        watchlist=NumberList(scenario.watchlist),
        unreachable=NumberList(scenario.unreachable),
        limits=with_limits(_limits(scenario.anti_flooding), scenario.assume),
        providers=tuple(Provider(part.name, part.up) for part in scenario.providers),
        health=_health(scenario.health),
        readings=readings_of(scenario.assume),
    )


def stubs_of(scenario: Scenario) -> StubTable:
    """The forced outcomes; each is named by its place in the file."""
    return StubTable(
        tuple(
            Stub(f"stubs[{index}]", NumberList((part.when.destination,)), BY_CODE[part.then.refuse])
            for index, part in enumerate(scenario.stubs)
        )
    )


def _account(part: AccountPart) -> Account:
    return Account(
        username=part.username,
        password=part.password,
        admin=part.admin,
        active=part.active,
        urls_allowed=part.urls == "allowed",
    )


def _limits(part: AntiFloodingPart) -> Limits:
    return Limits(
        duplicates=part.duplicates.limit,
        duplicates_window=parse_duration(part.duplicates.window),
        volume=part.volume.limit,
        volume_window=parse_duration(part.volume.window),
    )


def _health(part: HealthPart) -> Health:
    return Health(database=part.database == "up", services=part.services == "up", gateway=part.gateway == "up")

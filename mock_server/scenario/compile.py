"""From what a tester wrote to what the rules ask."""

from __future__ import annotations

from mock_server.domain.flooding import Limits
from mock_server.domain.msisdn import NumberList
from mock_server.domain.notification import WebhookRules
from mock_server.domain.policy import Account, Health, Policy, Provider, Readings
from mock_server.domain.stub import Origin, StubTable
from mock_server.scenario.assume import reread
from mock_server.scenario.matching import stub_of
from mock_server.scenario.model import AccountPart, AntiFloodingPart, HealthPart, Scenario, WebhooksPart
from mock_server.scenario.notation import parse_duration
from mock_server.scenario.plans import plan_of


def policy_of(scenario: Scenario) -> Policy:
    """Everything that the rules may ask about a scenario."""
    return Policy(
        accounts={part.username: _account(part) for part in scenario.accounts},
        services=frozenset(scenario.services),
        watchlist=NumberList(scenario.watchlist),
        unreachable=NumberList(scenario.unreachable),
        limits=reread(_limits(scenario.anti_flooding), scenario.assume),
        providers=tuple(Provider(part.name, part.up) for part in scenario.providers),
        health=_health(scenario.health),
        plan=plan_of(scenario.delivery.plan, scenario.delivery.channel),
        webhooks=reread(_webhooks(scenario.webhooks), scenario.assume),
        api_keys=frozenset(scenario.api_keys),
        readings=reread(Readings(), scenario.assume),
    )


def stubs_of(scenario: Scenario) -> StubTable:
    """The forced outcomes; each is named by its place in the file."""
    channel = scenario.delivery.channel
    lists = (("stubs", scenario.stubs), ("faults", scenario.faults))
    written = [(f"{name}[{index}]", part) for name, parts in lists for index, part in enumerate(parts)]
    return StubTable(
        tuple(stub_of(part, name, Origin.SCENARIO, channel, place) for place, (name, part) in enumerate(written))
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


def _webhooks(part: WebhooksPart) -> WebhookRules:
    return WebhookRules(
        https_only=part.https_only,
        timeout=parse_duration(part.timeout),
        retries=tuple(parse_duration(gap) for gap in part.retries),
        adversity=part.adversity,
    )

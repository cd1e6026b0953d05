"""From what a tester wrote to what the rules ask."""

from __future__ import annotations

from functools import lru_cache

from mock_server.domain.delivery import Carrier, Channel, Plan, Status, Step, usual_word
from mock_server.domain.errors import BY_CODE
from mock_server.domain.flooding import Limits
from mock_server.domain.msisdn import NumberList
from mock_server.domain.notification import WebhookRules
from mock_server.domain.policy import Account, Health, Policy, Provider, Readings
from mock_server.domain.stub import Stub, StubTable
from mock_server.scenario.assume import reread
from mock_server.scenario.model import (
    AccountPart,
    AntiFloodingPart,
    CarrierPart,
    DeliveryPart,
    HealthPart,
    Scenario,
    StepPart,
    StubPart,
    WebhooksPart,
)
from mock_server.scenario.notation import parse_delay, parse_duration


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
        plan=_plan(scenario.delivery.plan, scenario.delivery.channel),
        webhooks=reread(_webhooks(scenario.webhooks), scenario.assume),
        api_keys=frozenset(scenario.api_keys),
        readings=reread(Readings(), scenario.assume),
    )


def stubs_of(scenario: Scenario) -> StubTable:
    """The forced outcomes; each is named by its place in the file."""
    return StubTable(
        tuple(_stub(f"stubs[{index}]", part, scenario.delivery) for index, part in enumerate(scenario.stubs))
    )


def _stub(name: str, part: StubPart, usual: DeliveryPart) -> Stub:
    then = part.then
    return Stub(
        name,
        NumberList((part.when.destination,)),
        refuse=None if then.refuse is None else BY_CODE[then.refuse],
        plan=None if then.deliver is None else _plan(then.deliver, then.channel or usual.channel),
        adversity=then.adversity,
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


def _plan(steps: tuple[StepPart, ...], channel: str) -> Plan:
    return _shared(Plan(tuple(_step(part) for part in steps), Channel(channel)))


@lru_cache(maxsize=1024)
def _shared(plan: Plan) -> Plan:
    """One object for all plans that are alike: every message holds on to its own."""
    return plan


def _step(part: StepPart) -> Step:
    status = Status(part.status)
    carrier = None if part.provider is None else _carrier(part.provider, status)
    return Step(parse_delay(part.after), status, carrier, part.forced)


def _carrier(part: CarrierPart, status: Status) -> Carrier:
    usual = usual_word(status)
    return Carrier(part.code or usual.code, part.status or usual.status, part.message)

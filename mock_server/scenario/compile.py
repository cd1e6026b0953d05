"""Compile a scenario to what the rules and stubs need."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from mock_server.domain.flooding import Limits
from mock_server.domain.instants import Duration
from mock_server.domain.msisdn import NumberList
from mock_server.domain.notification import WebhookRules
from mock_server.domain.policy import Account, Health, Policy, Provider, Readings
from mock_server.domain.secrets import Secrets, spellings
from mock_server.domain.stub import Origin, StubTable
from mock_server.scenario.assume import with_readings
from mock_server.scenario.compile_stubs import stub_of
from mock_server.scenario.model import LISTS, AccountPart, AntiFloodingPart, HealthPart, Scenario, WebhooksPart
from mock_server.scenario.notation import parse_duration
from mock_server.scenario.plans import plan_of

_NOT_COMPILED = frozenset({"version", "title", "description", "seed", "clock"})
_COMPILED = tuple(name for name in Scenario.model_fields if name not in _NOT_COMPILED)
_STUBS = ("stubs", "faults", "delivery")
_CACHE_SIZE = 64


class Compiled(msgspec.Struct, frozen=True):
    """What follows from a scenario, independent of the session."""

    policy: Policy
    stubs: StubTable
    longest_plan: Duration
    secrets: Secrets


class _PartsById:
    """Some top-level parts of a scenario as a cache key, compared by identity, not by content.

    A scenario with another seed or watchlist shares its other parts with the original; comparing their content would
    cost more than the cache saves.
    """

    __slots__ = ("_hash", "_ids", "scenario")

    def __init__(self, scenario: Scenario, names: tuple[str, ...]) -> None:
        self.scenario = scenario
        """Kept alive, so that the ids stay unique."""
        held = vars(scenario)
        self._ids = tuple([id(held[name]) for name in names])
        self._hash = hash(self._ids)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _PartsById) and self._ids == other._ids


def compiled(scenario: Scenario) -> Compiled:
    """Everything that follows from a scenario, shared by all of its sessions."""
    return _compiled(_PartsById(scenario, _COMPILED))


@lru_cache(maxsize=_CACHE_SIZE)
def _compiled(parts: _PartsById) -> Compiled:
    policy, stubs = policy_of(parts.scenario), _stubs(_PartsById(parts.scenario, _STUBS))
    plans = (policy.plan, *stubs.plans)
    pairs = [(each.username, each.password) for each in policy.accounts.values()]
    pairs += [("", key) for key in policy.api_keys]
    return Compiled(
        policy,
        stubs,
        longest_plan=max((plan.steps[-1].after for plan in plans if plan.steps), default=0),
        secrets=Secrets(spelling for pair in pairs for spelling in spellings(*pair)),
    )


_MAKERS: dict[Any, Callable[[tuple[str, ...]], Any]] = {NumberList: NumberList, frozenset[str]: frozenset}

_LISTS = tuple((field.name, _MAKERS[field.type]) for field in msgspec.structs.fields(Policy) if field.name in LISTS)
"""The lists of a scenario that are fields of the policy, each with the constructor of its type."""


@lru_cache(maxsize=_CACHE_SIZE)
def _stubs(parts: _PartsById) -> StubTable:
    return stubs_of(parts.scenario)


def policy_of(scenario: Scenario) -> Policy:
    """Everything that the rules need from a scenario."""
    return Policy(
        accounts={part.username: _account(part) for part in scenario.accounts},
        **{name: make(getattr(scenario, name)) for name, make in _LISTS},
        limits=with_readings(_limits(scenario.anti_flooding), scenario.assume),
        providers=tuple(Provider(part.name, part.up) for part in scenario.providers),
        health=_health(scenario.health),
        plan=plan_of(scenario.delivery.plan, scenario.delivery.channel),
        webhooks=with_readings(_webhooks(scenario.webhooks), scenario.assume),
        readings=with_readings(Readings(), scenario.assume),
    )


def stubs_of(scenario: Scenario) -> StubTable:
    """The stubs of a scenario, each named by its path in the file."""
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

"""A compiled scenario: the accounts, lists, limits and readings that the rules use."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mock_server.domain.delivery import Plan
from mock_server.domain.errors import MALFORMED, MALFORMED_AS_500, ErrorCode
from mock_server.domain.flooding import Limits
from mock_server.domain.msisdn import NumberList
from mock_server.domain.notification import WebhookRules


class Account(msgspec.Struct, frozen=True):
    """One customer or administrator of the gateway (ACC-1, URL-1)."""

    username: str
    password: str
    admin: bool = False
    active: bool = True
    urls_allowed: bool = False

    def __repr__(self) -> str:
        """Leave out the password, so that it never reaches a log."""
        return f"Account(username={self.username!r}, admin={self.admin}, active={self.active})"


class Provider(msgspec.Struct, frozen=True):
    """A carrier-side partner that accepts messages (PR-1)."""

    name: str
    up: bool = True


class Health(msgspec.Struct, frozen=True):
    """Which parts of the gateway the health checks report as up (OP-5, OP-9)."""

    database: bool = True
    services: bool = True
    gateway: bool = True


class Overlong(StrEnum):
    """The three readings of BAD-3: what a text of more than 1600 characters gets."""

    MALFORMED = "400"
    ACCEPTED = "accepted"
    NO_TEXT = "66"


class Readings(msgspec.Struct, frozen=True):
    """How the silent or contradictory statements are read; the defaults are those of the requirements.

    AF-2, AF-4 and AF-5 are not here: they are numbers and kinds of `Limits`.
    """

    provider_null_when_not_detailed: bool = False
    """ANS-2."""
    challenge: bool = True
    """ANS-5."""
    numbering_plan: bool = False
    """NUM-1."""
    unprivileged_is_forbidden: bool = False
    """ACC-2."""
    unknown_account_is_ignored: bool = False
    """ACC-3."""
    bare_domains_are_urls: bool = True
    """URL-3."""
    malformed_is_500: bool = False
    """BAD-1."""
    overlong: Overlong = Overlong.MALFORMED
    """BAD-3."""
    blank_text_is_empty: bool = False
    """BAD-7."""
    dropped_is_rejected: bool = False
    """AF-7: the status API knows a dropped message, as rejected."""


class Policy(msgspec.Struct, frozen=True):
    """Everything of a scenario that the rules use."""

    accounts: dict[str, Account] = {}
    services: frozenset[str] = frozenset()
    watchlist: NumberList = NumberList()
    unreachable: NumberList = NumberList()
    limits: Limits = Limits()
    providers: tuple[Provider, ...] = ()
    health: Health = Health()
    plan: Plan = Plan()
    webhooks: WebhookRules = WebhookRules()
    api_keys: frozenset[str] = frozenset()
    readings: Readings = Readings()

    @property
    def malformed(self) -> ErrorCode:
        """The answer to a body that holds no submission (BAD-1)."""
        return MALFORMED_AS_500 if self.readings.malformed_is_500 else MALFORMED

    def provider(self) -> str | None:
        """The first provider that is up, in the scenario's order (PR-2)."""
        for provider in self.providers:
            if provider.up:
                return provider.name
        return None

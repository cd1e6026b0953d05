"""The world of a check: accounts, lists, providers, limits; as a scenario of the stand-in, and for the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contract_tests.contract.readings import Readings
from contract_tests.target.exchange import Login

START = "2026-01-15T09:00:00Z"
"""Where the frozen clock of every session begins."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the gateway."""

    login: Login
    admin: bool = False
    active: bool = True
    urls: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The two limits of anti-flooding, windows in seconds (AF-1, AF-2)."""

    duplicates: int = 2
    duplicates_window: float = 3600.0
    volume: int = 150
    volume_window: float = 3600.0


ADMIN, PLAIN, LINKER, FORMER = "contract-admin", "contract-plain", "contract-linker", "contract-former"


def _accounts() -> dict[str, Account]:
    return {
        ADMIN: Account(Login(ADMIN, "Contract-Admin-7f3c"), admin=True),
        PLAIN: Account(Login(PLAIN, "Contract-Plain-9d1e")),
        LINKER: Account(Login(LINKER, "Contract-Linker-2b8a"), urls=True),
        FORMER: Account(Login(FORMER, "Contract-Former-5c4f"), active=False),
        "admin-account": Account(Login("admin-account", "Contract-Sample-6e0b"), admin=True),
        "contract-ümlaut": Account(Login("contract-ümlaut", "pass:wörd-with:colons")),
    }


@dataclass(frozen=True)
class RefusedExample:
    """A send that a list of the default world refuses: the members of its body that matter, and the sender."""

    code: int
    fields: Mapping[str, Any]
    sender: str


EXAMPLES = (
    RefusedExample(8, {"destination": "+12125550108"}, PLAIN),
    RefusedExample(61, {"destination": "+12125550161"}, PLAIN),
)
"""An example for each list of the default world; suite A sends each of them."""


@dataclass(frozen=True)
class World:
    """The contents of a session. Immutable: a check replaces parts of it."""

    accounts: Mapping[str, Account] = field(default_factory=_accounts)
    services: tuple[str, ...] = ("AUTHENTICATION", "DIGITALSIGN", "ECOMMERCE", "ADMIN")
    watchlist: tuple[str, ...] = ("+12125550161", "+1212555017*")
    unreachable: tuple[str, ...] = ("+12125550108",)
    providers: tuple[tuple[str, bool], ...] = (("PROVIDER1", True), ("MITTO", True))
    limits: Limits = Limits()
    health: Mapping[str, str] = field(default_factory=dict)
    api_key: str = field(default="Contract-Status-8e2d", repr=False)
    delivery: Mapping[str, Any] | None = None
    """`None`: the plan that messages have by default."""
    webhooks: Mapping[str, Any] = field(default_factory=dict)

    def scenario(self, readings: Readings) -> dict[str, Any]:
        """This world as a scenario of the stand-in; numbers that readings state appear once, as limits."""
        assumed = {id_: value for id_, value in readings.as_assumed().items() if id_ not in _NOT_SWITCHED}
        limits = self.limits
        delivery = {} if self.delivery is None else {"delivery": dict(self.delivery)}
        https_only = readings.known("BAD-6") != "plain-http"
        return {
            "version": 1,
            "title": "Contract suite",
            "clock": {"mode": "frozen", "at": START},
            "accounts": [account_part(account) for account in self.accounts.values()],
            "services": list(self.services),
            "watchlist": list(self.watchlist),
            "unreachable": list(self.unreachable),
            "providers": providers_part(self.providers),
            "anti_flooding": {
                "duplicates": {"limit": limits.duplicates, "window": _milliseconds(limits.duplicates_window)},
                "volume": {"limit": limits.volume, "window": _milliseconds(limits.volume_window)},
            },
            "health": dict(self.health),
            "api_keys": [self.api_key],
            "webhooks": {"https_only": https_only, **self.webhooks},
            **delivery,
            "assume": assumed,
        }

    def with_login(self, login: Login) -> World:
        """The same world, with the given credentials for its administrator."""
        others = {name: account for name, account in self.accounts.items() if name not in {ADMIN, login.username}}
        return replace(self, accounts={ADMIN: Account(login, admin=True), **others})

    def with_limits(self, **limits: int) -> World:
        """The same world with other limits."""
        return replace(self, limits=replace(self.limits, **limits))


_NOT_SWITCHED = frozenset({"AF-2", "BAD-6"})
"""Said by keys of their own: the limit, and `webhooks.https_only`."""


def account_part(account: Account) -> dict[str, Any]:
    """An account in the form of a scenario."""
    return {
        "username": account.login.username,
        "password": account.login.password,
        "admin": account.admin,
        "active": account.active,
        "urls": "allowed" if account.urls else "denied",
    }


def providers_part(providers: tuple[tuple[str, bool], ...]) -> list[dict[str, Any]]:
    """Providers in the form of a scenario."""
    return [{"name": name, "up": up} for name, up in providers]


def assumed_by(scenario: Mapping[str, Any]) -> dict[str, Any]:
    """The readings that a scenario states, including those with a key of their own."""
    plain = scenario.get("webhooks", {}).get("https_only") is False
    return {**scenario.get("assume", {}), **({"BAD-6": "plain-http"} if plain else {})}


def limits_of(scenario: Mapping[str, Any], readings: Readings) -> Limits:
    """The limits that a scenario states, directly or through the reading of AF-2."""
    part = scenario.get("anti_flooding", {})
    duplicates, volume = part.get("duplicates", {}), part.get("volume", {})
    return Limits(
        duplicates=duplicates.get("limit", 2),
        duplicates_window=_seconds(duplicates.get("window", "1h")),
        volume=volume.get("limit", int(readings.of("AF-2")[0])),
        volume_window=_seconds(volume.get("window", "1h")),
    )


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def _seconds(duration: str) -> float:
    parts = re.findall(r"([0-9.]+)\s*(ms|s|m|h|d)", duration)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)

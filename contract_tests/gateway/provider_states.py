"""States that only a stand-in can take: providers down, lists and accounts changed (PR-1, PR-2, ERR-64 …)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract_tests.contract.document import ADMIN_SEND, SENDS, SERVICES_SEND
from contract_tests.gateway.flooding import copies, delivered, fill
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED, BAD_CREDENTIALS, refused
from contract_tests.model.world import PLAIN, account_part, providers_part
from contract_tests.report.failures import WrongState
from contract_tests.target.control_client import ControlSession
from contract_tests.target.safety import NotTestableError


def _session(lab: Lab) -> ControlSession:
    if lab.session is None:
        raise NotTestableError("it needs the control API of a stand-in (--control)")
    return lab.session


def _providers(lab: Lab, **up: bool) -> None:
    _session(lab).patch(providers=providers_part(tuple(up.items())))
    lab.note("providers: " + ", ".join(f"{name} is {'up' if is_up else 'down'}" for name, is_up in up.items()))


@check("providers: none is up", "ERR-64", "PR-1", needs=[Need.CONTROL])
def none_is_up(lab: Lab) -> None:
    """PR-1: with every provider down a send gets 64, reaches none and does not count; one that is up ends this."""
    number = lab.number()
    _providers(lab, PROVIDER1=False, MITTO=False)
    for path in SENDS:
        lab.expect(lab.submit(path, {"destination": number}), refused(64), "ERR-64", "PR-1")
    delivered(lab, number, 0, "PR-1")
    _providers(lab, PROVIDER1=True)
    lab.expect(lab.submit(SERVICES_SEND, {"destination": number}), ACCEPTED, "ERR-64")


@check("providers: none is up, yet other refusals come first", "ORD-1", "ERR-64", needs=[Need.CONTROL])
def none_is_up_and_flooded(lab: Lab) -> None:
    """ORD-1: the volume rule comes before the provider rule, the watchlist before both."""
    with lab.in_world(lab.world.with_limits(volume=1)) as small:
        number = small.number()
        fill(small, number, 1, "ORD-1")
        _providers(small, PROVIDER1=False)
        small.expect(small.submit(SERVICES_SEND, {"destination": number}), refused(60), "ORD-1")
        small.expect(small.submit(SERVICES_SEND, {"destination": "+12125550161"}), refused(61), "ORD-1")


@check("providers: the first that is up", "PR-2", needs=[Need.CONTROL])
def first_that_is_up(lab: Lab) -> None:
    """PR-2: the first provider that is up, in the scenario's order, takes the message; failover is silent."""
    for up, expected in (((True, True), "PROVIDER1"), ((False, True), "MITTO"), ((True, False), "PROVIDER1")):
        _providers(lab, PROVIDER1=up[0], MITTO=up[1])
        exchange = lab.submit(ADMIN_SEND, {"detailed": True})
        if lab.expect(exchange, ACCEPTED, "PR-2") and exchange[1].member("provider") != expected:
            lab.report(WrongState(("PR-2",), f"the provider must be {expected}"), *exchange)


@check("providers: each has its own count of copies", "AF-1", "PR-2", needs=[Need.CONTROL])
def copies_per_provider(lab: Lab) -> None:
    """AF-1: copies count per provider, so failover starts a new count."""
    number, text, limit = lab.number(), lab.text(), lab.world.limits.duplicates
    copies(lab, number, text, limit + 1, "AF-1")
    _providers(lab, PROVIDER1=False, MITTO=True)
    copies(lab, number, text, limit + 1, "AF-1")
    delivered(lab, number, 2 * limit, "AF-1")


@check("providers: the volume of a number is one", "AF-2", "AF-3", "PR-2", needs=[Need.CONTROL])
def volume_over_providers(lab: Lab) -> None:
    """AF-2, AF-3: the volume of a number counts across providers."""
    number, limit = lab.number(), lab.world.limits.volume
    through_first = limit // 2
    fill(lab, number, through_first, "AF-2", "AF-3")
    _providers(lab, PROVIDER1=False, MITTO=True)
    if fill(lab, number, limit - through_first, "AF-2", "AF-3"):
        lab.expect(lab.submit(SERVICES_SEND, {"destination": number}), refused(60), "AF-2", "AF-3", "ERR-60")
        delivered(lab, number, limit, "AF-2", "AF-3")


@check("providers: ids of one text through several", "ANS-1", "PR-2", needs=[Need.CONTROL])
def ids_over_providers(lab: Lab) -> None:
    """ANS-1: each message has an id of its own, also if only the provider differs."""
    number, text = lab.number(), lab.text()
    for first in (True, False):
        _providers(lab, PROVIDER1=first, MITTO=not first)
        copies(lab, number, text, lab.world.limits.duplicates, "ANS-1")


@check("watchlist: short prefixes", "WL-2", "ERR-61", needs=[Need.CONTROL])
def short_prefixes(lab: Lab) -> None:
    """WL-2: a prefix may be as short as a calling code, and matches that country only."""
    with lab.in_world(replace(lab.world, watchlist=("+44*", "+7*"))) as other:
        for number in ("+447400123456", "+79123456789"):
            other.expect(other.submit(SERVICES_SEND, {"destination": number}), refused(61), "WL-2", "ERR-61")
        for number in ("+4915123456789", "+12025550123"):
            other.expect(other.submit(SERVICES_SEND, {"destination": number}), ACCEPTED, "WL-2")


@check("watchlist: an entry is added", "WL-1", "ERR-61", needs=[Need.CONTROL])
def entry_is_added(lab: Lab) -> None:
    """WL-1: once listed, a number is refused each time, and nothing reaches the provider."""
    number = lab.number()
    lab.expect(lab.submit(SERVICES_SEND, {"destination": number}), ACCEPTED, "WL-1")
    _session(lab).patch(watchlist=[*lab.world.watchlist, number])
    lab.note(f"{number} is put on the watchlist")
    for path in (*SENDS, SERVICES_SEND):
        lab.expect(lab.submit(path, {"destination": number}), refused(61), "WL-1", "ERR-61")
    delivered(lab, number, 1, "WL-1")


@check("accounts: switched off and on", "ACC-1", needs=[Need.CONTROL])
def switched_off_and_on(lab: Lab) -> None:
    """ACC-1: an account is refused while it is not active, and served again afterwards."""
    for active in (False, True):
        accounts: list[dict[str, Any]] = []
        for name, account in lab.world.accounts.items():
            accounts.append(account_part(replace(account, active=active) if name == PLAIN else account))
        _session(lab).patch(accounts=accounts)
        lab.note(f"{PLAIN} is {'active' if active else 'not active'}")
        lab.expect(
            lab.submit(SERVICES_SEND, login=lab.login(PLAIN)), ACCEPTED if active else BAD_CREDENTIALS, "ACC-1"
        )


@check("accounts: impersonated without the permission", "URL-2", "ERR-74", needs=[Need.CONTROL])
def impersonated_permission(lab: Lab) -> None:
    """URL-2: the permission of the impersonated account decides, not the caller's."""
    accounts = [account_part(replace(a, urls=a.admin)) for a in lab.world.accounts.values()]
    _session(lab).patch(accounts=accounts)
    lab.note("administrators may send URLs, nobody else may")
    link = {"text": "see https://receiver.example/x"}
    lab.expect(lab.submit(ADMIN_SEND, link), ACCEPTED, "URL-2")
    lab.expect(lab.submit(ADMIN_SEND, {**link, "account": PLAIN}), refused(74), "URL-2", "ERR-74")


@check("services: the list is the scenario's", "REQ-4", "ERR-59", needs=[Need.CONTROL])
def other_services(lab: Lab) -> None:
    """REQ-4: the list of services can be replaced."""
    with lab.in_world(replace(lab.world, services=("ALPHA",))) as other:
        other.expect(other.submit(SERVICES_SEND, {"reference": {"service": "ALPHA"}}), ACCEPTED, "REQ-4")
        other.expect(other.submit(SERVICES_SEND, {"reference": {"service": "ADMIN"}}), refused(59), "REQ-4")

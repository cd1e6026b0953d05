"""The health checks (OP-3, OP-4, OP-5, OP-9)."""

from __future__ import annotations

from dataclasses import replace

from contract_tests.contract.document import ADMIN_HEALTH, SERVICES_HEALTH
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED, BAD_CREDENTIALS, NO_CREDENTIALS
from contract_tests.report.failures import WrongState
from contract_tests.target.exchange import Answer, Login, Request


def ask(lab: Lab, path: str, login: Login | None = None) -> tuple[Request, Answer]:
    """Call a health check."""
    headers = () if login is None else (("Authorization", login.header),)
    return lab.exchange(Request("POST", path, (("Accept", "application/json"), *headers), login=login))


@check("health: anybody may ask the Services operation", "OP-3", "OP-5")
def anybody_may_ask(lab: Lab) -> None:
    """OP-3, OP-5: no credentials are needed, and every flag is true while everything is up."""
    exchange = ask(lab, SERVICES_HEALTH)
    if lab.expect(exchange, ACCEPTED, "OP-3"):
        _all_well(lab, exchange)


@check("health: the Admin operation answers administrators", "OP-4", "OP-5", needs=[Need.CREDENTIALS, Need.ADMIN])
def administrators_may_ask(lab: Lab) -> None:
    """OP-4, OP-5: the same answer with Basic credentials."""
    exchange = ask(lab, ADMIN_HEALTH, lab.login())
    if lab.expect(exchange, ACCEPTED, "OP-4"):
        _all_well(lab, exchange)


@check("health: the Admin operation refuses strangers", "OP-4", "ANS-4")
def strangers_may_not_ask(lab: Lab) -> None:
    """OP-4: missing or wrong credentials get 401, code 63."""
    lab.expect(ask(lab, ADMIN_HEALTH), NO_CREDENTIALS, "OP-4", "ANS-4")
    lab.expect(ask(lab, ADMIN_HEALTH, Login("nobody", "no-such-password")), BAD_CREDENTIALS, "OP-4", "ANS-4")


@check("health: a part that is down is told in a 200", "OP-9", "OP-5", needs=[Need.CONTROL])
def parts_that_are_down(lab: Lab) -> None:
    """OP-9: the part's flag and `globalStatus` are false, the message names the part, and sends still work."""
    for part, flag in (("database", "dbStatus"), ("services", "servicesStatus"), ("gateway", "globalStatus")):
        with lab.in_world(replace(lab.world, health={part: "down"})) as ill:
            exchange = ask(ill, SERVICES_HEALTH)
            ill.expect(exchange, ACCEPTED, "OP-9")
            _, answer = exchange
            flags = {name: answer.member(name) for name in ("globalStatus", "dbStatus", "servicesStatus")}
            expected = {name: name not in {flag, "globalStatus"} for name in flags}
            if flags != expected or part not in str(answer.member("errorMessage")).lower():
                said = f"while the {part} is down the answer must be {expected} and name it"
                ill.report(WrongState(("OP-9",), said), *exchange)
            ill.expect(ill.submit(), ACCEPTED, "OP-9")


def _all_well(lab: Lab, exchange: tuple[Request, Answer]) -> None:
    _, answer = exchange
    well = all(answer.member(name) is True for name in ("globalStatus", "dbStatus", "servicesStatus"))
    if answer.member("globalStatus") is True and (not well or answer.member("errorMessage") not in {"", None}):
        lab.report(WrongState(("OP-5",), "globalStatus is true, yet a part is down or a message given"), *exchange)
    if not lab.live and not well:
        lab.report(WrongState(("OP-5",), "a stand-in with nothing wrong reports a part as down"), *exchange)

"""Notifications of status changes: which ones, their content, their ids (WH-1, WH-2, WH-3, WH-6, AF-7)."""

from __future__ import annotations

from functools import partial

from contract_tests.gateway.delivery import LIVES, clock_at
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.lookups import message_of, submitted
from contract_tests.gateway.receiver import Notified, WebhookReceiver, reached, receiving
from contract_tests.gateway.suite import Check, Need, add, check
from contract_tests.model.universal_checks import JSON_TYPE
from contract_tests.report.failures import NoContract, WrongHeader, WrongState, WrongType
from contract_tests.target.exchange import NOT_JSON

_PATH, _DAY = "/receipts", 86_400
_REFERENCE = {"service": "AUTHENTICATION", "action": "2FA", "key": "login-42"}
_LONG = "x" * 161
_CREDENTIALS = ("authorization", "cookie", "proxy-authorization", "x-api-key")


def judge_receipt(lab: Lab, notified: Notified) -> None:
    """WH-1, WH-2: one POST of JSON that matches the document, without credentials."""
    told = notified.message.get("status", "something")
    if notified.method != "POST":
        lab.report(WrongState(("WH-1",), f"{told} is notified by {notified.method}, not by POST"))
    for name in _CREDENTIALS:
        if name in notified.headers:
            lab.report(WrongHeader(("WH-1",), f"the notification of {told} carries the header {name}"))
    if not JSON_TYPE.fullmatch(notified.headers.get("content-type", "").strip()):
        lab.report(WrongType(("WH-2",), f"the notification of {told} is not application/json"))
    for said in lab.bench.contract.receipt_violations(None if notified.json is NOT_JSON else notified.json)[:3]:
        lab.report(NoContract(("WH-2",), f"the notification of {told}: {said}"))
    if notified.member("createdAt") != notified.message.get("statusChangedAt"):
        said = f"createdAt is {notified.member('createdAt')!r}, and the status changed at another time"
        lab.report(WrongState(("WH-2",), f"{said}: {notified.message.get('statusChangedAt')!r}"))


def expect_told(lab: Lab, receiver: WebhookReceiver, path: str, expected: list[str], *ids: str) -> bool:
    """Require exactly these statuses so far."""
    found = receiver.statuses(path)
    if found != expected:
        reached(lab, receiver)
        lab.report(WrongState(ids, f"the webhook was told {found}, not {expected}"))
    return found == expected


def _told(name: str, lab: Lab) -> None:
    """WH-1, WH-2, WH-6: none for the acceptance, then one for each change, when it happens."""
    delivery, moments = LIVES[name]
    changes = {moment.changed: moment.status for moment in moments if moment.changed}
    with receiving(lab, delivery) as (here, receiver):
        id_ = submitted(here, "WH-1", webhook=receiver.webhook(_PATH), reference=_REFERENCE, text=_LONG)
        told, now = [], 0
        expect_told(here, receiver, _PATH, [], "WH-1")
        for at in sorted({*changes, *(at - 1 for at in changes if at > 1)}):
            here.advance(at - now)
            now = at
            told += [changes[at]] if at in changes else []
            if not expect_told(here, receiver, _PATH, told, "WH-1", "ST-2"):
                return
            if at in changes:
                _as_looked_up(here, receiver.at(_PATH)[-1], id_, at)
        here.advance(_DAY)
        expect_told(here, receiver, _PATH, told, "WH-1")


def _as_looked_up(lab: Lab, notified: Notified, id_: str, at: int) -> None:
    """WH-2, WH-6: the message has the id of the send answer and the content of a look-up at that moment."""
    judge_receipt(lab, notified)
    if notified.message.get("id") != id_:
        lab.report(WrongState(("WH-6",), f"message.id is {notified.message.get('id')!r}, not {id_!r}"))
    if notified.message.get("statusChangedAt") != clock_at(at):
        lab.report(WrongState(("WH-2",), f"statusChangedAt is not {clock_at(at)}"))
    if notified.message.get("reference") != _REFERENCE:
        lab.report(WrongState(("WH-2",), f"the reference was {_REFERENCE}, not {notified.message.get('reference')}"))
    exchange = lab.look_up(id_)
    if message_of(exchange[1]) != notified.message:
        lab.report(WrongState(("WH-2", "WH-6"), "look-up and notification show different messages"), *exchange)


for _name in ("the default", "rejected", "undelivered", "read over RCS", "never"):
    _ids = ("WH-1", "WH-2", "WH-6", "ST-2")
    add(Check(f"notifications: {_name}", _ids, partial(_told, _name), (Need.CONTROL,)))


@check("notifications: ids", "WH-3", "WH-2", needs=[Need.CONTROL])
def ids(lab: Lab) -> None:
    """WH-3: the configuration id is one per message; each notification has an id of its own."""
    with receiving(lab) as (here, receiver):
        paths = ("/one", "/two")
        for path in paths:
            submitted(here, "WH-3", webhook=receiver.webhook(path))
        here.advance(10)
        for path in paths:
            expect_told(here, receiver, path, ["SENT", "DELIVERED"], "WH-1")
            for notified in receiver.at(path):
                judge_receipt(here, notified)
        configurations = [{each.member("webhookConfigurationId") for each in receiver.at(path)} for path in paths]
        if any(len(found) > 1 for found in configurations) or configurations[0] == configurations[1] != set():
            here.report(WrongState(("WH-3",), "webhookConfigurationId must be one for each message, and its own"))
        given = [each.member("id") for each in receiver.received]
        if len(set(given)) != len(given):
            here.report(WrongState(("WH-2",), "two notifications have one id"))


@check("notifications: none where none is asked for", "WH-1", "AF-7", "AF-1", needs=[Need.CONTROL])
def none_for_the_dropped(lab: Lab) -> None:
    """AF-7: a silently dropped duplicate has no notification; every message that reached the provider has."""
    with receiving(lab) as (here, receiver):
        number, text, limit = here.number(), here.text(), here.world.limits.duplicates
        paths = [f"/copy-{nth}" for nth in range(1, limit + 2)]
        for path in paths:
            submitted(here, "AF-1", destination=number, text=text, webhook=receiver.webhook(path))
        submitted(here, "WH-1")
        here.advance(_DAY)
        for path in paths[:-1]:
            expect_told(here, receiver, path, ["SENT", "DELIVERED"], "WH-1")
        expect_told(here, receiver, paths[-1], [], "AF-7", "AF-1")
        if len(receiver.received) != 2 * limit:
            here.report(WrongState(("WH-1",), "there are notifications that nobody asked for"))

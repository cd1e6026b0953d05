"""Acceptance: the answer, and that the provider gets exactly what was sent (ANS-1, ANS-2, OP-1, OP-2, REQ-6 …)."""

from __future__ import annotations

from typing import Any

from contract_tests.contract.document import ADMIN_SEND, SERVICES_SEND
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED
from contract_tests.model.world import ADMIN
from contract_tests.report.failures import NoContract, WrongState
from contract_tests.target.exchange import NOT_JSON, Answer, Request


@check("accepted: detailed", "ANS-1", "OP-1", "OP-2", "REQ-6", "REQ-1", needs=[Need.CREDENTIALS])
def detailed(lab: Lab) -> None:
    """ANS-1, REQ-6: the answer to a detailed send names the provider."""
    for path in lab.paths():
        exchange = lab.submit(path, {"detailed": True})
        operation = "OP-1" if path == ADMIN_SEND else "OP-2"
        if lab.expect(exchange, ACCEPTED, "ANS-1", operation):
            provider = exchange[1].member("provider")
            known = [name for name, up in lab.world.providers if up][:1] if lab.session else []
            if not isinstance(provider, str) or not provider or (known and provider not in known):
                said = f"with `detailed` true the provider must be named, not {_shown(provider)}"
                lab.report(NoContract(("REQ-6", "ANS-1"), said), *exchange)


@check("accepted: not detailed", "ANS-2", "REQ-6", "BAD-8", needs=[Need.CREDENTIALS])
def not_detailed(lab: Lab) -> None:
    """ANS-2: in any other answer the provider is absent; under the alternative reading it is null."""
    for path in lab.paths():
        for changes in ({}, {"detailed": False}, {"detailed": None}):
            exchange = lab.submit(path, changes)
            if lab.expect(exchange, ACCEPTED, "ANS-1"):
                _no_provider(lab, exchange)


def _no_provider(lab: Lab, exchange: tuple[Request, Answer]) -> None:
    found = exchange[1].member("provider")
    shown = "absent" if found is NOT_JSON else "null" if found is None else None
    if shown is not None and shown in lab.readings.of("ANS-2"):
        lab.readings.saw("ANS-2", shown)
    else:
        allowed = " or ".join(lab.readings.of("ANS-2"))
        lab.report(NoContract(("ANS-2", "REQ-6"), f"provider is {_shown(found)}, not {allowed}"), *exchange)


@check("accepted: every id is new", "ANS-1", needs=[Need.CREDENTIALS])
def ids_are_unique(lab: Lab) -> None:
    """ANS-1: each submission gets an id of its own, also an equal one (`lab` checks the form of the id)."""
    number, text = lab.number(), lab.text()
    for _ in range(4):
        lab.expect(lab.submit(SERVICES_SEND, {"destination": number, "text": text}), ACCEPTED, "ANS-1")
    for _ in range(4):
        lab.expect(lab.submit(SERVICES_SEND, {"destination": number}), ACCEPTED, "ANS-1")


@check("accepted: the vendor's full example", "REQ-11", "OP-1", "REQ-7", "REQ-8", "REQ-9", needs=[Need.CONTROL])
def full_example(lab: Lab) -> None:
    """REQ-11: the full example of the vendor's pages is accepted."""
    changes = {
        "destination": "+1234567890",
        "text": "Administrative message",
        "reference": {"service": "ADMIN", "action": "NOTIFICATION", "key": "admin-task-123"},
        "account": "admin-account",
        "lra": 1234,
        "businessRelationId": "BR-001",
        "detailed": True,
    }
    if "numbering-plan" not in lab.readings.of("NUM-1"):
        lab.expect(lab.submit(ADMIN_SEND, changes, login=lab.login(ADMIN)), ACCEPTED, "REQ-11")
        _kept_as_sent(lab, changes)


@check("accepted: the provider has what was sent", "PR-1", "REQ-2", "REQ-9", "ACC-4", "BAD-1", needs=[Need.CONTROL])
def kept_as_sent(lab: Lab) -> None:
    """PR-1, REQ-2: the provider gets the text exactly as it was sent."""
    texts = (
        "Grazie \U0001f600 \u4f60\u597d",
        " blanks \n around\t ",
        "a\0b",
        "e\u0301 and \u00e9",
        '"quoted" \\ and /',
    )
    for text in texts:
        changes = {
            "text": text,
            "businessRelationId": "BR-7",
            "reference": {"service": "ECOMMERCE", "key": "k \u00e7"},
        }
        if lab.expect(lab.submit(SERVICES_SEND, changes), ACCEPTED, "REQ-2"):
            _kept_as_sent(lab, changes)


@check("accepted: for whom", "REQ-7", "ACC-4", needs=[Need.CONTROL])
def for_whom(lab: Lab) -> None:
    """REQ-7, ACC-4: the impersonated account is the sender in the Admin operation; Services ignores it."""
    lab.submit(ADMIN_SEND, {"account": "contract-plain"})
    lab.submit(SERVICES_SEND, {"account": "contract-linker"})
    found = [(message["account"], message["caller"]) for message in lab.messages(2)]
    if found != [("contract-plain", "contract-plain"), ("contract-plain", lab.login(ADMIN).username)]:
        lab.report(WrongState(("REQ-7", "ACC-4"), f"sender and caller of the last two messages are {found}"))


def _kept_as_sent(lab: Lab, changes: dict[str, Any]) -> None:
    kept = lab.messages(1)
    if not kept:
        lab.report(WrongState(("PR-1",), "the answer is 200 and the provider has nothing"))
        return
    for name in ("destination", "text", "businessRelationId", "lra"):
        if name in changes and kept[0].get(name) != changes[name]:
            ids = ("REQ-2", "PR-1") if name == "text" else ("PR-1",)
            lab.report(WrongState(ids, f"{name} was {changes[name]!r} and the provider has {kept[0].get(name)!r}"))


def _shown(value: Any) -> str:
    return "absent" if value is NOT_JSON else repr(value)

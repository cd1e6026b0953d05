"""Checks of every answer, whatever the request: functions from an exchange to failures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from contract_tests.contract.document import SENDS, Contract, look_up_path
from contract_tests.contract.readings import Readings
from contract_tests.report.failures import (
    Crash,
    Failure,
    NoContract,
    SecretEchoed,
    WrongDetails,
    WrongHeader,
    WrongText,
    WrongType,
)
from contract_tests.target.exchange import LOOK_UPS, NOT_JSON, Answer, Request

UNIVERSAL_IDS = (
    "ANS-1",
    "ANS-3",
    "ANS-4",
    "ANS-5",
    "ACC-1",
    "OP-5",
    "BAD-1",
    "BAD-4",
    "BAD-5",
    "MS-1",
    "MS-2",
    "MS-3",
)
"""The statements that these functions can find broken."""

JSON_TYPE = re.compile(r"application/json(?: *; *charset=\"?utf-8\"?)?", re.IGNORECASE)
_CHALLENGE = 'Basic realm="SMS Gateway"'

Check = Callable[[Request, Answer, Contract, Readings], Iterator[Failure]]


def shape_ids(path: str, status: int) -> tuple[str, ...]:
    """The requirements for the form of an answer with this status."""
    if path.startswith(LOOK_UPS):
        many = look_up_path(path) != "/messagestatus/{messageid}"
        return {200: ("MS-2" if many else "MS-3",), 403: ("MS-1", "MS-3"), 405: ("BAD-5",)}.get(status, ("MS-3",))
    if status == 200:
        return ("ANS-1",) if path in SENDS else ("OP-5",)
    by_status = {400: "BAD-1", 401: "ANS-4", 403: "ANS-4", 404: "BAD-5", 405: "BAD-5", 413: "BAD-5", 415: "BAD-4"}
    return (by_status.get(status, "ANS-3"),)


def judge(request: Request, answer: Answer, contract: Contract, readings: Readings) -> list[Failure]:
    """Every failure of one exchange; after a crash nothing else is reported."""
    crashes = list(_crash(request, answer))
    return crashes or [failure for check in _CHECKS for failure in check(request, answer, contract, readings)]


def _crash(request: Request, answer: Answer) -> Iterator[Failure]:
    ids = shape_ids(request.path, answer.status)
    if "x-mock-bug" in answer.headers:
        yield Crash(ids, f"the stand-in met a bug of its own, exchange {answer.headers['x-mock-bug']}")
    elif answer.status >= 500 and answer.json is NOT_JSON:
        yield Crash(ids, f"a {answer.status} that is no refusal: its body is not JSON")


def content_type(request: Request, answer: Answer, _: Contract, __: Readings) -> Iterator[Failure]:
    """Every answer of the gateway is JSON in UTF-8 and declares it."""
    said = answer.headers.get("content-type")
    if said is None or not JSON_TYPE.fullmatch(said.strip()):
        ids = shape_ids(request.path, answer.status)
        yield WrongType(ids, f"Content-Type is {said!r}, not application/json")
    elif answer.json is NOT_JSON:
        yield WrongType(shape_ids(request.path, answer.status), "the body is not JSON in UTF-8")


def schema(request: Request, answer: Answer, contract: Contract, _: Readings) -> Iterator[Failure]:
    """The body matches the document's schema for this operation and status."""
    ids = shape_ids(request.path, answer.status)
    statuses = contract.statuses(request.path)
    look_up = request.path.startswith(LOOK_UPS)
    if (
        (answer.status in {404, 405} and not look_up)
        or not statuses
        or request.method != ("GET" if look_up else "POST")
    ):
        yield from _envelope_by_hand(ids, answer)
    elif answer.status not in statuses:
        known = ", ".join(map(str, sorted(statuses)))
        yield NoContract(ids, f"status {answer.status} is none of those documented: {known}")
    elif answer.json is not NOT_JSON:
        for said in contract.violations(request.path, answer.status, answer.json)[:3]:
            yield NoContract(ids, said)


def _envelope_by_hand(ids: tuple[str, ...], answer: Answer) -> Iterator[Failure]:
    if answer.json is NOT_JSON:
        return
    if not isinstance(answer.json, dict) or set(answer.json) != {"code", "message", "details"}:
        yield NoContract(ids, "the body is not the envelope of code, message and details")
    elif answer.json["code"] != answer.status:
        yield NoContract(ids, f"the envelope's code {answer.json['code']!r} is not the status {answer.status}")


def message(request: Request, answer: Answer, contract: Contract, __: Readings) -> Iterator[Failure]:
    """A code comes with the exact message of the catalogue."""
    code, said = answer.member("code"), answer.member("message")
    if not isinstance(code, int) or isinstance(code, bool) or request.path.startswith(LOOK_UPS):
        return
    status = 401 if answer.status == 403 else answer.status
    texts = contract.messages(status, code)
    if texts and said not in texts:
        ids = tuple(dict.fromkeys(e.ids[0] for e in contract.catalogue if (e.status, e.code) == (status, code)))
        yield WrongText(ids, f"the message of code {code} is {said!r}, not {' or '.join(map(repr, texts))}")


def details(request: Request, answer: Answer, _: Contract, __: Readings) -> Iterator[Failure]:
    """A catalogued refusal has `details` null (ANS-3, ANS-4)."""
    if request.path.startswith(LOOK_UPS):
        return
    if answer.status in {401, 403, 500} and answer.member("code") != 400 and isinstance(answer.json, dict):
        found = answer.member("details")
        if found is not NOT_JSON and found is not None:
            yield WrongDetails(shape_ids(request.path, answer.status), f"details is {found!r}, not null")


def challenge(_: Request, answer: Answer, __: Contract, readings: Readings) -> Iterator[Failure]:
    """A 401 has `WWW-Authenticate`; under the alternative reading it never has (ANS-5)."""
    if answer.status != 401:
        return
    found = answer.headers.get("www-authenticate")
    shown = "challenge" if found == _CHALLENGE else "no-challenge" if found is None else None
    if shown in readings.of("ANS-5") and shown is not None:
        readings.saw("ANS-5", shown)
    else:
        expected = "none" if readings.known("ANS-5") == "no-challenge" else repr(_CHALLENGE)
        yield WrongHeader(("ANS-5",), f"WWW-Authenticate is {found!r}; expected: {expected}")


def secrets(request: Request, answer: Answer, _: Contract, __: Readings) -> Iterator[Failure]:
    """No answer repeats the password of the request (ACC-1)."""
    if request.login is None:
        return
    everything = answer.body.decode(errors="replace") + "\n".join(answer.headers.values())
    if any(len(spelling) >= 4 and spelling in everything for spelling in request.login.spellings):
        yield SecretEchoed(("ACC-1",), "the answer holds the password of the request")


_CHECKS: tuple[Check, ...] = (content_type, schema, message, details, challenge, secrets)

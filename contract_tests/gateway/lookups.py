"""Single look-ups of the Message Status API (OP-7, MS-1, MS-3, MS-4, WH-6, AF-7)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contract_tests.contract.document import SERVICES_SEND
from contract_tests.gateway.flooding import copies
from contract_tests.gateway.lab import Lab, brief
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED, Expected, by_reading, protocol
from contract_tests.report.failures import WrongOutcome, WrongState
from contract_tests.target.exchange import LOOK_UPS, NOT_JSON, Answer, Request

_FORBIDDEN, _NOT_FOUND = protocol(403), protocol(404)
_SOME_ID = "b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33"
_SOME = (_SOME_ID, "phonenumber/+12025550123", "reference/contract-suite")


def submitted(lab: Lab, *ids: str, **members: Any) -> str:
    """Send a message that must be accepted, and return its id."""
    exchange = lab.submit(SERVICES_SEND, members)
    lab.expect(exchange, ACCEPTED, *ids)
    found = exchange[1].member("id")
    return found if isinstance(found, str) else "no-id"


def message_of(answer: Answer) -> dict[str, Any]:
    """The message in the answer to a look-up by id; empty if there is none."""
    found = answer.member("message")
    return found if isinstance(found, dict) else {}


def messages_of(answer: Answer) -> list[dict[str, Any]]:
    """The messages in the answer to a look-up by number or reference."""
    found = answer.member("messages")
    return [each.get("message", {}) for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _is_bad(lab: Lab, exchange: tuple[Request, Answer]) -> None:
    """MS-3: 400 under each reading of BAD-1, which is about the bodies of sends."""
    answer = exchange[1]
    if (answer.status, answer.member("code")) != (400, 400):
        said = f"expected 400 with code 400, got {brief(answer)}"
        lab.report(WrongOutcome(("MS-3",), said), *exchange)


@check("look-ups: without a key", "MS-1", "OP-7", "MS-3", needs=[Need.STATUS_API])
def without_key(lab: Lab) -> None:
    """MS-1: 403 without a key, with an unknown key, and with an almost matching one."""
    right = lab.api_key()
    wrong = ("", "no-such-key", right.swapcase(), right + "x", right[:-1])
    for what in _SOME:
        for key in (key for key in wrong if key != right):
            lab.expect(lab.look_up(what, key=key), _FORBIDDEN, "MS-1", "OP-7")


@check("look-ups: Basic is no key", "MS-1", "OP-7", needs=[Need.STATUS_API, Need.CREDENTIALS])
def basic_is_no_key(lab: Lab) -> None:
    """MS-1: the credentials of a send do not open look-ups."""
    login = lab.login()
    for what in _SOME:
        request = Request("GET", LOOK_UPS + what, (("Authorization", login.header),), login=login)
        lab.expect(lab.exchange(request), _FORBIDDEN, "MS-1")


@check("look-ups: an unknown id", "MS-3", "OP-7", needs=[Need.STATUS_API])
def unknown_id(lab: Lab) -> None:
    """MS-3: 404, whether or not it has the form of an id."""
    drawn = str(UUID(int=lab.random.getrandbits(128), version=4))
    for id_ in (drawn, "42", "no-id", "%C3%A9", drawn + "0"):
        lab.expect(lab.look_up(id_), _NOT_FOUND, "MS-3", "OP-7")


@check("look-ups: a number and a key that nobody used", "MS-2", "OP-7", needs=[Need.STATUS_API])
def nothing_found(lab: Lab) -> None:
    """MS-2: an empty list is not an error."""
    for what in ("phonenumber/+0", f"reference/contract-{lab.random.getrandbits(64):x}"):
        exchange = lab.look_up(what)
        if lab.expect(exchange, ACCEPTED, "MS-2") and messages_of(exchange[1]):
            lab.report(WrongState(("MS-2",), "messages are listed for what no message has"), *exchange)


@check("look-ups: a bad count", "MS-3", "MS-2", needs=[Need.STATUS_API])
def bad_count(lab: Lab) -> None:
    """MS-2, MS-3: anything but a whole number from 1 to 100 gets 400."""
    for what in _SOME[1:]:
        for bad in ("0", "101", "-1", "x", "1.5", "99999999999999999999", "", "0x10"):
            _is_bad(lab, lab.look_up(f"{what}?count={bad}"))
        for good in ("1", "100"):
            lab.expect(lab.look_up(f"{what}?count={good}"), ACCEPTED, "MS-2")


@check("look-ups: a bad sendDate", "MS-3", "MS-2", needs=[Need.STATUS_API])
def bad_send_date(lab: Lab) -> None:
    """MS-2, MS-3: anything but a date-time gets 400."""
    for what in _SOME[1:]:
        for bad in ("yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-15T25:00:00Z", "-1", ""):
            _is_bad(lab, lab.look_up(f"{what}?sendDate={bad}"))
        for good in ("2026-01-15T09:00:00Z", "2026-01-15T10:00:00%2B01:00"):
            lab.expect(lab.look_up(f"{what}?sendDate={good}"), ACCEPTED, "MS-2")


@check("look-ups: by id", "WH-6", "MS-3", "OP-7", "ST-1", needs=[Need.CREDENTIALS, Need.STATUS_API])
def by_id(lab: Lab) -> None:
    """WH-6, MS-3: the id of the send answer finds the message, with the reference it was sent with."""
    for reference in ({}, {"service": "ADMIN", "action": "NOTIFICATION", "key": "contract-7"}):
        id_ = submitted(lab, "WH-6", reference=reference)
        exchange = lab.look_up(id_)
        if not lab.expect(exchange, ACCEPTED, "WH-6", "MS-3"):
            continue
        found = message_of(exchange[1])
        if found.get("id") != id_:
            lab.report(WrongState(("WH-6",), f"the message has the id {found.get('id')!r}, not {id_!r}"), *exchange)
        if found.get("reference") != reference:
            said = f"the reference was {reference} and is {found.get('reference')!r}"
            lab.report(WrongState(("WH-2", "MS-3"), said), *exchange)


@check("look-ups: both spellings of the plus", "MS-4", "OP-7", needs=[Need.CREDENTIALS, Need.STATUS_API])
def both_spellings(lab: Lab) -> None:
    """MS-4: a number is found with a literal plus, as in the vendor's cURL, and with an escaped one."""
    number = lab.number()
    id_ = submitted(lab, "MS-4", destination=number)
    for spelled in (number, number.replace("+", "%2B"), number.replace("+", "%2b")):
        exchange = lab.look_up(f"phonenumber/{spelled}")
        if lab.expect(exchange, ACCEPTED, "MS-4"):
            found = [message.get("id") for message in messages_of(exchange[1])]
            if id_ not in found:
                lab.report(WrongState(("MS-4",), f"the number spelled {spelled} does not find it"), *exchange)


@check("look-ups: a dropped duplicate", "AF-7", "AF-1", "MS-3", needs=[Need.CREDENTIALS, Need.STATUS_API])
def dropped(lab: Lab) -> None:
    """AF-7: the id of a dropped message is unknown; under the alternative reading it is REJECTED."""
    number, text, limit = lab.number(), lab.text(), lab.world.limits.duplicates
    copies(lab, number, text, limit, "AF-1")
    id_ = submitted(lab, "AF-1", destination=number, text=text)
    lab.note("the last one is a duplicate too many")
    exchange = lab.look_up(id_)
    expected: Expected = by_reading("AF-7", {"unknown": _NOT_FOUND, "rejected": ACCEPTED})
    if not lab.expect(exchange, expected, "AF-7"):
        return
    status = message_of(exchange[1]).get("status", NOT_JSON)
    if exchange[1].status == 200 and status != "REJECTED":
        lab.report(WrongState(("AF-7",), f"a dropped message is reported as {status!r}"), *exchange)
    by_number = lab.look_up(f"phonenumber/{number}")
    listed = [message.get("id") for message in messages_of(by_number[1])]
    if (id_ in listed) != (exchange[1].status == 200):
        lab.report(WrongState(("AF-7",), "the look-ups by id and by number disagree on a drop"), *by_number)

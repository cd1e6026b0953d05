"""Authentication, and that it comes before every other check (ACC-1, ACC-2, ACC-5, ERR-63a, ERR-63b, ORD-1)."""

from __future__ import annotations

from base64 import b64encode

from contract_tests.contract.document import ADMIN_HEALTH, ADMIN_SEND, SENDS, SERVICES_SEND
from contract_tests.gateway.health import ask
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED, BAD_CREDENTIALS, NO_CREDENTIALS, ModelOutcome, by_reading
from contract_tests.model.world import FORMER, PLAIN
from contract_tests.target.exchange import Answer, Login, Request
from contract_tests.target.target import json_request

_STRANGER = Login("contract-suite-nobody", "no-such-password-4c1d")
_UNDIALLABLE = b'{"destination": "+0", "text": "Hello"}'


def _with_header(lab: Lab, path: str, value: str, body: bytes = _UNDIALLABLE) -> tuple[Request, Answer]:
    """Send with exactly this `Authorization` header."""
    plain = json_request(path, body)
    return lab.exchange(Request("POST", path, (*plain.headers, ("Authorization", value)), body))


@check("authentication: no header", "ERR-63a", "ANS-4", "ANS-5", "ACC-1")
def no_header(lab: Lab) -> None:
    """ERR-63a: 401, code 63, with the wording for a missing header."""
    for path in SENDS:
        lab.expect(lab.exchange(json_request(path, _UNDIALLABLE)), NO_CREDENTIALS, "ERR-63a", "ANS-4")


@check("authentication: unknown user", "ERR-63b", "ACC-1", "ANS-4", "ANS-5")
def unknown_user(lab: Lab) -> None:
    """ERR-63b: 401, code 63, with the wording for bad credentials."""
    for path in SENDS:
        lab.expect(lab.exchange(json_request(path, _UNDIALLABLE, _STRANGER)), BAD_CREDENTIALS, "ERR-63b", "ANS-4")


@check("authentication: wrong password", "ERR-63b", "ACC-1", needs=[Need.CREDENTIALS])
def wrong_password(lab: Lab) -> None:
    """ERR-63b: a password that almost matches is wrong."""
    right = lab.login()
    nearly = (f" {right.password}", f"{right.password} ", right.password + "x", right.password[:-1])
    for wrong in (*nearly, right.password.swapcase(), ""):
        if wrong != right.password:
            attempt = json_request(SERVICES_SEND, _UNDIALLABLE, Login(right.username, wrong))
            lab.expect(lab.exchange(attempt), BAD_CREDENTIALS, "ERR-63b", "ACC-1")


@check("authentication: nearly the username", "ERR-63b", "ACC-1", needs=[Need.CREDENTIALS])
def nearly_the_username(lab: Lab) -> None:
    """ACC-1: a username in another case or with blanks around it is unknown."""
    right = lab.login()
    for wrong in (right.username.upper(), right.username.title(), f" {right.username}", f"{right.username} "):
        if wrong != right.username:
            attempt = json_request(SERVICES_SEND, _UNDIALLABLE, Login(wrong, right.password))
            lab.expect(lab.exchange(attempt), BAD_CREDENTIALS, "ERR-63b", "ACC-1")


@check("authentication: before everything else", "ORD-1", "ACC-1", "ANS-4")
def before_everything_else(lab: Lab) -> None:
    """ORD-1: without valid credentials, the answer says nothing about the rest of the request."""
    bodies = (b"", b"{", b"[]", b'{"destination": "+0"}', b'{"text": ""}', b'{"destination": "+0", "text": 1}')
    for path in SENDS:
        for body in bodies:
            lab.expect(lab.exchange(json_request(path, body)), NO_CREDENTIALS, "ORD-1")
            lab.expect(lab.exchange(json_request(path, body, _STRANGER)), BAD_CREDENTIALS, "ORD-1")
        foreign = json_request(path, b"<sms/>", _STRANGER, content_type="text/xml")
        lab.expect(lab.exchange(foreign), BAD_CREDENTIALS, "ORD-1")


@check("authentication: other schemes", "ACC-5", "ERR-63a")
def other_schemes(lab: Lab) -> None:
    """ACC-5: another scheme counts as no credentials."""
    for value in ("Bearer abc.def", "Digest username=x", "Basicx YTpi"):
        lab.expect(_with_header(lab, ADMIN_SEND, value), NO_CREDENTIALS, "ACC-5", "ERR-63a")


@check("authentication: undecodable Basic", "ACC-5", "ERR-63b")
def undecodable(lab: Lab) -> None:
    """ACC-5: undecodable Basic counts as wrong credentials, not as missing ones."""
    without_colon = b64encode(b"username-only").decode()
    not_utf8 = b64encode(b"us\xe9r:pass").decode()
    for encoded in (" !!!", "", f" {without_colon}", f" {not_utf8}", " YTpi====="):
        lab.expect(_with_header(lab, SERVICES_SEND, f"Basic{encoded}"), BAD_CREDENTIALS, "ACC-5", "ERR-63b")


@check("authentication: the scheme name in any case", "ACC-5", needs=[Need.CREDENTIALS])
def scheme_in_any_case(lab: Lab) -> None:
    """ACC-5: `basic` and `BASIC` authenticate too; the answer refuses the malformed number."""
    encoded = lab.login().header.removeprefix("Basic ")
    for scheme in ("basic", "BASIC"):
        lab.expect(_with_header(lab, SERVICES_SEND, f"{scheme} {encoded}"), ModelOutcome(500, 56), "ACC-5")


@check("authentication: UTF-8 and the first colon", "ACC-5", needs=[Need.CONTROL])
def utf8_and_colons(lab: Lab) -> None:
    """ACC-5: username and password are UTF-8, and only the first colon separates them."""
    lab.expect(lab.submit(SERVICES_SEND, login=lab.login("contract-ümlaut")), ACCEPTED, "ACC-5")


@check("authentication: an account that is not active", "ACC-1", "ERR-63b", needs=[Need.CONTROL])
def inactive_account(lab: Lab) -> None:
    """ACC-1: the right password of an inactive account is refused like a wrong one."""
    for path in SENDS:
        lab.expect(lab.submit(path, login=lab.login(FORMER)), BAD_CREDENTIALS, "ACC-1", "ERR-63b")


@check("authentication: the admin privilege", "ACC-2", "OP-1", needs=[Need.CONTROL])
def admin_privilege(lab: Lab) -> None:
    """ACC-2: an account without it is refused below `/api/Admin/` and served below `/api/Services/`."""
    refused = by_reading(
        "ACC-2", {"401": BAD_CREDENTIALS, "403": ModelOutcome(403, 63, BAD_CREDENTIALS.message)}
    )  # fmt: skip
    lab.expect(lab.submit(ADMIN_SEND, login=lab.login(PLAIN)), refused, "ACC-2")
    lab.expect(ask(lab, ADMIN_HEALTH, lab.login(PLAIN)), refused, "ACC-2")
    lab.expect(lab.submit(SERVICES_SEND, login=lab.login(PLAIN)), ACCEPTED, "ACC-2")

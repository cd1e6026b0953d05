"""The reference model states the requirements again: these tests compare it with the pages, not with the mock."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.contract.document import ADMIN_SEND, SERVICES_SEND
from contract_tests.contract.readings import Readings
from contract_tests.model.numbers import is_assigned, is_e164
from contract_tests.model.reference_model import Branch, ReferenceGateway, SentSubmission, agrees, blamed
from contract_tests.model.requests import is_json_type, read_body, webhook_is_sound
from contract_tests.model.texts import holds_url
from contract_tests.model.world import ADMIN, FORMER, LINKER, PLAIN, World
from contract_tests.target.exchange import Answer, Login

NUMBER = "+12025550123"
WORLD = World()


def sent(path: str = SERVICES_SEND, caller: str | None = PLAIN, **changes: Any) -> SentSubmission:
    """A submission of an account of the world, with these changes."""
    login = None if caller is None else WORLD.accounts[caller].login
    body = json.dumps({"destination": NUMBER, "text": "Hello", **changes}).encode()
    return SentSubmission(path, login, "application/json", body)


def codes(model: ReferenceGateway, attempt: SentSubmission) -> list[int | None]:
    """The codes that the model allows in its current state; `None` is an acceptance."""
    return [branch.outcome.code for branch in model.branches(attempt)]


def model(**assume: object) -> ReferenceGateway:
    """A model of the suite's world, under these readings."""
    return ReferenceGateway(WORLD, Readings({key.replace("_", "-"): value for key, value in assume.items()}))


def accept(gateway: ReferenceGateway, attempt: SentSubmission) -> Branch:
    """Commit the only branch of the model."""
    (branch,) = gateway.branches(attempt)
    gateway.commit(attempt, branch)
    return branch


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"text": ""}, 66),
        ({"text": None}, 66),
        ({"text": 7}, 400),
        ({"text": "x" * 1600}, None),
        ({"text": "x" * 1601}, 400),
        ({"destination": None}, 56),
        ({"destination": 12025550123}, 56),
        ({"destination": "+999123456789"}, 56),
        ({"destination": " " + NUMBER}, 56),
        ({"reference": {"service": "admin"}}, 59),
        ({"reference": {"key": "k"}}, 59),
        ({"reference": {}}, None),
        ({"detailed": "true"}, 400),
        ({"webhook": {"url": "http://receiver.example"}}, 400),
        ({"webhook": {"url": "https://receiver.example/x"}}, None),
        ({"destination": "+12125550108"}, 8),
        ({"destination": "+12125550161"}, 61),
        ({"destination": "+12125550179"}, 61),
        ({"text": "see https://receiver.example"}, 74),
        ({"text": "", "destination": "x"}, 66),
        ({"destination": "x", "reference": {"service": "x"}}, 56),
        ({"destination": "+12125550161", "text": "www.example.com"}, 74),
        ({"account": "nobody", "lra": "x"}, None),
    ],
    ids=str,
)
def test_each_fact_has_one_answer(changes: dict[str, Any], code: int | None) -> None:
    """ORD-1: of several causes, the first in order decides; without one, the submission is accepted."""
    assert codes(model(), sent(**changes)) == [code]


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (sent(caller=None), 63),
        (sent(caller=FORMER), 63),
        (sent(ADMIN_SEND, PLAIN), 63),
        (sent(ADMIN_SEND, ADMIN), None),
        (sent(ADMIN_SEND, ADMIN, account="nobody"), 63),
        (sent(ADMIN_SEND, ADMIN, account=LINKER, text="www.example.com"), None),
        (sent(ADMIN_SEND, ADMIN, lra=1.5), 400),
        (sent(ADMIN_SEND, ADMIN, lra=1.0), None),
        (SentSubmission(SERVICES_SEND, Login(PLAIN, "wrong"), None, b"{"), 63),
        (SentSubmission(SERVICES_SEND, WORLD.accounts[PLAIN].login, "text/plain", b"{"), 415),
        (SentSubmission(SERVICES_SEND, WORLD.accounts[PLAIN].login, None, b"{"), 400),
    ],
)
def test_callers_are_checked_before_bodies(attempt: SentSubmission, code: int | None) -> None:
    """ORD-1: the caller is checked first, then the content type, then the body."""
    assert codes(model(), attempt) == [code]


def test_two_copies_are_handed_over_and_the_third_is_not() -> None:
    """AF-1: a copy is handed over again exactly when the first ones leave the window."""
    gateway = model()

    taken = [accept(gateway, sent()).handed_over for _ in range(3)]
    gateway.now = 3599
    still = accept(gateway, sent()).handed_over
    gateway.now = 3600
    again = accept(gateway, sent()).handed_over

    assert (taken, still, again) == ([True, True, False], False, True)


@pytest.mark.parametrize(("kind", "room"), [("sliding", 1), ("fixed", 3)])
def test_a_sliding_window_frees_one_place_and_a_fixed_one_all(kind: str, room: int) -> None:
    """AF-4: how many messages may follow when the first of three leaves the window."""
    gateway = ReferenceGateway(WORLD.with_limits(volume=3), Readings({"AF-4": kind}))
    for at, text in ((0, "a"), (1800, "b"), (1800, "c")):
        gateway.now = at
        accept(gateway, sent(text=text))
    gateway.now = 3600

    accepted = [accept(gateway, sent(text=text)).outcome.code is None for text in "defg"]

    assert accepted == [True] * room + [False] * (4 - room)


@pytest.mark.parametrize(("reading", "room"), [("handed-over", 2), ("attempts", 0)])
def test_what_counts_is_what_was_handed_over_or_every_attempt(reading: str, room: int) -> None:
    """AF-5: two accepted, one dropped and one refused, with a limit of four."""
    gateway = ReferenceGateway(WORLD.with_limits(volume=4), Readings({"AF-5": reading}))
    for attempt in (sent(), sent(), sent(), sent(reference={"service": "x"})):
        accept(gateway, attempt)

    assert [codes(gateway, sent(text="a")) == [None] for _ in (1,)] == [room > 0]


def test_accounts_share_the_limits_of_a_number() -> None:
    """AF-3: copies of two accounts are copies; the branch cites AF-3 if the accounts differ."""
    gateway = model()
    accept(gateway, sent(caller=PLAIN))
    accept(gateway, sent(caller=LINKER))

    (branch,) = gateway.branches(sent(caller=LINKER))

    assert not branch.handed_over
    assert "AF-3" in branch.ids


def test_without_a_provider_nothing_is_taken() -> None:
    """PR-1: code 64; PR-2: the first provider that is up is used, and copies count per provider."""
    down = World(providers=(("PROVIDER1", False), ("MITTO", False)))

    assert codes(ReferenceGateway(down, Readings()), sent()) == [64]
    assert ReferenceGateway(World(providers=(("PROVIDER1", False), ("MITTO", True))), Readings()).provider == "MITTO"


def test_messages_change_by_the_default_plan() -> None:
    """ST-1, ST-2, MS-2: SENT after a second, DELIVERED after three, the latest message first."""
    gateway = model()
    for id_, text in (("first", "a"), ("second", "b")):
        (branch,) = gateway.branches(sent(text=text))
        gateway.commit(sent(text=text), branch, id_)
        gateway.now += 1
    number = gateway.kept[0].destination

    assert gateway.statuses(number) == [("second", "SENT"), ("first", "SENT")]
    gateway.now = 3
    assert gateway.statuses(number) == [("second", "SENT"), ("first", "DELIVERED")]
    gateway.now = 0
    assert gateway.statuses(number)[1] == ("first", "PROVIDER_ACCEPTANCE")


def test_an_open_reading_allows_every_answer() -> None:
    """An unknown reading of the target allows each alternative."""
    gateway = ReferenceGateway(WORLD, Readings(open_ones=True))

    assert codes(gateway, sent(text=" ")) == [66, 56, 8, None]
    assert codes(gateway, sent(text="x" * 1601)) == [400, 66, 56, 8, None]
    assert 63 in codes(gateway, sent(ADMIN_SEND, ADMIN, account="nobody"))
    assert None in codes(gateway, sent(ADMIN_SEND, ADMIN, account="nobody"))


def test_a_wrong_refusal_breaks_the_requirement_that_was_misapplied() -> None:
    """Code 60 below the limit breaks AF-2; an acceptance instead of 66 breaks ERR-66."""
    from contract_tests.contract.document import Contract  # noqa: PLC0415

    contract = Contract(Readings())
    (accepted,) = model().branches(sent())
    (refused,) = model().branches(sent(text=""))
    flooded = Answer(500, {}, b'{"code":60,"message":"Anti-flooding error","details":null}')

    assert not agrees(accepted, flooded, Readings())
    assert blamed(accepted, flooded, contract) == ("AF-2", "AF-4")
    assert "ERR-66" in blamed(refused, Answer(200, {}, b"{}"), contract)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("End. Begin", False),
        ("12:30", False),
        ("see https://a.b", True),
        ("(http://x.y)", True),
        ("WWW.example.com", True),
        ("go to example.com now", True),
        ("me@example.com", None),
        ("notes.txtx", None),
        ("\u4f60\u597d\u3002\u518d\u89c1", None),
    ],
)
def test_urls_are_certain_or_arguable(text: str, expected: bool | None) -> None:
    """URL-3: texts that certainly have a URL, certainly have none, and those in between."""
    assert holds_url(text, bare=True) is expected


def test_bare_domains_are_none_where_only_explicit_ones_count() -> None:
    """URL-3: the alternative reading makes a bare domain arguable at most."""
    assert holds_url("example.com", bare=False) is None


@pytest.mark.parametrize(
    ("number", "assigned"),
    [("+12025550123", True), ("+3901", True), ("+881612345678", True), ("+999123456", False), ("+2101234567", False)],
)
def test_calling_codes(number: str, assigned: bool) -> None:
    """NUM-1: calling codes in use are assigned, those that every list leaves free are not."""
    assert is_assigned(number) is assigned


def test_e164_is_about_ascii_digits() -> None:
    """REQ-1: after the plus come 7 to 15 ASCII digits, the first not zero."""
    right = ("+1234567", "+123456789012345")
    wrong = ("+123456", "+1234567890123456", "+0123456789", "1234567890", "+12345\u0663789", "+1234567\n", "")

    assert all(map(is_e164, right))
    assert not any(map(is_e164, wrong))


@pytest.mark.parametrize(
    "raw",
    [
        *(
            b"",
            b"[]",
            b"null",
            b"{",
            b'{"text": NaN}',
            b'{"text": "\\ud800"}',
            b"\xef\xbb\xbf{}",
            b'{"text": "a\nb"}',
        ),
        *("{}".encode("utf-16"), b'{"a": "\xff"}', b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ],
)
def test_what_is_no_submission(raw: bytes) -> None:
    """BAD-1: such a body is not read as a submission."""
    assert read_body(raw, admin=True) is None


def test_the_last_of_two_equal_keys_counts() -> None:
    """BAD-1: as in JSON parsers that keep one value per key."""
    body = read_body(b'{"text": "a", "text": "b"}', admin=False)

    assert body is not None
    assert body.text == "b"


@pytest.mark.parametrize(
    ("declared", "json_type"),
    [("application/json", True), ("Application/JSON; x=y", True), ("application/a+json", True), ("text/json", False)],
)
def test_json_types(declared: str, json_type: bool) -> None:
    """BAD-4: the media type decides, not its case or parameters."""
    assert is_json_type(declared) is json_type


@pytest.mark.parametrize(
    ("webhook", "sound"),
    [
        ({"url": "https://receiver.example/x"}, True),
        ({"url": "HTTPS://receiver.example:8443/x?a=b"}, True),
        ({"url": "http://receiver.example"}, False),
        ({"url": "https://"}, False),
        ({"url": "https://a b"}, False),
        ({"url": None}, False),
        ({"url": "https://receiver.example", "authentication": {"type": "BASIC"}}, False),
        ({"url": "https://user@receiver.example/~x"}, None),
    ],
)
def test_webhooks(webhook: dict[str, Any], sound: bool | None) -> None:
    """BAD-6: the URL is absolute and HTTPS; one that only some parsers accept is left open."""
    assert webhook_is_sound(webhook, plain_http=False) is sound

"""The two limits of anti-flooding: the number, what counts, and for whom (AF-1 to AF-3, AF-5 to AF-7, ERR-60)."""

from __future__ import annotations

from contract_tests.contract.document import ADMIN_SEND, SERVICES_SEND
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Need, check
from contract_tests.model.outcome import ACCEPTED, ModelOutcome, refused
from contract_tests.model.world import ADMIN, LINKER, PLAIN
from contract_tests.report.failures import WrongOutcome, WrongState

FLOODED = refused(60)


def fill(lab: Lab, number: str, messages: int, *ids: str, account: str = PLAIN) -> bool:
    """Send this many new texts to a number; each must be accepted."""
    login = lab.login(account)
    for nth in range(1, messages + 1):
        if not lab.expect(lab.submit(SERVICES_SEND, {"destination": number}, login=login), ACCEPTED, *ids):
            lab.note(f"that was message {nth} of {messages} to {number}")
            return False
    lab.note(f"{messages} messages of different texts to {number}, all accepted")
    return True


def copies(lab: Lab, number: str, text: str, times: int, *ids: str) -> None:
    """Send one text repeatedly; every answer must be 200 (AF-1)."""
    for _ in range(times):
        lab.expect(lab.submit(SERVICES_SEND, {"destination": number, "text": text}), ACCEPTED, *ids)
    lab.note(f"{times} times {text!r} to {number}")


def delivered(lab: Lab, number: str, expected: int, *ids: str) -> None:
    """Require that the provider has this many messages for a number."""
    found = sum(message["destination"] == number for message in lab.messages(5000))
    if found != expected:
        lab.report(WrongState(ids, f"the provider has {found} messages for {number}, not {expected}"))


@check("volume: the limit to the message", "AF-2", "ERR-60", needs=[Need.CONTROL])
def volume_limit(lab: Lab) -> None:
    """AF-2: messages up to the limit are accepted; each further one gets 60 and does not reach the provider."""
    number, limit = lab.number(), lab.world.limits.volume
    if fill(lab, number, limit, "AF-2"):
        for path in (SERVICES_SEND, ADMIN_SEND):
            lab.expect(lab.submit(path, {"destination": number}), FLOODED, "AF-2", "ERR-60")
        delivered(lab, number, limit, "AF-2")


@check(
    "volume: the limit, counted from outside",
    "AF-2",
    "ERR-60",
    needs=[Need.CREDENTIALS, Need.FROM_OUTSIDE, Need.STAND_IN],
)
def volume_limit_from_outside(lab: Lab) -> None:
    """AF-2: without control, sending finds the limit; the conflicting pages allow 100 and 150."""
    number = f"+1206555{lab.random.randrange(100, 200):04d}"
    allowed = {int(value) for value in lab.readings.of("AF-2")}
    for nth in range(1, max(allowed) + 2):
        exchange = lab.submit(SERVICES_SEND, {"destination": number})
        if exchange[1].status != 200:
            lab.expect(exchange, FLOODED, "AF-2", "ERR-60")
            if nth - 1 in allowed:
                lab.readings.saw("AF-2", str(nth - 1))
            else:
                said = f"refused after {nth - 1} messages; the limit is {' or '.join(map(str, sorted(allowed)))}"
                lab.report(WrongOutcome(("AF-2",), said), *exchange)
            return
    lab.report(WrongOutcome(("AF-2",), f"{max(allowed) + 1} messages to {number} within the hour were accepted"))


@check("duplicates: answered 200, handed over twice", "AF-1", "AF-7", needs=[Need.CONTROL])
def duplicates_are_dropped(lab: Lab) -> None:
    """AF-1, AF-7: all copies get the same kind of answer with new ids; only the first ones reach the provider."""
    number, text, limit = lab.number(), lab.text(), lab.world.limits.duplicates
    copies(lab, number, text, limit + 3, "AF-1", "AF-7")
    delivered(lab, number, limit, "AF-1")
    given = {str(message["id"]) for message in lab.messages()}
    if len(lab.given_ids - given) != 3:
        lab.report(WrongState(("AF-7", "AF-1"), "the ids of dropped messages must be fresh and kept by nobody"))


@check("duplicates: a drop is answered like an acceptance", "AF-7", "AF-1", "ANS-2", needs=[Need.CREDENTIALS])
def drops_look_accepted(lab: Lab) -> None:
    """AF-7: nothing in the answer shows that the message was dropped, detailed or not."""
    number, text = lab.number(), lab.text()
    for wanted in (True, False):
        members = []
        for _ in range(4):
            exchange = lab.submit(SERVICES_SEND, {"destination": number, "text": text, "detailed": wanted})
            lab.expect(exchange, ACCEPTED, "AF-1", "AF-7")
            members.append(sorted(exchange[1].json) if isinstance(exchange[1].json, dict) else [])
        if any(found != members[0] for found in members):
            lab.report(WrongState(("AF-7",), f"the members of equal submissions' answers differ: {members}"))


@check("duplicates: the exact text", "AF-6", needs=[Need.CONTROL])
def exact_text(lab: Lab) -> None:
    """AF-6: another case, one more blank, another encoding of a letter or another end makes another text."""
    number, limit = lab.number(), lab.world.limits.duplicates
    variants = (
        "Caf\u00e9 today",
        "caf\u00e9 today",
        "Caf\u00e9 today ",
        " Caf\u00e9 today",
        "Cafe\u0301 today",
        "Caf\u00e9  today",
        "x" * 199 + "a",
        "x" * 199 + "b",
    )
    for text in variants:
        copies(lab, number, text, limit + 1, "AF-6")
    delivered(lab, number, limit * len(variants), "AF-6")


@check("limits: per destination, whoever sends", "AF-3", "AF-1", needs=[Need.CONTROL])
def per_destination(lab: Lab) -> None:
    """AF-3: accounts share the count of a number; numbers share nothing."""
    number, other, limits = "+16465550150", "+16465550151", lab.world.limits
    fill(lab, number, limits.volume // 2, "AF-3", "AF-2", account=PLAIN)
    fill(lab, number, limits.volume - limits.volume // 2, "AF-3", "AF-2", account=LINKER)
    for account in (PLAIN, LINKER):
        login = lab.login(account)
        lab.expect(lab.submit(SERVICES_SEND, {"destination": number}, login=login), FLOODED, "AF-3")
    on_behalf = {"destination": number, "account": PLAIN}
    lab.expect(lab.submit(ADMIN_SEND, on_behalf, login=lab.login(ADMIN)), FLOODED, "AF-3")
    lab.expect(lab.submit(SERVICES_SEND, {"destination": other}), ACCEPTED, "AF-3")


@check("limits: copies of several accounts are copies", "AF-3", "AF-1", needs=[Need.CONTROL])
def copies_of_several_accounts(lab: Lab) -> None:
    """AF-3: the duplicate limit counts per number too, across accounts."""
    number, other, text, limit = "+16465550152", "+16465550153", lab.text(), lab.world.limits.duplicates
    for account in (PLAIN, LINKER):
        for _ in range(limit):
            submitted = lab.submit(SERVICES_SEND, {"destination": number, "text": text}, login=lab.login(account))
            lab.expect(submitted, ACCEPTED, "AF-3", "AF-1")
    copies(lab, other, text, limit, "AF-3")
    delivered(lab, number, limit, "AF-3", "AF-1")
    delivered(lab, other, limit, "AF-3", "AF-1")


@check("limits: what counts", "AF-5", "AF-2", needs=[Need.CONTROL])
def what_counts(lab: Lab) -> None:
    """AF-5: refused and dropped messages do not count; under the alternative reading they count as attempts."""
    with lab.in_world(lab.world.with_limits(volume=8)) as small:
        number, text = "+16465550154", small.text()
        copies(small, number, text, small.world.limits.duplicates, "AF-5")
        copies(small, number, text, 2, "AF-5")
        wrong = {"destination": number, "reference": {"service": "x"}}
        small.expect(small.submit(SERVICES_SEND, wrong), refused(59), "AF-5")
        small.note("two dropped, one refused")
        attempts = small.readings.known("AF-5") == "attempts"
        room = 8 - small.world.limits.duplicates - (3 if attempts else 0)
        fill(small, number, room, "AF-5")
        small.expect(small.submit(SERVICES_SEND, {"destination": number}), FLOODED, "AF-5")


@check("limits: nothing but time lifts them", "AF-3", needs=[Need.CONTROL])
def nothing_lifts_them(lab: Lab) -> None:
    """AF-3: further attempts stay refused, in either operation and with any account."""
    with lab.in_world(lab.world.with_limits(volume=3)) as small:
        number = "+16465550155"
        fill(small, number, 3, "AF-3")
        answers: tuple[tuple[str, str], ...] = ((SERVICES_SEND, PLAIN), (SERVICES_SEND, LINKER), (ADMIN_SEND, ADMIN))
        for path, account in answers * 2:
            flooded: ModelOutcome = FLOODED
            small.expect(small.submit(path, {"destination": number}, login=small.login(account)), flooded, "AF-3")

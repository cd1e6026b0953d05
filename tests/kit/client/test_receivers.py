"""The checks of receivers: a healthy one keeps them all, and each broken one breaks its own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from contract_tests.client.driver.function import FunctionDriver
from contract_tests.client.driver.pool import DriverPool
from contract_tests.client.driver.protocol import Intent, Outcome, ReportedAccepted, ReportedFailed
from contract_tests.client.play.stand_in import StandIn
from contract_tests.client.receivers.checks import ALL_CHECKS, judge_receiver, not_testable
from contract_tests.client.receivers.race import ANSWER, FIRST, ORDERS, RETRY
from contract_tests.client.receivers.receipts import QUICK, STATUSES, receipt
from contract_tests.client.results import ClientStanding, ClientVerdict
from contract_tests.contract.document import Contract
from contract_tests.contract.readings import Readings
from contract_tests.target.target import CouldNotRunError

pytestmark = pytest.mark.long

MESSAGE = "b3c4e1d2-7a60-4c19-8d2e-5f9a0c1b3d33"

Answers = Callable[[bytes, list[str]], int | None]
"""The status for a body, given the ids received before; `None` closes the connection."""


def healthy(body: bytes, seen: list[str]) -> int:
    """Accepts every JSON object, repeated ones included."""
    try:
        content = json.loads(body)
    except ValueError:
        return 400
    if not isinstance(content, dict):
        return 400
    seen.append(str(content.get("id")))
    return 204


def once_only(body: bytes, seen: list[str]) -> int:
    """Fails on a repeated id, like a unique index."""
    before = list(seen)
    status = healthy(body, seen)
    return 500 if status == 204 and seen[-1] in before else status


def strict_status(body: bytes, seen: list[str]) -> int:
    """Accepts only the five documented statuses."""
    status = healthy(body, seen)
    return 422 if status == 204 and json.loads(body)["message"]["status"] not in STATUSES else status


def strict_order(body: bytes, seen: list[str]) -> int:
    """Refuses DELIVERED before SENT."""
    status = healthy(body, seen)
    if status != 204:
        return status
    word = json.loads(body)["message"]["status"]
    return 409 if word == "DELIVERED" and "SENT" not in _words(seen, word) else status


def _words(seen: list[str], word: str) -> list[str]:
    seen.append(word)
    return seen[:-1]


def dies(body: bytes, seen: list[str]) -> int | None:
    """Closes the connection on malformed content."""
    status = healthy(body, seen)
    return status if status == 204 else None


def crashes(body: bytes, seen: list[str]) -> int:
    """Answers malformed content with a server error."""
    return 500 if healthy(body, seen) == 400 else 204


def redirects(_: bytes, __: list[str]) -> int:
    """Redirects everything, which the gateway does not follow."""
    return 302


@contextmanager
def receiver(answers: Answers) -> Iterator[str]:
    """Run a receiver; its URL."""
    seen: list[str] = []

    class ReceiptHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = answers(body, seen)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Do not log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), ReceiptHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/receipts"
    finally:
        server.shutdown()
        server.server_close()


async def send(intent: Intent) -> Outcome:
    """An ordinary client."""
    async with httpx2.AsyncClient(auth=(intent.username, intent.password), timeout=intent.timeout_s) as client:
        answer = await client.post(f"{intent.base_url}/api/Admin/send", json=dict(intent.message))
    return (
        ReportedAccepted(answer.json()["id"])
        if answer.status_code == 200
        else ReportedFailed(str(answer.status_code))
    )


async def invents_id(intent: Intent) -> Outcome:
    """Reports an id of its own."""
    await send(intent)
    return ReportedAccepted(MESSAGE)


Standings = dict[str, ClientStanding]
"""The standings of all receipt checks, by id."""


async def standings(url: str, stand_in: StandIn, client: Callable[[Intent], Any] = send) -> Standings:
    """Judge a receiver and its client."""
    async with DriverPool(lambda: FunctionDriver(client), 1) as pool:
        found, _ = await judge_receiver(url, "admin", pool, stand_in, frozenset({"receipts.unknown"}))
    return {each.check.id: each for each in found}


def alone(url: str, client: Callable[[Intent], Any] = send) -> Standings:
    """The same with its own stand-in."""

    async def run() -> Standings:
        async with StandIn() as stand_in:
            return await standings(url, stand_in, client)

    return asyncio.run(run())


RECEIVERS = (healthy, once_only, strict_status, strict_order, dies, crashes, redirects)


@pytest.fixture(scope="module")
def found_of() -> dict[Answers, Standings]:
    """All receivers, judged concurrently."""

    async def run() -> list[Standings]:
        async with StandIn() as stand_in:
            return await asyncio.gather(*(standings(url, stand_in) for url in urls))

    with ExitStack() as stack:
        urls = [stack.enter_context(receiver(answers)) for answers in RECEIVERS]
        return dict(zip(RECEIVERS, asyncio.run(run()), strict=True))


def broken(found: dict[str, ClientStanding]) -> set[str]:
    """The ids of the broken checks."""
    return {id_ for id_, each in found.items() if each.verdict is ClientVerdict.BROKEN}


def test_every_receipt_keeps_the_contract() -> None:
    """WH-2: the posted receipts are valid; otherwise a strict client would fail because of the kit."""
    contract = Contract(Readings({}))
    receipts = [receipt(MESSAGE, number, status) for number, status in enumerate(STATUSES)]

    assert [said for each in receipts for said in contract.receipt_violations(each)] == []


def test_every_order_is_raced() -> None:
    """Enumerated, not sampled; a retry comes after the receipt that it repeats."""
    assert len(set(ORDERS)) == 12
    assert all(order.index(FIRST) < order.index(RETRY) for order in ORDERS)
    assert {order[0] for order in ORDERS} == {ANSWER, FIRST, "receipt 2"}


def test_a_healthy_receiver_keeps_every_check(found_of: dict[Answers, Standings]) -> None:
    """And each of them was reached."""
    found = found_of[healthy]

    assert {id_: each.verdict for id_, each in found.items()} == {
        check.id: ClientVerdict.KEPT for check in ALL_CHECKS
    }
    assert found["receipts.race"].reached == len(ORDERS)


@pytest.mark.parametrize(
    ("answers", "check"),
    [
        (once_only, "receipts.duplicates"),
        (once_only, "receipts.race"),
        (strict_status, "receipts.unknown"),
        (strict_order, "receipts.reordered"),
        (dies, "receipts.malformed"),
        (crashes, "receipts.malformed"),
        (redirects, "receipts.documented"),
    ],
)
def test_a_broken_receiver_breaks_its_check(answers: Answers, check: str, found_of: dict[Answers, Standings]) -> None:
    """The failure has the posted receipts and the answers."""
    found = found_of[answers]

    assert check in broken(found)
    failure = found[check].failure
    assert failure is not None
    assert failure.breach.said
    assert failure.lines
    assert found["receipts.unknown"].known_gap


def test_only_repeated_receipts_share_an_id(found_of: dict[Answers, Standings]) -> None:
    """A receiver that refuses repeated ids breaks only the checks of repetition."""
    found = found_of[once_only]

    assert broken(found) == {"receipts.duplicates", "receipts.race"}
    assert found["receipts.duplicates"].broken == 2, "the second and the third time"
    assert found["receipts.race"].broken == len(ORDERS), "in each race the retry, and nothing else"


def test_a_slow_receiver_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time to the answer counts."""
    monkeypatch.setattr("contract_tests.client.receivers.checks.QUICK", -1.0)
    with receiver(healthy) as url:
        found = alone(url)

    assert broken(found) == {"receipts.quick"}
    assert QUICK == 2.0


def test_a_client_that_reports_another_id_loses_the_race() -> None:
    """The receipts name the message by the gateway's id (WH-6)."""
    with receiver(healthy) as url:
        found = alone(url, invents_id)

    assert broken(found) == {"receipts.race"}


def test_without_a_receiver_nothing_is_tested_and_the_report_says_why() -> None:
    """Not testable is not kept."""
    assert {each.verdict for each in not_testable()} == {ClientVerdict.NOT_TESTABLE}
    assert all("--webhook-url" in each.why for each in not_testable())


@pytest.mark.parametrize(
    ("url", "said"), [("nonsense", "not an http or https URL"), ("http://127.0.0.1:1/", "no server is listening")]
)
def test_a_receiver_that_does_not_exist_ends_the_run(url: str, said: str) -> None:
    """With one sentence."""
    with pytest.raises(CouldNotRunError, match=said):
        alone(url)

"""End to end on a port: windows, delivery and retries on one clock, and webhooks over real sockets."""

from __future__ import annotations

import gc
import json
import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme

from mock_server.adapters.webhook_sender import HttpWebhookSender, trust
from mock_server.testing import MockGateway
from tests.delivery.endpoints import WebhookEndpoint, answer, flood, hang, reset, say, unused_port
from tests.support import (
    DESTINATION,
    MORNING,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control,
    assert_control_error,
    assert_refused,
)

BY_HTTP = {"https_only": False}


@contextmanager
def world_of(gateway: MockGateway, **parts: object) -> Iterator[SessionClient]:
    """A frozen session on a separate gateway."""
    with gateway, httpx2.Client(base_url=gateway.url, timeout=20, trust_env=False) as client:
        asked = {"scenario": {"version": 1, **parts}, "clock": {"mode": "frozen", "at": MORNING}}
        name = assert_control(client.post("/_control/sessions", json=asked), 201)["id"]
        yield SessionClient(client, name)
    # A socket that was left open would be a warning now, and a warning is an error.
    gc.collect()


def advance(world: SessionClient, **asked: object) -> dict[str, Any]:
    """Advance the clock; the answer of the verb."""
    found: dict[str, Any] = world.control("POST", "/clock/advance", asked)
    return found


def log(progress: dict[str, Any]) -> list[tuple[str, ...]]:
    """The log of an advance in readable form."""
    return [
        (each["at"][11:19], each["status"], *((each["outcome"],) if each["event"] == "webhook" else ()))
        for each in progress["fired"]
    ]


def attempts(world: SessionClient, message_id: str) -> list[dict[str, Any]]:
    """The webhook attempts of a message."""
    found: list[dict[str, Any]] = world.control("GET", f"/messages/{message_id}")["webhooks"]
    return found


class Moving:
    """An advance by an hour in its own thread."""

    def __init__(self, world: SessionClient) -> None:
        self._world = world
        self._answers: list[httpx2.Response] = []
        self._thread = threading.Thread(target=self._move)
        self._thread.start()

    def _move(self) -> None:
        self._answers.append(self._world.request("POST", "/_control/clock/advance", {"duration": "1h"}))

    def answer(self) -> httpx2.Response:
        """Its answer."""
        self._thread.join(20)
        return self._answers[0]


@pytest.mark.requirement("ST-2", "WH-1", "WH-4", "WH-5")
def test_an_advance_by_an_hour_performs_exactly_what_the_scenario_says(worlds: SessionFactory) -> None:
    """Notifications and retries in order: one message succeeds in the end, one is given up, one has no webhook."""
    plan = [{"after": "10s", "status": "SENT"}, {"after": "40m", "status": "DELIVERED"}]
    rejected = {"deliver": [{"after": "1m", "status": "REJECTED"}]}
    with WebhookEndpoint(answer(500), answer(204)) as good, WebhookEndpoint(answer(500)) as bad:
        world = worlds(
            delivery={"plan": plan},
            stubs=[{"when": {"destination": "+447700900102"}, "then": rejected}],
            webhooks={**BY_HTTP, "retries": ["10s", "1m"]},
        )
        one = assert_accepted(world.send("one", webhook={"url": good.url()}))
        two = assert_accepted(world.send("two", "+447700900102", webhook={"url": bad.url()}))
        assert_accepted(world.send("three"))

        progress = advance(world, duration="1h")

    assert log(progress) == [
        ("09:00:10", "SENT"),
        ("09:00:10", "SENT"),
        ("09:00:10", "SENT", "failed"),
        ("09:00:20", "SENT", "taken"),
        ("09:01:00", "REJECTED"),
        ("09:01:00", "REJECTED", "failed"),
        ("09:01:10", "REJECTED", "failed"),
        ("09:02:10", "REJECTED", "given up"),
        ("09:40:00", "DELIVERED"),
        ("09:40:00", "DELIVERED"),
        ("09:40:00", "DELIVERED", "taken"),
    ]
    told = [json.loads(each.body)["message"] for each in good.requests]
    assert [(each["id"], each["status"]) for each in told] == [(one, "SENT"), (one, "SENT"), (one, "DELIVERED")]
    assert good.requests[0].body == good.requests[1].body
    assert {json.loads(each.body)["message"]["id"] for each in bad.requests} == {two}
    assert (progress["complete"], progress["pending"], progress["now"]) == (True, 0, "2026-01-15T10:00:00Z")


@pytest.mark.requirement("AF-2", "AF-4", "ST-2", "WH-1", "WH-4", "WH-5")
def test_windows_delivery_and_retries_agree_to_the_second_in_one_log(world: SessionClient) -> None:
    """151 sends, a second apart; webhooks fail twice, then succeed; an hour later there is room for one more."""
    hook = {"url": f"{str(world.client.base_url).rstrip('/')}{world.prefix}/_control/receiver/mine"}
    made = []
    for number in range(150):
        world.control("PUT", "/receiver/mine", {"answer": 200})
        made.append(assert_accepted(world.send(f"{number}", webhook=hook if number == 149 else None)))
        advance(world, seconds=1 if number < 149 else 0)
    world.control("PUT", "/receiver/mine", {"answer": 500, "times": 2})
    flooded = world.send("150", webhook=hook)

    progress = advance(world, duration="57m31s")

    assert_refused(flooded, 60)
    assert world.why(flooded)["anti_flooding"]["room_again_at"] == "2026-01-15T10:00:00Z"
    # The last send was accepted at 09:02:29.
    last = [line for line in progress["fired"] if line["message_id"] == made[-1]]
    assert log({"fired": last}) == [
        ("09:02:30", "SENT"),
        ("09:02:30", "SENT", "failed"),
        ("09:02:32", "DELIVERED"),
        ("09:02:40", "SENT", "failed"),
        ("09:03:40", "SENT", "taken"),
        ("09:03:40", "DELIVERED", "taken"),
    ]
    assert progress["now"] == "2026-01-15T10:00:00Z"
    times = [line["at"] for line in progress["fired"]]
    assert times == sorted(times)
    assert_accepted(world.send("151"))
    assert_refused(world.send("152"), 60)
    assert log(advance(world, seconds=1)) == [("10:00:01", "SENT")]
    assert_accepted(world.send("153"))


@pytest.mark.requirement("WH-1", "WH-2", "WH-4", "REQ-10")
def test_a_real_https_receiver_with_a_private_authority_is_retried_on_schedule(tmp_path: Path) -> None:
    """WH-4: it answers 500 three times and accepts the fourth; each POST is the same valid receipt."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    gateway = MockGateway(sender=HttpWebhookSender(trust(tmp_path / "ca.pem")))
    with (
        WebhookEndpoint(answer(500), answer(500), answer(500), answer(200), tls=context) as receiver,
        world_of(gateway) as world,
    ):
        message_id = assert_accepted(world.send(webhook={"url": receiver.url("localhost")}))
        progress = advance(world, until="idle")

    assert [line for line in log(progress) if len(line) > 2] == [
        ("09:00:01", "SENT", "failed"),
        ("09:00:11", "SENT", "failed"),
        ("09:01:11", "SENT", "failed"),
        ("09:06:11", "SENT", "taken"),
        ("09:06:11", "DELIVERED", "taken"),
    ]
    assert len({request.body for request in receiver.requests[:4]}) == 1
    assert json.loads(receiver.requests[0].body)["message"]["id"] == message_id
    assert {request.headers["content-type"] for request in receiver.requests} == {"application/json"}


@pytest.mark.requirement("WH-4")
def test_every_failure_of_a_receiver_is_recorded_retried_and_given_up() -> None:
    """WH-4: refused, reset, hanging, garbage, redirects, unknown host, untrusted certificate; 10 MB succeed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with (
        WebhookEndpoint(reset) as resetting,
        WebhookEndpoint(say(b"\x00" * 999)) as babbling,
        WebhookEndpoint(hang) as hanging,
        WebhookEndpoint(flood) as flooding,
        WebhookEndpoint(answer(302, headers="Location: /\r\n")) as redirecting,
        WebhookEndpoint(tls=context) as selfmade,
        world_of(
            MockGateway(),
            webhooks={**BY_HTTP, "timeout": "200ms", "retries": ["10s"]},
            delivery={"plan": [{"after": "1s", "status": "REJECTED"}]},
        ) as world,
    ):
        urls = [
            f"http://127.0.0.1:{unused_port()}/",
            "https://no-such-host.invalid/",
            *(each.url() for each in (resetting, babbling, hanging, redirecting, selfmade)),
        ]
        failing = [assert_accepted(world.send(f"{number}", webhook={"url": url})) for number, url in enumerate(urls)]
        taken = assert_accepted(world.send("10 MB", webhook={"url": flooding.url()}))
        progress = advance(world, duration="1h")
        shown = {message_id: attempts(world, message_id) for message_id in [*failing, taken]}

    assert (progress["complete"], progress["pending"]) == (True, 0)
    for message_id in failing:
        assert [each["outcome"] for each in shown[message_id]] == ["failed", "given up"]
        assert all(each["answer"]["error"] for each in shown[message_id])
        assert [each["at"][11:19] for each in shown[message_id]] == ["09:00:01", "09:00:11"]
    assert [each["outcome"] for each in shown[taken]] == ["taken"]
    assert shown[taken][0]["answer"]["body"] == "x" * 1024
    assert selfmade.requests == []


@pytest.mark.requirement("WH-5")
def test_a_hanging_receiver_delays_no_send_during_an_advance() -> None:
    """The session serves requests during an advance; a second advance is refused."""
    reached, release = threading.Event(), threading.Event()

    def held(connection: Any) -> None:
        reached.set()
        release.wait(20)
        answer(200)(connection)

    with WebhookEndpoint(held) as receiver, world_of(MockGateway(), webhooks=BY_HTTP) as world:
        assert_accepted(world.send(webhook={"url": receiver.url()}))
        moving = Moving(world)
        assert reached.wait(20)
        meanwhile = assert_accepted(world.send("meanwhile"))
        busy = world.request("POST", "/_control/clock/advance", {"seconds": 1})
        release.set()
        progress = moving.answer().json()

    assert_control_error(busy, 409, "Busy", "another advance of this session is under way")
    assert (progress["complete"], progress["now"]) == (True, "2026-01-15T10:00:00Z")
    assert [line["status"] for line in progress["fired"] if line["message_id"] == meanwhile] == ["SENT", "DELIVERED"]


@pytest.mark.requirement("WH-5")
def test_before_answer_really_arrives_before_the_answer() -> None:
    """The receiver has the first notification while the client waits for the 200."""
    arrived, answered = threading.Event(), threading.Event()
    too_late: list[bool] = []

    def conduct(connection: Any) -> None:
        too_late.append(answered.is_set())
        arrived.set()
        answer(200)(connection)

    with (
        WebhookEndpoint(conduct) as receiver,
        world_of(MockGateway(), webhooks={**BY_HTTP, "adversity": "before-answer"}) as w,
    ):
        message_id = assert_accepted(w.send(webhook={"url": receiver.url()}))
        arrived_before = arrived.is_set()
        answered.set()

    assert (arrived_before, too_late[0]) == (True, False)
    assert json.loads(receiver.requests[0].body)["message"]["id"] == message_id


@pytest.mark.requirement("WH-1", "ST-2")
def test_on_a_running_clock_notifications_are_sent_by_themselves() -> None:
    """Without an advance the receiver gets both notifications, over the network."""
    heard = threading.Event()

    def conduct(connection: Any) -> None:
        answer(200)(connection)
        if len(receiver.requests) == 2:
            heard.set()

    receiver = WebhookEndpoint(conduct)
    with receiver, world_of(MockGateway(), webhooks=BY_HTTP) as world:
        world.control("POST", "/clock/resume", {"factor": 1000})
        assert_accepted(world.send(webhook={"url": receiver.url()}))
        assert heard.wait(20)

    assert [json.loads(each.body)["message"]["status"] for each in receiver.requests] == ["SENT", "DELIVERED"]


def test_a_session_that_is_deleted_during_an_advance_leaves_nothing_behind() -> None:
    """The attempt is cancelled, the advance answers, and the server keeps serving."""
    reached, release = threading.Event(), threading.Event()

    def held(_: Any) -> None:
        reached.set()
        release.wait(20)

    with WebhookEndpoint(held) as receiver, world_of(MockGateway(), webhooks=BY_HTTP) as world:
        assert_accepted(world.send(webhook={"url": receiver.url()}))
        moving = Moving(world)
        assert reached.wait(20)
        assert_control(world.client.delete(f"/_control/sessions/{world.name}"))
        answered = moving.answer()
        release.set()
        ready = world.client.get("/_ready")

    assert (answered.status_code, answered.json()["complete"], answered.json()["pending"]) == (200, False, 0)
    assert ready.status_code == 200


def test_the_shutdown_says_what_was_pending(caplog: pytest.LogCaptureFixture) -> None:
    """The memory store loses pending notifications, and a warning counts them."""
    with caplog.at_level(logging.WARNING, "mock_server"), world_of(MockGateway(), webhooks=BY_HTTP) as world:
        for number in range(3):
            assert_accepted(world.send(f"{number}", DESTINATION, webhook={"url": "http://127.0.0.1:9/"}))
        assert_accepted(world.send("without"))
        name = world.name

    said = f"session {name} ends with 3 notifications pending: the memory store keeps none"
    assert [record.getMessage() for record in caplog.records] == [said]


def test_a_shutdown_with_nothing_pending_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """There is no warning."""
    with caplog.at_level(logging.WARNING, "mock_server"), world_of(MockGateway()) as world:
        assert_accepted(world.send("without"))

    assert caplog.records == []

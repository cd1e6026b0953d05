"""The fixture `sms_gateway` in tests."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import httpx2
import pytest
import requests

from contract_tests.openapi import documented_codes
from mock_server.client import ControlError
from mock_server.pytest_plugin import (
    Credentials,
    NothingCameError,
    NotRefusedError,
    PluginError,
    SmsGateway,
    SmsServer,
)
from mock_server.scenario.problems import ScenarioError
from tests.plugin.conftest import NUMBER, PluginSend, client_of, sender

OTHER = "+447700900124"


def test_a_message_has_its_codes_and_links(sms_gateway: SmsGateway) -> None:
    """A test reads the one-time password without a regular expression, sent by the account that may send URLs."""
    with httpx2.Client(base_url=sms_gateway.base_url, auth=sms_gateway.account("customer-account")) as client:
        sent = client.post(
            "/api/Services/send", json={"destination": NUMBER, "text": "Code 123-456, or https://shop.example/in"}
        )

    message = sms_gateway.next_message(to=NUMBER)

    assert sent.status_code == 200
    assert (message.codes, message.links) == (("123456",), ("https://shop.example/in",))


@pytest.mark.parametrize("library", [requests, httpx, httpx2])
def test_credentials_are_a_pair_for_clients(sms_gateway: SmsGateway, library: object) -> None:
    """Username and password."""
    post = library.post  # type: ignore[attr-defined]
    answer = post(
        f"{sms_gateway.base_url}/api/Admin/send",
        json={"destination": NUMBER, "text": "Hello"},
        auth=sms_gateway.credentials,
    )

    assert answer.status_code == 200


def test_no_password_is_shown(sms_gateway: SmsGateway) -> None:
    """A failing test prints its variables; those of the plugin show no secret."""
    assert repr(sms_gateway.credentials) == "Credentials(username='admin', password='***')"
    assert sms_gateway.credentials.password not in repr(sms_gateway)


@pytest.mark.sms_scenario(
    accounts=[
        {"username": "gone", "password": "x1", "admin": True, "active": False},
        {"username": "clerk", "password": "x2"},
        {"username": "chief", "password": "x3", "admin": True},
    ]
)
def test_credentials_are_those_of_an_active_administrator(sms_gateway: SmsGateway) -> None:
    """Of the test's scenario."""
    assert sms_gateway.credentials == Credentials("chief", "x3")
    assert sms_gateway.account("clerk") == Credentials("clerk", "x2")


@pytest.mark.sms_scenario(accounts=[{"username": "clerk", "password": "x2"}])
def test_an_unknown_account_is_an_error(sms_gateway: SmsGateway) -> None:
    """The error names the existing accounts."""
    with pytest.raises(PluginError, match="no administrator in use"):
        _ = sms_gateway.credentials
    with pytest.raises(PluginError, match=r"no account 'chef'; there are: clerk"):
        sms_gateway.account("chef")


@pytest.mark.sms_scenario({"version": 1, "title": "My world"})
def test_a_scenario_without_accounts_has_the_default_administrator(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """An absent part has its default."""
    assert sms_gateway.control.session().scenario == "My world"
    assert send().status_code == 200


def test_messages_are_in_the_order_of_their_arrival(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Oldest first."""
    for text in ("one", "two", "three"):
        send(text=text)

    assert [message.text for message in sms_gateway.messages] == ["one", "two", "three"]


def test_next_message_returns_each_message_once(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A second sign-in gets the second code; messages of other numbers are left for other calls."""
    send(text="one")
    send(OTHER, text="other")
    send(text="two")

    taken = [sms_gateway.next_message(to=NUMBER).text, sms_gateway.next_message(to=NUMBER).text]

    assert taken == ["one", "two"]
    assert sms_gateway.next_message().text == "other"
    with pytest.raises(NothingCameError, match=r"no further message came within 0\.05 seconds"):
        sms_gateway.next_message(timeout=0.05)


def test_next_message_waits(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Another thread sends after the wait has begun."""
    send(text="before")
    sms_gateway.next_message()
    waiting = ThreadPoolExecutor(1).submit(sms_gateway.next_message, text="after")

    send(text="between")
    send(text="and after")

    assert waiting.result(20).text == "and after"
    assert sms_gateway.next_message().text == "between"


def test_fifty_threads_get_fifty_messages(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """No message is returned twice, and none is lost."""
    with ThreadPoolExecutor(50) as pool:
        waiting = [pool.submit(sms_gateway.next_message, timeout=20) for _ in range(25)]
        sent = [pool.submit(send, text=f"number {number}") for number in range(50)]
        waiting += [pool.submit(sms_gateway.next_message, timeout=20) for _ in range(25)]
        texts = {each.result(30).text for each in waiting}

    assert {each.result().status_code for each in sent} == {200}
    assert texts == {f"number {number}" for number in range(50)}


def test_wait_for_counts_earlier_messages(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A number of messages, and those with a status."""
    send(text="one", reference={"service": "ADMIN", "key": "order-1"})
    send(OTHER, text="two")

    assert [each.text for each in sms_gateway.wait_for(2)] == ["one", "two"]
    assert [each.text for each in sms_gateway.wait_for(reference__key="order-1")] == ["one"]
    sms_gateway.clock.advance(minutes=1)
    assert [each.status for each in sms_gateway.wait_for(2, status="DELIVERED")] == ["DELIVERED"] * 2


def test_a_missing_message_is_explained_by_what_came_instead(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The most frequent reason is a refusal: the error shows it with its rule."""
    with sms_gateway.expect_refusal(61):
        send("+447700900061")

    with pytest.raises(NothingCameError) as late:
        sms_gateway.next_message(to="+447700900061", text="Hel", timeout=0.05)

    said = str(late.value)
    assert "no message (destination '+447700900061', text with 'Hel') came within 0.05 seconds" in said
    assert "exchange 1, " in said
    assert "refused with code 61 (HTTP 500), decided by: watchlist (WL-1, documented)" in said
    with pytest.raises(NothingCameError, match=r"fewer than 2 messages in status SENT came within 0.05 seconds"):
        sms_gateway.wait_for(2, status="SENT", timeout=0.05)


def test_without_any_request_the_error_shows_the_base_url(sms_gateway: SmsGateway) -> None:
    """A client with another base URL is the next most frequent reason."""
    with pytest.raises(NothingCameError, match=f"nothing; the client's base URL has to be {sms_gateway.base_url}"):
        sms_gateway.next_message(timeout=0.01)


def test_a_client_that_drops_the_path_of_its_base_url_is_detected(sms_server: SmsServer) -> None:
    """Joining a base URL with an absolute path drops its prefix: requests reach the default session."""
    with sms_server.session() as gateway:
        httpx2.post(f"{sms_server.url}/api/Admin/send", json={})

        with pytest.raises(NothingCameError) as late:
            gateway.wait_for(timeout=0.01)

    assert f"send the header `X-Mock-Session: {gateway.base_url.rpartition('~')[2]}`" in str(late.value)


def test_the_next_send_is_forced(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Once, for one number if given; a forced refusal is expected."""
    sms_gateway.next_send(refuse=64)
    sms_gateway.next_send(OTHER, refuse=61)

    assert [send().status_code, send().status_code] == [500, 200]
    assert send(OTHER).json()["code"] == 61


def test_a_stub_stays(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A number of times, or permanently."""
    sms_gateway.stub("+44*", {"refuse": 60}, times=2)

    assert [send().status_code for _ in range(3)] == [500, 500, 200]


def test_the_clock_is_frozen_advanced_and_resumed(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """By keyword or by text."""
    sms_gateway.clock.freeze("2026-01-15T09:00:00Z")
    for _ in range(3):
        send()
    dropped = sms_gateway.ledger.dropped
    sms_gateway.clock.advance(hours=1)
    send()
    sms_gateway.clock.advance(days=1, minutes=1)

    assert (dropped, sms_gateway.ledger.dropped) == (1, 1)
    assert sms_gateway.clock.now == datetime(2026, 1, 16, 10, 1, tzinfo=UTC)
    assert sms_gateway.clock.advance(timedelta(seconds=5)).now == datetime(2026, 1, 16, 10, 1, 5, tzinfo=UTC)
    assert sms_gateway.clock.resume(0.001).mode == "scaled"


def test_a_number_is_no_duration(sms_gateway: SmsGateway) -> None:
    """It has no unit; the error shows the notation."""
    with pytest.raises(PluginError, match=r"5 of what\? Write advance\(seconds=5\), or a length of time"):
        sms_gateway.clock.advance(5)  # type: ignore[arg-type]


def test_receipts_has_every_notification(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """In order; the gateway provides a receiver."""
    send(webhook={"url": sms_gateway.receiver.url})
    sms_gateway.clock.advance(seconds=10)

    assert [receipt.status for receipt in sms_gateway.receipts] == ["SENT", "DELIVERED"]
    assert {receipt.outcome for receipt in sms_gateway.receipts} == {"taken"}
    assert len(sms_gateway.receiver.received()) == 2


@pytest.mark.sms_scenario(webhooks={"https_only": False})
def test_an_advance_with_a_hanging_receiver_is_an_error(
    sms_gateway: SmsGateway, send: PluginSend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incomplete advance is an error that says what to do."""
    monkeypatch.setattr("mock_server.pytest_plugin.clock._WALL_LIMIT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        send(webhook={"url": f"http://127.0.0.1:{silent.getsockname()[1]}/"})

        with pytest.raises(PluginError, match=r"receivers held 1 notifications up for 0\.05 seconds"):
            sms_gateway.clock.advance(seconds=10)
    assert len(sms_gateway.receipts) == 1


def test_why_explains_an_answer_an_id_or_the_last_exchange(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The rule, and as text the output of `sms-mock explain`."""
    with sms_gateway.expect_refusal(61):
        refused = send("+447700900061")
    accepted = send()

    assert sms_gateway.explain(refused).rule == "watchlist"
    assert sms_gateway.explain(accepted.headers["X-Mock-Exchange"]).outcome == "accepted"
    assert sms_gateway.explain().outcome == "accepted"
    assert "  ✗ watchlist" in str(sms_gateway.explain(refused))


def test_an_answer_of_another_server_is_not_explained(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """It lacks the gateway's header; explaining the last exchange instead would mislead."""
    send()

    with pytest.raises(PluginError, match="has no header X-Mock-Exchange: it is no answer of this gateway"):
        sms_gateway.explain(httpx2.Response(200))


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_client_in_process_needs_no_socket(sms_gateway: SmsGateway, library: str) -> None:
    """Its sends are in the same session."""
    module = {"httpx": httpx, "httpx2": httpx2}[library]
    with module.Client(
        transport=sms_gateway.transport(library), base_url=sms_gateway.base_url, auth=sms_gateway.credentials
    ) as client:
        client.post("/api/Admin/send", json={"destination": NUMBER, "text": "Hello"})

    assert sms_gateway.next_message(timeout=0).text == "Hello"


def test_a_library_without_transports_is_an_error(sms_gateway: SmsGateway) -> None:
    """The error names the library."""
    with pytest.raises(PluginError, match="'requests' takes no transport in process"):
        sms_gateway.transport("requests")


# Python warns of forking a process with threads; suites that do so have chosen to.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_uses_the_same_gateway(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The server's thread stays in the parent; the child uses HTTP, on connections of its own."""
    send(text="of the parent")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, f"{sms_gateway.next_message(timeout=1).text} {len(sms_gateway.messages)}".encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "of the parent 1"


def test_a_gateway_can_be_closed_twice(sms_server: SmsServer) -> None:
    """By the test and by the fixture; deleting its session by other means is no error either."""
    with sms_server.session() as gateway:
        gateway.close()
        gateway.close()
    with sms_server.session() as gateway:
        gateway.control.delete_session()

    with pytest.raises(ControlError, match="no session"):
        _ = gateway.messages


def test_a_shared_gateway_can_be_reset(sms_server: SmsServer) -> None:
    """After a reset it holds nothing, and next_message finds the next messages."""
    with sms_server.session() as gateway, client_of(gateway) as client:
        send = sender(client)
        send(text="before")
        gateway.next_message()
        gateway.stub("+44*", {"refuse": 60})
        with gateway.expect_refusal(60):
            send()
        gateway.reset()
        send(text="after")

        assert gateway.next_message().text == "after"
        assert len(gateway.messages) == 1


def test_errors_point_at_the_test(sms_gateway: SmsGateway) -> None:
    """A traceback shows lines of the test, not of the plugin."""
    for provoke in (
        lambda: sms_gateway.next_message(timeout=0),
        lambda: sms_gateway.next_send(refuse=1),
        lambda: sms_gateway.clock.freeze("yesterday"),
        lambda: sms_gateway.explain("77"),
    ):
        with pytest.raises((NothingCameError, ControlError)) as caught:
            provoke()

        shown = [entry for entry in caught.traceback if not entry.ishidden(caught)]
        assert {str(entry.path) for entry in shown} == {__file__}
        assert caught.value.__suppress_context__


def test_an_expected_refusal_is_available_after_its_block(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """With its code and reason; earlier refusals do not count."""
    with sms_gateway.expect_refusal() as first:
        send("+447700900061")
    with sms_gateway.expect_refusal(56, 66) as second:
        send("+999123")
        send(text="")

    assert (first.exchange.code, first.explanation.rule) == (61, "watchlist")
    assert [each.code for each in second.exchanges] == [56, 66]


def test_a_missing_expected_refusal_fails_with_what_came_instead(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Another code, or no refusal."""
    sms_gateway.allow_refusals(56)
    with pytest.raises(NotRefusedError) as other, sms_gateway.expect_refusal(61):
        send("+999123")
    with pytest.raises(NotRefusedError, match="nothing was refused in this block;"), sms_gateway.expect_refusal():
        pass
    with pytest.raises(PluginError, match="known after the block"), sms_gateway.expect_refusal() as early:
        _ = early.exchange

    assert "nothing was refused with code 61 in this block; this reached the gateway:" in str(other.value)
    assert "refused with code 56" in str(other.value)


def test_an_expected_refusal_may_come_after_the_block(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A client with a queue sends later."""
    go = threading.Event()

    def later() -> None:
        go.wait(20)
        send("+447700900061")

    thread = threading.Thread(target=later)
    thread.start()
    with sms_gateway.expect_refusal(61, timeout=20) as refusal:
        go.set()
    thread.join()

    assert refusal.exchange.destination == "+447700900061"


def test_invalid_codes_and_timeouts_are_errors_at_once(sms_gateway: SmsGateway, sms_server: SmsServer) -> None:
    """No refusal has the code, so a wait for it would time out."""
    known = f"there are: {', '.join(map(str, documented_codes()))}, 400, "
    for provoke, told in (
        (lambda: sms_gateway.expect_refusal(62), f"no refusal has the code 62; {known}"),
        (lambda: sms_gateway.allow_refusals("61"), f"no refusal has the code '61'; {known}"),  # type: ignore[arg-type]
        (lambda: sms_gateway.next_message(timeout="3"), "timeout: '3' is no number of"),  # type: ignore[arg-type]
        (lambda: sms_gateway.wait_for(timeout=-1), "timeout: -1 is no number of seconds from 0 to 3600"),
        (lambda: sms_gateway.expect_refusal(timeout=float("nan")), "timeout: nan is no number of seconds"),
        (lambda: sms_gateway.explain(7), "7 has no header X-Mock-Exchange"),  # type: ignore[arg-type]
        (lambda: sms_server.session("no/such.yaml"), "no/such.yaml: there is no such file"),
        (lambda: sms_server.session(watchlst=[]), "did you mean 'watchlist'?"),
    ):
        with pytest.raises((PluginError, ControlError, ScenarioError)) as caught:
            provoke()

        assert told in str(caught.value)
        assert {str(entry.path) for entry in caught.traceback if not entry.ishidden(caught)} == {__file__}


def test_an_error_in_the_block_takes_precedence(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A client that raises on a refusal: its error is reported, and the refusal counts as expected."""

    def send_or_raise() -> None:
        send("+447700900061")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), sms_gateway.expect_refusal(61):
        send_or_raise()

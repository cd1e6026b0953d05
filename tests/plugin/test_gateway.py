"""What a test can do with its gateway."""

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


def test_a_message_is_there_with_its_codes_and_links(sms_gateway: SmsGateway) -> None:
    """A test reads the one-time code without a regular expression; the account that may send URLs is at hand."""
    with httpx2.Client(base_url=sms_gateway.base_url, auth=sms_gateway.account("customer-account")) as client:
        sent = client.post(
            "/api/Services/send", json={"destination": NUMBER, "text": "Code 123-456, or https://shop.example/in"}
        )

    message = sms_gateway.next_message(to=NUMBER)

    assert sent.status_code == 200
    assert (message.codes, message.links) == (("123456",), ("https://shop.example/in",))


@pytest.mark.parametrize("library", [requests, httpx, httpx2])
def test_credentials_are_what_clients_take(sms_gateway: SmsGateway, library: object) -> None:
    """A pair, given as it is."""
    post = library.post  # type: ignore[attr-defined]
    answer = post(
        f"{sms_gateway.base_url}/api/Admin/send",
        json={"destination": NUMBER, "text": "Hello"},
        auth=sms_gateway.credentials,
    )

    assert answer.status_code == 200


def test_no_password_is_shown(sms_gateway: SmsGateway) -> None:
    """A failing test prints its variables; those of ours hold no secret."""
    assert repr(sms_gateway.credentials) == "Credentials(username='admin', password='***')"
    assert sms_gateway.credentials.password not in repr(sms_gateway)


@pytest.mark.sms_scenario(
    accounts=[
        {"username": "gone", "password": "x1", "admin": True, "active": False},
        {"username": "clerk", "password": "x2"},
        {"username": "chief", "password": "x3", "admin": True},
    ]
)
def test_credentials_are_those_of_an_administrator_in_use(sms_gateway: SmsGateway) -> None:
    """Of the scenario of the test, whatever it is."""
    assert sms_gateway.credentials == Credentials("chief", "x3")
    assert sms_gateway.account("clerk") == Credentials("clerk", "x2")


@pytest.mark.sms_scenario(accounts=[{"username": "clerk", "password": "x2"}])
def test_an_account_that_is_not_there_is_named(sms_gateway: SmsGateway) -> None:
    """The error says which accounts there are."""
    with pytest.raises(PluginError, match="no administrator in use"):
        _ = sms_gateway.credentials
    with pytest.raises(PluginError, match=r"no account 'chef'; there are: clerk"):
        sms_gateway.account("chef")


@pytest.mark.sms_scenario({"version": 1, "title": "My world"})
def test_a_scenario_without_accounts_has_the_usual_administrator(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """What is absent has its default."""
    assert sms_gateway.control.session().scenario == "My world"
    assert send().status_code == 200


def test_messages_are_in_the_order_of_their_arrival(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The first is the first."""
    for text in ("one", "two", "three"):
        send(text=text)

    assert [message.text for message in sms_gateway.messages] == ["one", "two", "three"]


def test_next_message_goes_from_one_to_the_next(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A second sign-in gets the second code; another number's messages stay for who asks for them."""
    send(text="one")
    send(OTHER, text="other")
    send(text="two")

    taken = [sms_gateway.next_message(to=NUMBER).text, sms_gateway.next_message(to=NUMBER).text]

    assert taken == ["one", "two"]
    assert sms_gateway.next_message().text == "other"
    with pytest.raises(NothingCameError, match=r"no further message came within 0\.05 seconds"):
        sms_gateway.next_message(timeout=0.05)


def test_next_message_is_waited_for(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """It comes from another thread, after the wait has begun."""
    send(text="before")
    sms_gateway.next_message()
    waiting = ThreadPoolExecutor(1).submit(sms_gateway.next_message, text="after")

    send(text="between")
    send(text="and after")

    assert waiting.result(20).text == "and after"
    assert sms_gateway.next_message().text == "between"


def test_fifty_threads_get_fifty_messages(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """No message is given out twice, and none is lost."""
    with ThreadPoolExecutor(50) as pool:
        waiting = [pool.submit(sms_gateway.next_message, timeout=20) for _ in range(25)]
        sent = [pool.submit(send, text=f"number {number}") for number in range(50)]
        waiting += [pool.submit(sms_gateway.next_message, timeout=20) for _ in range(25)]
        texts = {each.result(30).text for each in waiting}

    assert {each.result().status_code for each in sent} == {200}
    assert texts == {f"number {number}" for number in range(50)}


def test_wait_for_takes_what_came_before_into_account(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """So many messages, and by their status once they have it."""
    send(text="one", reference={"service": "ADMIN", "key": "order-1"})
    send(OTHER, text="two")

    assert [each.text for each in sms_gateway.wait_for(2)] == ["one", "two"]
    assert [each.text for each in sms_gateway.wait_for(reference__key="order-1")] == ["one"]
    sms_gateway.clock.advance(minutes=1)
    assert [each.status for each in sms_gateway.wait_for(2, status="DELIVERED")] == ["DELIVERED"] * 2


def test_what_did_not_come_says_what_came_instead(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The commonest reason for a missing message is a refusal: it stands in the error with its rule."""
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


def test_a_silent_gateway_tells_where_it_is(sms_gateway: SmsGateway) -> None:
    """A client that talks to something else is the next commonest reason."""
    with pytest.raises(NothingCameError, match=f"nothing; the client's base URL has to be {sms_gateway.base_url}"):
        sms_gateway.next_message(timeout=0.01)


def test_a_client_that_drops_the_path_of_its_base_url_is_found_out(sms_server: SmsServer) -> None:
    """Many join a base URL with an absolute path: their requests reach the server, and no test's session."""
    with sms_server.session() as gateway:
        httpx2.post(f"{sms_server.url}/api/Admin/send", json={})

        with pytest.raises(NothingCameError) as late:
            gateway.wait_for(timeout=0.01)

    assert f"send the header `X-Mock-Session: {gateway.base_url.rpartition('~')[2]}`" in str(late.value)


def test_the_next_send_is_forced(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Once; of a number, if it is named; and it surprises nobody."""
    sms_gateway.next_send(refuse=64)
    sms_gateway.next_send(OTHER, refuse=61)

    assert [send().status_code, send().status_code] == [500, 200]
    assert send(OTHER).json()["code"] == 61


def test_a_stub_stays(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """So many times, or for ever."""
    sms_gateway.stub("+44*", {"refuse": 60}, times=2)

    assert [send().status_code for _ in range(3)] == [500, 500, 200]


def test_time_is_moved(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Frozen, moved by keyword or by text, and let go."""
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


def test_a_number_is_no_length_of_time(sms_gateway: SmsGateway) -> None:
    """Of what? The error says how to write it."""
    with pytest.raises(PluginError, match=r"5 of what\? Write advance\(seconds=5\), or a length of time"):
        sms_gateway.clock.advance(5)  # type: ignore[arg-type]


def test_receipts_tell_of_every_notification(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """In their order; the gateway has a receiver for those who have none."""
    send(webhook={"url": sms_gateway.receiver.url})
    sms_gateway.clock.advance(seconds=10)

    assert [receipt.status for receipt in sms_gateway.receipts] == ["SENT", "DELIVERED"]
    assert {receipt.outcome for receipt in sms_gateway.receipts} == {"taken"}
    assert len(sms_gateway.receiver.received()) == 2


@pytest.mark.sms_scenario(webhooks={"https_only": False})
def test_a_receiver_that_hangs_holds_nothing_up_in_silence(
    sms_gateway: SmsGateway, send: PluginSend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An advance that did not come to its end is an error, and says what to do."""
    monkeypatch.setattr("mock_server.pytest_plugin.clock._WALL_LIMIT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        send(webhook={"url": f"http://127.0.0.1:{silent.getsockname()[1]}/"})

        with pytest.raises(PluginError, match=r"receivers held 1 notifications up for 0\.05 seconds"):
            sms_gateway.clock.advance(seconds=10)
    assert len(sms_gateway.receipts) == 1


def test_why_is_asked_by_answer_by_id_or_for_the_last(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The rule, and as text what `sms-mock explain` prints."""
    with sms_gateway.expect_refusal(61):
        refused = send("+447700900061")
    accepted = send()

    assert sms_gateway.explain(refused).rule == "watchlist"
    assert sms_gateway.explain(accepted.headers["X-Mock-Exchange"]).outcome == "accepted"
    assert sms_gateway.explain().outcome == "accepted"
    assert "  ✗ watchlist" in str(sms_gateway.explain(refused))


def test_an_answer_of_something_else_is_not_explained_by_another(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """An answer without the gateway's header is no exchange of ours; to explain the last one would mislead."""
    send()

    with pytest.raises(PluginError, match="has no header X-Mock-Exchange: it is no answer of this gateway"):
        sms_gateway.explain(httpx2.Response(200))


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_client_in_process_needs_no_socket(sms_gateway: SmsGateway, library: str) -> None:
    """What it sends is in the same session."""
    module = {"httpx": httpx, "httpx2": httpx2}[library]
    with module.Client(
        transport=sms_gateway.transport(library), base_url=sms_gateway.base_url, auth=sms_gateway.credentials
    ) as client:
        client.post("/api/Admin/send", json={"destination": NUMBER, "text": "Hello"})

    assert sms_gateway.next_message(timeout=0).text == "Hello"


def test_a_library_without_transports_is_told_so(sms_gateway: SmsGateway) -> None:
    """By name."""
    with pytest.raises(PluginError, match="'requests' takes no transport in process"):
        sms_gateway.transport("requests")


# Python warns of forking with threads around; suites that fork all the same have chosen to.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_asks_the_same_gateway(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """The server's thread stays in the parent; the child asks over HTTP, on connections of its own."""
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


def test_closed_twice_is_closed(sms_server: SmsServer) -> None:
    """By the test, by the fixture, or by both; what a test ended behind our back is no error either."""
    with sms_server.session() as gateway:
        gateway.close()
        gateway.close()
    with sms_server.session() as gateway:
        gateway.control.delete_session()

    with pytest.raises(ControlError, match="no session"):
        _ = gateway.messages


def test_a_gateway_that_tests_share_begins_anew(sms_server: SmsServer) -> None:
    """After a reset nothing of before is left, and the next messages are found again."""
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
    """The way through our own code is of no interest: what a traceback shows are the lines of the test."""
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


def test_an_expected_refusal_is_there_after_its_block(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Which one, and why; one of before does not count."""
    with sms_gateway.expect_refusal() as first:
        send("+447700900061")
    with sms_gateway.expect_refusal(56, 66) as second:
        send("+999123")
        send(text="")

    assert (first.exchange.code, first.explanation.rule) == (61, "watchlist")
    assert [each.code for each in second.exchanges] == [56, 66]


def test_a_refusal_that_does_not_come_fails_with_what_came(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """Another code, or none at all."""
    sms_gateway.allow_refusals(56)
    with pytest.raises(NotRefusedError) as other, sms_gateway.expect_refusal(61):
        send("+999123")
    with pytest.raises(NotRefusedError, match="nothing was refused in this block;"), sms_gateway.expect_refusal():
        pass
    with pytest.raises(PluginError, match="known after the block"), sms_gateway.expect_refusal() as early:
        _ = early.exchange

    assert "nothing was refused with code 61 in this block; this reached the gateway:" in str(other.value)
    assert "refused with code 56" in str(other.value)


def test_an_expected_refusal_may_come_on_the_clients_own_time(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A client with a queue sends when the block is over."""
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


def test_codes_and_timeouts_that_cannot_be_are_told_at_once(sms_gateway: SmsGateway, sms_server: SmsServer) -> None:
    """A code that no refusal has would be waited for in vain, and its permission would permit nothing."""
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


def test_an_error_in_the_block_goes_first(sms_gateway: SmsGateway, send: PluginSend) -> None:
    """A client that raises on a refusal: its error is told, and the refusal was expected all the same."""

    def send_or_raise() -> None:
        send("+447700900061")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), sms_gateway.expect_refusal(61):
        send_or_raise()

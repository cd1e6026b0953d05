"""Compose: a send over HTTP, and its outcome."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from mock_server.console import front_door
from mock_server.domain.fault import FaultKind
from mock_server.scenario.faults import FAULT_NAMES, parse_fault
from tests.console.pages import Page, opened, submitted
from tests.support import DESTINATION, SessionClient, SessionFactory

HOSTILE = "<script>alert(1)</script>\u202e"
USUAL = {"to": DESTINATION, "text": "Hello", "operation": "admin", "caller": "admin"}


def sent(world: SessionClient, form: Mapping[str, str] | None = None, **more: str) -> Page:
    """The page with the outcome of a send."""
    response = submitted(world, "/compose", {**USUAL, **(form or {}), **more})
    found = urlsplit(response.headers["location"])
    assert found.path == f"{world.prefix}/_console/compose"
    return opened(world, f"/compose?{found.query}")


def test_an_accepted_send_shows_its_answer_and_is_a_message_like_any_other(world: SessionClient) -> None:
    """With the provider if the answer is detailed."""
    page = sent(world, detailed="yes")

    assert "accepted HTTP 200" in page.text
    assert '"provider":"PROVIDER1"' in page.text
    (message,) = world.messages()
    assert (message["destination"], message["text"], message["account"]) == (DESTINATION, "Hello", "admin")
    assert page.all("a", href=f"{world.prefix}/_console/messages/{message['id']}")


def test_every_field_is_sent_as_a_member(world: SessionClient) -> None:
    """Empty fields are omitted."""
    fields = {"behalf": "web-shop", "service": "ECOMMERCE", "action": "order", "key": "A-1"}
    sent(world, fields, webhook="https://shop.example/receipts")

    (message,) = world.messages()
    assert message["account"] == "web-shop"
    assert message["reference"] == {"service": "ECOMMERCE", "action": "order", "key": "A-1"}
    assert message["webhook"]["url"] == "https://shop.example/receipts"

    sent(world, text="bare", operation="services", caller="web-shop")
    body = world.control("GET", f"/exchanges/{world.exchanges()[0]['id']}")["request"]["body"]
    assert body == f'{{"destination": "{DESTINATION}", "text": "bare"}}'


def test_the_form_keeps_the_sent_values(world: SessionClient) -> None:
    """Except a password; a text keeps its lines."""
    page = sent(
        world,
        text="one\r\ntwo",
        service="ADMIN",
        key="A-1",
        operation="services",
        caller="sign-in",
        password="sign-in-secret",
    )

    assert page.all("input", id="to")[0]["value"] == DESTINATION
    assert "one\ntwo</textarea>" in page.source
    assert page.all("input", id="key")[0]["value"] == "A-1"
    assert "selected" in page.all("option", value="sign-in")[0]
    assert "checked" in page.all("input", name="operation", value="services")[0]
    assert "value" not in page.all("input", id="password")[0]
    assert world.messages()[0]["text"] == "one\ntwo"


def test_encoding_and_segments_are_shown_after_sending(world: SessionClient) -> None:
    """With the character that forces UCS-2."""
    assert "UCS-2 · 1 segment · UCS-2 because of \u2013 U+2013 EN DASH" in sent(world, text="a \u2013 b").text


def test_the_command_line_sends_the_same(world: SessionClient) -> None:
    """It can be pasted unchanged."""
    page = sent(world, text="it's")

    (command,) = (each["data-copy"] for each in page.all("button", class_="copy"))
    words = shlex.split(command)
    assert words[0] == "curl"
    assert "admin:admin-secret" in words
    assert words[-1] == f"{world.client.base_url}{world.prefix}/api/Admin/send".replace("//~", "/~")
    assert f'{{"destination": "{DESTINATION}", "text": "it\'s"}}' in words


def test_a_refusal_is_explained(world: SessionClient) -> None:
    """With its code and its advice."""
    page = sent(world, to="+447700900061")

    assert "refused 61 HTTP 500" in page.text
    assert "Message in watchlist" in page.text


def test_authentication_is_not_bypassed(world: SessionClient) -> None:
    """A wrong password, no credentials, an account without the privilege: the gateway refuses each."""
    for form in ({"password": "wrong"}, {"caller": ""}, {"caller": "web-shop"}, {"caller": "former-customer"}):
        assert "refused 63 HTTP 401" in sent(world, form).text
    assert world.messages() == []


@pytest.mark.parametrize("username", ["mine", "admin"])
def test_a_password_of_no_shipped_scenario_is_required_in_the_form(worlds: SessionFactory, username: str) -> None:
    """The other fields stay; the password is used and never shown, also if its username is a shipped one."""
    world = worlds(accounts=[{"username": username, "password": "unheard-of", "admin": True}])

    page = Page(submitted(world, "/compose", {**USUAL, "caller": username}, status=400))
    assert f"Enter the password of {username}" in page.text
    assert page.all("input", id="to")[0]["value"] == DESTINATION
    assert world.exchanges() == []

    page = sent(world, caller=username, password="unheard-of")
    assert "HTTP 200" in page.text
    assert "unheard-of" not in page.source


@pytest.mark.parametrize("patience", ["0", "61", "soon", "nan", "-1"])
def test_an_invalid_timeout_is_reported_beside_the_form(world: SessionClient, patience: str) -> None:
    """What is wrong, where, and what is allowed."""
    page = Page(submitted(world, "/compose", {**USUAL, "patience": patience}, status=400))

    assert f"patience: '{patience}' is not a number of seconds that is more than 0 and at most 60" in page.text
    assert world.exchanges() == []


@pytest.mark.parametrize("name", FAULT_NAMES)
def test_each_fault_is_named_on_the_page(world: SessionClient, name: str) -> None:
    """What a client would have got, and whether the gateway accepted the message."""
    world.control_created("/stubs", {"then": {"fault": name}})
    kind = parse_fault(name).kind

    page = sent(world)

    answered = kind in {FaultKind.HTML_PAGE, "502", "503", "504", "429"}
    assert (f"{kind}." in page.text) is not answered
    assert bool(world.messages()) is parse_fault(name).after
    assert ("answered by a stub forced HTTP" in page.text) is (answered and not parse_fault(name).after)
    if not answered:
        said = "accepted the message anyway" if parse_fault(name).after else "did not accept a message"
        assert said in page.text


def test_a_send_times_out(world: SessionClient) -> None:
    """The client disconnects; the journal says so."""
    world.control_created("/stubs", {"then": {"hold": True}})

    page = sent(world, patience="0.05")

    assert (
        "The answer did not arrive in time: the client gave up. The gateway accepted the message anyway" in page.text
    )
    assert world.exchanges()[0]["trouble"] == "held until released; the client left before the end of it"
    assert page.all("input", id="patience")[0]["value"] == "0.05"


def test_a_session_chosen_by_header_gets_the_send(world: SessionClient) -> None:
    """A proxy in front may set the header; the send must not go to the default session."""
    named = {"X-Mock-Session": world.name}

    answer = world.client.post("/_console/compose", data=USUAL, headers=named)

    assert answer.status_code == 303
    assert [each["text"] for each in world.messages()] == [USUAL["text"]]


def test_a_send_to_a_session_that_has_just_ended_is_reported(
    world: SessionClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no bug: the session was deleted while the form was submitted."""
    scope_of = front_door._scope
    monkeypatch.setattr(front_door, "_scope", lambda *asked: {**scope_of(*asked), "path": "/~gone/api/Admin/send"})

    page = Page(submitted(world, "/compose", USUAL, status=404))

    assert "Unknown session" in page.text


def test_a_send_does_not_wait_for_an_ended_session(world: SessionClient) -> None:
    """Nor does a stopping server wait for the page."""
    world.control_created("/stubs", {"then": {"delay": "1h"}})
    with ThreadPoolExecutor(1) as pool:
        page = pool.submit(submitted, world, "/compose", {**USUAL, "patience": "60"})
        world.control("GET", "/messages/wait?timeout=20")
        world.client.delete(f"/_control/sessions/{world.name}")

        assert "met=late" in page.result(20).headers["location"]


def test_client_input_is_escaped(world: SessionClient) -> None:
    """In every field, in the answer and in the command."""
    page = sent(world, dict.fromkeys(("to", "text", "behalf", "service", "action", "key", "webhook"), HOSTILE))

    assert "<script>alert" not in page.source


@pytest.mark.parametrize("query", ["exchange=99", "exchange=%3Cb%3E", "met=reset", "met=kitchen", ""])
def test_the_page_without_an_answer_explains_what_it_will_show(world: SessionClient, query: str) -> None:
    """Also after the exchange was deleted."""
    assert "the gateway's answer appears here" in opened(world, f"/compose?{query}").text


def test_an_unknown_fault_in_the_url_is_ignored(world: SessionClient) -> None:
    """People edit URLs."""
    sent(world)

    assert "kitchen" not in opened(world, f"/compose?exchange={world.exchanges()[0]['id']}&met=kitchen").text


def test_a_number_in_the_url_fills_the_form(world: SessionClient) -> None:
    """The list of magic numbers links to it."""
    assert opened(world, "/compose?to=%2B447700900061").all("input", id="to")[0]["value"] == "+447700900061"


def test_any_exchange_can_be_shown(world: SessionClient) -> None:
    """A client's send, a body that is no object, a health check: the form takes over what it can."""
    world.send(reference=7, webhook=[], detailed="x", account=5)
    world.send_raw(b"[1]")
    world.post("/api/Admin/checkServiceStatus")

    for each in world.exchanges():
        opened(world, f"/compose?exchange={each['id']}")

"""Where a token is needed: who shows it goes on to the page that was asked for, on a phone as elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from mock_server.api.guard import Access
from mock_server.bootstrap import MockServer
from mock_server.scenario.model import Scenario
from tests.console.pages import Page

TOKEN = "t0ken-of-the-tests"
LINK = "/_console/open?scenario=watchlist"

Act = Callable[[httpx2.AsyncClient], Awaitable[httpx2.Response]]


def from_a_phone(act: Act) -> httpx2.Response:
    """What a browser on another machine gets from a server that asks for a token."""

    async def ask() -> httpx2.Response:
        app = MockServer(Scenario(version=1), access=Access(token=TOKEN)).app
        transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 50000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://qa.example:8080") as client:
            return await act(client)

    return asyncio.run(ask())


def entering(wanted: str, token: str = TOKEN) -> httpx2.Response:
    """The form of the closed page, sent."""
    return from_a_phone(lambda client: client.post("/_console/enter", data={"token": token, "wanted": wanted}))


def test_a_link_to_a_scenario_asks_for_the_token_first() -> None:
    """And remembers where it led."""
    page = Page(from_a_phone(lambda client: client.get(LINK)))

    assert page.status == 401
    assert page.all("input", type="hidden", name="wanted", value=LINK)


def test_whoever_shows_the_token_goes_on_to_what_was_asked_for() -> None:
    """With the cookie."""
    answer = entering(LINK)

    assert (answer.status_code, answer.headers["location"]) == (303, LINK)
    assert answer.headers["set-cookie"].startswith("sms_mock_console=")


def test_a_wrong_token_loses_nothing() -> None:
    """The next one may be right."""
    page = Page(entering(LINK, "wrong"))

    assert page.status == 401
    assert page.all("input", name="wanted", value=LINK)


@pytest.mark.parametrize(
    "wanted", ["", "//evil.example", "https://evil.example/_console/", "/_consoles", "/api/x", "/\\evil.example"]
)
def test_nobody_is_led_off_the_console(wanted: str) -> None:
    """A form of another site may say anything."""
    assert entering(wanted).headers["location"] == "/_console"


def test_a_qr_code_for_a_phone_holds_the_address_that_it_reaches() -> None:
    """Nothing is said of this machine only."""

    async def act(client: httpx2.AsyncClient) -> httpx2.Response:
        return await client.get("/_console/scenarios/watchlist", headers={"X-Mock-Control-Token": TOKEN})

    page = Page(from_a_phone(act))

    assert "http://qa.example:8080/_console/open?scenario=watchlist" in page.text
    assert "A phone cannot open this" not in page.text
    assert "Scan it with a phone" in page.text


def test_an_address_that_no_qr_code_holds_is_told() -> None:
    """With a token any Host is let in."""

    async def act(client: httpx2.AsyncClient) -> httpx2.Response:
        headers = {"X-Mock-Control-Token": TOKEN, "Host": "x" * 4000}
        return await client.get("/_console/scenarios/watchlist/qr.svg", headers=headers)

    answer = from_a_phone(act)

    assert answer.status_code == 400
    assert "too long for a QR code" in answer.text

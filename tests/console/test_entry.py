"""With a token: after submitting it, a browser continues to the requested page, also on a phone."""

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
    """What a browser on another machine gets from a server that requires a token."""

    async def ask() -> httpx2.Response:
        app = MockServer(Scenario(version=1), access=Access(token=TOKEN)).app
        transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 50000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://qa.example:8080") as client:
            return await act(client)

    return asyncio.run(ask())


def entering(wanted: str, token: str = TOKEN) -> httpx2.Response:
    """Submit the token form."""
    return from_a_phone(lambda client: client.post("/_console/enter", data={"token": token, "wanted": wanted}))


def test_a_link_to_a_scenario_asks_for_the_token_first() -> None:
    """The form keeps the link's target."""
    page = Page(from_a_phone(lambda client: client.get(LINK)))

    assert page.status == 401
    assert page.all("input", type="hidden", name="wanted", value=LINK)


def test_the_right_token_leads_to_the_requested_page() -> None:
    """With the cookie."""
    answer = entering(LINK)

    assert (answer.status_code, answer.headers["location"]) == (303, LINK)
    assert answer.headers["set-cookie"].startswith("sms_mock_console=")


def test_a_wrong_token_keeps_the_target() -> None:
    """The next one may be right."""
    page = Page(entering(LINK, "wrong"))

    assert page.status == 401
    assert page.all("input", name="wanted", value=LINK)


@pytest.mark.parametrize(
    "wanted", ["", "//evil.example", "https://evil.example/_console/", "/_consoles", "/api/x", "/\\evil.example"]
)
def test_a_target_outside_the_console_is_ignored(wanted: str) -> None:
    """A form of another site may contain any target."""
    assert entering(wanted).headers["location"] == "/_console"


def test_a_qr_code_holds_the_address_that_the_browser_used() -> None:
    """The page does not warn about this machine."""

    async def act(client: httpx2.AsyncClient) -> httpx2.Response:
        return await client.get("/_console/scenarios/watchlist", headers={"X-Mock-Control-Token": TOKEN})

    page = Page(from_a_phone(act))

    assert "http://qa.example:8080/_console/open?scenario=watchlist" in page.text
    assert "A phone cannot open this" not in page.text
    assert "Scan it with a phone" in page.text


def test_an_address_too_long_for_a_qr_code_is_reported() -> None:
    """With a token any `Host` is accepted."""

    async def act(client: httpx2.AsyncClient) -> httpx2.Response:
        headers = {"X-Mock-Control-Token": TOKEN, "Host": "x" * 4000}
        return await client.get("/_console/scenarios/watchlist/qr.svg", headers=headers)

    answer = from_a_phone(act)

    assert answer.status_code == 400
    assert "too long for a QR code" in answer.text

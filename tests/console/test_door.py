"""Who is let into the console, and what its pages never do and never say: over HTTP, over every route there is."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest

from mock_server.api.guard import Access
from mock_server.bootstrap import MockServer
from mock_server.console.door import COOKIE
from mock_server.console.routes import PREFIX, VIEWS
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from mock_server.testing import MockGateway
from tests.console.pages import Page
from tests.support import ADMIN, DESTINATION, SessionClient, SessionFactory, basic

TOKEN = "t0ken-of-the-tests"
OTHER_SITE = {"Origin": "https://evil.example"}
CSP = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
_PATIENCE = 20
UNENDING = {"/changes"}
"""A stream, which a test that reads to the end does not open."""

ROUTES = [(path, method) for table in VIEWS for path, handlers in table for method in handlers]
READ = sorted({path for path, method in ROUTES if method == "GET"} - UNENDING)
WRITTEN = sorted({path for path, method in ROUTES if method == "POST"})


def test_every_route_reads_or_writes() -> None:
    """GET and POST are all that a page without a script can do, and what the tests below look at."""
    assert {method for _, method in ROUTES} == {"GET", "POST"}
    assert "" in READ
    assert len(WRITTEN) >= 2


def filled(path: str, world: SessionClient | None = None) -> str:
    """A path that leads to something, its parameters replaced; without a world, to nothing."""
    return (all_of(path, world) if world else [re.sub(r"\{\w+(:\w+)?\}", "none", path)])[0]


def all_of(path: str, world: SessionClient) -> list[str]:
    """Every path of a route that leads to something in this world."""
    if path.startswith("/messages/"):
        found = [each["id"] for each in world.messages()]
    elif path.startswith("/exchanges/"):
        found = [each["id"] for each in world.exchanges()]
    elif path.startswith("/sessions/"):
        found = [world.name]
    else:
        found = ["watchlist"]
    asks = "?scenario=watchlist" if path == "/open" else ""
    return list(dict.fromkeys(re.sub(r"\{\w+(:\w+)?\}", each, path) + asks for each in found))


def asked(
    access: Access,
    path: str = "",
    *,
    method: str = "GET",
    peer: str = "127.0.0.1",
    host: str = "localhost",
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> httpx2.Response:
    """One request to the console of a fresh server, from any address, under any name."""

    async def ask() -> httpx2.Response:
        # A stream that is given to a stranger never ends.
        async with asyncio.timeout(_PATIENCE):
            return await sent()

    async def sent() -> httpx2.Response:
        app = MockServer(load_scenario(resolve("default")), access=access).app
        transport = httpx2.ASGITransport(app=app, client=(peer, 50000))
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, f"{PREFIX}{path}", headers=dict(headers or {}), data=dict(form or {}))

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def locked() -> Iterator[httpx2.Client]:
    """A client of a gateway whose control surface needs a token."""
    with MockGateway(access=Access(token=TOKEN)) as gateway:
        yield httpx2.Client(base_url=gateway.url, timeout=20, trust_env=False)


@pytest.fixture
def stranger(locked: httpx2.Client) -> Iterator[httpx2.Client]:
    """A browser that has shown no token yet."""
    with httpx2.Client(base_url=locked.base_url, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def visitor(stranger: httpx2.Client) -> httpx2.Client:
    """A browser that has shown the token to the form."""
    stranger.post(f"{PREFIX}/enter", data={"token": TOKEN})
    return stranger


# Without a token: this machine


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "/changes", "/messages/none/resend", "/no-such-page"])
def test_another_machine_is_shown_why_it_is_not_let_in(path: str, method: str) -> None:
    """On a page, with the two options; and nothing of the session."""
    answer = asked(Access(), path, method=method, peer="192.0.2.7")

    assert answer.status_code == 403
    assert "this machine only, not to 192.0.2.7" in Page(answer).text
    assert "--control-token" in answer.text
    assert not Page(answer).all("nav")
    assert "default" not in Page(answer).text.casefold()


def test_an_open_gateway_lets_everybody_in() -> None:
    """The container's way, behind a published port."""
    assert asked(Access(open=True), peer="192.0.2.7", host="evil.example").status_code == 200


@pytest.mark.parametrize("path", READ)
def test_a_name_that_anybody_may_have_pointed_here_is_refused(path: str) -> None:
    """DNS rebinding: the page of another site that leads its own name to this machine reads nothing."""
    answer = asked(Access(), filled(path), host="evil.example")

    assert answer.status_code == 403
    assert "does not name this machine" in Page(answer).text
    assert asked(Access(hosts=frozenset({"evil.example"})), host="evil.example").status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:81", "null", "http://localhost.evil.example"]
)
@pytest.mark.parametrize("path", WRITTEN)
def test_a_form_of_another_site_changes_nothing(path: str, origin: str) -> None:
    """A browser says where the page is from that sends the form."""
    answer = asked(Access(), filled(path), method="POST", headers={"Origin": origin})

    assert answer.status_code == 403
    assert "is another site" in Page(answer).text


def test_a_form_of_the_page_itself_is_taken() -> None:
    """With the name and port that the browser sees."""
    answer = asked(Access(), "/messages/none/resend", method="POST", headers={"Origin": "http://localhost"})

    assert answer.status_code == 404


# With a token: whoever has shown it


@pytest.mark.parametrize("path", READ)
def test_without_the_token_a_form_asks_for_it(stranger: httpx2.Client, path: str) -> None:
    """On whatever page; and with the challenge that says so to a program."""
    answer = stranger.get(PREFIX + filled(path))

    page = Page(answer)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert page.all("input", name="token", type="password")
    assert page.all("form", action=f"{PREFIX}/enter", method="post")


@pytest.mark.parametrize("path", WRITTEN)
def test_without_the_token_nothing_is_changed(stranger: httpx2.Client, path: str) -> None:
    """Whatever was sent."""
    assert stranger.post(PREFIX + filled(path), data={"token": TOKEN}).status_code == 401


def test_a_stream_is_not_given_without_the_token(stranger: httpx2.Client) -> None:
    """It says no more than that something has changed, and not even that to strangers."""
    with stranger.stream("GET", f"{PREFIX}/changes") as answer:
        assert answer.status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", TOKEN.upper(), f"{TOKEN}x", "\x00", "ключ", "x" * 5000])
def test_a_wrong_token_is_answered_with_the_form(stranger: httpx2.Client, token: str) -> None:
    """And a sentence; the token itself stands nowhere."""
    answer = stranger.post(f"{PREFIX}/enter", data={"token": token})

    assert answer.status_code == 401
    assert "That is not the token" in Page(answer).text
    assert "set-cookie" not in answer.headers
    assert TOKEN not in answer.text


def test_the_right_token_opens_the_page_and_the_browser_remembers(stranger: httpx2.Client) -> None:
    """By a cookie that no script reads, that no other site's form carries, and that is not the token."""
    answer = stranger.post(f"{PREFIX}/enter", data={"token": f" {TOKEN} "})

    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, PREFIX)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert TOKEN not in cookie
    assert stranger.get(PREFIX).status_code == 200
    assert stranger.post(f"{PREFIX}/messages/none/resend").status_code == 404


def test_the_cookie_is_good_for_the_page_alone(visitor: httpx2.Client) -> None:
    """Whoever wants to steer by the control API shows the token itself; the cookie is no token either."""
    ticket = visitor.cookies[COOKIE]

    assert visitor.get("/_control/messages").status_code == 401
    assert visitor.get("/_control/messages", headers={"X-Mock-Control-Token": ticket}).status_code == 401
    assert visitor.get("/_control/messages", headers={"Authorization": f"Bearer {ticket}"}).status_code == 401
    assert visitor.post(f"{PREFIX}/enter", data={"token": ticket}).status_code == 401


@pytest.mark.parametrize("forged", ["", "1", TOKEN, "0" * 64, "É", '"', "a" * 4000])
def test_a_forged_cookie_opens_nothing(stranger: httpx2.Client, forged: str) -> None:
    """Not even one that holds the token: that belongs into the form."""
    header = {b"Cookie": f"{COOKIE}={forged}".encode("latin-1")}

    assert stranger.get(PREFIX, headers=header).status_code == 401


def test_a_cookie_of_another_token_opens_nothing(visitor: httpx2.Client) -> None:
    """A gateway that was started anew with another token asks again."""
    ticket = {"Cookie": f"{COOKIE}={visitor.cookies[COOKIE]}"}

    assert asked(Access(token=TOKEN), headers=ticket).status_code == 200
    assert asked(Access(token="an0ther-token"), headers=ticket).status_code == 401


@pytest.mark.parametrize("path", WRITTEN)
def test_with_the_cookie_a_form_of_another_site_changes_nothing(visitor: httpx2.Client, path: str) -> None:
    """The browser adds the cookie whoever asked it to."""
    assert visitor.post(PREFIX + filled(path), headers=OTHER_SITE).status_code == 403


def test_a_session_of_a_locked_gateway_is_locked_too(visitor: httpx2.Client, stranger: httpx2.Client) -> None:
    """One cookie opens them all, as the token does."""
    with httpx2.Client(base_url=visitor.base_url, trust_env=False) as nobody:
        nobody.post("/_control/sessions", json={"name": "other"}, headers={"X-Mock-Control-Token": TOKEN})
        assert nobody.get(f"/~other{PREFIX}").status_code == 401
    assert visitor.get(f"/~other{PREFIX}").status_code == 200


# Every answer


ANSWERS: dict[str, tuple[str, str, int]] = {
    "a page": ("GET", "", 200),
    "a page without its body": ("HEAD", "", 200),
    "a part of a page": ("GET", "?part=live", 200),
    "a static file": ("GET", "/static/console.css", 200),
    "a static file that there is not": ("GET", "/static/nothing.js", 404),
    "a way out of the static files": ("GET", "/static/..%2frouting.py", 404),
    "no page": ("GET", "/no-such-page", 404),
    "no message": ("GET", "/messages/none", 404),
    "a question that makes no sense": ("GET", "?state=nope", 400),
    "a method that is not for this page": ("DELETE", "", 405),
    "a form that finds nothing": ("POST", "/messages/none/resend", 404),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_forbids_what_the_page_does_not_need(world: SessionClient, kind: str) -> None:
    """No script in the page itself, nothing of another origin, no frame around it, nothing kept."""
    method, path, status = ANSWERS[kind]

    answer = world.client.request(method, f"{world.prefix}{PREFIX}{path}")

    assert answer.status_code == status
    assert_headers(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", READ)
def test_no_view_needs_more_than_the_policy_allows(world: SessionClient, path: str) -> None:
    """No script, style or handler within a page; nothing whose address names another origin."""
    world.send("Hello")
    answer = world.client.get(f"{world.prefix}{PREFIX}{filled(path, world)}")

    assert answer.status_code == 200
    assert_headers(answer)
    page = Page(answer) if answer.headers["content-type"].startswith("text/html") else None
    for tag, attributes in [] if page is None else page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith(f"{PREFIX}/static/")
        for name in ("src", "href", "action"):
            if name in attributes and tag in {"script", "link", "img", "form"}:
                assert attributes[name].startswith(("/_", "/~")), (tag, attributes)


def test_a_closed_page_has_the_same_policy(stranger: httpx2.Client) -> None:
    """Refused with a token and without, and let in by the form."""
    assert_headers(stranger.get(PREFIX))
    assert_headers(stranger.post(f"{PREFIX}/enter", data={"token": "wrong"}))
    assert_headers(stranger.post(f"{PREFIX}/enter", data={"token": TOKEN}))
    assert_headers(asked(Access(), peer="192.0.2.7"))


def test_a_form_that_is_too_large_or_none_is_refused_on_a_page(world: SessionClient) -> None:
    """And read no further than needed."""
    path = f"{world.prefix}{PREFIX}/messages/none/status"
    large = world.client.post(path, content=b"a=" + b"x" * 2_000_000)
    many = world.client.post(path, content=b"&".join(b"a=1" for _ in range(300)))
    odd = world.client.post(path, content=b"a=\xff\xfe")

    assert [each.status_code for each in (large, many, odd)] == [413, 400, 400]
    for each in (large, many, odd):
        assert_headers(each)
        assert Page(each).all("h1")


def test_a_bug_in_a_page_is_no_page_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As everywhere: plain text, and the header that marks a bug of the mock."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("mock_server.console.inbox.first_curl", broken)
    answer = asked(Access())

    assert answer.status_code == 500
    assert "x-mock-bug" in answer.headers
    assert answer.headers["content-type"].startswith("text/plain")
    assert "broken" not in answer.text


def test_files_that_are_named_by_their_contents_are_kept_by_the_browser(world: SessionClient) -> None:
    """Another release names another file."""
    page = Page(world.client.get(f"{world.prefix}{PREFIX}"))
    scripts = [each["src"] for each in page.all("script")]

    assert len(scripts) >= 3
    for each in scripts:
        answer = world.client.get(each)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "javascript" in answer.headers["content-type"]
        assert_headers(answer)


def assert_headers(answer: httpx2.Response) -> None:
    """What every answer of the console says to a browser."""
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


# What a page leaves as it is, and never tells


def state_of(world: SessionClient) -> str:
    """All that the control API tells of a session, but for how long nobody used it."""
    told = [
        world.control("GET", path)
        for path in ("/messages", "/exchanges", "/stubs", "/clock", "/scenario", "/snapshots", "/ledger")
    ]
    return json.dumps(told, sort_keys=True)


@pytest.mark.parametrize("path", READ)
def test_reading_a_page_changes_nothing(world: SessionClient, path: str) -> None:
    """Whatever its address asks for: what changes something is sent by a form."""
    world.send("Hello")
    world.control_created("/stubs", {"then": {"refuse": 61}, "times": 1})
    url = f"{world.prefix}{PREFIX}{filled(path, world)}"
    asking = {
        "q": "Hello", "state": "sent", "status": "READ", "force": "yes", "token": "x", "name": "x", "times": "1",
        "refuse": "61", "scenario": "flooded", "seconds": "60", "text": "x", "destination": DESTINATION, "up": "no",
    }  # fmt: skip
    before = state_of(world)
    sessions = {each["id"] for each in world.client.get("/_control/sessions").json()["sessions"]}

    for query in ({}, {"part": "live"}, asking):
        for method in ("GET", "HEAD"):
            world.client.request(method, httpx2.URL(url).copy_merge_params(query))

    assert state_of(world) == before
    assert {each["id"] for each in world.client.get("/_control/sessions").json()["sessions"]} == sessions


def test_nothing_of_the_page_is_in_the_journal(world: SessionClient) -> None:
    """It is for what the product did; the tester's own looks and clicks are none of that."""
    world.send("Hello")

    for path in READ:
        world.client.get(f"{world.prefix}{PREFIX}{filled(path, world)}")
    for path in ("/static/console.css", "/no-such-page"):
        world.client.get(f"{world.prefix}{PREFIX}{path}")
    for path in WRITTEN:
        world.client.post(f"{world.prefix}{PREFIX}{filled(path)}", data={"no": "such field"})

    assert [each["path"] for each in world.exchanges() if PREFIX in each["path"]] == []


SECRETS = {
    "password": "ne-ver.on-a-page",
    "wrong password": "a-wr0ng-guess",
    "api key": "key-n0t-to-be-shown",
}


@pytest.mark.parametrize("path", READ)
def test_no_secret_stands_on_any_page(worlds: SessionFactory, path: str) -> None:
    """Passwords of the scenario and those that came, API keys, tokens and `Authorization`: on no page, in no form."""
    password, wrong, key = SECRETS.values()
    world = worlds(
        title=f"The password is {password}",
        description=f"Sign in with {password}",
        accounts=[{"username": "admin", "password": password, "admin": True}],
        api_keys=[key],
    )
    headers = {"X-Api-Key": key, "X-Password": password, "Cookie": f"session={password}"}
    world.send(f"it is {password}", auth=("admin", password), headers=headers)
    world.send("Hello", auth=("admin", wrong))
    world.send("Hello", reference={"service": "ADMIN", "key": password}, auth=("admin", password))
    world.client.get(f"{world.prefix}/api/messagestatus/none", headers={"X-Api-Key": key})
    world.advance(5)

    for concrete in all_of(path, world):
        assert_not_shown(world, concrete)


def assert_not_shown(world: SessionClient, path: str) -> None:
    """No secret stands on this page, however it is spelled."""
    told = world.client.get(f"{world.prefix}{PREFIX}{path}")
    assert told.status_code == 200
    spelled = {
        f"{name}, {way}": spelling
        for name, secret in SECRETS.items()
        for way, spelling in {
            "plain": secret,
            "basic": basic("admin", secret).removeprefix("Basic "),
        }.items()
    }
    assert [name for name, spelling in spelled.items() if spelling in told.text] == []


def test_the_token_stands_on_no_page(visitor: httpx2.Client) -> None:
    """Not for whoever has shown it either, and not where a client sent it by mistake."""
    sent = {"destination": DESTINATION, "text": f"token {TOKEN}"}
    visitor.post("/api/Admin/send", json=sent, auth=ADMIN, headers={"X-Mock-Control-Token": TOKEN})

    for path in READ:
        answer = visitor.get(PREFIX + filled(path))
        assert TOKEN not in answer.text
        assert visitor.cookies[COOKIE] not in answer.text

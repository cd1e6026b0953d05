"""Access to the console, and what its pages never do or show: over HTTP, for every route."""

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
"""A stream, which a test that reads to the end must not open."""

ROUTES = [(path, method) for table in VIEWS for path, handlers in table for method in handlers]
READ = sorted({path for path, method in ROUTES if method == "GET"} - UNENDING)
WRITTEN = sorted({path for path, method in ROUTES if method == "POST"})


def test_every_route_reads_or_writes() -> None:
    """The only methods are GET and POST, which the tests below cover."""
    assert {method for _, method in ROUTES} == {"GET", "POST"}
    assert "" in READ
    assert len(WRITTEN) >= 2


def filled(path: str, world: SessionClient | None = None) -> str:
    """The path of a route with its parameters replaced: by existing ids of a session, or by unknown ones."""
    return (all_of(path, world) if world else [re.sub(r"\{\w+(:\w+)?\}", "none", path)])[0]


def all_of(path: str, world: SessionClient) -> list[str]:
    """Every existing path of a route in this session."""
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
    """One request to the console of a new server, from any address, with any host."""

    async def ask() -> httpx2.Response:
        # A stream that is wrongly opened never ends.
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
    """A client of a gateway that requires a token."""
    with MockGateway(access=Access(token=TOKEN)) as gateway:
        yield httpx2.Client(base_url=gateway.url, timeout=20, trust_env=False)


@pytest.fixture
def unauthenticated(locked: httpx2.Client) -> Iterator[httpx2.Client]:
    """A browser without the cookie."""
    with httpx2.Client(base_url=locked.base_url, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def authenticated(unauthenticated: httpx2.Client) -> httpx2.Client:
    """A browser that has submitted the token."""
    unauthenticated.post(f"{PREFIX}/enter", data={"token": TOKEN})
    return unauthenticated


# Without a token: only this machine


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "/changes", "/messages/none/resend", "/no-such-page"])
def test_another_machine_gets_a_page_that_explains_the_refusal(path: str, method: str) -> None:
    """The page names the two options, and shows nothing of the session."""
    answer = asked(Access(), path, method=method, peer="192.0.2.7")

    assert answer.status_code == 403
    assert "this machine only, not to 192.0.2.7" in Page(answer).text
    assert "--control-token" in answer.text
    assert not Page(answer).all("nav")
    assert "default" not in Page(answer).text.casefold()


def test_an_open_gateway_serves_other_machines() -> None:
    """As in a container behind a published port."""
    assert asked(Access(open=True), peer="192.0.2.7", host="evil.example").status_code == 200


@pytest.mark.parametrize("path", READ)
def test_an_unlisted_host_name_is_refused(path: str) -> None:
    """DNS rebinding: a site that makes its own name resolve to this machine reads nothing."""
    answer = asked(Access(), filled(path), host="evil.example")

    assert answer.status_code == 403
    assert "does not name this machine" in Page(answer).text
    assert asked(Access(hosts=frozenset({"evil.example"})), host="evil.example").status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost:81", "null", "http://localhost.evil.example"]
)
@pytest.mark.parametrize("path", WRITTEN)
def test_a_form_of_another_site_changes_nothing(path: str, origin: str) -> None:
    """A browser sends the form's origin."""
    answer = asked(Access(), filled(path), method="POST", headers={"Origin": origin})

    assert answer.status_code == 403
    assert "is another site" in Page(answer).text


def test_a_form_of_the_page_itself_is_accepted() -> None:
    """With the host and port that the browser uses."""
    answer = asked(Access(), "/messages/none/resend", method="POST", headers={"Origin": "http://localhost"})

    assert answer.status_code == 404


# With a token: browsers that have submitted it


@pytest.mark.parametrize("path", READ)
def test_without_the_token_a_form_asks_for_it(unauthenticated: httpx2.Client, path: str) -> None:
    """On every page; with a challenge for programs."""
    answer = unauthenticated.get(PREFIX + filled(path))

    page = Page(answer)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert page.all("input", name="token", type="password")
    assert page.all("form", action=f"{PREFIX}/enter", method="post")


@pytest.mark.parametrize("path", WRITTEN)
def test_without_the_token_nothing_is_changed(unauthenticated: httpx2.Client, path: str) -> None:
    """For every form."""
    assert unauthenticated.post(PREFIX + filled(path), data={"token": TOKEN}).status_code == 401


def test_a_stream_is_refused_without_the_token(unauthenticated: httpx2.Client) -> None:
    """Even though it only reports that something has changed."""
    with unauthenticated.stream("GET", f"{PREFIX}/changes") as answer:
        assert answer.status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", TOKEN.upper(), f"{TOKEN}x", "\x00", "ключ", "x" * 5000])
def test_a_wrong_token_is_answered_with_the_form(unauthenticated: httpx2.Client, token: str) -> None:
    """And a message; the token itself is not shown."""
    answer = unauthenticated.post(f"{PREFIX}/enter", data={"token": token})

    assert answer.status_code == 401
    assert "Wrong token" in Page(answer).text
    assert "set-cookie" not in answer.headers
    assert TOKEN not in answer.text


def test_the_right_token_sets_a_cookie(unauthenticated: httpx2.Client) -> None:
    """The cookie is not readable by scripts, not sent with other sites' forms, and not the token itself."""
    answer = unauthenticated.post(f"{PREFIX}/enter", data={"token": f" {TOKEN} "})

    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, PREFIX)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert TOKEN not in cookie
    assert unauthenticated.get(PREFIX).status_code == 200
    assert unauthenticated.post(f"{PREFIX}/messages/none/resend").status_code == 404


def test_the_cookie_is_valid_for_the_console_only(authenticated: httpx2.Client) -> None:
    """The control API requires the token itself, and the cookie's value is no token."""
    ticket = authenticated.cookies[COOKIE]

    assert authenticated.get("/_control/messages").status_code == 401
    assert authenticated.get("/_control/messages", headers={"X-Mock-Control-Token": ticket}).status_code == 401
    assert authenticated.get("/_control/messages", headers={"Authorization": f"Bearer {ticket}"}).status_code == 401
    assert authenticated.post(f"{PREFIX}/enter", data={"token": ticket}).status_code == 401


@pytest.mark.parametrize("forged", ["", "1", TOKEN, "0" * 64, "É", '"', "a" * 4000])
def test_a_forged_cookie_is_refused(unauthenticated: httpx2.Client, forged: str) -> None:
    """Not even a cookie with the token is accepted."""
    header = {b"Cookie": f"{COOKIE}={forged}".encode("latin-1")}

    assert unauthenticated.get(PREFIX, headers=header).status_code == 401


def test_a_cookie_of_another_token_is_refused(authenticated: httpx2.Client) -> None:
    """A gateway that restarts with another token asks again."""
    ticket = {"Cookie": f"{COOKIE}={authenticated.cookies[COOKIE]}"}

    assert asked(Access(token=TOKEN), headers=ticket).status_code == 200
    assert asked(Access(token="an0ther-token"), headers=ticket).status_code == 401


@pytest.mark.parametrize("path", WRITTEN)
def test_with_the_cookie_a_form_of_another_site_changes_nothing(authenticated: httpx2.Client, path: str) -> None:
    """The browser sends the cookie with any request."""
    assert authenticated.post(PREFIX + filled(path), headers=OTHER_SITE).status_code == 403


def test_the_cookie_is_valid_for_every_session(authenticated: httpx2.Client, unauthenticated: httpx2.Client) -> None:
    """One cookie, like one token, is for all sessions."""
    with httpx2.Client(base_url=authenticated.base_url, trust_env=False) as nobody:
        nobody.post("/_control/sessions", json={"name": "other"}, headers={"X-Mock-Control-Token": TOKEN})
        assert nobody.get(f"/~other{PREFIX}").status_code == 401
    assert authenticated.get(f"/~other{PREFIX}").status_code == 200


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
    """No inline script, no other origin, no frame, no caching."""
    method, path, status = ANSWERS[kind]

    answer = world.client.request(method, f"{world.prefix}{PREFIX}{path}")

    assert answer.status_code == status
    assert_headers(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", READ)
def test_no_view_needs_more_than_the_policy_allows(world: SessionClient, path: str) -> None:
    """No inline script, style or handler; no URL of another origin."""
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


def test_a_page_that_refuses_has_the_same_policy(unauthenticated: httpx2.Client) -> None:
    """Refused with and without a token, and accepted by the form."""
    assert_headers(unauthenticated.get(PREFIX))
    assert_headers(unauthenticated.post(f"{PREFIX}/enter", data={"token": "wrong"}))
    assert_headers(unauthenticated.post(f"{PREFIX}/enter", data={"token": TOKEN}))
    assert_headers(asked(Access(), peer="192.0.2.7"))


def test_an_oversized_or_invalid_form_is_refused_on_a_page(world: SessionClient) -> None:
    """No more of it is read than needed."""
    path = f"{world.prefix}{PREFIX}/messages/none/status"
    large = world.client.post(path, content=b"a=" + b"x" * 2_000_000)
    many = world.client.post(path, content=b"&".join(b"a=1" for _ in range(300)))
    odd = world.client.post(path, content=b"a=\xff\xfe")

    assert [each.status_code for each in (large, many, odd)] == [413, 400, 400]
    for each in (large, many, odd):
        assert_headers(each)
        assert Page(each).all("h1")


def test_a_bug_in_a_page_is_reported_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As elsewhere: plain text, and the header that marks a bug of the mock."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr("mock_server.console.inbox.first_curl", broken)
    answer = asked(Access())

    assert answer.status_code == 500
    assert "x-mock-bug" in answer.headers
    assert answer.headers["content-type"].startswith("text/plain")
    assert "broken" not in answer.text


def test_files_named_by_their_hash_are_cached(world: SessionClient) -> None:
    """Another release names other files."""
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
    """Assert the security headers of every answer of the console."""
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


# What a page never changes or shows


def state_of(world: SessionClient) -> str:
    """Everything that the control API shows of a session, except its idle time."""
    told = [
        world.control("GET", path)
        for path in ("/messages", "/exchanges", "/stubs", "/clock", "/scenario", "/snapshots", "/ledger")
    ]
    return json.dumps(told, sort_keys=True)


@pytest.mark.parametrize("path", READ)
def test_reading_a_page_changes_nothing(world: SessionClient, path: str) -> None:
    """Whatever its URL contains: only forms change something."""
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


def test_page_requests_are_not_in_the_journal(world: SessionClient) -> None:
    """The journal holds the product's requests, not the tester's."""
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
def test_no_secret_is_on_any_page(worlds: SessionFactory, path: str) -> None:
    """Passwords of the scenario and of requests, API keys, tokens and `Authorization`, on every page and form."""
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
    """Assert that no spelling of a secret is on a page."""
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


def test_the_token_is_on_no_page(authenticated: httpx2.Client) -> None:
    """Also for browsers that submitted it, and where a client sent it by mistake."""
    sent = {"destination": DESTINATION, "text": f"token {TOKEN}"}
    authenticated.post("/api/Admin/send", json=sent, auth=ADMIN, headers={"X-Mock-Control-Token": TOKEN})

    for path in READ:
        answer = authenticated.get(PREFIX + filled(path))
        assert TOKEN not in answer.text
        assert authenticated.cookies[COOKIE] not in answer.text

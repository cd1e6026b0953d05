"""The time page: freeze, resume and advance, with the events on the way and the next ones."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from mock_server.bootstrap import MockServer
from mock_server.control import SessionControl
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import resolve
from tests.console.pages import Page, opened, submitted
from tests.support import DESTINATION, SessionClient, SessionFactory

SCRIPT = "<script>alert(1)</script>"


def acted(world: SessionClient, **form: str) -> Page:
    """The page after a form of the time page."""
    location = submitted(world, "/time", form).headers["location"]
    return opened(world, location.removeprefix(f"{world.prefix}/_console"))


def moved(world: SessionClient, **form: str) -> dict[str, str]:
    """The query of the page after a form of the time page."""
    return dict(parse_qsl(urlsplit(submitted(world, "/time", form).headers["location"]).query))


def now(world: SessionClient) -> str:
    """The instant of the session's clock."""
    shown: str = world.control("GET", "/clock")["now"]
    return shown


def hook(world: SessionClient) -> dict[str, str]:
    """The webhook of one of the session's own receivers."""
    return {"url": world.receiver()}


def test_a_frozen_clock_is_shown_as_frozen(world: SessionClient) -> None:
    """It does not tick on the page, and a button resumes it."""
    page = opened(world, "/time")

    (clock,) = page.all("time", id="clock")
    assert clock["datetime"] == "2026-01-15T09:00:00Z"
    assert (clock["data-now"], clock["data-rate"]) == ("1768467600000", "0.0")
    assert "2026-01-15 UTC · frozen" in page.text
    assert [each["value"] for each in page.all("button", name="do")][:2] == ["run", "fast"]


def test_a_clock_is_resumed_and_frozen(world: SessionClient) -> None:
    """At wall time, sixty times as fast, and stopped."""
    assert "runs in real time" in acted(world, do="run").text
    page = acted(world, do="fast")
    assert "runs at 60\u00d7 speed" in page.text
    assert not page.all("button", value="fast")
    assert "frozen" in acted(world, do="freeze").text


@pytest.mark.parametrize(
    ("form", "after"),
    [
        ({"do": "minute"}, "2026-01-15T09:01:00Z"),
        ({"do": "hour"}, "2026-01-15T10:00:00Z"),
        ({"do": "day"}, "2026-01-16T09:00:00Z"),
        ({"do": "typed", "typed": " 1h30m "}, "2026-01-15T10:30:00Z"),
        ({"do": "idle"}, "2026-01-15T09:00:03Z"),
    ],
)
def test_the_clock_is_advanced(world: SessionClient, form: dict[str, str], after: str) -> None:
    """By a button or by a typed duration; until idle means up to the last change of a message."""
    world.send("Hello")

    page = acted(world, **form)

    assert now(world) == after
    assert page.all("time", datetime=after, id="clock")


def test_events_of_an_advance_are_listed_in_order(world: SessionClient) -> None:
    """Status changes and webhook attempts with their answers, each with a link to its message."""
    message = world.send("Hello", webhook=hook(world)).json()["id"]

    page = acted(world, do="hour")

    assert "Status changes: 2. Webhook attempts: 2." in page.text
    assert "From 2026-01-15 09:00:00 to 2026-01-15 10:00:00" in page.text
    links = page.all("a", href=f"{world.prefix}/_console/messages/{message}")
    assert len(links) == 4
    told = page.text.partition("during the advance")[2]
    in_order = (
        "09:00:01",
        "sent",
        "Webhook for SENT, attempt 1: succeeded HTTP 200",
        "09:00:03",
        "delivered",
        "DELIVERED",
    )
    places = [told.index(each) for each in in_order]
    assert places == sorted(places)


def test_a_reload_shows_the_same_log_and_advances_nothing(world: SessionClient) -> None:
    """Also after later events."""
    world.send("Hello")
    location = submitted(world, "/time", {"do": "hour"}).headers["location"]
    path = location.removeprefix(f"{world.prefix}/_console")
    first = opened(world, path).text.partition("during the advance")[2].partition("What comes next")[0]
    world.send("Another one")
    world.advance(60)

    again = opened(world, path).text.partition("during the advance")[2].partition("What comes next")[0]

    assert again == first
    assert now(world) == "2026-01-15T10:01:00Z"


def test_planned_events_are_shown(world: SessionClient) -> None:
    """They are what an advance until idle would perform."""
    world.send("Hello", webhook=hook(world))

    told = opened(world, "/time").text.partition("What comes next")[2]

    assert "Next at 09:00:01" in told
    assert "Pending status changes: 2. Pending webhooks: 1." in told
    assert "Webhook for SENT, attempt 1" in told
    assert "Nothing is left to do" in acted(world, do="idle").text


def test_a_failed_attempt_is_shown_with_its_next_try(world: SessionClient) -> None:
    """With its answer."""
    world.control("PUT", "/receiver/mine", {"answer": 500, "times": 1})
    world.send("Hello", webhook=hook(world))

    page = acted(world, do="typed", typed="1s")

    assert "Webhook for SENT, attempt 1: failed HTTP 500 Next attempt at" in page.text
    assert "Webhook for SENT, attempt 2" in page.text.partition("What comes next")[2]


@pytest.mark.parametrize("typed", ["", "soon", "5", "-1h", "999999999h", "0s", SCRIPT])
def test_an_invalid_duration_is_reported_beside_the_field(world: SessionClient, typed: str) -> None:
    """The field keeps its value, and the clock does not move."""
    page = acted(world, do="typed", typed=typed)

    assert now(world) == "2026-01-15T09:00:00Z"
    assert "The clock was not changed: duration:" in page.text
    assert SCRIPT not in page.source
    (field,) = page.all("input", id="typed")
    assert field["value"] == typed[:40]


def test_an_advance_beyond_the_last_year_is_refused(world: SessionClient) -> None:
    """The page names the last year."""
    world.control("POST", "/clock/freeze", {"at": "9999-12-31T23:30:00Z"})

    page = acted(world, do="hour")

    assert "the clock would pass 9999-12-31T23:59:59Z" in page.text
    assert now(world) == "9999-12-31T23:30:00Z"


def test_an_unknown_button_is_refused(world: SessionClient) -> None:
    """A form may be written by hand."""
    assert "The clock was not changed" in acted(world, do=SCRIPT).text


@pytest.mark.parametrize("mark", ["yesterday", "1-", "-1-2", "9" * 18 + "-1", SCRIPT])
def test_an_invalid_mark_is_reported(world: SessionClient, mark: str) -> None:
    """People edit URLs."""
    page = opened(world, f"/time?{httpx2.QueryParams({'from': mark})}", status=400)

    assert "is no mark" in page.text
    assert SCRIPT not in page.source


def test_a_hostile_destination_is_escaped(worlds: SessionFactory) -> None:
    """In the log too."""
    world = worlds(accounts=[{"username": "admin", "password": "admin-secret", "admin": True}])
    world.send("Hello", DESTINATION, reference={"key": SCRIPT})

    assert SCRIPT not in acted(world, do="hour").source


def test_the_page_is_in_italian(world: SessionClient) -> None:
    """As every page does."""
    text = opened(world, "/time", language="it").text

    assert "Non resta nulla da fare" in text
    assert "fermo" in text


def test_the_page_reports_an_advance_that_waits_for_a_receiver() -> None:
    """Another advance is refused meanwhile, and what waits is counted."""
    found = asyncio.run(_hanging())

    assert found["busy"].status_code == 303
    assert found["busy"].headers["location"] == "/_console/time?busy=yes"
    page = found["page"].text
    assert "the clock is already being advanced" in page
    assert "advancing" in page
    assert "Waiting for a receiver&#39;s answer: 1." in page
    assert "in progress" in page
    assert found["ended"].status_code == 303
    assert "left" not in found["ended"].headers["location"]


async def _hanging() -> dict[str, httpx2.Response]:
    arrived, answering = asyncio.Event(), asyncio.Event()

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await answering.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(receive, "127.0.0.1", 0) as receiver:
        port = receiver.sockets[0].getsockname()[1]
        server = MockServer(load_scenario(resolve("default")))
        control: SessionControl = server.sessions_api.control(server.default)
        await control.clock.freeze({})
        transport = httpx2.ASGITransport(app=server.app)
        opening = httpx2.AsyncClient(transport=transport, base_url="http://localhost")
        async with server.lifespan(), opening as client:
            content: dict[str, Any] = {"destination": DESTINATION, "text": "Hello"}
            content["webhook"] = {"url": f"http://127.0.0.1:{port}/"}
            await client.patch("/_control/scenario", json={"webhooks": {"https_only": False}})
            await client.post("/api/Admin/send", json=content, auth=("admin", "admin-secret"))
            moving = asyncio.create_task(client.post("/_console/time", data={"do": "typed", "typed": "2s"}))
            await arrived.wait()
            busy = await client.post("/_console/time", data={"do": "hour"})
            page = await client.get(busy.headers["location"])
            answering.set()
            return {"busy": busy, "page": page, "ended": await moving}


def test_an_incomplete_advance_is_reported(world: SessionClient) -> None:
    """It stopped waiting for a receiver before it reached its instant."""
    mark = moved(world, do="minute")["to"]

    page = opened(world, f"/time?{httpx2.QueryParams({'from': mark, 'to': mark, 'left': '2'})}")

    assert "Webhooks still waiting: 2" in page.text
    assert "call me" not in opened(world, "/time?left=call+me").text


def test_a_reset_clears_the_log(world: SessionClient) -> None:
    """The marks of an open page belong to the former world."""
    world.send("Hello")
    location = submitted(world, "/time", {"do": "hour"}).headers["location"]
    world.control("POST", "/reset", {})

    page = opened(world, location.removeprefix(f"{world.prefix}/_console"))

    assert "no message changed" in page.text


def test_only_the_newest_of_many_messages_are_read(world: SessionClient) -> None:
    """The page refreshes every second; it shows the newest hundred rows, and says what it did not read."""
    for number in range(201):
        world.send("Hello", f"+39340{number:07d}")

    page = acted(world, do="hour")

    assert "Status changes are shown for the newest 200 of 201 messages" in page.text
    assert "Status changes: 400." in page.text
    assert "The newest 100 are shown." in page.text

"""One send: what happened, why, and the actions for it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.console.copying import as_curl, as_pytest
from mock_server.domain.rules import ORDER
from tests.console.pages import Page, opened, submitted
from tests.support import CUSTOMER, SessionClient

WATCHED = "+447700900061"


def page_of(world: SessionClient, response_text: str = "Hello", **sent: object) -> Page:
    """The page of a message that was just sent."""
    return opened(world, f"/messages/{world.send(response_text, **sent).json()['id']}")  # type: ignore[arg-type]


def copied(page: Page, label: str) -> str:
    """What a copy button of the page copies."""
    return next(
        each["data-copy"] for each in page.all("button", class_="copy") if each["data-copy"].startswith(label)
    )


def test_a_message_lists_its_changes_in_order(world: SessionClient) -> None:
    """Planned changes are marked."""
    message = world.send("Hello").json()["id"]
    world.advance(1)

    text = opened(world, f"/messages/{message}").text

    order = [
        "Received POST",
        f"{len(ORDER)} rules checked",
        "Verdict: accepted HTTP 200",
        "PROVIDER_ACCEPTANCE",
        "SENT",
        "DELIVERED planned",
    ]
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_a_refusal_is_explained_with_its_requirement(world: SessionClient) -> None:
    """The page of an exchange without a message."""
    exchange = world.send("Hello", WATCHED).headers["x-mock-exchange"]

    text = opened(world, f"/exchanges/{exchange}").text

    assert "The gateway refused the message." in text
    assert "The destination is on the watchlist: +447700900061." in text
    assert "Rule: watchlist · Requirement WL-1 (documented)" in text


def test_a_forced_answer_names_the_stub_and_the_natural_outcome(world: SessionClient) -> None:
    """It proves nothing about the gateway, and the page says so."""
    world.control_created("/stubs", {"then": {"refuse": 64}})
    exchange = world.send("Hello").headers["x-mock-exchange"]

    text = opened(world, f"/exchanges/{exchange}").text

    assert "Forced by s1" in text
    assert "Without the stub: accepted" in text


def test_each_webhook_attempt_is_shown_with_request_and_answer(world: SessionClient) -> None:
    """And with the time of the next try."""
    world.request("PUT", "/_control/receiver/mine", {"answer": 500, "times": 1})
    message = world.send("Hello", webhook={"url": world.receiver()}).json()["id"]
    world.advance(1)

    text = opened(world, f"/messages/{message}").text

    assert "Webhook for SENT, attempt 1: failed" in text
    assert "HTTP 500" in text
    assert "Next attempt at" in text


def test_a_message_can_be_given_a_status(world: SessionClient) -> None:
    """The page shows it at once; an illegal change is refused with the legal ones."""
    message = world.send("Hello").json()["id"]

    submitted(world, f"/messages/{message}/status", {"status": "SENT"})
    assert "SENT" in opened(world, f"/messages/{message}").text

    refused = submitted(world, f"/messages/{message}/status", {"status": "READ"}, status=409)
    assert "after SENT may come DELIVERED, UNDELIVERED" in Page(refused).text
    submitted(world, f"/messages/{message}/status", {"status": "READ", "force": "yes"})
    assert opened(world, f"/messages/{message}").all("span", class_="state state-read")


def test_the_last_webhook_can_be_sent_again(world: SessionClient) -> None:
    """Once, immediately."""
    message = world.send("Hello", webhook={"url": world.receiver()}).json()["id"]
    world.advance(1)

    submitted(world, f"/messages/{message}/resend")

    assert len(world.control("GET", "/receiver/mine")["received"]) == 2


def test_an_unknown_message_is_not_found(world: SessionClient) -> None:
    """A page, not a traceback."""
    assert "no message 'nobody'" in opened(world, "/messages/nobody", status=404).text
    assert "no exchange '77'" in opened(world, "/exchanges/77", status=404).text


def test_the_copied_curl_command_sends_the_same(world: SessionClient) -> None:
    """It is run as copied, with quotation marks and line feeds."""
    text = 'It\'s "quoted" $HOME `id`\n€ \\ end'
    response = world.send(text, auth=CUSTOMER, operation="Services", reference={"service": "ADMIN", "key": "it's"})
    page = opened(world, f"/messages/{response.json()['id']}")
    command = copied(page, "curl")

    done = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True)  # noqa: S603

    assert "HTTP/1.1 200" in done.stdout
    first, second = world.messages()[1], world.messages()[0]
    assert {key: first[key] for key in ("text", "destination", "reference", "account")} == {
        key: second[key] for key in ("text", "destination", "reference", "account")
    }


@pytest.mark.parametrize(
    ("destination", "text", "headers"),
    [
        ("+447700900123", 'It\'s "quoted"\n€', {}),
        (WATCHED, "Hello", {}),
        ("+447700900123", "Drop", {"X-Mock-Outcome": "drop"}),
    ],
    ids=["accepted", "refused", "dropped"],
)
def test_the_copied_pytest_test_passes(
    world: SessionClient, tmp_path: Path, destination: str, text: str, headers: dict[str, str]
) -> None:
    """Unchanged."""
    exchange = world.send(text, destination, headers=headers).headers["x-mock-exchange"]
    source = copied(opened(world, f"/exchanges/{exchange}"), "from mock_server")
    (tmp_path / "test_pasted.py").write_text(source)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_pasted.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_no_password_is_copied(world: SessionClient) -> None:
    """Except those of the shipped scenarios."""
    world.patch(accounts=[{"username": "admin", "password": "not-for-a-page", "admin": True}])
    response = world.send("Hello", auth=("admin", "not-for-a-page"))

    page = opened(world, f"/messages/{response.json()['id']}")

    assert "not-for-a-page" not in page.source
    assert response.status_code == 200


def test_the_copied_curl_command_has_no_wrong_password(world: SessionClient) -> None:
    """The shipped password of this username is not this account's, and would be refused."""
    world.patch(accounts=[{"username": "admin", "password": "not-for-a-page", "admin": True}])
    response = world.send("Hello", auth=("admin", "not-for-a-page"))

    copied_line = copied(opened(world, f"/messages/{response.json()['id']}"), "curl")
    world.control("POST", "/reset", {})
    world.patch(accounts=[{"username": "admin", "password": "not-for-a-page", "admin": True}])

    assert "-u admin:PASSWORD" in copied_line
    assert "-u admin:PASSWORD" in opened(world).text


def test_a_request_without_a_readable_body_cannot_be_copied() -> None:
    """A body that is no object, or that was evicted, gives neither a command nor a test."""
    gone = {
        "request": {"evicted": True, "body_truncated": False, "body_encoding": None, "body": None},
        "operation": "admin",
    }
    odd = {"request": {"body": json.dumps([1])}, "operation": "admin", "outcome": "refused", "code": 400}

    assert as_curl(gone, "http://127.0.0.1", {}) is None
    assert as_pytest(gone) is None
    assert as_pytest(odd) is None


def test_refreshing_a_deleted_message_is_no_bug(world: SessionClient) -> None:
    """An open page may refresh after the session was reset: the answer has the status that htmx handles."""
    opened(world, "/messages/gone?part=live", status=404)
    opened(world, "/?part=live", status=404)

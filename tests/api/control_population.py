"""A session that holds an example of everything, so that answers of the control API are checked on real data."""

from __future__ import annotations

from typing import NamedTuple

from tests.support import DESTINATION, ORDINARY, SessionClient

WATCHED = "+447700900061"
FORCED = "+447700900555"
ANSWERED = "+447700900556"
REFERENCE = {"service": "ADMIN", "action": "2FA", "key": "order-17"}
RECEIVER = "shop"


class Populated(NamedTuple):
    """The session, and the ids of its contents."""

    world: SessionClient
    message: str
    """The id of a message with a webhook that was notified of its first change."""
    exchange: str
    stub: str
    snapshot: str


def populate(world: SessionClient) -> Populated:
    """Make accepted, refused, forced, intercepted and unreadable requests and look-ups, and advance the clock."""
    world.send("Bye", FORCED)
    stub = world.control_created("/stubs", {"when": {"destination": FORCED}, "then": {"refuse": 60}, "times": 1})
    world.control_created("/stubs", {"when": {"destination": ANSWERED}, "then": {"answer": {"status": 418}}})
    world.control_created("/stubs", {"then": {"delay": "1ms"}, "when": {"text": {"contains": "slow"}}, "for": "1h"})
    hook = f"{str(world.client.base_url).rstrip('/')}{world.prefix}/_control/receiver/{RECEIVER}"
    message = world.send("Your code is 482913", webhook={"url": hook}, reference=REFERENCE, detailed=True)
    world.send("Hello", ANSWERED)
    for destination in (WATCHED, WATCHED, FORCED):
        world.send("Hello, slow one", destination, reference=REFERENCE, priority=1)
    world.send(lra="much")
    world.send(auth=None)
    world.send("See https://example.com/", DESTINATION, auth=ORDINARY, operation="Services")
    world.send_raw(b'{"text": "\xff"')
    world.post("/api/Services/checkServiceStatus", auth=None)
    world.request("GET", "/api/nowhere?x=%FF")
    world.request("GET", "/api/Admin/send")
    world.advance(1)
    snapshot = world.control_created("/snapshots", None)
    return Populated(
        world, message.json()["id"], message.headers["x-mock-exchange"], str(stub["id"]), str(snapshot["id"])
    )

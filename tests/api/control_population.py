"""A session with something of everything in it, so that what the control API answers is judged on real data."""

from __future__ import annotations

from typing import NamedTuple

from tests.support import DESTINATION, ORDINARY, SessionClient

WATCHED = "+447700900061"
FORCED = "+447700900555"
ANSWERED = "+447700900556"
REFERENCE = {"service": "ADMIN", "action": "2FA", "key": "order-17"}
RECEIVER = "shop"


class Populated(NamedTuple):
    """The session, and the ids of what is in it."""

    world: SessionClient
    message: str
    """With a webhook that was told of its first change."""
    exchange: str
    stub: str
    snapshot: str


def populate(world: SessionClient) -> Populated:
    """Send what is accepted, refused, forced, intercepted and unreadable; look up; and let time pass."""
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

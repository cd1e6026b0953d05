"""The views of the console, and a session with content for each of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.support import CUSTOMER, SessionClient

PARCEL = "+447700900123"
BANK = "+447700900124"
WATCHED = "+447700900061"
UNDELIVERED = "+447700900101"

PATHS: dict[str, Callable[[SessionClient], str]] = {
    "inbox": lambda _: "",
    "thread": lambda world: f"?to=%2B{newest(world, PARCEL)['destination'][1:]}",
    "message": lambda world: f"/messages/{newest(world, PARCEL)['id']}",
    "exchange": lambda world: f"/exchanges/{refused(world)['id']}",
    "forcing": lambda _: "/forcing",
    "compose": lambda world: f"/compose?to=%2B{PARCEL[1:]}&exchange={refused(world)['id']}",
    "health": lambda _: "/health",
    "scenarios": lambda _: "/scenarios",
    "scenario": lambda _: "/scenarios/watchlist",
    "scenario_text": lambda _: "/scenarios/edit",
    "scenario_open": lambda _: "/open?scenario=watchlist",
    "time": lambda _: "/time",
    "ledger": lambda _: "/ledger",
    "sessions": lambda world: f"/sessions?q={world.name}",
    "problem": lambda _: "/no-such-page",
}
"""The path after `/_console`, for each view of a session filled by `fill`."""

OF_AN_EMPTY_SESSION: dict[str, Callable[[SessionClient], str]] = {
    **{name: path for name, path in PATHS.items() if name not in {"thread", "message", "exchange", "problem"}},
    "compose": lambda _: "/compose",
}
"""The same for an empty session."""


def fill(world: SessionClient) -> None:
    """Make sends of every kind, one on its way, one with a failing webhook, and arm a stub."""
    receiver = world.receiver("shop")
    world.request("PUT", "/_control/receiver/shop", {"answer": 503, "times": 1})
    world.send("Dear customer, your contract is ready to be signed.", BANK)
    world.send("Your table is booked for two at eight.", UNDELIVERED)
    world.send("You have won!", WATCHED)
    world.send("Pay here: https://shop.example/pay?order=77", BANK)
    world.advance(60)
    world.send(
        "Your code is 428 371. Don\u2019t tell it to anybody.",
        PARCEL,
        auth=CUSTOMER,
        operation="Services",
        reference={"service": "ECOMMERCE", "action": "CHECKOUT", "key": "order-77"},
    )
    for _ in range(3):
        world.send("Your parcel is at the door.", PARCEL)
    world.advance(30)
    world.send(
        "Your parcel is on its way. Track it: https://parcels.example/t/4711",
        PARCEL,
        auth=CUSTOMER,
        operation="Services",
        reference={"service": "ECOMMERCE", "action": "SHIPPING", "key": "order-77"},
        webhook={"url": receiver},
    )
    world.advance(2)
    world.control_created("/stubs", {"when": {"destination": BANK}, "then": {"refuse": 64}, "times": 1})
    world.control_created("/stubs", {"when": {"destination": "+3932*"}, "then": {"deliver": "UNDELIVERED"}})


def prepare(world: SessionClient, view: str) -> None:
    """Add what one view needs and others must not have."""
    if view == "health":
        world.patch(providers=[{"name": "PROVIDER1", "up": False}, {"name": "PROVIDER2"}])


def newest(world: SessionClient, destination: str) -> dict[str, str]:
    """The newest message to a destination."""
    return next(each for each in world.messages() if each["destination"] == destination)


def refused(world: SessionClient) -> dict[str, str]:
    """The newest refused send."""
    return next(each for each in world.exchanges() if each["outcome"] == "refused")

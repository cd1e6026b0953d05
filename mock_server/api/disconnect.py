"""Detecting that a client disconnected while its answer is being made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.types import Receive

T = TypeVar("T")

_MOST_PARTS = 10


class ClientGoneError(Exception):
    """The client disconnected before it was answered."""


async def unless_gone(receive: Receive, work: Awaitable[T]) -> T:
    """Do some work while the client waits for its end; the request's body was read before.

    Raises:
        ClientGoneError: the client went away first; the work was broken off.
    """
    doing = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(disconnected(receive))
    try:
        await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise ClientGoneError
        return doing.result()
    finally:
        for each in (doing, gone):
            each.cancel()
        await asyncio.gather(doing, gone, return_exceptions=True)


async def disconnected(receive: Receive) -> None:
    """Return when the client has disconnected; the body was read before."""
    for _ in range(_MOST_PARTS):
        if (await receive())["type"] == "http.disconnect":
            return
    # A server that keeps sending parts of an ended body is broken: it would never report the disconnect.
    await asyncio.get_running_loop().create_future()

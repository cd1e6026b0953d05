"""The connections of the kit to its stand-in."""

from __future__ import annotations

import asyncio
import inspect

import uvicorn

from contract_tests.client.play.stand_in import StandIn
from mock_server.testing import MockGateway


def test_an_idle_connection_is_dropped_long_before_the_gateway_closes_it() -> None:
    """Otherwise a request could be sent on a connection that the server is closing."""
    kept_by_the_server = inspect.signature(uvicorn.Config).parameters["timeout_keep_alive"].default

    async def kept_by_us(url: str) -> float | None:
        async with StandIn(url) as stand_in:
            assert stand_in._http.connector is not None
            return stand_in._http.connector._keepalive_timeout

    with MockGateway() as gateway:
        kept = asyncio.run(kept_by_us(gateway.url))

    assert kept is not None
    assert kept <= kept_by_the_server / 2

"""Fixtures for tests over HTTP: one server for the whole run, one session for each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import SessionClient, SessionFactory


@pytest.fixture(scope="session")
def gateway() -> Iterator[MockGateway]:
    """One gateway on a free port."""
    with MockGateway() as running:
        yield running


@pytest.fixture(scope="session")
def client(gateway: MockGateway) -> Iterator[httpx2.Client]:
    """A client that keeps its connections open."""
    with httpx2.Client(base_url=gateway.url, timeout=20, trust_env=False) as opened:
        yield opened


@pytest.fixture
def worlds(gateway: MockGateway, client: httpx2.Client) -> Iterator[SessionFactory]:
    """Creates sessions, which are deleted when the test ends."""
    made = SessionFactory(gateway, client)
    yield made
    for name in made.made:
        client.delete(f"/_control/sessions/{name}")


@pytest.fixture
def world(worlds: SessionFactory) -> SessionClient:
    """A new session of the default scenario with a frozen clock."""
    return worlds()

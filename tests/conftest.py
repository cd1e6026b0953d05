"""Fixtures of the served gateway: one server for the whole run, a session of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import SessionClient, SessionFactory


@pytest.fixture(scope="session")
def gateway() -> Iterator[MockGateway]:
    """One gateway on a port of its own."""
    with MockGateway() as running:
        yield running


@pytest.fixture(scope="session")
def client(gateway: MockGateway) -> Iterator[httpx2.Client]:
    """A client with its connections kept open."""
    with httpx2.Client(base_url=gateway.url, timeout=20, trust_env=False) as opened:
        yield opened


@pytest.fixture
def worlds(gateway: MockGateway, client: httpx2.Client) -> Iterator[SessionFactory]:
    """Makes sessions; they end with the test."""
    made = SessionFactory(gateway, client)
    yield made
    for name in made.made:
        client.delete(f"/_control/sessions/{name}")


@pytest.fixture
def world(worlds: SessionFactory) -> SessionClient:
    """A fresh session of the default scenario, its clock standing still."""
    return worlds()

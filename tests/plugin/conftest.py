"""Fixtures for tests of the plugin, which is loaded as it is for any user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import httpx2
import pytest

from mock_server.pytest_plugin import SmsGateway
from tests.plugin.projects import Project

NUMBER = "+447700900123"


class PluginSend(Protocol):
    """Sends messages as an ordinary client of a gateway."""

    def __call__(self, to: str = NUMBER, text: str = "Hello", **fields: object) -> httpx2.Response:
        """Send one message."""
        ...


def client_of(gateway: SmsGateway) -> httpx2.Client:
    """A client on the gateway's real port."""
    return httpx2.Client(base_url=gateway.base_url, auth=gateway.credentials, trust_env=False, timeout=20)


def sender(client: httpx2.Client) -> PluginSend:
    """A `PluginSend` for a client."""

    def send(to: str = NUMBER, text: str = "Hello", **fields: object) -> httpx2.Response:
        return client.post("/api/Admin/send", json={"destination": to, "text": text, **fields})

    return send


@pytest.fixture
def send(sms_gateway: SmsGateway) -> Iterator[PluginSend]:
    """Sends to the test's gateway."""
    with client_of(sms_gateway) as client:
        yield sender(client)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment may name a gateway of the person who runs these tests."""
    for name in [each for each in os.environ if each.startswith("SMS_MOCK_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return Project(tmp_path)

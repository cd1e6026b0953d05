"""The ways to call the control API: every test of the verbs runs on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mock_server.api.guard import Access
from mock_server.client import Control, connect
from mock_server.testing import MockGateway
from tests.support import MORNING

TOKEN = "t0ken-of-the-client"
WAYS = ("over HTTP", "in process", "without a port")


@pytest.fixture(scope="module", params=WAYS)
def entry(request: pytest.FixtureRequest) -> Iterator[Control]:
    """The verbs of the default session of a gateway that requires a token."""
    way: str = request.param
    with MockGateway(access=Access(token=TOKEN), port=None if way == "without a port" else 0) as gateway:
        if way != "over HTTP":
            yield gateway.control
            return
        with connect(gateway.url, token=TOKEN) as control:
            yield control


@pytest.fixture
def control(entry: Control) -> Iterator[Control]:
    """The verbs of a new session with a frozen clock."""
    with entry.create_session(clock={"mode": "frozen", "at": MORNING}) as made:
        yield made

"""A product's tests on the mock in a container: pip install 'sms-gateway-mock[testcontainers]' pytest httpx2."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from mock_server.client import Control
from mock_server.containers import GatewayContainer


@pytest.fixture(scope="session")
def gateway() -> Iterator[GatewayContainer]:
    """One container for all tests."""
    with GatewayContainer() as running:
        yield running


@pytest.fixture
def sms(gateway: GatewayContainer) -> Iterator[Control]:
    """A session of its own for each test: nothing that another one sent, forced or used up."""
    with gateway.control() as control, control.create_session() as session:
        yield session


def notify(base_url: str, number: str, text: str) -> bool:
    """What stands here for your product."""
    answered = httpx2.post(
        f"{base_url}/api/Services/send",
        json={"destination": number, "text": text},
        auth=("web-shop", "web-shop-secret"),
    )
    return answered.status_code == 200


def test_a_customer_gets_the_code(sms: Control) -> None:
    """What the provider took, with the code that stands in it."""
    assert notify(sms.url, "+447700900123", "Your code is 482913")

    assert sms.wait_for_message(destination="+447700900123").codes == ("482913",)


def test_a_refusal_is_noticed(sms: Control) -> None:
    """The next send is refused, whatever it says."""
    sms.next_send(refuse=61)

    assert not notify(sms.url, "+447700900123", "Your code is 482913")
    assert sms.messages() == []

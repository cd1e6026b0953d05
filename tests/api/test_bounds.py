"""What a client cannot make the journal hold or miss."""

from __future__ import annotations

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import ADMIN


@pytest.mark.requirement("BAD-5")
def test_a_path_that_only_begins_like_ours_is_the_gateways() -> None:
    """BAD-5: `/_controlx` is an unknown path like any other, and stands in the journal."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        answers = [client.get(path) for path in ("/_controlx", "/_readyness")]
        journal = client.get("/_control/exchanges").json()["exchanges"]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert [each["path"] for each in journal] == ["/_readyness", "/_controlx"]


@pytest.mark.requirement("ERR-56")
def test_a_destination_that_is_no_number_by_far_is_not_kept_beside_its_body() -> None:
    """ERR-56: the body's memory is bounded; what is read from it must not be a way around that."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False, auth=ADMIN) as client:
        refused = client.post("/api/Admin/send", json={"destination": "+" + "1" * 100_000, "text": "Hi"})
        found = client.get(f"/_control/exchanges/{refused.headers['X-Mock-Exchange']}").json()

    assert refused.json()["code"] == 56
    assert found["destination"] == ""
    assert found["reason"].startswith("a text of 100001 characters is not a plus")

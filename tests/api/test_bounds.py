"""Bounds of the journal against unusual paths and values."""

from __future__ import annotations

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import ADMIN


@pytest.mark.requirement("BAD-5")
def test_a_path_that_only_starts_like_the_control_prefix_is_journalled() -> None:
    """BAD-5: `/_controlx` is an unknown path like any other, and the journal has it."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        answers = [client.get(path) for path in ("/_controlx", "/_readyness")]
        journal = client.get("/_control/exchanges").json()["exchanges"]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert [each["path"] for each in journal] == ["/_readyness", "/_controlx"]


@pytest.mark.requirement("ERR-56")
def test_a_huge_destination_is_not_kept_beside_its_body() -> None:
    """ERR-56: the memory for bodies is bounded; a value read from a body must not bypass the bound."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False, auth=ADMIN) as client:
        refused = client.post("/api/Admin/send", json={"destination": "+" + "1" * 100_000, "text": "Hi"})
        found = client.get(f"/_control/exchanges/{refused.headers['X-Mock-Exchange']}").json()

    assert refused.json()["code"] == 56
    assert found["destination"] == ""
    assert found["reason"].startswith("a text of 100001 characters is not a plus")

"""Look-ups by reference keys of any text."""

from __future__ import annotations

from urllib.parse import quote

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import ADMIN


@pytest.mark.requirement("OP-7", "MS-2")
@pytest.mark.parametrize(
    "key", ["order-7", "a/b", "a/b/", "line\nbreak", "ends\n", "ä ?#%+", "\N{GRINNING FACE}", "*"]
)
def test_a_reference_key_of_any_text_is_found(key: str) -> None:
    """OP-7, MS-2: the key is free text; percent-encoded in a path it is the same text."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False, auth=ADMIN) as client:
        reference = {"service": "ADMIN", "key": key}
        sent = client.post(
            "/api/Admin/send", json={"destination": "+447700900123", "text": "Hi", "reference": reference}
        )
        path = f"/api/messagestatus/reference/{quote(key, safe='')}"
        found = client.get(path, headers={"X-Api-Key": "status-key"})

    assert found.status_code == 200
    assert [each["message"]["id"] for each in found.json()["messages"]] == [sent.json()["id"]]

"""Ids when one text goes through two providers."""

from __future__ import annotations

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.support import SessionClient, assert_control


@pytest.mark.requirement("ANS-1", "AF-1")
def test_one_text_through_two_providers_gets_two_ids() -> None:
    """ANS-1, AF-1: copies are counted for each provider, and no two messages have one id."""
    with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
        world = SessionClient(client, assert_control(client.post("/_control/sessions", json={"seed": 7}), 201)["id"])
        ids = [world.send(text="one").json()["id"] for _ in range(3)]
        world.control("PATCH", "/scenario", {"providers": [{"name": "OTHER"}]})
        ids += [world.send(text="one").json()["id"] for _ in range(3)]
        kept = client.get(f"{world.prefix}/_control/messages").json()["messages"]

    assert len(set(ids)) == 6
    assert [each["provider"] for each in kept] == ["OTHER", "OTHER", "PROVIDER1", "PROVIDER1"]


@pytest.mark.requirement("ANS-1")
def test_an_edit_that_is_not_about_limits_changes_no_id() -> None:
    """ANS-1: an id depends only on seed, destination, text and count, not on a watchlist."""
    ids = []
    edits: tuple[dict[str, object] | None, ...] = (None, {"watchlist": []})
    for edit in edits:
        with MockGateway() as gateway, httpx2.Client(base_url=gateway.url, trust_env=False) as client:
            world = SessionClient(
                client, assert_control(client.post("/_control/sessions", json={"seed": 7}), 201)["id"]
            )
            world.send(text="before")
            if edit is not None:
                world.control("PATCH", "/scenario", edit)
            ids.append(world.send(text="one").json()["id"])

    assert ids[0] == ids[1]

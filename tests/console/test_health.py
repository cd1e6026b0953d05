"""Health: a switch for each part and provider, and the answer of the health checks."""

from __future__ import annotations

import json

import pytest

from mock_server.control.health import PARTS
from mock_server.domain.policy import Health
from tests.console.pages import Page, opened, submitted
from tests.support import SessionClient, SessionFactory

CHECK = "/api/Services/checkServiceStatus"


def switches(world: SessionClient) -> dict[str, str]:
    """The label of each switch, in the order of the page."""
    page = opened(world, "/health")
    names = [*page.all("input", name="part"), *page.all("input", name="provider")]
    return {
        name["value"]: button["aria-checked"]
        for name, button in zip(names, page.all("button", role="switch"), strict=True)
    }


def test_every_part_and_every_provider_has_its_switch(world: SessionClient) -> None:
    """All are up at first."""
    assert switches(world) == dict.fromkeys((*PARTS, "PROVIDER1", "MITTO"), "true")
    assert Health.__struct_fields__ == PARTS


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.requirement("OP-9")
def test_a_part_that_is_switched_off_is_reported_and_sends_are_accepted(world: SessionClient, part: str) -> None:
    """The page shows exactly the answer of the health check."""
    submitted(world, "/health", {"part": part, "state": "down"})

    answer = world.post(CHECK).json()
    assert answer["errorMessage"] == f"Not available: {part}"
    assert shown(world) == answer
    assert world.send().status_code == 200
    assert switches(world)[part] == "false"


def shown(world: SessionClient) -> object:
    """The answer of the health checks on the page."""
    text = opened(world, "/health?part=live").text
    return json.loads(text[text.index("{") : text.index("}") + 1])


def test_one_switch_leaves_the_others_as_they_are(world: SessionClient) -> None:
    """Off and on again."""
    for part in ("database", "gateway"):
        submitted(world, "/health", {"part": part, "state": "down"})
    submitted(world, "/health", {"part": "database", "state": "up"})

    assert {name for name, up in switches(world).items() if up == "false"} == {"gateway"}


@pytest.mark.requirement("PR-2")
def test_a_provider_that_is_down_is_skipped(world: SessionClient) -> None:
    """The next one accepts the message."""
    submitted(world, "/health", {"provider": "PROVIDER1", "state": "down"})

    assert world.send(detailed=True).json()["provider"] == "MITTO"


def test_the_page_explains_that_no_provider_is_up(world: SessionClient) -> None:
    """Sends get 64."""
    for name in ("PROVIDER1", "MITTO"):
        submitted(world, "/health", {"provider": name, "state": "down"})

    assert "each send is refused with 64" in opened(world, "/health").text
    assert world.send().json()["code"] == 64


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"part": "kitchen", "state": "down"}, 400, "part: 'kitchen' is not one of database, services, gateway"),
        ({"provider": "OTHER", "state": "down"}, 404, "provider: 'OTHER' is not one of PROVIDER1, MITTO"),
    ],
)
def test_an_unknown_switch_is_refused(world: SessionClient, form: dict[str, str], status: int, said: str) -> None:
    """The message names the existing ones."""
    assert said in Page(submitted(world, "/health", form, status=status)).text


def test_a_providers_name_is_escaped(worlds: SessionFactory) -> None:
    """Its switch works with any name."""
    name = "<b>\u202e&\"'"
    world = worlds(providers=[{"name": name}])

    submitted(world, "/health", {"provider": name, "state": "down"})

    assert switches(world)[name] == "false"
    assert "<b>" not in opened(world, "/health").source

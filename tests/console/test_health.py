"""Health: a switch for each part and provider, and what the health checks say."""

from __future__ import annotations

import json

import pytest

from mock_server.control.health import PARTS
from mock_server.domain.policy import Health
from tests.console.pages import Page, opened, submitted
from tests.support import SessionClient, SessionFactory

CHECK = "/api/Services/checkServiceStatus"


def switches(world: SessionClient) -> dict[str, str]:
    """What each switch says, in the order of the page."""
    page = opened(world, "/health")
    names = [*page.all("input", name="part"), *page.all("input", name="provider")]
    return {
        name["value"]: button["aria-checked"]
        for name, button in zip(names, page.all("button", role="switch"), strict=True)
    }


def test_every_part_and_every_provider_has_its_switch(world: SessionClient) -> None:
    """All is up to begin with."""
    assert switches(world) == dict.fromkeys((*PARTS, "PROVIDER1", "MITTO"), "true")
    assert Health.__struct_fields__ == PARTS


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.requirement("OP-9")
def test_a_part_that_is_switched_off_is_reported_and_sends_go_on(world: SessionClient, part: str) -> None:
    """The page shows what the health check answers, to the letter."""
    submitted(world, "/health", {"part": part, "state": "down"})

    answer = world.post(CHECK).json()
    assert answer["errorMessage"] == f"Not available: {part}"
    assert shown(world) == answer
    assert world.send().status_code == 200
    assert switches(world)[part] == "false"


def shown(world: SessionClient) -> object:
    """The health checks' answer as the page shows it."""
    text = opened(world, "/health?part=live").text
    return json.loads(text[text.index("{") : text.index("}") + 1])


def test_one_switch_leaves_the_others_as_they_are(world: SessionClient) -> None:
    """Off and on again."""
    for part in ("database", "gateway"):
        submitted(world, "/health", {"part": part, "state": "down"})
    submitted(world, "/health", {"part": "database", "state": "up"})

    assert {name for name, up in switches(world).items() if up == "false"} == {"gateway"}


@pytest.mark.requirement("PR-2")
def test_a_provider_that_is_down_is_passed_over(world: SessionClient) -> None:
    """The next one takes the message."""
    submitted(world, "/health", {"provider": "PROVIDER1", "state": "down"})

    assert world.send(detailed=True).json()["provider"] == "MITTO"


def test_where_no_provider_is_up_the_page_says_what_that_means(world: SessionClient) -> None:
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
def test_a_switch_that_there_is_not_is_told(
    world: SessionClient, form: dict[str, str], status: int, said: str
) -> None:
    """With those that there are."""
    assert said in Page(submitted(world, "/health", form, status=status)).text


def test_a_providers_name_is_text_and_never_markup(worlds: SessionFactory) -> None:
    """However odd, its switch works."""
    name = "<b>\u202e&\"'"
    world = worlds(providers=[{"name": name}])

    submitted(world, "/health", {"provider": name, "state": "down"})

    assert switches(world)[name] == "false"
    assert "<b>" not in opened(world, "/health").source

"""The export: it creates a session like this one, and contains no secret unless asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from mock_server.scenario.loader import ScenarioError, load_scenario, parse_scenario
from tests.support import (
    MORNING,
    SessionClient,
    SessionFactory,
    assert_accepted,
    assert_control,
    assert_control_error,
)

EXPORT = "/_control/scenario/export"
HIDDEN = {
    "accounts": [
        {"username": "admin", "password": "admin-secret", "admin": True},
        {"username": "shop", "password": "very-hidden-word"},
        {"username": "admin-account", "password": "admin-secret"},
    ],
    "api_keys": ["status-key", "hidden-key"],
    "description": "Sign in as admin / admin-secret or shop / very-hidden-word.",
}


def exported(world: SessionClient, query: str = "") -> str:
    """The file."""
    answered = world.request("GET", EXPORT + query)
    assert answered.status_code == 200
    return answered.text


def test_the_export_is_a_file_with_a_name(world: SessionClient) -> None:
    """YAML, named after the session, with the line that selects the schema in editors."""
    answered = world.request("GET", EXPORT)

    assert answered.status_code == 200
    assert answered.headers["content-type"] == "application/yaml"
    assert answered.headers["content-disposition"] == f'attachment; filename="{world.name}.yaml"'
    assert answered.headers["x-mock-control-version"] == "1"
    assert answered.text.startswith("# yaml-language-server: $schema=./scenario.schema.json\nversion: 1\n")


def test_a_session_of_the_exported_file_answers_like_the_original(
    worlds: SessionFactory, client: httpx2.Client, tmp_path: Path
) -> None:
    """Scenario in force, seed, and the clock's instant: the same ids at the same time."""
    world = worlds()
    world.patch(unreachable=["+39*"])
    world.advance(0.25)
    file = tmp_path / "exported.yaml"
    file.write_text(exported(world))

    document = load_scenario(file).document()
    twin = worlds(scenario=document, frozen_at=None)

    assert document["seed"] == world.control("GET", "/sessions/" + world.name)["seed"]
    assert document["clock"] == {"mode": "frozen", "at": "2026-01-15T09:00:00.250000Z"}
    assert document["unreachable"] == ["+39*"]
    assert assert_accepted(twin.send()) == assert_accepted(world.send())
    assert exported(twin) == exported(world)


def test_a_clock_is_exported_as_it_is_and_not_as_it_was_created(worlds: SessionFactory) -> None:
    """A real clock is omitted unless the scenario has another; a scaled clock has its factor and instant."""
    frozen, real = worlds(), worlds(frozen_at=None)
    assert "clock" not in parse_scenario(exported(real), "f").document()

    frozen.control("POST", "/clock/resume", {})
    assert parse_scenario(exported(frozen), "f").document()["clock"] == {"mode": "real"}
    frozen.control("POST", "/clock/resume", {"factor": 0.001})
    clock = parse_scenario(exported(frozen), "f").clock
    assert (clock.mode, clock.factor) == ("scaled", 0.001)
    assert clock.at is not None
    assert clock.at > MORNING[:-1]
    real.control("POST", "/clock/freeze", {"at": MORNING})
    assert parse_scenario(exported(real), "f").document()["clock"] == {"mode": "frozen", "at": MORNING}


def test_secrets_other_than_those_of_shipped_scenarios_are_masked(world: SessionClient) -> None:
    """Also a shipped password of another user; the file says so, and cannot be loaded without them."""
    world.patch(**HIDDEN)

    text = exported(world)

    assert "hidden" not in text.replace("sms-mock", "")
    assert "- {username: admin, password: admin-secret, admin: true}" in text
    assert "- {username: shop, password: '***'}" in text
    assert "- {username: admin-account, password: '***'}" in text
    assert "api_keys: [status-key, '***']" in text
    assert "Sign in as admin / admin-secret or shop / ***." in text
    assert text.splitlines()[1].startswith("# '***' stands in place of passwords and API keys")
    assert "?secrets=true" in text.splitlines()[2]
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(text, "f")
    line = 1 + next(number for number, each in enumerate(text.splitlines()) if "shop, password" in each)
    assert str(refused.value.problems[0]).startswith(f"f:{line}:")
    assert [problem.path for problem in refused.value.problems] == [
        "accounts[1].password", "accounts[2].password", "api_keys[1]",
    ]  # fmt: skip


def test_a_former_password_is_masked_in_descriptions(world: SessionClient) -> None:
    """A session masks every password that it ever had."""
    world.patch(**HIDDEN)
    world.patch(accounts=[{"username": "admin", "password": "admin-secret"}], api_keys=["status-key"])

    assert "very-hidden-word" not in exported(world)
    assert parse_scenario(exported(world), "f").accounts[0].password == "admin-secret"


def test_all_secrets_are_exported_on_request(world: SessionClient) -> None:
    """Then the file is the complete scenario in force."""
    world.patch(**HIDDEN)

    document: dict[str, Any] = parse_scenario(exported(world, "?secrets=true"), "f").document()

    assert {key: document[key] for key in HIDDEN} == HIDDEN
    assert "***" not in exported(world, "?secrets=true")


def test_a_flag_is_true_or_false(world: SessionClient) -> None:
    """Anything else is refused with the allowed values."""
    assert exported(world, "?secrets=false") == exported(world)
    assert_control_error(
        world.request("GET", EXPORT + "?secrets=yes"), 400, "Bad request", "secrets: 'yes' is neither true nor false"
    )
    assert_control_error(
        world.request("GET", EXPORT + "?secret=true"),
        400,
        "Bad request",
        "unknown parameter 'secret'; known: secrets",
    )
    assert_control_error(
        world.request("GET", EXPORT + "?secrets=true&secrets=false"), 400, "Bad request", "secrets: given twice"
    )


def test_the_file_says_that_stubs_of_the_control_api_are_not_in_it(world: SessionClient) -> None:
    """They belong to the session, not to its scenario."""
    assert "/_control/stubs" not in exported(world)
    stub = {"when": {"destination": "+1*"}, "then": {"refuse": 8}}
    assert_control(world.request("POST", "/_control/stubs", stub), 201)

    assert "Stubs that were added by POST /_control/stubs are not in here" in exported(world)

"""The compose file: its gateway is closed to others, ready before it is used, and serves the mounted scenario."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner

from mock_server.cli import main
from mock_server.scenario.loader import load_scenario
from mock_server.testing import MockGateway
from tests.structure.project_sources import ROOT, pages

COMPOSE = ROOT / "examples/compose.yaml"
KEYS = {
    "image", "read_only", "cap_drop", "security_opt", "ports", "environment", "volumes", "healthcheck", "depends_on",
    "command",
}  # fmt: skip


def services() -> dict[str, dict[str, Any]]:
    """The services by name."""
    content = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert set(content) == {"services"}
    found: dict[str, dict[str, Any]] = content["services"]
    return found


def test_every_key_is_one_of_compose() -> None:
    """The engine refuses unknown keys."""
    assert {key for service in services().values() for key in service} <= KEYS


def test_the_gateway_is_hardened_and_published_to_this_machine_only() -> None:
    """As far as the image allows; anyone who reaches the port could use the control API."""
    gateway = services()["sms-gateway"]

    assert gateway["ports"] == ["127.0.0.1:8080:8080"]
    assert (gateway["read_only"], gateway["cap_drop"]) == (True, ["ALL"])
    assert gateway["security_opt"] == ["no-new-privileges:true"]


def test_the_mounted_scenario_is_beside_the_file_and_loads() -> None:
    """Read-only, at the path in the variable."""
    gateway = services()["sms-gateway"]
    (volume,) = gateway["volumes"]
    source, target, mode = volume.split(":")

    assert load_scenario(COMPOSE.parent / source).accounts
    assert (gateway["environment"]["SMS_MOCK_SCENARIO"], mode) == (target, "ro")


def test_the_product_starts_once_the_gateway_is_ready() -> None:
    """By the image's own check, and by the service's name; that scenario accepts the product's send."""
    gateway, product = services()["sms-gateway"], services()["product"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    check = re.search(r"^HEALTHCHECK .* CMD \[(.*)\]$", dockerfile, re.MULTILINE)

    assert check is not None
    assert gateway["healthcheck"]["test"] == ["CMD", *(word.strip(' "') for word in check[1].split(","))]
    assert product["depends_on"] == {"sms-gateway": {"condition": "service_healthy"}}
    assert set(product["environment"].values()) == {"http://sms-gateway:8080"}
    with MockGateway(load_scenario(COMPOSE.parent / "scenario.yaml")) as running:
        done = CliRunner().invoke(main, product["command"], env={"SMS_MOCK_URL": running.url})
    assert done.exit_code == 0, done.output


def test_every_published_port_is_published_to_this_machine_only() -> None:
    """In README, pages and examples: `-p 8080:8080` would expose the control API to the network."""
    texts = [*pages().values(), *(path.read_text("utf-8") for path in _examples())]
    published = [found for text in texts for found in re.findall(r"(?:^|\s)(?:-p|--publish)[ =](\S*\d:\d+)", text)]

    assert published
    assert all(each.startswith("127.0.0.1:") for each in published)


def _examples() -> list[Path]:
    return [path for path in (ROOT / "examples").rglob("*") if path.suffix in {".md", ".yml", ".yaml", ".sh"}]

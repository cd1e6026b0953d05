"""The OpenAPI documents are served as they are shipped."""

from __future__ import annotations

from pathlib import Path

import contract_tests
import mock_server
from tests.support import SessionClient, assert_control, assert_control_error


def test_the_documents_are_listed_and_each_address_answers(world: SessionClient) -> None:
    """The answer is the bytes of the file."""
    listed = assert_control(world.request("GET", "/_control/openapi"))["documents"]

    assert [address.rpartition("/")[2] for address in listed] == [
        "control.yaml",
        "message-status.yaml",
        "sms-gateway.yaml",
    ]
    beside = {"control.yaml": mock_server}
    for address in listed:
        assert address.startswith(str(world.client.base_url).rstrip("/") + world.prefix)
        answered = world.client.get(address)
        assert answered.status_code == 200
        assert answered.headers["x-mock-control-version"] == "1"
        name = address.rpartition("/")[2]
        folder = Path(str(beside.get(name, contract_tests).__file__)).parent / "openapi"
        assert answered.content == (folder / name).read_bytes()


def test_no_other_file_is_served(world: SessionClient) -> None:
    """Not even files in the same directory."""
    for name in ("no-such.yaml", "redocly.yaml", "__init__.py", "..%2Frequirements.yaml"):
        refused = world.request("GET", f"/_control/openapi/{name}")

        assert refused.status_code == 404
        assert refused.headers["x-mock-control-version"] == "1"
    assert_control_error(
        world.request("GET", "/_control/openapi/x"),
        404,
        "Unknown document",
        "known: control.yaml, message-status.yaml, sms-gateway.yaml",
    )

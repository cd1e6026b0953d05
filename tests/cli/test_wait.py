"""`wait`: it returns when an item has arrived, or describes the nearest item in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from mock_server.cli import main
from mock_server.client import Control
from mock_server.testing import MockGateway
from tests.support import DESTINATION, MORNING


@pytest.fixture
def control(gateway: MockGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """A session with a frozen clock, which the commands use."""
    with gateway.control.create_session(clock={"mode": "frozen", "at": MORNING}) as made:
        monkeypatch.setenv("SMS_MOCK_URL", made.url)
        yield made


def wait(*arguments: str) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(main, ["wait", *arguments])
    assert "Traceback" not in result.output
    return result


def test_what_arrived_is_printed_with_its_codes(control: Control) -> None:
    """A table, and JSON for a script."""
    control.send(DESTINATION, "Your code is 482913")

    told = wait("messages", f"destination={DESTINATION}", "text~=code")
    listed = wait("messages", "--json", "--timeout", "1m")

    assert (told.exit_code, listed.exit_code) == (0, 0)
    assert "482913  Your code is 482913" in told.stdout
    assert json.loads(listed.stdout)[0]["codes"] == ["482913"]


def test_exchanges_and_statuses_are_waited_for_too(control: Control) -> None:
    """Each has its own table."""
    control.send(DESTINATION, "Hi")
    control.send("+447700900061", "Hi")
    control.advance(seconds=3)

    refused = wait("exchanges", "code=61")
    delivered = wait("statuses", "status=DELIVERED")

    assert "refused" in refused.stdout
    assert refused.stdout.splitlines()[1].endswith("61")
    assert "DELIVERED" in delivered.stdout


def test_a_time_out_is_exit_1_and_one_error_line(control: Control) -> None:
    """With the nearest item; nothing on standard output."""
    control.send("+447700900124", "Hi")

    result = wait("messages", f"destination={DESTINATION}", "--timeout", "0s", "--count", "2")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"sms-mock: 0 of 2 messages with destination={DESTINATION} came within 0 seconds")
    assert result.stderr.count("\n") == 1


def test_an_unknown_field_is_exit_2_and_one_error_line(control: Control) -> None:
    """It names the known ones."""
    for arguments in (("messages", "destinatoin=x"), ("statuses",), ("statuses", "status=GONE")):
        result = wait(*arguments)

        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("sms-mock: Bad request: ")


def test_a_field_named_like_an_internal_variable_is_an_unknown_field(control: Control) -> None:
    """Not a traceback."""
    for name in ("self", "what", "kind", "filters"):
        assert wait("messages", f"{name}=x", "--timeout", "0s").exit_code == 2

"""`wait`: until it has arrived, or in one sentence what came nearest."""

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
    """A session of its own, whose clock stands still, and which the commands ask."""
    with gateway.control.create_session(clock={"mode": "frozen", "at": MORNING}) as made:
        monkeypatch.setenv("SMS_MOCK_URL", made.url)
        yield made


def wait(*arguments: str) -> Result:
    """One run of the command in this process."""
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
    """Each with its own table."""
    control.send(DESTINATION, "Hi")
    control.send("+447700900061", "Hi")
    control.advance(seconds=3)

    refused = wait("exchanges", "code=61")
    delivered = wait("statuses", "status=DELIVERED")

    assert "refused" in refused.stdout
    assert refused.stdout.splitlines()[1].endswith("61")
    assert "DELIVERED" in delivered.stdout


def test_what_is_not_in_time_is_exit_1_and_a_sentence(control: Control) -> None:
    """With what came nearest; nothing on standard output."""
    control.send("+447700900124", "Hi")

    result = wait("messages", f"destination={DESTINATION}", "--timeout", "0s", "--count", "2")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"sms-mock: 0 of 2 messages with destination={DESTINATION} came within 0 seconds")
    assert result.stderr.count("\n") == 1


def test_an_unknown_field_is_exit_2_and_a_sentence(control: Control) -> None:
    """It names those that there are."""
    for arguments in (("messages", "destinatoin=x"), ("statuses",), ("statuses", "status=GONE")):
        result = wait(*arguments)

        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("sms-mock: Bad request: ")


def test_what_looks_like_a_variable_of_ours_is_a_field_like_any(control: Control) -> None:
    """Not a traceback."""
    for name in ("self", "what", "kind", "filters"):
        assert wait("messages", f"{name}=x", "--timeout", "0s").exit_code == 2

"""`sms-contract` if the `contract` extra is not installed."""

from __future__ import annotations

import sys

import pytest

from contract_tests import command


def _without(monkeypatch: pytest.MonkeyPatch, absent: str) -> None:
    """Simulate that a module that a command needs is not installed."""

    def run() -> None:
        raise ModuleNotFoundError(f"No module named {absent!r}", name=absent)

    monkeypatch.setattr(command, "command", run)


def test_a_missing_extra_is_one_sentence_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence says what is missing and what to install; there is no traceback."""
    _without(monkeypatch, "httpx2")

    with pytest.raises(SystemExit) as ended:
        command.main()

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said == (
        "sms-contract: httpx2 is not installed; the kit needs more than the mock: "
        "pip install 'sms-gateway-mock[contract]'\n"
    )


def test_a_module_of_ours_that_is_missing_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing module of the project is raised, not reported as a missing extra."""
    _without(monkeypatch, "contract_tests.gone")

    with pytest.raises(ModuleNotFoundError, match=r"contract_tests\.gone"):
        command.main()


def test_with_the_extra_the_command_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The entry point runs the commands."""
    monkeypatch.setattr(sys, "argv", ["sms-contract", "--help"])

    with pytest.raises(SystemExit) as ended:
        command.main()

    assert ended.value.code == 0
    assert "gateway" in capsys.readouterr().out

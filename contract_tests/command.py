"""The entry point of `sms-contract`; without the extra `contract` it says what to install."""

from __future__ import annotations

import sys

from contract_tests.cli import main as command

_OURS = {"contract_tests", "mock_server"}


def main() -> None:
    """Run the command, or say what is missing and exit 2. Each command imports what it needs."""
    try:
        command()
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in _OURS:
            raise
        print(  # noqa: T201
            f"sms-contract: {missing.name} is not installed; the kit needs more than the mock: "
            "pip install 'sms-gateway-mock[contract]'",
            file=sys.stderr,
        )
        sys.exit(2)

"""The way in: `sms-contract`, with a sentence for those who installed the mock alone."""

from __future__ import annotations

import sys

EXTRA = "contract"


def main() -> None:
    """Run the command, or say what is missing: exit 2."""
    try:
        from contract_tests.cli import main as command  # noqa: PLC0415 - what it stands on may not be installed
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in {"contract_tests", "mock_server"}:
            raise
        print(  # noqa: T201
            f"sms-contract: {missing.name} is not installed; the kit needs more than the mock: "
            f"pip install 'sms-gateway-mock[{EXTRA}]'",
            file=sys.stderr,
        )
        sys.exit(2)
    command()

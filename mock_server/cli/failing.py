"""Ending a command with one sentence and exit 2."""

from __future__ import annotations

import sys
from typing import NoReturn

import click


def fail(sentence: str) -> NoReturn:
    """Print the reason to standard error, and exit 2."""
    click.secho(f"sms-mock: {sentence}", fg="red", err=True)
    sys.exit(2)

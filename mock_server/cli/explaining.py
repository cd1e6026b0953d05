"""`sms-mock explain`: the reason for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mock_server.cli.asking import asking, print_json
from mock_server.client.explaining import lines_of

if TYPE_CHECKING:
    from mock_server.client import Control


@click.command()
@click.argument("exchange", required=False, metavar="[ID]")
@asking
def explain(*, control: Control, as_json: bool, exchange: str | None) -> None:
    """Say why the gateway answered as it did.

    The ID is that of the answer's header X-Mock-Exchange; by default it is the last answer.
    """
    found = control.explain(exchange)
    if as_json:
        print_json(found.raw)
    else:
        click.echo("\n".join(map(painted, lines_of(found.raw))))


_COLOURS = {"  ✓": "green", "  ✗": "red"}
"""Of a rule's line by how it begins."""


def painted(line: str) -> str:
    """A line of an explanation, in the colour of what a rule said."""
    colour = next((colour for beginning, colour in _COLOURS.items() if line.startswith(beginning)), None)
    return line if colour is None else click.style(line, fg=colour)

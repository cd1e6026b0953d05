"""`sms-mock wait` and `sms-mock messages`: what arrived."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.asking import asking, pairs_of, print_json, seconds_of
from mock_server.cli.failing import fail
from mock_server.cli.showing import cut, one_line, table

if TYPE_CHECKING:
    from mock_server.client import Control, Exchange, Message

_LONGEST_WAIT = 3600.0
_TEXT = 60
"""Columns of a text in the table."""


@click.command()
@click.argument("what", type=click.Choice(["messages", "exchanges", "statuses"]))
@click.argument("filters", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option(
    "--timeout", envvar="SMS_MOCK_TIMEOUT", default="10s", show_default=True, metavar="TIME", help="How long at most."
)
@click.option(
    "--count",
    envvar="SMS_MOCK_COUNT",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="How many at least.",
)
@asking
def wait(  # noqa: PLR0913 - one parameter an option
    *, control: Control, as_json: bool, what: str, filters: tuple[str, ...], timeout: str, count: int
) -> None:
    """Wait until something has arrived, and print it.

    Such as: wait messages destination=+447700900123

    Exit code 0: it arrived. 1: not in time. 2: could not be asked.
    """
    from mock_server.client import ControlError  # noqa: PLC0415 - `--help` needs none of it

    seconds = seconds_of("--timeout", timeout)
    if seconds > _LONGEST_WAIT:
        fail(f"--timeout: at most {_LONGEST_WAIT:g} seconds are waited")
    verbs: dict[str, Callable[..., list[Any]]] = {
        "messages": control.wait_for_messages,
        "exchanges": control.wait_for_exchanges,
        "statuses": control.wait_for_statuses,
    }
    asked = pairs_of(filters)
    try:
        found = verbs[what](count=count, timeout=seconds, **asked)
    except ControlError as error:
        if error.status != 408:
            raise
        click.secho(f"sms-mock: {error}", fg="yellow", err=True)
        sys.exit(1)
    if as_json:
        print_json([each.raw for each in found])
    elif what == "exchanges":
        _print_exchanges(found)
    else:
        _print_messages([_with_its_status(control, each) for each in found])


@click.command()
@click.argument("filters", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option(
    "--limit", envvar="SMS_MOCK_LIMIT", default=20, show_default=True, type=click.IntRange(1, 1000),
    help="How many at most.",
)  # fmt: skip
@asking
def messages(*, control: Control, as_json: bool, filters: tuple[str, ...], limit: int) -> None:
    """List the messages that the providers took, the newest last."""
    listed = control.messages(**pairs_of(filters), limit=limit)
    found = [_with_its_status(control, each) for each in reversed(listed)]
    if as_json:
        print_json([each.raw for each in found])
    elif found:
        _print_messages(found)
    else:
        click.echo("No messages; `sms-mock send +447700900123 Hello` sends one.", err=True)


def _with_its_status(control: Control, message: Message) -> Message:
    return message if message.status else control.message(message.id)


def _print_messages(found: list[Message]) -> None:
    rows = [("TIME", "DESTINATION", "STATUS", "CODES", "TEXT")]
    for each in found:
        at = f"{each.accepted_at:%H:%M:%S}" if each.accepted_at else ""
        codes = " ".join(map(one_line, each.codes))
        text = cut(one_line(each.text), _TEXT)
        rows.append((at, one_line(each.destination), one_line(each.status or ""), codes, text))
    table(rows, painted=2)


def _print_exchanges(found: list[Exchange]) -> None:
    rows = [("TIME", "ID", "REQUEST", "DESTINATION", "OUTCOME", "CODE")]
    for each in found:
        request = f"{each.method} {cut(one_line(each.path), _TEXT)}"
        code = "" if each.code is None else str(each.code)
        rows.append((f"{each.at:%H:%M:%S}", each.id, request, one_line(each.destination or ""), each.outcome, code))
    table(rows, painted=4)

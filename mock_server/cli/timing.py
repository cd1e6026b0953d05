"""`sms-mock advance` and `sms-mock reset`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mock_server.cli.asking import asking, print_json
from mock_server.cli.failing import fail
from mock_server.cli.showing import coloured, one_line

if TYPE_CHECKING:
    from mock_server.client import Advance, Control


@click.command()
@click.argument("by", required=False, metavar="[TIME]")
@click.option(
    "--until",
    envvar="SMS_MOCK_UNTIL",
    type=click.Choice(["idle"]),
    help="Instead of TIME: until nothing is left to do.",
)
@asking
def advance(*, control: Control, as_json: bool, by: str | None, until: str | None) -> None:
    """Move the session's clock forward.

    By TIME (1h, 90s, 1h30m) or until nothing is left to do; it says what happened on the way.
    """
    if (by is None) == (until is None):
        fail("say how far: a length of time such as 1h30m, or --until idle")
    done = control.advance(by, until=until)
    if as_json:
        print_json(done.raw)
    else:
        _tell(done)


@click.command()
@asking
def reset(*, control: Control, as_json: bool) -> None:
    """Go back to how the session was created.

    That is scenario, clock, stubs, windows, messages and journal.
    """
    done = control.reset()
    if as_json:
        print_json(done.raw)
    else:
        click.echo(f"{one_line(done.id)} is as it was created: {one_line(done.scenario or 'no title')}")


def _tell(done: Advance) -> None:
    for each in done.fired:
        outcome = f" {coloured(each.outcome)}" if each.outcome else ""
        what = f"{each.event} {coloured(each.status or '')}{outcome}"
        click.echo(
            f"{each.at:%H:%M:%S}  {one_line(each.destination or '')}  {what}  {each.message_id or ''}".rstrip()
        )
    things = "1 thing" if len(done.fired) == 1 else f"{len(done.fired)} things"
    click.echo(f"{done.now:%Y-%m-%dT%H:%M:%SZ}, {done.mode}; {things} happened")
    if not done.complete:
        click.secho(
            f"not complete: {done.pending} notifications still wait for their receivers", fg="yellow", err=True
        )

"""`sms-mock explain`: why the gateway answered as it did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mock_server.cli.asking import asking, print_json
from mock_server.cli.showing import coloured, one_line

if TYPE_CHECKING:
    from mock_server.client import Control, Explanation


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
        click.echo("\n".join(lines(found)))


def lines(found: Explanation) -> Iterator[str]:
    """An explanation for a person."""
    code = "" if found.code is None else f" {found.code}"
    yield f"Exchange {found.id}, {found.at:%Y-%m-%d %H:%M:%S} UTC: {one_line(found.method)} {one_line(found.path)}"
    yield f"{coloured(found.outcome)}{code} (HTTP {found.status})"
    if found.destination:
        yield f"To: {one_line(found.destination)}"
    if found.rule:
        forced = ", forced by a stub" if found.forced else ""
        yield f"Decided by: {found.rule}, {found.requirement} ({found.grade}){forced}"
    why = found.advice or found.reason
    if why:
        yield f"Why: {one_line(why)}"
    if found.persistence:
        retry = "may help" if found.persistence == "transient" else "gets the same"
        yield f"Again: {found.persistence}; a retry {retry}"
    for each in found.rules:
        if each.said != "not asked":
            limit = f"; limit: {one_line(each.limit)}" if each.limit else ""
            yield f"  {coloured(each.said)}  {each.rule}: {one_line(each.saw or '')}{limit}"
    if found.unknown_fields:
        yield f"Unknown fields, passed over: {', '.join(map(one_line, found.unknown_fields))}"
    if found.bug:
        yield found.bug

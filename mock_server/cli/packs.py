"""`sms-mock check` and `sms-mock scenarios`."""

from __future__ import annotations

import json
import sys

import click
import msgspec

from mock_server.scenario.loader import load_scenario
from mock_server.scenario.pack import pack, resolve
from mock_server.scenario.problems import Problem, ScenarioError


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Problems as a JSON list.")
def check(files: tuple[str, ...], as_json: bool) -> None:
    """Say everything that is wrong with scenario files; exit 1 if anything is."""
    problems: list[Problem] = []
    for file in files:
        try:
            load_scenario(resolve(file))
        except ScenarioError as error:
            problems += error.problems
        else:
            if not as_json:
                click.echo(f"{file}: ok")
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(problem) for problem in problems], indent=2))
    else:
        for problem in problems:
            click.secho(str(problem), fg="red", err=True)
    sys.exit(1 if problems else 0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The pack as a JSON list.")
def scenarios(as_json: bool) -> None:
    """List the shipped scenarios."""
    entries = pack()
    if as_json:
        listed = [
            {"name": e.name, "title": e.title, "description": e.description, "file": str(e.path)} for e in entries
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    for entry in entries:
        click.echo(f"{click.style(entry.name, bold=True)}: {entry.title}")
        click.echo(click.wrap_text(entry.description, width=96, initial_indent="    ", subsequent_indent="    "))

"""`sms-mock doctor`: is the client really talking to the mock?"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from mock_server.cli.asking import default_url, print_json, said, server_options
from mock_server.cli.failing import fail
from mock_server.cli.showing import one_line

if TYPE_CHECKING:
    from mock_server.cli.doctor.results import Diagnosis

_PASSWORD = "SMS_MOCK_PASSWORD"  # noqa: S105 - the name of a variable
_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red", "not asked": "bright_black"}


@click.command()
@click.option(
    "--base-url", "base_urls", multiple=True, envvar="SMS_MOCK_BASE_URL", metavar="URL",
    help="What the client has for its base URL; repeatable.  [default: the variables whose names have SMS in them]",
)  # fmt: skip
@click.option(
    "--user", envvar="SMS_MOCK_USER",
    help=f"An account to try; its password is taken from ${_PASSWORD}, or asked for.",
)  # fmt: skip
@server_options
def doctor(  # noqa: PLR0913 - one parameter an option
    *,
    url: str | None,
    session: str | None,
    control_token: str | None,
    as_json: bool,
    base_urls: tuple[str, ...],
    user: str | None,
) -> None:
    """Find out why a client does not reach the mock, or what it reaches instead.

    Nothing is sent and the journal stays as it is. Exit code 0: no problem. 1: there is one. 2: nothing to examine.
    """
    from mock_server.cli.doctor.sequence import CheckedGateway, examine  # noqa: PLC0415 - `--help` needs none of it

    password = None if user is None else _password()
    findings = []
    with (
        said(),
        CheckedGateway.of(url or default_url(), session, control_token, base_urls, user, password) as checked,
    ):
        for finding in examine(checked):
            findings.append(finding)
            if not as_json:
                _tell(finding)
    problems = sum(each.state == "problem" for each in findings)
    if as_json:
        told = [each._asdict() for each in findings]
        print_json({"url": checked.url, "healthy": not problems, "findings": told})
    elif problems:
        click.secho(f"{problems} problem{'s' if problems > 1 else ''}", fg="red", bold=True)
    else:
        click.secho("no problem", fg="green", bold=True)
    sys.exit(1 if problems else 0)


def _password() -> str:
    """Read from the environment or the terminal; an argument would be visible in process lists."""
    given = os.environ.get(_PASSWORD)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        fail(f"--user: its password is needed; give it as {_PASSWORD}")
    return str(click.prompt("Password", hide_input=True, err=True))


def _tell(finding: Diagnosis) -> None:
    what = one_line(f"{finding.what}; {finding.advice}" if finding.advice else finding.what)
    click.echo(f"{click.style(f'{finding.state:<9}', fg=_COLOURS[finding.state])}  {finding.about:<11}  {what}")

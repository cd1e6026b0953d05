"""`sms-mock`: the gateway on the command line."""

from __future__ import annotations

import os

import click

from mock_server.cli.doctor import doctor
from mock_server.cli.explaining import explain
from mock_server.cli.forcing import stub
from mock_server.cli.packs import check, scenarios
from mock_server.cli.readiness import ready
from mock_server.cli.sending import send
from mock_server.cli.serving import serve
from mock_server.cli.timing import advance, reset
from mock_server.cli.waiting import messages, wait


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sms-gateway-mock", prog_name="sms-mock")
@click.pass_context
def main(context: click.Context) -> None:
    """A stand-in for the Namirial SMS gateway."""
    if os.environ.get("NO_COLOR"):
        context.color = False


for _command in (serve, check, scenarios, ready, send, messages, wait, explain, stub, advance, reset, doctor):
    main.add_command(_command)

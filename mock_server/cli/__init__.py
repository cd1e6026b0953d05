"""`sms-mock`: the gateway on the command line."""

from __future__ import annotations

import click

from mock_server.cli.packs import check, scenarios
from mock_server.cli.readiness import ready
from mock_server.cli.serving import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sms-gateway-mock", prog_name="sms-mock")
def main() -> None:
    """A stand-in for the Namirial SMS gateway."""


for _command in (serve, check, scenarios, ready):
    main.add_command(_command)

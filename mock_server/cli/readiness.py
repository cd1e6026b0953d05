"""`sms-mock ready`: for the health check of a container."""

from __future__ import annotations

import sys

import click

from mock_server.cli.asking import default_url

_PATIENCE = 3.0
"""Seconds that a health check waits for its answer."""


@click.command()
@click.option(
    "--url",
    envvar="SMS_MOCK_URL",
    help="The gateway's base URL.  [default: this machine, port $SMS_MOCK_PORT or 8080]",
)
def ready(url: str | None) -> None:
    """Exit 0 when a gateway answers /_ready with 200, else 1; for health checks."""
    from http.client import HTTPException  # noqa: PLC0415 - only this command is a client
    from urllib.error import HTTPError  # noqa: PLC0415
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415

    base = url or default_url()
    try:
        # Straight to the gateway: a proxy in the environment answers for other machines.
        with build_opener(ProxyHandler({})).open(f"{base.rstrip('/')}/_ready", timeout=_PATIENCE) as answered:
            click.echo(answered.read().decode())
    except (OSError, ValueError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        click.echo(f"not ready: {base}: {error}", err=True)
        sys.exit(1)

"""`sms-mock ready`: for the health check of a container."""

from __future__ import annotations

import sys

import click

from mock_server.cli.asking import default_url, seconds_of

_PATIENCE = 3.0
"""The time-out of a health check, in seconds."""

_PAUSE = 0.05
"""Seconds between two checks."""


@click.command()
@click.option(
    "--url",
    envvar="SMS_MOCK_URL",
    help="The gateway's base URL.  [default: this machine, port $SMS_MOCK_PORT or 8080]",
)
@click.option(
    "--wait", default="0s", envvar="SMS_MOCK_WAIT", metavar="DURATION",
    help="Ask again for so long, until it is ready: for a script that has just started it.",
)  # fmt: skip
def ready(url: str | None, wait: str) -> None:
    """Exit 0 when a gateway answers /_ready with 200, else 1; for health checks."""
    from threading import Event  # noqa: PLC0415
    from time import monotonic  # noqa: PLC0415

    base, until = url or default_url(), monotonic() + seconds_of("--wait", wait)
    while True:
        said, is_ready = _asked(base)
        if is_ready or monotonic() >= until:
            break
        Event().wait(_PAUSE)
    click.echo(said, err=not is_ready)
    sys.exit(not is_ready)


def _asked(base: str) -> tuple[str, bool]:
    """The answer of `/_ready`, and whether the gateway is ready."""
    from http.client import HTTPException  # noqa: PLC0415 - only this command is a client
    from urllib.error import HTTPError  # noqa: PLC0415
    from urllib.request import ProxyHandler, build_opener  # noqa: PLC0415

    try:
        # Without a proxy, since the proxy of the environment is for other machines.
        with build_opener(ProxyHandler({})).open(f"{base.rstrip('/')}/_ready", timeout=_PATIENCE) as answered:
            return answered.read().decode(), True
    except (OSError, ValueError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        return f"not ready: {base}: {error}", False

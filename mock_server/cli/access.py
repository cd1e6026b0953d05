"""The options of `sms-mock serve` for access to the control API."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from mock_server.cli.failing import fail

if TYPE_CHECKING:
    from mock_server.api.guard import Access

TOKEN_VARIABLE = "SMS_MOCK_CONTROL_TOKEN"  # noqa: S105 - the name of a variable

logger = logging.getLogger("mock_server")

_OPTIONS = (
    click.option(
        "--control-token", envvar=TOKEN_VARIABLE, metavar="WORD",
        help="Only who presents it may use the control API; better given as a variable.",
    ),
    click.option(
        "--control-host", multiple=True, envvar="SMS_MOCK_CONTROL_HOST", metavar="NAME",
        help="Without a token: a further Host that control requests may name; repeatable.",
    ),
    click.option(
        "--control-open", is_flag=True, envvar="SMS_MOCK_CONTROL_OPEN",
        help="Without a token: answer control requests from other machines too.",
    ),
)  # fmt: skip


def control_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the three options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def access_of(host: str, *, control_token: str | None, control_host: tuple[str, ...], control_open: bool) -> Access:
    """Who may steer; what is unwise about it is said, what cannot be ends the command."""
    from mock_server.api.guard import Access, AccessError, names_this_machine  # noqa: PLC0415 - `--help` needs none

    if control_token is None and os.environ.get(TOKEN_VARIABLE) == "":
        # An empty variable must not disable the token.
        control_token = ""
    names = frozenset(name for given in control_host for name in re.split(r"[,\s]+", given) if name)
    try:
        found = Access(control_token, names, control_open)
    except AccessError as error:
        fail(str(error))
    if found.warning is not None:
        logger.warning(found.warning)
    if found.token is None and found.open and not names_this_machine(host):
        logger.warning(
            "--control-open: whoever reaches %s can steer this gateway and read what was sent to it; "
            "--control-token keeps others out",
            host,
        )
    return found


def told(access: Access, host: str) -> Iterator[str]:
    """A line for the banner if access to the control API is limited."""
    from mock_server.api.guard import names_this_machine  # noqa: PLC0415

    if access.token is not None:
        yield "Control API: with the token only"
    elif not access.open and not names_this_machine(host):
        yield "Control API: from this machine only; --control-token WORD lets others in"

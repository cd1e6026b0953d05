"""What the commands for a running gateway share: options, errors, output."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.failing import fail

if TYPE_CHECKING:
    from mock_server.client import Control

_DURATION = re.compile(r"(?:(\d{1,6}(?:\.\d+)?)h)?(?:(\d{1,6}(?:\.\d+)?)m)?(?:(\d{1,6}(?:\.\d+)?)s?)?", re.ASCII)

_OF_THE_COMMAND = frozenset({"limit", "timeout", "count"})

_OPTIONS = (
    click.option(
        "--url", envvar="SMS_MOCK_URL", metavar="URL",
        help="The gateway's base URL.  [default: this machine, port $SMS_MOCK_PORT or 8080]",
    ),
    click.option(
        "--session", envvar="SMS_MOCK_SESSION", metavar="NAME", help="Which session.  [default: that of the URL]"
    ),
    click.option(
        "--control-token", envvar="SMS_MOCK_CONTROL_TOKEN", metavar="WORD",
        help="What `serve --control-token` asks for; better given as a variable.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The answer as JSON, for scripts."),
)  # fmt: skip


def default_url() -> str:
    """The default URL."""
    return f"http://127.0.0.1:{os.environ.get('SMS_MOCK_PORT', '8080')}"


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say whom to ask; it gets the verbs as `control`, and `as_json`.

    An error of the client becomes one sentence and exit 2.
    """

    @wraps(command)
    def asks(*, url: str | None, session: str | None, control_token: str | None, **given: Any) -> None:
        from mock_server.client import connect  # noqa: PLC0415 - `--help` needs none of it

        with said(), connect(url or default_url(), session=session, token=control_token) as control:
            command(control=control, **given)

    return server_options(asks)


def server_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the four options that say whom to ask, and how to print."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def said() -> Iterator[None]:
    """Print an error of the client as one sentence, and exit 2."""
    from mock_server.client import ControlError  # noqa: PLC0415

    try:
        yield
    except ControlError as error:
        hint = "; here: --control-token or SMS_MOCK_CONTROL_TOKEN" if error.status == 401 else ""
        fail(f"{error}{hint}")


def reason_of(control: Control, exchange: str | None) -> dict[str, Any] | None:
    """Why an answer came, where that is to be had: without the token, say, an answer is still an answer."""
    from mock_server.client import ControlError  # noqa: PLC0415

    try:
        return None if exchange is None else control.explain(exchange).raw
    except ControlError:
        return None


def print_json(content: object) -> None:
    """One JSON value."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def seconds_of(option: str, text: str) -> float:
    """The seconds of `10s`, `1m30s`, `10`; else one sentence and exit 2."""
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        fail(f"{option}: {text!r} is no length of time, such as 10s or 1m30s")
    return sum(float(each or 0) * unit for each, unit in zip(found.groups(), (3600, 60, 1), strict=True))


def pairs_of(texts: tuple[str, ...]) -> dict[str, str]:
    """`field=value`, and `field~=part` for what it must contain; else one sentence and exit 2."""
    pairs = {}
    for text in texts:
        field, equals, value = text.partition("=")
        if not (field and equals):
            fail(f"{text!r} is no filter: write field=value, or field~=part for what it must contain")
        if field in _OF_THE_COMMAND:
            fail(f"{text!r}: that is an option, --{field} {value}")
        pairs[field] = value
    return pairs

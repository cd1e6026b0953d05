"""`sms-mock`: the gateway on the command line."""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from mock_server.journal import Bounds
from mock_server.logs import configure_logging
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.model import Scenario
from mock_server.scenario.pack import folder, pack, resolve
from mock_server.scenario.problems import Problem, ScenarioError

logger = logging.getLogger("mock_server")

_DEFAULTS = Bounds()
_PATIENCE = 3.0
"""Seconds that a health check waits for its answer."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sms-gateway-mock", prog_name="sms-mock")
def main() -> None:
    """A stand-in for the Namirial SMS gateway."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, envvar="SMS_MOCK_HOST", help="Address to bind.")
@click.option(
    "--port", default=8080, show_default=True, envvar="SMS_MOCK_PORT", type=click.IntRange(0, 65535),
    help="Port to bind; 0 takes any free one.",
)  # fmt: skip
@click.option(
    "--scenario", default="default", show_default=True, envvar="SMS_MOCK_SCENARIO", metavar="NAME|FILE",
    help="A shipped scenario, or a file of yours; a file is loaded again when it changes.",
)  # fmt: skip
@click.option(
    "--port-file", envvar="SMS_MOCK_PORT_FILE", type=click.Path(dir_okay=False, path_type=Path),
    help="Gets the bound URL once the gateway is ready.",
)  # fmt: skip
@click.option("--json-logs", is_flag=True, envvar="SMS_MOCK_JSON_LOGS", help="Log lines as JSON objects.")
@click.option("--quiet", is_flag=True, envvar="SMS_MOCK_QUIET", help="Say nothing but warnings.")
@click.option(
    "--max-exchanges", default=_DEFAULTS.exchanges, show_default=True, envvar="SMS_MOCK_MAX_EXCHANGES",
    type=click.IntRange(1), help="Exchanges that each session's journal keeps.",
)  # fmt: skip
@click.option(
    "--max-messages", default=_DEFAULTS.messages, show_default=True, envvar="SMS_MOCK_MAX_MESSAGES",
    type=click.IntRange(1), help="Accepted messages that each session keeps.",
)  # fmt: skip
@click.option(
    "--max-raw-bytes", default=_DEFAULTS.bytes, show_default=True, envvar="SMS_MOCK_MAX_RAW_BYTES",
    type=click.IntRange(0), help="Bytes of raw requests that all journals keep together.",
)  # fmt: skip
@click.option(
    "--max-body-bytes", default=_DEFAULTS.body, show_default=True, envvar="SMS_MOCK_MAX_BODY_BYTES",
    type=click.IntRange(0), help="Bytes that the journal keeps of one body.",
)  # fmt: skip
def serve(  # noqa: PLR0913, PLR0917 - one parameter an option
    host: str,
    port: int,
    scenario: str,
    port_file: Path | None,
    json_logs: bool,
    quiet: bool,
    max_exchanges: int,
    max_messages: int,
    max_raw_bytes: int,
    max_body_bytes: int,
) -> None:
    """Serve a scenario until interrupted."""
    configure_logging(json_lines=json_logs, quiet=quiet)
    bounds = Bounds(exchanges=max_exchanges, bytes=max_raw_bytes, body=max_body_bytes, messages=max_messages)
    _serve(host, port, scenario, port_file, bounds, talkative=not (json_logs or quiet))


def _serve(  # noqa: PLR0913 - the options of `serve`, sorted
    host: str, port: int, scenario: str, port_file: Path | None, bounds: Bounds, *, talkative: bool
) -> None:
    from mock_server.api.server import HttpServer, bind, url_of  # noqa: PLC0415 - `--help` needs no server
    from mock_server.bootstrap import World  # noqa: PLC0415

    path = _resolved(scenario)
    world = World(_loaded(path), bounds, watched=path)
    if port_file is not None:
        _write(port_file, "")
    try:
        bound = bind(host, port)
    except OSError as error:
        _fail(f"cannot serve on {host}:{port}: {error.strerror or error}; --port 0 takes any free port")
    url = url_of(bound)

    def ready() -> None:
        # What was made until now stays: the garbage collector need not look at it again.
        gc.collect()
        gc.freeze()
        if talkative:
            click.echo("\n".join(_banner(url, world.default.scenario, path)))
        else:
            logger.info("serving %s at %s", path, url)
        if port_file is not None:
            _write(port_file, url + "\n")

    with suppress(KeyboardInterrupt):
        HttpServer(world.app, ready).run(sockets=[bound])


def _banner(url: str, scenario: Scenario, path: Path) -> Iterator[str]:
    """What a person wants to know first. The passwords of the pack are no secrets; those of other files may be."""
    public = path.resolve().parent == folder().resolve()
    yield f"SMS gateway mock at {url}"
    yield f"Scenario: {scenario.title or path.stem} ({path})"
    yield "Accounts:"
    for account in scenario.accounts:
        marks = [word for word, holds in (("admin", account.admin), ("not active", not account.active)) if holds]
        marks += ["may send URLs"] if account.urls == "allowed" else []
        credentials = f"{account.username} / {account.password}" if public else account.username
        yield f"  {credentials}" + (f"  ({', '.join(marks)})" if marks else "")
    sender = next((each for each in scenario.accounts if each.admin and each.active), None)
    if sender is not None:
        user = f"{sender.username}:{sender.password}" if public else sender.username
        yield "Send a message:"
        yield f"  curl -u {user} {url}/api/Admin/send \\"
        yield "    -H 'Content-Type: application/json' \\"
        yield """    -d '{"destination": "+447700900123", "text": "Hello", "detailed": true}'"""
    yield f"What arrived: {url}/_control/messages"
    yield f"And why:      {url}/_control/exchanges"


@main.command()
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


@main.command()
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


@main.command()
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

    base = url or f"http://127.0.0.1:{os.environ.get('SMS_MOCK_PORT', '8080')}"
    try:
        # Straight to the gateway: a proxy in the environment answers for other machines.
        with build_opener(ProxyHandler({})).open(f"{base.rstrip('/')}/_ready", timeout=_PATIENCE) as answered:
            click.echo(answered.read().decode())
    except (OSError, ValueError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        click.echo(f"not ready: {base}: {error}", err=True)
        sys.exit(1)


def _resolved(name_or_file: str) -> Path:
    try:
        return resolve(name_or_file)
    except ScenarioError as error:
        _fail(str(error))


def _loaded(path: Path) -> Scenario:
    try:
        return load_scenario(path)
    except ScenarioError as error:
        _fail(f"the scenario does not load:\n{error}")


def _write(port_file: Path, content: str) -> None:
    """Write whole or not at all: whoever waits for the file never reads half of it."""
    beside = port_file.with_name(port_file.name + ".new")
    try:
        beside.write_text(content)
        if content:
            beside.replace(port_file)
        else:
            beside.unlink()
            port_file.unlink(missing_ok=True)
    except OSError as error:
        _fail(f"cannot write the port file {port_file}: {error.strerror or error}")


def _fail(sentence: str) -> NoReturn:
    click.secho(f"sms-mock: {sentence}", fg="red", err=True)
    sys.exit(2)

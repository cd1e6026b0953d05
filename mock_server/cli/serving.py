"""`sms-mock serve`."""

from __future__ import annotations

import gc
import logging
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.access import access_of, control_options, told
from mock_server.cli.failing import fail
from mock_server.cli.logs import configure_logging
from mock_server.domain.instants import HOUR, Duration
from mock_server.journal.journal import Bounds
from mock_server.scenario.loader import load_scenario
from mock_server.scenario.model import Scenario
from mock_server.scenario.notation import format_duration, parse_delay
from mock_server.scenario.pack import folder, resolve
from mock_server.scenario.problems import ScenarioError

if TYPE_CHECKING:
    from mock_server.bootstrap import MockServer

logger = logging.getLogger("mock_server")

_DEFAULTS = Bounds()
_USUAL_TTL = HOUR
_SELF_SIGNED = "self-signed"


@dataclass(frozen=True, slots=True)
class _Place:
    """The options of the server."""

    host: str
    port: int
    port_file: Path | None
    tls: str | None
    talkative: bool


def _lasting(_: click.Context, option: click.Parameter, text: str) -> Duration:
    try:
        return parse_delay(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} {error}", param=option) from None


@click.command()
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
    "--session-ttl", default=format_duration(_USUAL_TTL), show_default=True, envvar="SMS_MOCK_SESSION_TTL",
    callback=_lasting, metavar="DURATION",
    help="Wall time without a request after which a session is given up; 0s: never.",
)  # fmt: skip
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
@click.option(
    "--tls", envvar="SMS_MOCK_TLS", metavar="self-signed|CERT,KEY",
    help="Serve HTTPS, with a certificate made for the occasion or one of yours (PEM files).",
)  # fmt: skip
@click.option(
    "--webhook-ca", envvar="SMS_MOCK_WEBHOOK_CA", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust receivers of notifications that this authority (PEM file) signed, beside the system's.",
)  # fmt: skip
@click.option("--webhook-insecure", is_flag=True, envvar="SMS_MOCK_WEBHOOK_INSECURE", help="Trust any receiver.")
@control_options
def serve(  # noqa: PLR0913, PLR0917 - one parameter an option
    host: str,
    port: int,
    scenario: str,
    port_file: Path | None,
    json_logs: bool,
    quiet: bool,
    session_ttl: Duration,
    max_exchanges: int,
    max_messages: int,
    max_raw_bytes: int,
    max_body_bytes: int,
    tls: str | None,
    webhook_ca: Path | None,
    webhook_insecure: bool,
    **control: Any,
) -> None:
    """Serve a scenario until interrupted."""
    from mock_server.adapters.webhook_sender import HttpWebhookSender, trust  # noqa: PLC0415 - `--help` needs none
    from mock_server.bootstrap import MockServer  # noqa: PLC0415

    configure_logging(json_lines=json_logs, quiet=quiet)
    bounds = Bounds(exchanges=max_exchanges, bytes=max_raw_bytes, body=max_body_bytes, messages=max_messages)
    access = access_of(host, **control)
    path = _resolved(scenario)
    try:
        trusted = (
            None if webhook_ca is None and not webhook_insecure else trust(webhook_ca, insecure=webhook_insecure)
        )
    except (OSError, ssl.SSLError) as error:
        fail(f"--webhook-ca {webhook_ca}: no certificates could be read: {error.strerror or error}")
    world = MockServer(
        _loaded(path),
        bounds,
        watched=path,
        sender=HttpWebhookSender(trusted),
        session_ttl=session_ttl,
        access=access,
    )
    _serve(world, path, _Place(host, port, port_file, tls, not (json_logs or quiet)))


def _serve(world: MockServer, path: Path, place: _Place) -> None:
    from mock_server.adapters.tls import TlsError, certificate  # noqa: PLC0415
    from mock_server.api.server import HttpServer, bind, url_of  # noqa: PLC0415

    try:
        tls = None if place.tls is None else certificate(place.tls, place.host)
    except TlsError as error:
        fail(f"--tls {place.tls}: {error}")
    if place.port_file is not None:
        _write(place.port_file, "")
    try:
        bound = bind(place.host, place.port)
    except OSError as error:
        fail(f"cannot serve on {place.host}:{place.port}: {error.strerror or error}; --port 0 takes any free port")
    url = url_of(bound, secure=tls is not None)
    world.on_a_port = True

    def ready() -> None:
        # Objects of the start live for ever: exclude them from garbage collection.
        gc.collect()
        gc.freeze()
        if place.talkative:
            click.echo("\n".join([*_banner(url, world.default.scenario, path), *told(world.access, place.host)]))
        else:
            logger.info("serving %s at %s", path, url)
        if tls is not None and tls.authority is not None:
            tell = click.echo if place.talkative else logger.info
            tell(f"The authority to trust: {tls.authority}")
        if place.port_file is not None:
            _write(place.port_file, url + "\n")

    with suppress(KeyboardInterrupt):
        HttpServer(world.app, ready, tls, on_stopping=world.end_waits).run(sockets=[bound])


def _banner(url: str, scenario: Scenario, path: Path) -> Iterator[str]:
    """The banner. Passwords of shipped scenarios are public; those of other files are not shown."""
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
    yield f"Watch it:     {url}/_console"
    yield f"And why:      {url}/_control/exchanges"


def _resolved(name_or_file: str) -> Path:
    try:
        return resolve(name_or_file)
    except ScenarioError as error:
        fail(str(error))


def _loaded(path: Path) -> Scenario:
    try:
        return load_scenario(path)
    except ScenarioError as error:
        fail(f"the scenario does not load:\n{error}")


def _write(port_file: Path, content: str) -> None:
    """Write atomically, so that a reader never sees half of the file."""
    beside = port_file.with_name(port_file.name + ".new")
    try:
        beside.write_text(content)
        if content:
            beside.replace(port_file)
        else:
            beside.unlink()
            port_file.unlink(missing_ok=True)
    except OSError as error:
        fail(f"cannot write the port file {port_file}: {error.strerror or error}")

"""`sms-mock send`: one message, as a client of the gateway sends it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mock_server.cli.asking import asking, print_json, reason_of
from mock_server.cli.showing import coloured, one_line

if TYPE_CHECKING:
    from mock_server.client import Control, Sent


@click.command()
@click.argument("destination")
@click.argument("text")
@click.option("--as", "account", envvar="SMS_MOCK_AS", metavar="ACCOUNT", help="Send on behalf of this account.")
@click.option("--user", envvar="SMS_MOCK_USER", help="Who sends.  [default: admin, of the shipped scenarios]")
@click.option("--password", envvar="SMS_MOCK_PASSWORD", help="Its password.  [default: admin-secret, likewise]")
@click.option("--service", envvar="SMS_MOCK_SERVICE", help="reference.service")
@click.option("--action", envvar="SMS_MOCK_ACTION", help="reference.action")
@click.option("--key", envvar="SMS_MOCK_KEY", help="reference.key")
@click.option("--detailed", is_flag=True, envvar="SMS_MOCK_DETAILED", help="Have the answer name the provider.")
@click.option("--webhook", envvar="SMS_MOCK_WEBHOOK", metavar="URL", help="Who is told what becomes of it.")
@click.option(
    "--operation", envvar="SMS_MOCK_OPERATION", type=click.Choice(["admin", "services"]), default="admin",
    show_default=True, help="Through which of the two operations.",
)  # fmt: skip
@asking
def send(  # noqa: PLR0913 - one parameter an option
    *,
    control: Control,
    as_json: bool,
    destination: str,
    text: str,
    user: str | None,
    password: str | None,
    operation: str,
    **content: Any,
) -> None:
    """Send one message, and say what the gateway answered and why.

    Exit code 0: accepted. 1: refused. 2: could not be asked.
    """
    sent = control.send(
        destination, text, username=user, password=password, operation=operation, **_fields(**content)
    )
    why = reason_of(control, sent.exchange) or {}
    if as_json:
        told = {name: value for name, value in sent.raw.items() if value is not None}
        print_json(told | {name: why.get(name) for name in ("outcome", "rule", "requirement", "grade", "reason")})
    else:
        _tell(control, sent, why)
    sys.exit(0 if sent.accepted else 1)


def _fields(*, detailed: bool, webhook: str | None, account: str | None, **reference: str | None) -> dict[str, Any]:
    named = {name: value for name, value in reference.items() if value is not None}
    return {
        "account": account,
        "detailed": detailed or None,
        "webhook": None if webhook is None else {"url": webhook},
        "reference": named or None,
    }


def _tell(control: Control, sent: Sent, why: dict[str, Any]) -> None:
    if not sent.accepted:
        click.echo(f"{coloured('refused')}  {sent.code}: {one_line(sent.message)} (HTTP {sent.status})")
        reason = why.get("advice") or why.get("reason") or sent.details
        if reason:
            click.echo(f"  {one_line(reason)}")
        if why.get("rule"):
            click.echo(f"  rule {why['rule']}, {why['requirement']} ({why['grade']}); exchange {sent.exchange}")
        return
    dropped = why.get("outcome") == "silently dropped"
    provider = sent.provider or ("" if dropped else _provider(control, sent))
    told = [coloured("silently dropped" if dropped else "accepted"), sent.id or ""]
    click.echo("  ".join([*told, *([f"provider {one_line(provider)}"] if provider else [])]))
    if dropped:
        click.echo("  The answer is that of an acceptance, and nobody gets the message; `sms-mock explain` says why.")


def _provider(control: Control, sent: Sent) -> str:
    """Who took it, though the answer does not say so without `--detailed`."""
    from mock_server.client import ControlError  # noqa: PLC0415 - `--help` needs none of it

    try:
        return control.message(sent.id or "").provider or ""
    except ControlError:
        return ""

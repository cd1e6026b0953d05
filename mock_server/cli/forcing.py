"""`sms-mock stub`: force outcomes, list and remove stubs."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

import click

from mock_server.cli.asking import asking, print_json
from mock_server.cli.failing import fail
from mock_server.cli.showing import one_line, table

if TYPE_CHECKING:
    from mock_server.client import Control, Stub


@click.command()
@click.argument("action", nargs=-1, metavar="[list | delete ID | delete all]")
@click.option(
    "--to", envvar="SMS_MOCK_TO", metavar="NUMBER", help="Sends to this number, or to a prefix such as +4477*."
)
@click.option("--text-contains", envvar="SMS_MOCK_TEXT_CONTAINS", metavar="WORDS", help="Sends whose text has this.")
@click.option("--nth", envvar="SMS_MOCK_NTH", type=click.IntRange(1), help="Only the n-th of them.")
@click.option("--refuse", envvar="SMS_MOCK_REFUSE", type=int, metavar="CODE", help="Refuse them with this code.")
@click.option("--accept", is_flag=True, envvar="SMS_MOCK_ACCEPT", help="Accept them, whatever the rules say.")
@click.option("--drop", is_flag=True, envvar="SMS_MOCK_DROP", help="Answer as if accepted, and drop them.")
@click.option(
    "--deliver", envvar="SMS_MOCK_DELIVER", metavar="STATUS", help="What becomes of them: UNDELIVERED, say."
)
@click.option(
    "--fault", envvar="SMS_MOCK_FAULT", metavar="NAME", help="A fault on the transport: reset, 503, hang ..."
)
@click.option("--delay", envvar="SMS_MOCK_DELAY", metavar="TIME", help="Answer this late, such as 2s.")
@click.option("--hold", is_flag=True, envvar="SMS_MOCK_HOLD", help="Hold the answers until they are released.")
@click.option("--times", envvar="SMS_MOCK_TIMES", type=click.IntRange(1), help="How often.  [default: from now on]")
@click.option("--for", "lasts", envvar="SMS_MOCK_FOR", metavar="TIME", help="How long, on the session's clock.")
@click.option(
    "--json-file", envvar="SMS_MOCK_JSON_FILE", type=click.File("rb"), metavar="FILE",
    help="A whole stub as JSON; - reads standard input.",
)  # fmt: skip
@asking
def stub(
    *, control: Control, as_json: bool, action: tuple[str, ...], json_file: IO[bytes] | None, **members: Any
) -> None:
    """Force what becomes of the next sends.

    Such as: stub --to +447700900123 --refuse 61 --times 1. `stub list` shows what is forced, and how often it was;
    `stub delete ID` takes one back, `stub delete all` all.
    """
    match action:
        case ():
            added = control.add_stub(_read(json_file) if json_file is not None else _made(**members))
            print_json(added.raw) if as_json else click.echo(f"{added.id}: {_told(added)}")
        case ("list",):
            _list(control, as_json=as_json)
        case ("delete", "all"):
            count = control.delete_stubs()
            print_json({"deleted": count}) if as_json else click.echo(f"{count} taken back")
        case ("delete", name):
            control.delete_stub(name)
            print_json({"deleted": name}) if as_json else click.echo(f"{one_line(name)} taken back")
        case _:
            fail(f"{' '.join(action)!r} is none of: stub --refuse 61 …, stub list, stub delete ID, stub delete all")


def _made(
    *, to: str | None, text_contains: str | None, nth: int | None, times: int | None, lasts: str | None, **then: Any
) -> dict[str, Any]:
    """The stub of the options."""
    words = None if text_contains is None else {"contains": text_contains}
    when = _given(destination=to, text=words, nth=nth)
    outcome = _given(**{name: value or None for name, value in then.items()})
    if not outcome:
        fail("say what becomes of the sends: --refuse, --accept, --drop, --deliver, --fault, --delay or --hold")
    return {"when": when, "then": outcome, **_given(times=times, **{"for": lasts})}


def _read(file: IO[bytes]) -> dict[str, Any]:
    try:
        content = json.loads(file.read())
    except ValueError as error:
        fail(f"--json-file: no JSON: {error}")
    if not isinstance(content, dict):
        fail('--json-file: a stub is a JSON object, such as {"then": {"refuse": 61}}')
    return content


def _list(control: Control, *, as_json: bool) -> None:
    found = control.stubs()
    if as_json:
        print_json([each.raw for each in found])
        return
    rows = [("ID", "APPLIED", "WHAT")]
    for each in found:
        of = "" if each.times is None else f" of {each.times}"
        rows.append((one_line(each.id), f"{each.applied}{of}", _told(each)))
    table(rows)
    for name in control.unmatched_stubs():
        click.secho(f"{one_line(name)} has met no send yet", fg="yellow", err=True)


def _told(found: Stub) -> str:
    """A stub in one line."""
    when = ", ".join(f"{name} {_value(value)}" for name, value in found.when.items()) or "every send"
    then = ", ".join(name if value is True else f"{name} {_value(value)}" for name, value in found.then.items())
    return f"{one_line(when)}: {one_line(then)}" + ("" if found.times is None else f", {found.times}x")


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}

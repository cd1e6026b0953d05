"""`sms-contract`: who keeps the contract?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from contract_tests.client.command import client

if TYPE_CHECKING:
    from contract_tests.gateway.runner import Options

_SEEDS = 2**32


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sms-gateway-mock", prog_name="sms-contract")
def main() -> None:
    """The contract of the SMS gateway, and who keeps it."""


main.add_command(client)


@main.command()
@click.option("--url", required=True, envvar="SMS_URL", help="Base URL of the server that is judged.")
@click.option("--username", envvar="SMS_USERNAME", help="An account of the target; not needed with --control.")
@click.option("--password", envvar="SMS_PASSWORD", help="Its password; better given as SMS_PASSWORD.")
@click.option("--control", envvar="SMS_CONTROL", metavar="URL", help="Control API of the stand-in behind --url.")
@click.option("--control-token", envvar="SMS_CONTROL_TOKEN", metavar="WORD", help="What --control asks for.")
@click.option("--api-key", envvar="SMS_API_KEY", help="A key of the Message Status API; not needed with --control.")
@click.option("--status-url", metavar="URL", help="The Message Status API, where its host is another one.")
@click.option("--live", is_flag=True, help="The target is a real environment: nothing is sent unless allowed.")
@click.option("--allow-send-to", metavar="NUMBER", help="Live: the one handset that may get messages.")
@click.option("--max-messages", type=click.IntRange(0, 100), default=0, help="Live: how many it may get at most.")
@click.option("--max-examples", type=click.IntRange(1), help="How much is generated.  [default: 40]")
@click.option("--seed", type=click.IntRange(0, _SEEDS - 1), help="Repeats a run.  [default: a random one]")
@click.option("--only", metavar="ID,…", help="Only what concerns these requirements.")
@click.option("--assume", multiple=True, metavar="ID=READING", help="How the target reads a statement: AF-2=100.")
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=10.0, show_default=True, help="Seconds an answer may take."
)
@click.option("--ca", type=click.Path(path_type=Path), help="Certificates (PEM) to trust instead of the system's.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report to FILE.json or FILE.xml (JUnit).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def gateway(report: Path | None, as_json: bool, **given: Any) -> None:
    """Judge a server: suite A.

    Exit code 0: everything that could be tested is kept. 1: something is broken. 2: the suite could not run.
    """
    from contract_tests.gateway.progress import SuiteProgress  # noqa: PLC0415
    from contract_tests.gateway.runner import run  # noqa: PLC0415
    from contract_tests.report import files  # noqa: PLC0415 - `--help` needs none of it
    from contract_tests.report.console import print_report  # noqa: PLC0415
    from contract_tests.target.target import CouldNotRunError  # noqa: PLC0415

    try:
        file = None if report is None else files.checked_file(report)
        with SuiteProgress() as shown:
            found = run(_options(**given), shown.step)
        if file is not None:
            files.write_report(found, file)
    except CouldNotRunError as error:
        _fail(str(error))
    if as_json:
        click.echo(json.dumps(files.as_json(found), indent=2))
    else:
        from rich.console import Console  # noqa: PLC0415

        print_report(found, Console())
    sys.exit(found.exit_code)


def _options(  # noqa: PLR0913 - one parameter an option
    *,
    username: str | None,
    password: str | None,
    max_examples: int | None,
    seed: int | None,
    only: str | None,
    assume: tuple[str, ...],
    **given: Any,
) -> Options:
    from contract_tests.contract.requirement_names import ids_in  # noqa: PLC0415
    from contract_tests.gateway.runner import DEFAULT_EXAMPLES, Options  # noqa: PLC0415
    from contract_tests.target.exchange import Login  # noqa: PLC0415
    from contract_tests.target.target import CouldNotRunError  # noqa: PLC0415

    if (username is None) != (password is None):
        raise CouldNotRunError("--username and --password go together.")
    pairs = [entry.partition("=") for entry in assume]
    if not all(equals for _, equals, _ in pairs):
        raise CouldNotRunError("--assume takes ID=READING, such as AF-2=100.")
    return Options(
        login=Login(username, password) if username is not None and password is not None else None,
        max_examples=DEFAULT_EXAMPLES if max_examples is None else max_examples,
        seed=_random_seed() if seed is None else seed,
        only=ids_in(only),
        assume={id_: value for id_, _, value in pairs},
        **given,
    )


def _random_seed() -> int:
    from secrets import randbelow  # noqa: PLC0415

    return randbelow(_SEEDS)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The table as JSON.")
@click.option(
    "--tests", type=click.Path(path_type=Path), help="A folder of tests.  [default: those beside this package]"
)
def requirements(as_json: bool, tests: Path | None) -> None:
    """Print every requirement with the checks and tests that exercise it; exit 1 if one has none."""
    from contract_tests.coverage import coverage, print_coverage  # noqa: PLC0415

    rows, unknown = coverage(tests)
    if as_json:
        click.echo(json.dumps([row.as_json() for row in rows], indent=2))
    else:
        print_coverage(rows)
    for where, id_ in unknown:
        click.secho(f"{where} names {id_}, which is no requirement.", fg="red", err=True)
    missing = [row.requirement.id for row in rows if not row.covered]
    if missing:
        click.secho(f"Exercised by nothing: {', '.join(missing)}", fg="red", err=True)
    sys.exit(1 if missing or unknown else 0)


@main.command()
def paths() -> None:
    """Say where the shipped documents and the schemathesis configuration lie."""
    from contract_tests.openapi import DOCUMENTS, document_path  # noqa: PLC0415

    for name in DOCUMENTS:
        click.echo(f"{name}: {document_path(name)}")
    click.echo(f"schemathesis: {Path(__file__).with_name('schemathesis.toml')}")


def _fail(sentence: str) -> NoReturn:
    click.secho(f"sms-contract: {sentence}", fg="red", err=True)
    sys.exit(2)

"""The command `sms-contract client`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from contract_tests.client.driver.interface import Driver
    from contract_tests.client.results import ClientReport
    from contract_tests.client.run.runner import ClientOptions

_SEEDS = 2**32


@click.command()
@click.option("--command", "client", required=True, envvar="SMS_CLIENT", help="The client's driver: node driver.mjs")
@click.option("--one-shot", is_flag=True, help="Start the command once per message.")
@click.option(
    "--operation",
    type=click.Choice(["admin", "services"]),
    default="admin",
    show_default=True,
    help="The operation it sends by.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Concurrent clients.")
@click.option("--cases", type=click.IntRange(0, 100_000), help="Generated cases.  [default: 400]")
@click.option("--seed", type=click.IntRange(0, _SEEDS - 1), help="Repeat the run of this seed.  [default: random]")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(0.1, 60), default=1.0, show_default=True,
    help="The client's time-out in cases that wait for it, in seconds.",
)  # fmt: skip
@click.option(
    "--resend", type=click.Choice(["never", "allowed"]), default="never", show_default=True,
    help="Whether it may resend what may have been sent.",
)  # fmt: skip
@click.option("--known-gaps", type=click.Path(path_type=Path), help="Ids of checks accepted as broken, one per line.")
@click.option("--replay", type=click.Path(path_type=Path), help="Play only this file from .sms-contract/.")
@click.option("--webhook-url", metavar="URL", help="The client's receiver of receipts.")
@click.option("--mock-url", envvar="SMS_MOCK_URL", help="A running stand-in.  [default: start one]")
@click.option("--control-token", envvar="SMS_CONTROL_TOKEN", metavar="WORD", help="The control token of --mock-url.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Write FILE.html, .json or .xml (JUnit).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def client(reports: tuple[Path, ...], as_json: bool, one_shot: bool, **given: Any) -> None:
    """Judge a client in any language: suite B.

    Exit code 0: every check that could be tested is kept. 1: a check is broken. 2: the suite could not run.
    """
    import asyncio  # noqa: PLC0415 - keeps `--help` fast

    from contract_tests.client.reporting import files  # noqa: PLC0415
    from contract_tests.client.run.progress import ClientProgress  # noqa: PLC0415
    from contract_tests.client.run.runner import run  # noqa: PLC0415
    from contract_tests.target.target import CouldNotRunError  # noqa: PLC0415

    try:
        files_to_write = [files.checked_file(file) for file in reports]
        options = _options(one_shot=one_shot, **given)
        with ClientProgress() as progress:
            report = asyncio.run(run(options, _driver_factory(options.client, one_shot=one_shot), progress.step))
        for file in files_to_write:
            files.write_report(report, file)
    except CouldNotRunError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("interrupted; nothing was judged.")
    _print(report, as_json=as_json)
    sys.exit(report.exit_code)


def _driver_factory(command: str, *, one_shot: bool) -> Callable[[], Driver]:
    from contract_tests.client.driver.child import ChildDriver  # noqa: PLC0415
    from contract_tests.client.driver.one_shot import OneShotDriver  # noqa: PLC0415

    return (lambda: OneShotDriver(command)) if one_shot else (lambda: ChildDriver(command))


def _options(  # noqa: PLR0913 - one parameter per option
    *,
    client: str,
    one_shot: bool,
    cases: int | None,
    seed: int | None,
    known_gaps: Path | None,
    replay: Path | None,
    **given: Any,
) -> ClientOptions:
    from contract_tests.client.run.known_gaps import read_known_gaps  # noqa: PLC0415
    from contract_tests.client.run.replay_files import read_replay  # noqa: PLC0415
    from contract_tests.client.run.runner import DEFAULT_CASES, ClientOptions  # noqa: PLC0415
    from contract_tests.target.target import CouldNotRunError  # noqa: PLC0415

    seed = _random_seed() if seed is None else seed
    try:
        case = None if replay is None else read_replay(replay)[1]
    except ValueError as error:
        raise CouldNotRunError(f"--replay {replay}: {error}") from None
    count = DEFAULT_CASES if cases is None else cases
    words = ["sms-contract", "client", "--command", client, "--seed", str(seed)]
    words += ["--one-shot"] if one_shot else []
    words += ["--cases", str(count)] if cases is not None else []
    words += ["--operation", given["operation"]] if given["operation"] != "admin" else []
    words += ["--resend", given["resend"]] if given["resend"] != "never" else []
    return ClientOptions(
        client=client,
        seed=seed,
        cases=count,
        known_gaps=frozenset() if known_gaps is None else read_known_gaps(known_gaps),
        replay=case,
        command=shlex.join(words),
        **given,
    )


def _random_seed() -> int:
    from secrets import randbelow  # noqa: PLC0415

    return randbelow(_SEEDS)


def _print(report: ClientReport, *, as_json: bool) -> None:
    from contract_tests.client.reporting import files  # noqa: PLC0415

    if as_json:
        click.echo(json.dumps(files.as_json(report), indent=2))
        return
    from rich.console import Console  # noqa: PLC0415

    from contract_tests.client.reporting.console import print_report  # noqa: PLC0415

    print_report(report, Console())


def _fail(sentence: str) -> NoReturn:
    click.secho(f"sms-contract: {sentence}", fg="red", err=True)
    sys.exit(2)

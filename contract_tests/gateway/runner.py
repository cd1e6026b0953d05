"""Run suite A: the preflight of the target, then one check after the other."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from contract_tests.contract.document import Contract
from contract_tests.contract.readings import Readings
from contract_tests.contract.requirement_names import check_ids
from contract_tests.gateway.lab import EnoughError, Lab, SuiteBench
from contract_tests.gateway.preflight import find_sessions, look
from contract_tests.gateway.suite import Check, Need, all_checks
from contract_tests.model.world import World, assumed_by, limits_of
from contract_tests.report.failures import ReportedFailure
from contract_tests.report.verdicts import CheckResult, Report
from contract_tests.target.control_client import ControlApiError, ControlClient, connected
from contract_tests.target.exchange import Login
from contract_tests.target.safety import Allowance, NotTestableError, is_handset, looks_real
from contract_tests.target.target import CouldNotRunError, NoAnswerError, Target, checked_url

DEFAULT_EXAMPLES = 40

Progress = Callable[[int, int, CheckResult], None]


@dataclass(frozen=True)
class Options:
    """The target of a run, and how to judge it."""

    url: str
    login: Login | None = None
    control: str | None = None
    live: bool = False
    allow_send_to: str | None = None
    max_messages: int = 0
    max_examples: int = DEFAULT_EXAMPLES
    seed: int = 0
    only: frozenset[str] = frozenset()
    assume: dict[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    ca: Path | None = None
    api_key: str | None = field(default=None, repr=False)
    status_url: str | None = None
    control_token: str | None = field(default=None, repr=False)

    def checked(self) -> Options:
        """These options, if they are consistent; `CouldNotRunError` says which are not."""
        check_ids(self.only)
        checked_url(self.url)
        checked_url(self.status_url or self.url)
        for url in (self.url, self.status_url or self.url):
            if looks_real(url) and not self.live:
                raise CouldNotRunError(f"{url} looks like a real environment: say --live, and read its rules first.")
        if self.live and self.control:
            raise CouldNotRunError("A real environment has no control API: --live and --control exclude each other.")
        if not self.live and (self.allow_send_to is not None or self.max_messages):
            raise CouldNotRunError("--allow-send-to and --max-messages belong to --live.")
        if self.allow_send_to is not None and not is_handset(self.allow_send_to):
            raise CouldNotRunError("--allow-send-to takes an international number: a plus and 7 to 15 digits.")
        if (self.allow_send_to is not None) != (self.max_messages > 0):
            raise CouldNotRunError("--allow-send-to names a handset and --max-messages caps it: give both or none.")
        return self

    def command(self) -> str:
        """The command that repeats this run; the password comes from the environment."""
        said = ["sms-contract", "gateway", "--url", self.url, "--seed", str(self.seed)]
        said += ["--control", self.control] if self.control else []
        said += ["--status-url", self.status_url] if self.status_url else []
        said += ["--username", self.login.username] if self.login else []
        said += ["--live"] if self.live else []
        said += ["--max-examples", str(self.max_examples)] if self.max_examples != DEFAULT_EXAMPLES else []
        said += [part for id_, value in self.assume.items() for part in ("--assume", f"{id_}={value}")]
        return shlex.join(said)


def chosen_checks(only: frozenset[str]) -> tuple[Check, ...]:
    """The checks of these requirements; all if none is named."""
    return tuple(each for each in all_checks() if not only or only & set(each.ids))


def planned(checks: Sequence[Check], options: Options) -> tuple[Check, ...]:
    """The checks without those that the control API makes needless."""
    return tuple(each for each in checks if options.control is None or Need.FROM_OUTSIDE not in each.needs)


def run(options: Options, progress: Progress | None = None, checks: Sequence[Check] | None = None) -> Report:
    """Judge the target; `CouldNotRunError` if it cannot be judged."""
    started = time.monotonic()
    options = options.checked()
    chosen = planned(chosen_checks(options.only) if checks is None else checks, options)
    results: list[CheckResult] = []
    with opened(options) as bench:
        for each in chosen:
            result = make(bench, each)
            results.append(result)
            if progress is not None:
                progress(len(results), len(chosen), result)
        seen = dict(bench.readings.seen)
    seconds = time.monotonic() - started
    return Report(options.url, options.seed, tuple(results), seen, options.command(), seconds, options.only)


class opened:  # noqa: N801 - reads as a verb in `with opened(options)`
    """The bench of a run: made with the preflight, closed with its connections."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def __enter__(self) -> SuiteBench:
        """Run the preflight and learn the target's readings; `CouldNotRunError` if it cannot be judged."""
        options = self._options
        allowance = Allowance(options.allow_send_to, options.max_messages) if options.live else None
        self._target = Target(
            options.url, timeout=options.timeout, ca=options.ca, live=allowance, status_url=options.status_url
        )
        self._control: ControlClient | None = None
        try:
            if options.control:
                self._control = connected(options.control, options.timeout, options.control_token)
            return self._bench()
        except BaseException:
            self.__exit__()
            raise

    def _bench(self) -> SuiteBench:
        options, control = self._options, self._control
        scenario = _scenario_of(control)
        try:
            known: dict[str, Any] = {**assumed_by(scenario), **options.assume}
            readings = Readings(known, open_ones=control is None)
        except ValueError as error:
            raise CouldNotRunError(f"--assume: {error}") from error
        world = replace(World(), limits=limits_of(scenario, readings))
        if options.login is not None:
            world = world.with_login(options.login)
        if options.api_key is not None:
            world = replace(world, api_key=options.api_key)
        contract = Contract(readings)
        bench = SuiteBench(self._target, contract, readings, world, options.seed, options.max_examples, control)
        bench.login, bench.api_key = options.login, options.api_key
        look(bench)
        if control is not None:
            find_sessions(bench)
        return bench

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._target.__exit__(None, None, None)
        if self._control is not None:
            self._control.close()


def _scenario_of(control: ControlClient | None) -> dict[str, Any]:
    if control is None:
        return {}
    try:
        return control.scenario()
    except ControlApiError as error:
        raise CouldNotRunError(f"The stand-in does not tell its scenario: {error}.") from error


def make(bench: SuiteBench, each: Check) -> CheckResult:
    """Run one check in a session of its own."""
    started = time.monotonic()
    before = bench.requests
    missing = _missing(bench, each)
    if missing is not None:
        return CheckResult(each.name, each.ids, not_testable=missing)
    lab = Lab(bench, each.ids, None, bench.world)
    reason = None
    try:
        if bench.control is None:
            each.run(lab)
        else:
            with bench.control.session(bench.world.scenario(bench.readings)) as session:
                lab.session = session
                each.run(lab)
    except NotTestableError as error:
        reason = str(error)
    except (EnoughError, NoAnswerError):
        _still_there(bench)
    except ControlApiError as error:
        reason = f"the control API failed: {error}"
    if lab.judged == 0 and reason is None and not lab.findings:
        reason = "it made no request"
    findings = _distinct(lab.findings)
    return CheckResult(each.name, each.ids, findings, reason, bench.requests - before, time.monotonic() - started)


def _missing(bench: SuiteBench, each: Check) -> str | None:
    if bench.control is not None:
        return None
    lacking = {
        Need.CONTROL: True,
        Need.FROM_OUTSIDE: False,
        Need.CREDENTIALS: bench.login is None,
        Need.ADMIN: bench.login is None or bench.login_is_admin is False,
        Need.STATUS_API: bench.api_key is None,
        Need.STAND_IN: bench.target.live is not None,
    }
    return next((need.value for need in each.needs if lacking[need]), None)


def _still_there(bench: SuiteBench) -> None:
    """Distinguish a target that failed on one request, which is broken, from one that is gone."""
    look(bench, credentials=False)


def _distinct(findings: list[ReportedFailure]) -> tuple[ReportedFailure, ...]:
    """One finding for each kind of failure: the one with the smallest request."""
    smallest: dict[tuple[object, ...], ReportedFailure] = {}
    for finding in findings:
        key = (finding.failure.kind, finding.failure.ids, finding.failure.said[:60])
        known = smallest.get(key)
        if known is None or _size(finding) < _size(known):
            smallest[key] = finding
    return tuple(smallest.values())


def _size(finding: ReportedFailure) -> int:
    return len(finding.request.body) if finding.request is not None else 0

"""The lab of a check: the target in a session of its own, requests, expectations and findings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - every draw follows from the seed of the run
from typing import Any

from contract_tests.contract.document import ADMIN_SEND, SERVICES_SEND, Contract
from contract_tests.contract.readings import Readings
from contract_tests.model import universal_checks
from contract_tests.model.outcome import Expected, ModelOutcome, Showing, just, refused
from contract_tests.model.world import ADMIN, PLAIN, World
from contract_tests.report.failures import (
    Failure,
    NoAnswer,
    RepeatedId,
    ReportedFailure,
    WrongDetails,
    WrongOutcome,
    WrongText,
)
from contract_tests.target.control_client import ControlClient, ControlSession
from contract_tests.target.exchange import LOOK_UPS, NOT_JSON, Answer, Login, Request
from contract_tests.target.safety import UNDIALLABLE, NotTestableError
from contract_tests.target.target import NoAnswerError, Target, json_request

ABSENT: Any = object()
"""In place of a member's value: leave the member out."""

_AREAS = ("202", "303", "312", "404", "415", "503", "512", "602", "617", "702", "713", "801", "907", "919")
"""With 555-0100 to 0199 behind them these are reserved for fiction, and valid under the numbering plan as well."""

_MOST_FINDINGS = 20
"""A check that found this much has made its point."""


class EnoughError(Exception):
    """Stop this check: it has enough findings."""


@dataclass
class SuiteBench:
    """State that all checks of a run share."""

    target: Target
    contract: Contract
    readings: Readings
    world: World
    seed: int
    max_examples: int
    control: ControlClient | None = None
    by_header: bool = False
    """Sessions are chosen by header instead of by path prefix."""
    login: Login | None = None
    api_key: str | None = field(default=None, repr=False)
    login_is_admin: bool | None = None
    """`None` until it was found out."""
    requests: int = 0


@dataclass
class Lab:
    """The requests and findings of one check."""

    bench: SuiteBench
    ids: tuple[str, ...]
    session: ControlSession | None = None
    world: World = field(default_factory=World)
    findings: list[ReportedFailure] = field(default_factory=list)
    judged: int = 0
    given_ids: set[str] = field(default_factory=set)
    script: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.bench.seed}/{self.ids}")  # noqa: S311 - repeatable on purpose
        self._texts = 0

    @property
    def readings(self) -> Readings:
        """The readings of the run."""
        return self.bench.readings

    @property
    def live(self) -> bool:
        """Whether the target is a real environment."""
        return self.bench.target.live is not None

    @contextmanager
    def in_world(self, world: World) -> Iterator[Lab]:
        """A lab in a new session with this world; without control, the target's own world."""
        control = self.bench.control
        if control is None:
            raise NotTestableError("it needs the control API of a stand-in (--control)")
        with control.session(world.scenario(self.readings)) as session:
            lab = Lab(self.bench, self.ids, session, world, self.findings)
            lab.random, lab.script = self.random, []
            yield lab
            self.judged += lab.judged

    # What to send

    def login(self, account: str = ADMIN) -> Login:
        """The credentials of an account of the world; without control, the given ones."""
        if self.session is not None:
            return self.world.accounts[account].login
        if self.bench.login is None:
            raise NotTestableError("it needs --username and --password of an account")
        return self.bench.login

    def api_key(self) -> str:
        """A key for look-ups: the world's; without control, the given one."""
        found = self.bench.api_key if self.session is None else self.world.api_key
        if found is None:
            raise NotTestableError("it needs a key of the Message Status API (--api-key)")
        return found

    def sender(self, path: str) -> Login:
        """An account that may use this operation."""
        if self.session is not None:
            return self.login(ADMIN if path == ADMIN_SEND else PLAIN)
        if path == ADMIN_SEND and self.bench.login_is_admin is False:
            raise NotTestableError("it needs the credentials of an account with the admin privilege")
        return self.login()

    def paths(self) -> tuple[str, ...]:
        """The send operations that the credentials allow."""
        no_admin = self.session is None and self.bench.login_is_admin is False
        return (SERVICES_SEND,) if no_admin else (ADMIN_SEND, SERVICES_SEND)

    def number(self) -> str:
        """A number that is in no stub and no list; live, the handset's."""
        live = self.bench.target.live
        if live is not None:
            # Without a handset no request may hold a number; one that nobody could dial stands in.
            return live.destination or UNDIALLABLE
        return f"+1{self.random.choice(_AREAS)}555{self.random.randrange(100, 200):04d}"

    def text(self) -> str:
        """A text that was not sent before and has no digits."""
        self._texts += 1
        letters = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz", k=10))
        return f"Contract suite {letters}{'x' * (self._texts % 3)}"

    def body(self, changes: Mapping[str, Any] | None = None) -> bytes:
        """A submission with members replaced, added or removed."""
        members = {"destination": self.number(), "text": self.text()} | dict(changes or {})
        kept = {name: value for name, value in members.items() if value is not ABSENT}
        return json.dumps(kept, ensure_ascii=False).encode()

    # Sending

    def submit(
        self, path: str = ADMIN_SEND, changes: Mapping[str, Any] | None = None, *, login: Login | None = None
    ) -> tuple[Request, Answer]:
        """Send a well-formed submission with these changes, and check the form of the answer."""
        return self.exchange(json_request(path, self.body(changes), login or self.sender(path)))

    def look_up(self, what: str, *, key: str | None = None) -> tuple[Request, Answer]:
        """Ask the Message Status API: an id, `phonenumber/…` or `reference/…`, ready for the address (OP-7)."""
        given = self.api_key() if key is None else key
        headers = (("Accept", "application/json"), *((("X-Api-Key", given),) if given else ()))
        return self.exchange(Request("GET", LOOK_UPS + what, headers))

    def advance(self, seconds: float) -> None:
        """Advance the stand-in's clock."""
        if self.session is None:
            raise NotTestableError("it needs the clock of a stand-in (--control)")
        self.session.advance(seconds)
        self.note(f"clock forward by {seconds:g} s")

    def exchange(self, request: Request) -> tuple[Request, Answer]:
        """Send a request to this check's session, and check what holds for every answer."""
        prefix, headers = self.address()
        self.bench.requests += 1
        self.judged += 1
        try:
            answer = self.bench.target.send(request, prefix, headers)
        except NoAnswerError as error:
            self.report(NoAnswer(self.ids[:1], str(error)), request)
            raise
        for failure in universal_checks.judge(request, answer, self.bench.contract, self.readings):
            self.report(failure, request, answer)
        self._note_id(request, answer)
        return request, answer

    def address(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The path and headers that select this check's session."""
        if self.session is None:
            return "", ()
        if self.bench.by_header:
            return "", (("X-Mock-Session", self.session.name),)
        return f"/~{self.session.name}", ()

    def _note_id(self, request: Request, answer: Answer) -> None:
        found = answer.member("id")
        if answer.status != 200 or not isinstance(found, str):
            return
        if found in self.given_ids:
            self.report(RepeatedId(("ANS-1",), f"the id {found} was given to an earlier message"), request, answer)
        self.given_ids.add(found)

    # Judging

    def expect(self, exchange: tuple[Request, Answer], expected: Expected | ModelOutcome, *ids: str) -> bool:
        """Report an answer that differs from the expected one; `ids` are the requirements that it breaks."""
        request, answer = exchange
        allowed = (just(expected) if isinstance(expected, ModelOutcome) else expected).under(self.readings)
        for outcome, showing in allowed:
            if _same_outcome(outcome, answer):
                for id_, value in showing:
                    self.readings.saw(id_, value)
                return self._same_words(outcome, request, answer, ids)
        if self.live and _same_outcome(refused(56), answer) and _stands_in(request):
            raise NotTestableError("it needs a number that takes messages: name your handset with --allow-send-to")
        wanted = " or ".join(dict.fromkeys(str(outcome) for outcome, _ in allowed))
        said = f"expected {wanted}, got {brief(answer)}"
        self.report(WrongOutcome((*ids, *_wrong_status(allowed, answer)), said), request, answer)
        return False

    def _same_words(self, outcome: ModelOutcome, request: Request, answer: Answer, ids: tuple[str, ...]) -> bool:
        said, details = answer.member("message"), answer.member("details")
        if outcome.message is not None and said != outcome.message:
            self.report(WrongText(ids, f"expected the message {outcome.message!r}, got {said!r}"), request, answer)
            return False
        if outcome.names is not None and outcome.names not in json.dumps(details if details is not NOT_JSON else ""):
            what = f"details must name {outcome.names!r}, and are {details!r}"
            self.report(WrongDetails(ids, what), request, answer)
            return False
        return True

    def report(self, failure: Failure, request: Request | None = None, answer: Answer | None = None) -> None:
        """Record a finding with its evidence."""
        self.findings.append(ReportedFailure(failure, request, answer, tuple(self.script)))
        if len(self.findings) >= _MOST_FINDINGS:
            raise EnoughError

    def note(self, step: str) -> None:
        """Add a line to the steps that are printed with a finding."""
        self.script.append(step)

    def messages(self, limit: int = 1000) -> list[dict[str, Any]]:
        """The messages that reached the provider, newest first."""
        if self.session is None:
            raise NotTestableError("what a provider got is seen through the control API only (--control)")
        return self.session.messages(limit)


def _same_outcome(outcome: ModelOutcome, answer: Answer) -> bool:
    if outcome.code is None:
        return answer.status == outcome.status
    return answer.status == outcome.status and answer.member("code") == outcome.code


def _stands_in(request: Request) -> bool:
    return f'"{UNDIALLABLE}"'.encode() in request.body


def _wrong_status(allowed: list[tuple[ModelOutcome, Showing]], answer: Answer) -> tuple[str, ...]:
    """The requirement for the status, if the code is right and the status is wrong."""
    code = answer.member("code")
    statuses = {outcome.status for outcome, _ in allowed if outcome.code is not None and outcome.code == code}
    return ("ANS-3",) if 500 in statuses else ("ANS-4",) if 401 in statuses else ()


def brief(answer: Answer) -> str:
    """An answer in a few words: status and code."""
    code = answer.member("code")
    return f"{answer.status}" if code is NOT_JSON else f"{answer.status} with code {code}"

"""A state machine against the reference model: any order of sends, clock, accounts, lists and providers.

The limits are small so that every run reaches them. The two windows differ in length, so that a mix-up shows.
The clock moves by parts of the windows, so that it meets their edges exactly.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from time import monotonic
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.reporting import with_reporter
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from contract_tests.contract.document import ADMIN_SEND, SERVICES_SEND
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.lookups import messages_of
from contract_tests.gateway.suite import Need, check
from contract_tests.model.reference_model import Branch, ReferenceGateway, SentSubmission, agrees, blamed
from contract_tests.model.world import ADMIN, LINKER, PLAIN, Account, World, account_part, providers_part
from contract_tests.report.failures import Failure, ReportedFailure, WrongOutcome, WrongState
from contract_tests.target.exchange import Answer, Request
from contract_tests.target.target import json_request

IDS = (
    "AF-1",
    "AF-2",
    "AF-3",
    "AF-4",
    "AF-5",
    "AF-6",
    "AF-7",
    "ACC-1",
    "WL-1",
    "WL-2",
    "PR-1",
    "PR-2",
    "ORD-1",
    "ERR-60",
    "ST-1",
    "ST-2",
    "MS-2",
    "WH-6",
)

_NUMBERS = ("+16465550101", "+16465550102", "+16465550111")
_TEXTS = ("Your code", "your code", "Your code ", "Hello \U0001f600")
_SENDERS = ((ADMIN_SEND, ADMIN), (SERVICES_SEND, PLAIN), (SERVICES_SEND, LINKER), (SERVICES_SEND, ADMIN))
_STEPS = st.sampled_from((0, 1, 2, 3))
"""Seconds: those in which a message changes."""

_SHRINKING = 5.0
"""Seconds."""

_VOLUME, _DUPLICATES = 4, 2
_VOLUME_WINDOW, _DUPLICATES_WINDOW = 3600, 1500


class _DisagreementError(AssertionError):
    """The target and the model differ; the machine stops, and Hypothesis shrinks the program."""


class _ShrunkEnoughError(BaseException):
    """Stop shrinking: the time for it is used up."""


class GatewayMachine(RuleBasedStateMachine):
    """One run: steps in a new session and a new model."""

    lab: Lab
    """The check's own lab, which `run_machine` sets on a subclass."""
    last: list[ReportedFailure]
    """The finding of the smallest program so far."""
    since: float | None = None
    """When the first one was found: the search for a smaller one does not go on for ever."""

    def __init__(self) -> None:
        super().__init__()
        if self.last and self.since is None:
            type(self).since = monotonic()
        if self.since is not None and monotonic() - self.since > _SHRINKING:
            raise _ShrunkEnoughError
        limits = {
            "volume": _VOLUME,
            "volume_window": _VOLUME_WINDOW,
            "duplicates": _DUPLICATES,
            "duplicates_window": _DUPLICATES_WINDOW,
        }
        world = self.lab.world.with_limits(**limits)
        self.stack = ExitStack()
        self.here = self.stack.enter_context(self.lab.in_world(world))
        self.here.findings = []
        self.model = ReferenceGateway(world, self.lab.readings)
        self.fresh = 0

    # Rules, in the words of the domain

    @rule(number=st.sampled_from(_NUMBERS), text=st.sampled_from(_TEXTS), sender=st.sampled_from(_SENDERS))
    def send(self, number: str, text: str, sender: tuple[str, str]) -> None:
        """Send one of a few texts."""
        self._send(number, text, sender)

    @rule(number=st.sampled_from(_NUMBERS), sender=st.sampled_from(_SENDERS), times=st.integers(1, _VOLUME + 1))
    def send_fresh(self, number: str, sender: tuple[str, str], times: int) -> None:
        """Send new texts."""
        for _ in range(times):
            self._send(number, self._fresh_text(), sender)

    @rule(
        number=st.sampled_from(_NUMBERS),
        edge=st.sampled_from((-1, 0, 1)),
        pause=st.sampled_from((0, 1, 700)),
        sender=st.sampled_from(_SENDERS),
    )
    def fill_and_meet_the_edge(self, number: str, edge: int, pause: int, sender: tuple[str, str]) -> None:
        """Reach the volume limit, advance to the edge of the window that opened first, and send."""
        for nth in range(_VOLUME):
            self._send(number, self._fresh_text(), sender)
            if nth == 0:
                self._advance(pause)
        self._advance(_VOLUME_WINDOW - pause + edge)
        self._send(number, self._fresh_text(), sender)
        self._send(number, self._fresh_text(), sender)

    @rule(
        number=st.sampled_from(_NUMBERS),
        text=st.sampled_from(_TEXTS),
        edge=st.sampled_from((-1, 0, 1)),
        sender=st.sampled_from(_SENDERS),
    )
    def repeat_and_meet_the_edge(self, number: str, text: str, edge: int, sender: tuple[str, str]) -> None:
        """Repeat a text up to its limit, advance to the edge of that window, and send it again."""
        for _ in range(_DUPLICATES):
            self._send(number, text, sender)
        self._advance(_DUPLICATES_WINDOW + edge)
        self._send(number, text, sender)

    @rule(
        seconds=st.sampled_from(
            (1, 2, 3, 700, _DUPLICATES_WINDOW, _VOLUME_WINDOW - 1, _VOLUME_WINDOW, 2 * _VOLUME_WINDOW)
        )
    )
    def wait(self, seconds: int) -> None:
        """Advance the clock, and compare the statuses of the messages."""
        self._advance(seconds)
        self._compare_statuses()

    @rule(number=st.sampled_from(_NUMBERS), sender=st.sampled_from(_SENDERS), steps=st.lists(_STEPS, max_size=4))
    def follow(self, number: str, sender: tuple[str, str], steps: list[int]) -> None:
        """Send a message, and compare its status in small steps of time."""
        self._send(number, self._fresh_text(), sender)
        for seconds in steps:
            self._advance(seconds)
            self._compare_statuses()

    @rule(username=st.sampled_from((PLAIN, LINKER)), active=st.booleans())
    def switch_account(self, username: str, active: bool) -> None:
        """Switch an account off or on."""
        accounts: dict[str, Account] = dict(self.model.world.accounts)
        accounts[username] = replace(accounts[username], active=active)
        self._patch(
            replace(self.model.world, accounts=accounts), accounts=[account_part(a) for a in accounts.values()]
        )

    @precondition(lambda self: len(self.model.world.watchlist) < 5)
    @rule(entry=st.sampled_from((_NUMBERS[0], _NUMBERS[2], "+1646555011*")))
    def block(self, entry: str) -> None:
        """Put a number or a prefix on the watchlist."""
        watchlist = tuple(dict.fromkeys([*self.model.world.watchlist, entry]))
        self._patch(replace(self.model.world, watchlist=watchlist), watchlist=list(watchlist))

    @rule(first=st.booleans(), second=st.booleans())
    def switch_providers(self, first: bool, second: bool) -> None:
        """Switch providers off or on."""
        providers = (("PROVIDER1", first), ("MITTO", second))
        self._patch(replace(self.model.world, providers=providers), providers=providers_part(providers))

    # What they are made of

    def _fresh_text(self) -> str:
        self.fresh += 1
        return f"Fresh {self.fresh}"

    def _advance(self, seconds: float) -> None:
        if seconds > 0 and self.here.session is not None:
            self.here.session.advance(seconds)
            self.model.now += seconds
            self.here.note(f"clock forward by {seconds:g} s")

    def _patch(self, world: World, **parts: Any) -> None:
        if self.here.session is not None:
            self.here.session.patch(**parts)
            self.model.world = world
            shown = {name: value for name, value in parts.items() if name != "accounts"}
            self.here.note(f"scenario changed: {shown or [(n, a.active) for n, a in world.accounts.items()]}")

    def _send(self, number: str, text: str, sender: tuple[str, str]) -> None:
        path, username = sender
        login = self.model.world.accounts[username].login
        body = self.here.body({"destination": number, "text": text, "detailed": True})
        request, answer = self.here.exchange(json_request(path, body, login))
        got = "" if answer.status == 200 else f" with {answer.member('code')}"
        self.here.note(f"{username} sends {text!r} to {number}: {answer.status}{got}")
        sent = SentSubmission(path, login, "application/json", body)
        branches = self.model.branches(sent)
        shown = next((branch for branch in branches if agrees(branch, answer, self.lab.readings)), None)
        if shown is None:
            ids = blamed(branches[0], answer, self.lab.bench.contract)
            self._disagree(WrongOutcome(ids, f"expected {branches[0].outcome}"), request, answer)
            return
        provider = self.model.provider
        self.model.commit(sent, shown, str(answer.member("id")))
        if shown.outcome.code is None and answer.member("provider") != provider:
            self._disagree(WrongState(("PR-2",), f"the provider must be {provider}"), request, answer)
        self._compare_messages(shown, request, answer)
        if self.here.findings:
            self._disagree(self.here.findings[0].failure, request, answer)

    def _compare_messages(self, shown: Branch, request: Request, answer: Answer) -> None:
        """The provider has the messages of the model, in the same order."""
        newest = self.here.messages(8)
        found = [(m["destination"], m["text"], m["provider"]) for m in newest]
        kept = [(m.destination, m.text, m.provider) for m in reversed(self.model.kept)][:8]
        if found != kept:
            said = f"the provider's newest messages are {found[:3]}, not {kept[:3]}"
            ids = shown.ids if shown.outcome.code is None else ("AF-5", *shown.ids)
            self._disagree(WrongState(ids, said), request, answer)
        elif shown.handed_over and newest[0]["id"] != answer.member("id"):
            self._disagree(WrongState(("ANS-1", "PR-1"), "the message kept has another id"), request, answer)

    def _compare_statuses(self) -> None:
        """Each message to a number has the status of the model, latest first."""
        for number in dict.fromkeys(message.destination for message in self.model.kept):
            request, answer = self.here.look_up(f"phonenumber/{number}?count=100")
            found = [(message.get("id"), message.get("status")) for message in messages_of(answer)]
            right = self._as_dropped(found, number)
            if found != right:
                ids = ("ST-1", "ST-2") if [id_ for id_, _ in found] == [id_ for id_, _ in right] else ("MS-2", "WH-6")
                said = f"the statuses of {number} are {[s for _, s in found][:5]}, not {[s for _, s in right][:5]}"
                self._disagree(WrongState(ids, said), request, answer)
            if self.here.findings:
                self._disagree(self.here.findings[0].failure, request, answer)

    def _as_dropped(self, found: list[tuple[Any, Any]], number: str) -> list[tuple[Any, Any]]:
        """The model's expectation; listed drops (AF-7) take the place where the target lists them."""
        kept: list[tuple[Any, Any]] = list(self.model.statuses(number))[:100]
        if "rejected" not in self.lab.readings.of("AF-7"):
            return kept
        known = {id_ for id_, _ in kept}
        rest = iter(kept)
        placed = [each if each[0] not in known and each[1] == "REJECTED" else next(rest, each) for each in found]
        return [*placed, *rest]

    def _disagree(self, failure: Failure, request: Request, answer: Answer) -> None:
        found = ReportedFailure(failure, request, answer, tuple(self.here.script))
        if not self.last or len(found.script) <= len(self.last[0].script):
            self.last[:] = [found]
        raise _DisagreementError(failure.said)

    def teardown(self) -> None:
        """Delete the session."""
        self.stack.close()


@check("machine: any order of events", *IDS, needs=[Need.CONTROL], generated=True)
def machine(lab: Lab) -> None:
    """Every answer and every kept message agrees with the reference model, whatever happened before."""
    last: list[ReportedFailure] = []
    bound = type("BoundMachine", (GatewayMachine,), {"lab": lab, "last": last})
    seeded = seed(lab.bench.seed)(bound)
    try:
        # Hypothesis prints its own account of the program; the steps we noted say the same in fewer words.
        with with_reporter(lambda _: None):
            run_state_machine_as_test(seeded, settings=_settings(2 * lab.bench.max_examples))
    except (Exception, _ShrunkEnoughError):
        if not last:
            raise
        lab.findings.extend(last)


def _settings(max_examples: int) -> settings:
    return settings(
        max_examples=max_examples,
        stateful_step_count=15,
        deadline=None,
        database=None,
        derandomize=False,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )

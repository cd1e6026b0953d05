"""The gateway as the requirements describe it, stated a second time: its answers and its state.

It is independent of any server. If a requirement leaves a question open (is this a URL? is the prefix assigned?)
the model allows every answer and continues with the one that the target gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from contract_tests.contract.document import ADMIN_SEND, Contract
from contract_tests.contract.readings import Readings
from contract_tests.model.numbers import is_assigned, is_e164
from contract_tests.model.outcome import (
    ACCEPTED,
    BAD_CREDENTIALS,
    NO_CREDENTIALS,
    ModelOutcome,
    malformed,
    protocol,
    refused,
)
from contract_tests.model.requests import Body, is_json_type, read_body, webhook_is_sound
from contract_tests.model.texts import holds_url
from contract_tests.model.world import World
from contract_tests.target.exchange import Answer, Login


@dataclass(frozen=True, slots=True)
class Branch:
    """One answer that the requirements allow: their ids, and whether a provider gets the message."""

    outcome: ModelOutcome
    ids: tuple[str, ...]
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class SentSubmission:
    """One attempt to send, in the model's terms."""

    path: str
    login: Login | None
    content_type: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message that reached a provider."""

    destination: str
    text: str
    provider: str
    at: float
    caller: str
    id: str = ""

    def status(self, now: float) -> str:
        """Its status by the default plan (ST-1, ST-2)."""
        age = now - self.at
        return "PROVIDER_ACCEPTANCE" if age < 1 else "SENT" if age < 3 else "DELIVERED"


@dataclass
class ReferenceGateway:
    """The state of the gateway and the verdict on each attempt, in the order of ORD-1."""

    world: World
    readings: Readings
    now: float = 0.0
    kept: list[KeptMessage] = field(default_factory=list)
    attempts: list[tuple[str, float]] = field(default_factory=list)
    """Refused or dropped attempts, which count under the other reading of AF-5."""

    def branches(self, sent: SentSubmission) -> list[Branch]:
        """Every answer that is right in this state; of several, the first is the expected one."""
        early = list(self._caller(sent))
        if early:
            return early
        body = read_body(sent.body, admin=sent.path == ADMIN_SEND)
        if body is None:
            return [Branch(malformed(), ("BAD-1", "BAD-2", "REQ-8"))]
        found: list[Branch] = []
        for branch, certain in self._objections(sent, body):
            found.append(branch)
            if certain:
                return found
        return [*found, self._handed_over(body)]

    def commit(self, sent: SentSubmission, branch: Branch, message_id: str = "") -> None:
        """Change the state by the branch that the answer showed, and keep its id."""
        body = read_body(sent.body, admin=sent.path == ADMIN_SEND)
        if body is None or body.destination is None or body.text is None:
            return
        if branch.handed_over:
            provider = self.provider or ""
            self.kept.append(KeptMessage(body.destination, body.text, provider, self.now, _caller(sent), message_id))
        elif branch.outcome == ACCEPTED or branch.outcome.code in {8, 59, 60, 61, 64, 74}:
            self.attempts.append((body.destination, self.now))

    def statuses(self, number: str) -> list[tuple[str, str]]:
        """Id and status of the messages to a number, latest first (MS-2, MS-5)."""
        mine = [message for message in self.kept if message.destination == number]
        return [(message.id, message.status(self.now)) for message in reversed(mine)]

    @property
    def provider(self) -> str | None:
        """The first provider that is up (PR-2)."""
        return next((name for name, up in self.world.providers if up), None)

    def _caller(self, sent: SentSubmission) -> Iterator[Branch]:
        """Authentication, privilege and content type, which come before the body."""
        if sent.login is None:
            yield Branch(NO_CREDENTIALS, ("ERR-63a", "ORD-1"))
            return
        account = self.world.accounts.get(sent.login.username) or next(
            (a for a in self.world.accounts.values() if a.login.username == sent.login.username), None
        )
        if account is None or account.login != sent.login or not account.active:
            yield Branch(BAD_CREDENTIALS, ("ERR-63b", "ACC-1", "ORD-1"))
        elif sent.path == ADMIN_SEND and not account.admin:
            for status in self.readings.of("ACC-2"):
                yield Branch(replace(BAD_CREDENTIALS, status=int(status)), ("ACC-2",))
        elif sent.content_type is not None and not is_json_type(sent.content_type):
            yield Branch(protocol(415), ("BAD-4",))

    def _objections(self, sent: SentSubmission, body: Body) -> Iterator[tuple[Branch, bool]]:
        """Everything that can refuse a readable body, in order; the flag: it refuses under every reading."""
        yield from self._text(body)
        if body.destination is None or not is_e164(body.destination):
            yield Branch(refused(56), ("ERR-56", "REQ-1", "BAD-2")), True
            return
        assigned = is_assigned(body.destination)
        if assigned is not True:
            yield Branch(refused(56), ("NUM-1",)), assigned is False
        if "numbering-plan" in self.readings.of("NUM-1"):
            yield Branch(refused(56), ("NUM-1",)), False
            yield Branch(refused(8), ("NUM-1",)), False
        if body.service_wanted and body.service not in self.world.services:
            yield Branch(refused(59), ("ERR-59", "REQ-3")), True
        yield from self._account_and_webhook(body)
        yield from self._lists(sent, body)
        yield from self._counted(body, _caller(sent))

    def _text(self, body: Body) -> Iterator[tuple[Branch, bool]]:
        text = body.text or ""
        if len(text) > 1600:
            allowed = self.readings.of("BAD-3")
            if "400" in allowed:
                yield Branch(malformed(), ("BAD-3", "REQ-2")), len(allowed) == 1
            if "66" in allowed:
                yield Branch(refused(66), ("BAD-3",)), "accepted" not in allowed
        if not text:
            yield Branch(refused(66), ("ERR-66", "BAD-2")), True
        elif text.isspace() and "66" in self.readings.of("BAD-7"):
            yield Branch(refused(66), ("BAD-7",)), self.readings.known("BAD-7") == "66"

    def _account_and_webhook(self, body: Body) -> Iterator[tuple[Branch, bool]]:
        if body.account is not None and self._named(body.account) is None and "refused" in self.readings.of("ACC-3"):
            yield Branch(BAD_CREDENTIALS, ("ACC-3",)), self.readings.known("ACC-3") == "refused"
        if body.webhook is not None:
            plain = "plain-http" in self.readings.of("BAD-6")
            sound = webhook_is_sound(body.webhook, plain_http=plain)
            if sound is not True or (plain and self.readings.known("BAD-6") is None):
                yield Branch(malformed(), ("BAD-6", "REQ-10")), sound is False

    def _named(self, username: str) -> str | None:
        found = (n for n, a in self.world.accounts.items() if a.login.username == username and a.active)
        return next(found, None)

    def _lists(self, sent: SentSubmission, body: Body) -> Iterator[tuple[Branch, bool]]:
        number = body.destination or ""
        if covers(self.world.unreachable, number):
            yield Branch(refused(8), ("ERR-8",)), True
        named = None if body.account is None else self._named(body.account)
        sender = self.world.accounts[named or self._named(_caller(sent)) or ""]
        if not sender.urls:
            url = holds_url(body.text or "", bare=self.readings.known("URL-3") != "explicit")
            if url is not False:
                yield Branch(refused(74), ("ERR-74", "URL-1", "URL-2", "URL-3")), url is True
        if covers(self.world.watchlist, number):
            yield Branch(refused(61), ("ERR-61", "WL-1", "WL-2")), True

    def _counted(self, body: Body, caller: str) -> Iterator[tuple[Branch, bool]]:
        """Volume, provider and duplicates (AF-1 to AF-7, PR-1)."""
        number, limits = body.destination or "", self.world.limits
        mine = [message for message in self.kept if message.destination == number]
        times = [message.at for message in mine]
        # Whoever counts for each account by itself breaks this statement too.
        shared = ("AF-3",) if any(message.caller != caller for message in mine) else ()
        if self.readings.known("AF-5") == "attempts":
            times = sorted([*times, *(at for to, at in self.attempts if to == number)])
        if len(self._open(times, limits.volume_window)) >= limits.volume:
            yield Branch(refused(60), ("AF-2", "AF-4", "ERR-60", *shared)), True
        if self.provider is None:
            yield Branch(refused(64), ("ERR-64", "PR-1")), True
            return
        same = [m.at for m in mine if (m.text, m.provider) == (body.text, self.provider)]
        if len(self._open(same, limits.duplicates_window)) >= limits.duplicates:
            yield Branch(ACCEPTED, ("AF-1", "AF-4", "AF-7", *shared)), True

    def _open(self, times: list[float], window: float) -> list[float]:
        """Those that still count: each leaves on its own, or all with the first of their window (AF-4)."""
        if self.readings.known("AF-4") != "fixed":
            return [at for at in times if at + window > self.now]
        opened: float | None = None
        inside: list[float] = []
        for at in times:
            if opened is None or at >= opened + window:
                opened, inside = at, []
            inside.append(at)
        return inside if opened is not None and opened + window > self.now else []

    def _handed_over(self, body: Body) -> Branch:
        ids = ("ANS-1", "REQ-2") if body.text and len(body.text) > 160 else ("ANS-1", "REQ-1")
        return Branch(ACCEPTED, ids, handed_over=True)


def _caller(sent: SentSubmission) -> str:
    return sent.login.username if sent.login else ""


def covers(entries: tuple[str, ...], number: str) -> bool:
    """Whether an entry, a number or a prefix with `*`, matches the number (WL-2)."""
    return any(number.startswith(entry[:-1]) if entry.endswith("*") else number == entry for entry in entries)


def agrees(branch: Branch, answer: Answer, readings: Readings) -> bool:
    """Whether an answer is that of this branch; the code for an unreadable body may come with two statuses."""
    outcome = branch.outcome
    if outcome.code is None:
        return answer.status == 200
    statuses = {int(s) for s in readings.of("BAD-1")} if outcome.code == 400 else {outcome.status}
    if answer.status not in statuses or answer.member("code") != outcome.code:
        return False
    return outcome.message is None or answer.member("message") == outcome.message


_MISAPPLIED = {60: ("AF-2", "AF-4"), 61: ("WL-2",), 64: ("PR-1",)}
"""The statements that say when a code must not be given."""


def blamed(expected: Branch, answer: Answer, contract: Contract) -> tuple[str, ...]:
    """The requirements that a wrong answer breaks: those of the right answer, or those that were misapplied."""
    code = answer.member("code")
    if answer.status == 200 or expected.outcome.code is not None or not isinstance(code, int):
        return expected.ids
    by_code = {entry.code: entry.ids[:1] for entry in contract.catalogue}
    return _MISAPPLIED.get(code, by_code.get(code, expected.ids))

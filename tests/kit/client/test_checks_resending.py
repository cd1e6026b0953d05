"""What is sent again and what must not be, with the ledger (PR-1, AF-1, AF-2, the catalogue's persistence)."""

from __future__ import annotations

import pytest

from contract_tests.client.checks import checks_of
from contract_tests.client.checks.resending import ledger
from contract_tests.client.evidence import Evidence
from contract_tests.client.programs import simplest
from contract_tests.client.steps import AFTER, ODD, PERMANENT, PROXY, SPOILT, TOLERANCE, ScriptStep
from tests.kit.client.evidence_made import (
    LOST,
    EvidenceRow,
    attempt,
    breaks,
    evidence,
    headers,
    keeps,
    one,
    refused,
    sent,
)


def row(*steps: str) -> Evidence:
    """One intent that is sent so often."""
    return one(*map(sent, steps))


TWO = evidence(attempt(sent()), attempt(sent(message=simplest(1)), message=simplest(1)))
"""Two messages, each sent once."""

IN_THE_BACKGROUND = evidence(
    attempt(sent("reset-after"), said=LOST), attempt(sent(), sent(message=simplest(1)), message=simplest(1))
)
"""The first is sent again while the client has the second one at hand."""

AFTERWARDS = evidence(attempt(sent("hang-after"), said=LOST), late=(sent(),))

BEHIND = [step.name for step in (*AFTER, *SPOILT, *PROXY) if step.accepts] + ["hang-after", "wrong-content-type"]
DRESSED = [step.name for step in TOLERANCE if step.accepts and step.name != "wrong-content-type"]
BEFORE = ["reset", "empty", "hang", "html-page", "502", "504", "empty 200", "200 without id", "202 with an id"]
NOT_DONE = ["429", "503", "503 with Retry-After"]

RETRIES = (
    *(breaks("retry.permanent", f"{code}", row(f"refused {code}", "accepted"), f"with {code}", "sent once more")
      for code in PERMANENT),
    breaks("retry.permanent", "twice", row("refused 61", "refused 61", "refused 61"), "2 times more"),
    breaks("retry.permanent", "by the gateway itself", one(refused(56), refused(56)), "with 56"),
    breaks("retry.permanent", "in another dress", row("details an object", "accepted"), "with 61"),
    breaks("retry.permanent", "afterwards", evidence(attempt(sent("refused 8")), late=(sent(),)), "with 8"),
    *(keeps("retry.permanent", f"{code} once", row(f"refused {code}")) for code in PERMANENT),
    keeps("retry.permanent", "after something else", row("refused 64", "refused 61")),
    keeps("retry.permanent", "another message", evidence(attempt(sent("refused 61")), attempt(
        sent(message=simplest(1)), message=simplest(1)))),
    keeps("retry.permanent", "a challenge", one(refused(63, headers=headers(authorization=None)), sent())),
    breaks("retry.provider-down", "six", row(*["refused 64"] * 6), "sent 6 times", "5 are enough"),
    keeps("retry.provider-down", "five", row(*["refused 64"] * 5)),
    keeps("retry.provider-down", "up again", row(*["refused 64"] * 3, "accepted")),
    breaks("retry.hammering", "three", row(*["refused 60"] * 3), "sent 3 times"),
    keeps("retry.hammering", "two", row(*["refused 60"] * 2)),
    keeps("retry.hammering", "two messages", evidence(
        attempt(*map(sent, ["refused 60"] * 2)),
        attempt(*[sent("refused 60", simplest(1)) for _ in range(2)], message=simplest(1)))),
)  # fmt: skip

RESENDS = (
    *(breaks("resend.unknown-fate", name, row(name, "accepted"), f"after {name}", "1 intent, 2 accepted, 1 duplicate")
      for name in BEHIND),
    breaks("resend.unknown-fate", "four times", row(*["reset-after"] * 4), "1 intent, 4 accepted, 3 duplicates"),
    breaks("resend.unknown-fate", "in the background", IN_THE_BACKGROUND, "2 intents, 3 accepted, 1 duplicate"),
    breaks("resend.unknown-fate", "afterwards", AFTERWARDS, "1 intent, 2 accepted, 1 duplicate"),
    breaks("resend.unknown-fate", "in vain", row("reset-after", "refused 64"), "1 intent, 1 accepted, 0 duplicates"),
    *(keeps("resend.unknown-fate", f"{name} once", row(name)) for name in BEHIND),
    keeps("resend.unknown-fate", "at last", row("refused 64", "reset-after")),
    *(breaks("resend.before", name, row(name, "accepted"), f"after {name}", "1 intent, 1 accepted, 0 duplicates")
      for name in BEFORE),
    *(keeps("resend.before", f"{name} once", row(name)) for name in BEFORE),
    keeps("resend.before", "nothing was done", row(*NOT_DONE, "reset")),
    *(breaks("resend.accepted", name, row(name, "accepted"), f"({name})", "1 intent, 2 accepted, 1 duplicate")
      for name in ["accepted", *DRESSED]),
    keeps("resend.accepted", "each once", TWO),
    keeps("resend.accepted", "at last", row("refused 64", "accepted")),
    keeps("resend.accepted", "the same number again", evidence(attempt(sent()), attempt(sent()))),
)  # fmt: skip

ROWS: tuple[EvidenceRow, ...] = (*RETRIES, *RESENDS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_sent_again(row: EvidenceRow) -> None:
    """A breach is told in one sentence, with the ledger where a message may have come twice."""
    row.hold()


@pytest.mark.parametrize("step", ODD, ids=lambda step: step.name)
def test_after_an_odd_answer_at_most_the_doubt_is_told(step: ScriptStep) -> None:
    """None of them was taken, so the ledger has no duplicate."""
    found = row(step.name, "accepted")
    told = {check.id for check in checks_of() for _ in check.judge(found) if check.id.startswith("re")}

    assert told <= {"resend.before"}
    assert ledger(found) == "1 intent, 1 accepted, 0 duplicates"


def test_who_may_send_again_may_do_so_in_doubt_only() -> None:
    """`allowed` leaves out the two checks of doubt, and no other."""
    ids = {check.id for check in checks_of("never")}

    assert ids - {check.id for check in checks_of("allowed")} == {"resend.unknown-fate", "resend.before"}
    assert {check.id for check in checks_of("allowed")} < ids

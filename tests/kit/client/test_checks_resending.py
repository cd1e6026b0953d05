"""The checks of resending, with the ledger (PR-1, AF-1, AF-2, the catalogue's persistence)."""

from __future__ import annotations

import pytest

from contract_tests.client.checks import checks_of
from contract_tests.client.checks.resending import ledger
from contract_tests.client.play.case_sets import simplest
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.steps import AFTER, GARBLED, ODD, PERMANENT, PROXY, TOLERANCE, ScriptStep
from tests.kit.client.sample_evidence import (
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


def sends(*steps: str) -> Evidence:
    """One intent with a send per step."""
    return one(*map(sent, steps))


TWO = evidence(attempt(sent()), attempt(sent(message=simplest(1)), message=simplest(1)))
"""Two messages, each sent once."""

IN_THE_BACKGROUND = evidence(
    attempt(sent("reset-after"), said=LOST),
    attempt(sent(), sent(message=simplest(1)), message=simplest(1)),
)
"""The first is resent during the second."""

AFTERWARDS = evidence(attempt(sent("hang-after"), said=LOST), late=(sent(),))

AFTER_ACCEPTANCE = [step.name for step in (*AFTER, *GARBLED, *PROXY) if step.accepts] + [
    "hang-after",
    "wrong-content-type",
]
VARIANTS = [step.name for step in TOLERANCE if step.accepts and step.name != "wrong-content-type"]
BEFORE = ["reset", "empty", "hang", "html-page", "502", "504", "empty 200", "200 without id", "202 with an id"]
NOT_DONE = ["429", "503", "503 with Retry-After"]

RETRIES = (
    *(breaks("retry.permanent", f"{code}", sends(f"refused {code}", "accepted"), f"with {code}", "sent once more")
      for code in PERMANENT),
    breaks("retry.permanent", "twice", sends("refused 61", "refused 61", "refused 61"), "2 times more"),
    breaks("retry.permanent", "by the gateway itself", one(refused(56), refused(56)), "with 56"),
    breaks("retry.permanent", "in an unusual form", sends("details an object", "accepted"), "with 61"),
    breaks("retry.permanent", "afterwards", evidence(attempt(sent("refused 8")), late=(sent(),)), "with 8"),
    *(keeps("retry.permanent", f"{code} once", sends(f"refused {code}")) for code in PERMANENT),
    keeps("retry.permanent", "after something else", sends("refused 64", "refused 61")),
    keeps("retry.permanent", "another message", evidence(attempt(sent("refused 61")), attempt(
        sent(message=simplest(1)), message=simplest(1)))),
    keeps("retry.permanent", "a challenge", one(refused(63, headers=headers(authorization=None)), sent())),
    breaks("retry.provider-down", "six", sends(*["refused 64"] * 6), "sent 6 times", "give up after 5"),
    keeps("retry.provider-down", "five", sends(*["refused 64"] * 5)),
    keeps("retry.provider-down", "up again", sends(*["refused 64"] * 3, "accepted")),
    breaks("retry.hammering", "three", sends(*["refused 60"] * 3), "sent 3 times"),
    keeps("retry.hammering", "two", sends(*["refused 60"] * 2)),
    keeps("retry.hammering", "two messages", evidence(
        attempt(*map(sent, ["refused 60"] * 2)),
        attempt(*[sent("refused 60", simplest(1)) for _ in range(2)], message=simplest(1)))),
)  # fmt: skip

RESENDS = (
    *(breaks("resend.unknown-fate", name, sends(name, "accepted"), f"after {name}", "1 intent, 2 accepted, 1")
      for name in AFTER_ACCEPTANCE),
    breaks("resend.unknown-fate", "four times", sends(*["reset-after"] * 4), "1 intent, 4 accepted, 3 duplicates"),
    breaks("resend.unknown-fate", "in the background", IN_THE_BACKGROUND, "2 intents, 3 accepted, 1 duplicate"),
    breaks("resend.unknown-fate", "afterwards", AFTERWARDS, "1 intent, 2 accepted, 1 duplicate"),
    breaks("resend.unknown-fate", "again", sends("reset-after", "refused 64"), "1 intent, 1 accepted, 0 duplicates"),
    *(keeps("resend.unknown-fate", f"{name} once", sends(name)) for name in AFTER_ACCEPTANCE),
    keeps("resend.unknown-fate", "at last", sends("refused 64", "reset-after")),
    *(breaks("resend.before", name, sends(name, "accepted"), f"after {name}", "1 intent, 1 accepted, 0 duplicates")
      for name in BEFORE),
    *(keeps("resend.before", f"{name} once", sends(name)) for name in BEFORE),
    keeps("resend.before", "nothing was done", sends(*NOT_DONE, "reset")),
    *(breaks("resend.accepted", name, sends(name, "accepted"), f"({name})", "1 intent, 2 accepted, 1 duplicate")
      for name in ["accepted", *VARIANTS]),
    keeps("resend.accepted", "each once", TWO),
    keeps("resend.accepted", "at last", sends("refused 64", "accepted")),
    keeps("resend.accepted", "the same number again", evidence(attempt(sent()), attempt(sent()))),
)  # fmt: skip

ROWS: tuple[EvidenceRow, ...] = (*RETRIES, *RESENDS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_sent_again(row: EvidenceRow) -> None:
    """Each check reports its breach in one sentence, with the ledger where a message may be a duplicate."""
    row.hold()


@pytest.mark.parametrize("step", ODD, ids=lambda step: step.name)
def test_a_resend_after_an_odd_answer_breaks_at_most_one_check(step: ScriptStep) -> None:
    """None of them was accepted, so the ledger has no duplicate."""
    found = sends(step.name, "accepted")
    broken = {check.id for check in checks_of() for _ in check.judge(found) if check.id.startswith("re")}

    assert broken <= {"resend.before"}
    assert ledger(found) == "1 intent, 1 accepted, 0 duplicates"


def test_resend_allowed_covers_unknown_fate_only() -> None:
    """`allowed` leaves out the two checks of unknown fate, and no other."""
    ids = {check.id for check in checks_of("never")}

    assert ids - {check.id for check in checks_of("allowed")} == {"resend.unknown-fate", "resend.before"}
    assert {check.id for check in checks_of("allowed")} < ids

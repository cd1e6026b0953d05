"""The caller is told the truth: ANS-1 to ANS-4 and the refusal catalogue, by the answer to the last send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.client.checks import judge
from contract_tests.client.driver.calling import Answer, DriverFailure
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted, ReportedFailed, ReportedRefused
from contract_tests.client.evidence import Evidence
from contract_tests.client.steps import CODES, ID, ODD, STEPS, TOLERANCE, Group, ScriptStep
from tests.kit.client.evidence_made import LOST, TAKEN, EvidenceRow, breaks, keeps, one, refused, sent

NO_ANSWER = DriverFailure(FailureKind.DIED, "It died.")


def met(step: str, said: Answer = TAKEN) -> Evidence:
    """One send that meets a step, and what the client says."""
    return one(sent(step), said=said)


def named(provider: Any) -> Evidence:
    """An acceptance with or without a provider; the client names one."""
    answer = b'{"id": "%s", "provider": %s}' % (ID.encode(), provider)
    return one(sent(answer=answer), said=replace(TAKEN, provider="MITTO"))


ACCEPTED = (
    breaks("outcome.accepted", "a refusal", met("refused 61"), "said accepted", "500", "only a 200 with an id"),
    breaks("outcome.accepted", "nothing in it", met("empty 200"), "200 with 'an empty body'"),
    breaks("outcome.accepted", "no id", met("200 without id"), "only a 200 with an id"),
    breaks("outcome.accepted", "a list", met("200 that is a list"), "only a 200"),
    breaks("outcome.accepted", "a page", met("a sign-in page with 200"), "<html>"),
    breaks("outcome.accepted", "no JSON", met("broken-json"), "broken-json"),
    breaks("outcome.accepted", "400", met("400 malformed"), "400"),
    breaks("outcome.accepted", "nothing was sent", one(), "nothing reached the gateway"),
    breaks("outcome.accepted", "the last one was refused", one(sent("reset-after"), sent("refused 64")), "500"),
    keeps("outcome.accepted", "accepted", met("accepted")),
    keeps("outcome.accepted", "failed at an empty 200", met("empty 200", LOST)),
    keeps("outcome.accepted", "the last one was accepted", one(sent("refused 64"), sent())),
    breaks("outcome.contradiction", "202", met("202 with an id"), "202", "contradicts its status"),
    breaks("outcome.contradiction", "500", met("500 with an id"), "500"),
    breaks("outcome.contradiction", "a code on a 200", met("200 with an id and a code"), "200"),
    keeps("outcome.contradiction", "failed", met("500 with an id", LOST)),
    keeps("outcome.contradiction", "refused by the code", met("500 with an id and a code", ReportedRefused(61))),
    breaks("outcome.id", "its own", met("accepted", ReportedAccepted("mine")), "'mine'", f"'{ID}'"),
    breaks("outcome.id", "upper case", met("accepted", ReportedAccepted(ID.upper())), "the gateway gave"),
    breaks("outcome.id", "of the first send", one(
        sent("reset-after"), sent(answer=b'{"id": "second"}')), "gave 'second'"),
    keeps("outcome.id", "the gateway's", met("accepted")),
    breaks("outcome.provider", "invented", named(b"null"), "'MITTO'", "named None"),
    breaks("outcome.provider", "another", named(b'"PROVIDER1"'), "named 'PROVIDER1'"),
    keeps("outcome.provider", "the gateway's", named(b'"MITTO"')),
    keeps("outcome.provider", "null is none", met("provider null")),
    keeps("outcome.provider", "an empty string is none", met("provider absent", replace(TAKEN, provider=""))),
    keeps("outcome.provider", "it is not told", met("another field order")),
)  # fmt: skip

NOT_ACCEPTED = (
    breaks(
        "outcome.refused",
        "another code",
        met("refused 61", ReportedRefused(60)),
        "with 60",
        "gateway refused with 61",
    ),
    breaks("outcome.refused", "the status", met("refused 61", ReportedRefused(500)), "said refused with 500"),
    breaks("outcome.refused", "an acceptance", met("accepted", ReportedRefused(8)), "that is no refusal"),
    breaks("outcome.refused", "a code on a 200", met("200 with a code", ReportedRefused(61)), "that is no refusal"),
    breaks(
        "outcome.refused", "a code of text", met("500 with a code that is text", ReportedRefused(61)), "no refusal"
    ),
    breaks("outcome.refused", "nothing was sent", one(said=ReportedRefused(8)), "nothing reached the gateway"),
    breaks(
        "outcome.refused", "of the first send", one(sent("refused 60"), refused(64), said=ReportedRefused(60)), "64"
    ),
    *(keeps("outcome.refused", f"with {code}", met(f"refused {code}", ReportedRefused(code))) for code in CODES),
    *(keeps("outcome.refused", f"{code} told as failed", met(f"refused {code}", LOST)) for code in CODES),
    keeps("outcome.refused", "an unknown code", met("unknown code 99", ReportedRefused(99))),
    keeps("outcome.refused", "an unknown code told as failed", met("unknown code 99", LOST)),
    keeps("outcome.refused", "400", met("400 malformed", ReportedRefused(400))),
    keeps("outcome.refused", "by the gateway itself", one(refused(56), said=ReportedRefused(56))),
    breaks("outcome.failed", "failed", met("accepted", LOST), "said failed", "on its way"),
    breaks("outcome.failed", "refused", met("accepted", ReportedRefused(64)), "said refused with 64"),
    breaks("outcome.failed", "a second try that was accepted", one(sent("502"), sent(), said=LOST), "on its way"),
    keeps("outcome.failed", "accepted", met("accepted")),
    keeps("outcome.failed", "no answer is another matter", met("accepted", NO_ANSWER)),
    breaks("outcome.unknown-fate", "reset, told as accepted", met("reset-after"), "reset-after", "nobody knows"),
    breaks(
        "outcome.unknown-fate", "reset, told as refused", met("reset", ReportedRefused(64)), "said refused with 64"
    ),
    breaks("outcome.unknown-fate", "a drip that was cut", met("slow-drip"), "within the client's own time-out"),
    breaks("outcome.unknown-fate", "a proxy's page", met("html-page-after"), "502"),
    breaks("outcome.unknown-fate", "429 as a code", met("429", ReportedRefused(429)), "said refused with 429"),
    keeps("outcome.unknown-fate", "failed", met("hang-after", LOST)),
)

ROWS: tuple[EvidenceRow, ...] = (*ACCEPTED, *NOT_ACCEPTED)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_the_caller_is_told(row: EvidenceRow) -> None:
    """A breach is told in one sentence, and what a sensible client may say is none."""
    row.hold()


def _told(step: ScriptStep, said: Answer) -> set[str]:
    """The checks of outcomes and tolerance that one word breaks."""
    ids = {check.id for check, _ in judge(met(step.name, said))}
    return {id_ for id_ in ids if id_.startswith(("outcome.", "tolerance."))}


def _right(step: ScriptStep) -> Answer:
    """What the most careful client says."""
    if step.then is not None and "refuse" in step.then:
        return ReportedRefused(step.then["refuse"])
    accepts = step.accepts and not step.fate_unknown
    return TAKEN if accepts and step.group in {Group.ACCEPTED, Group.TOLERANCE} else ReportedFailed("nobody knows")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_has_a_word_that_is_right_and_others_are_told(step: ScriptStep) -> None:
    """Nothing is said of the right word; of an acceptance in its place there is, by one check."""
    right = _right(step)

    assert _told(step, right) == set()
    if right != TAKEN:
        assert len(_told(step, TAKEN)) == 1
    elif step.name != "wrong-content-type":
        assert _told(step, LOST)


@pytest.mark.parametrize("step", [*ODD, *TOLERANCE], ids=lambda step: step.name)
def test_a_refusal_that_nobody_gave_is_told_whatever_the_answer_is(step: ScriptStep) -> None:
    """ERR-8 was never said."""
    assert "outcome.refused" in _told(step, ReportedRefused(8))

"""The checks of outcomes: ANS-1 to ANS-4 and the refusal catalogue, by the answer to the last send."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.client.checks import judge
from contract_tests.client.driver.interface import Answer, DriverFailure
from contract_tests.client.driver.protocol import FailureKind, ReportedAccepted, ReportedFailed, ReportedRefused
from contract_tests.client.play.evidence import Evidence
from contract_tests.client.play.steps import CODES, ID, ODD, STEPS, TOLERANCE, Group, ScriptStep
from tests.kit.client.sample_evidence import LOST, TAKEN, EvidenceRow, breaks, keeps, one, refused, sent

NO_ANSWER = DriverFailure(FailureKind.DIED, "It died.")


def on(step: str, said: Answer = TAKEN) -> Evidence:
    """One send with a step, and what the client reports."""
    return one(sent(step), said=said)


def named(provider: Any) -> Evidence:
    """An acceptance with or without a provider; the client reports one."""
    answer = b'{"id": "%s", "provider": %s}' % (ID.encode(), provider)
    return one(sent(answer=answer), said=replace(TAKEN, provider="MITTO"))


ACCEPTED = (
    breaks("outcome.accepted", "a refusal", on("refused 61"), "reported accepted", "500", "only a 200 with an id"),
    breaks("outcome.accepted", "nothing in it", on("empty 200"), "200 with 'an empty body'"),
    breaks("outcome.accepted", "no id", on("200 without id"), "only a 200 with an id"),
    breaks("outcome.accepted", "a list", on("200 that is a list"), "only a 200"),
    breaks("outcome.accepted", "a page", on("a sign-in page with 200"), "<html>"),
    breaks("outcome.accepted", "no JSON", on("broken-json"), "broken-json"),
    breaks("outcome.accepted", "400", on("400 malformed"), "400"),
    breaks("outcome.accepted", "nothing was sent", one(), "nothing reached the gateway"),
    breaks("outcome.accepted", "the last one was refused", one(sent("reset-after"), sent("refused 64")), "500"),
    keeps("outcome.accepted", "accepted", on("accepted")),
    keeps("outcome.accepted", "failed at an empty 200", on("empty 200", LOST)),
    keeps("outcome.accepted", "the last one was accepted", one(sent("refused 64"), sent())),
    breaks("outcome.contradiction", "202", on("202 with an id"), "202", "contradicts its status"),
    breaks("outcome.contradiction", "500", on("500 with an id"), "500"),
    breaks("outcome.contradiction", "a code on a 200", on("200 with an id and a code"), "200"),
    keeps("outcome.contradiction", "failed", on("500 with an id", LOST)),
    keeps("outcome.contradiction", "refused by the code", on("500 with an id and a code", ReportedRefused(61))),
    breaks("outcome.id", "its own", on("accepted", ReportedAccepted("mine")), "'mine'", f"'{ID}'"),
    breaks("outcome.id", "upper case", on("accepted", ReportedAccepted(ID.upper())), "the gateway gave"),
    breaks("outcome.id", "of the first send", one(
        sent("reset-after"), sent(answer=b'{"id": "second"}')), "gave 'second'"),
    keeps("outcome.id", "the gateway's", on("accepted")),
    breaks("outcome.provider", "invented", named(b"null"), "'MITTO'", "gave None"),
    breaks("outcome.provider", "another", named(b'"PROVIDER1"'), "gave 'PROVIDER1'"),
    keeps("outcome.provider", "the gateway's", named(b'"MITTO"')),
    keeps("outcome.provider", "null is none", on("provider null")),
    keeps("outcome.provider", "an empty string is none", on("provider absent", replace(TAKEN, provider=""))),
    keeps("outcome.provider", "it is not reported", on("another field order")),
)  # fmt: skip

NOT_ACCEPTED = (
    breaks(
        "outcome.refused",
        "another code",
        on("refused 61", ReportedRefused(60)),
        "with 60",
        "gateway refused with 61",
    ),
    breaks("outcome.refused", "the status", on("refused 61", ReportedRefused(500)), "reported refused with 500"),
    breaks("outcome.refused", "an acceptance", on("accepted", ReportedRefused(8)), "that is no refusal"),
    breaks(
        "outcome.refused",
        "a code on a 200",
        on("200 with a code", ReportedRefused(61)),
        "that is no refusal",
    ),
    breaks(
        "outcome.refused",
        "a code of text",
        on("500 with a code that is text", ReportedRefused(61)),
        "no refusal",
    ),
    breaks("outcome.refused", "nothing was sent", one(said=ReportedRefused(8)), "nothing reached the gateway"),
    breaks(
        "outcome.refused", "of the first send", one(sent("refused 60"), refused(64), said=ReportedRefused(60)), "64"
    ),
    *(keeps("outcome.refused", f"with {code}", on(f"refused {code}", ReportedRefused(code))) for code in CODES),
    *(keeps("outcome.refused", f"{code} reported as failed", on(f"refused {code}", LOST)) for code in CODES),
    keeps("outcome.refused", "an unknown code", on("unknown code 99", ReportedRefused(99))),
    keeps("outcome.refused", "an unknown code reported as failed", on("unknown code 99", LOST)),
    keeps("outcome.refused", "400", on("400 malformed", ReportedRefused(400))),
    keeps("outcome.refused", "by the gateway itself", one(refused(56), said=ReportedRefused(56))),
    breaks("outcome.failed", "failed", on("accepted", LOST), "reported failed", "was accepted"),
    breaks("outcome.failed", "refused", on("accepted", ReportedRefused(64)), "reported refused with 64"),
    breaks("outcome.failed", "a second try that was accepted", one(sent("502"), sent(), said=LOST), "was accepted"),
    keeps("outcome.failed", "accepted", on("accepted")),
    keeps("outcome.failed", "no answer is another matter", on("accepted", NO_ANSWER)),
    breaks(
        "outcome.unknown-fate",
        "reset, reported as accepted",
        on("reset-after"),
        "reset-after",
        "fate is unknown",
    ),
    breaks(
        "outcome.unknown-fate",
        "reset, reported as refused",
        on("reset", ReportedRefused(64)),
        "reported refused with 64",
    ),
    breaks("outcome.unknown-fate", "a drip that was cut", on("slow-drip"), "within the client's own time-out"),
    breaks("outcome.unknown-fate", "a proxy's page", on("html-page-after"), "502"),
    breaks("outcome.unknown-fate", "429 as a code", on("429", ReportedRefused(429)), "reported refused with 429"),
    keeps("outcome.unknown-fate", "failed", on("hang-after", LOST)),
)

ROWS: tuple[EvidenceRow, ...] = (*ACCEPTED, *NOT_ACCEPTED)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_the_client_reports(row: EvidenceRow) -> None:
    """Each check reports its breach in one sentence, and nothing for what a sensible client may report."""
    row.hold()


def _broken_by(step: ScriptStep, said: Answer) -> set[str]:
    """The checks of outcomes and tolerance that a report breaks."""
    ids = {check.id for check, _ in judge(on(step.name, said))}
    return {id_ for id_ in ids if id_.startswith(("outcome.", "tolerance."))}


def _right(step: ScriptStep) -> Answer:
    """What the most careful client reports."""
    if step.then is not None and "refuse" in step.then:
        return ReportedRefused(step.then["refuse"])
    accepts = step.accepts and not step.fate_unknown
    return TAKEN if accepts and step.group in {Group.ACCEPTED, Group.TOLERANCE} else ReportedFailed("nobody knows")


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_has_a_right_report_and_wrong_ones_are_breaches(step: ScriptStep) -> None:
    """The right report breaks nothing; a false acceptance breaks exactly one check."""
    right = _right(step)

    assert _broken_by(step, right) == set()
    if right != TAKEN:
        assert len(_broken_by(step, TAKEN)) == 1
    elif step.name != "wrong-content-type":
        assert _broken_by(step, LOST)


@pytest.mark.parametrize("step", [*ODD, *TOLERANCE], ids=lambda step: step.name)
def test_an_invented_refusal_is_a_breach_for_every_answer(step: ScriptStep) -> None:
    """The gateway never answered with ERR-8."""
    assert "outcome.refused" in _broken_by(step, ReportedRefused(8))

"""Replays: one file that the gateway serves and the kit plays, and sentences for files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.client.cases import PASSWORD, Case
from contract_tests.client.findings import Breach, ClientLaw, Severity
from contract_tests.client.programs import generated, simple, simplest
from contract_tests.client.replaying import case_in, written
from contract_tests.client.steps import BY_NAME, STEPS, ScriptStep
from contract_tests.target.target import CouldNotRunError
from mock_server.scenario.loader import load_scenario

LAW = ClientLaw("resend.unknown-fate", "Sent again it may come twice.", Severity.CRITICAL, ("AF-1",))
BREACH = Breach("1 intent, 2 accepted: the client sent +447700900123 again.")
MARK = "# sms-contract: "
GOOD = {"check": LAW.id, "case": simple().as_json()}


def test_a_file_for_each_step_is_a_scenario_and_a_case(tmp_path: Path) -> None:
    """Both commands take it, and the case that is read is the case that was written."""
    for step in STEPS:
        case = simple("services", 0.5, BY_NAME["accepted"], step, count=2)

        path = written(tmp_path, LAW, BREACH, case)

        scenario = load_scenario(path)
        assert len(scenario.stubs) == (step.then is not None)
        assert case_in(path) == (LAW.id, case)


@pytest.mark.parametrize("operation", ["admin", "services"])
def test_any_case_survives_the_file(tmp_path: Path, operation: str) -> None:
    """Emoji, line separators, half-written escapes: every text comes back code point by code point."""
    for case in generated(11, 50, "admin" if operation == "admin" else "services"):
        path = written(tmp_path, LAW, BREACH, case)

        assert case_in(path) == (LAW.id, case)
        assert load_scenario(path).title


def test_the_same_case_is_the_same_file(tmp_path: Path) -> None:
    """A breach that is found again fills no folder; another case or check is another file."""
    other = ClientLaw("outcome.truth", "Say what happened.", Severity.MAJOR, ())
    paths = [
        written(tmp_path / "deep" / "down", law, BREACH, case)
        for law, case in ((LAW, simple()), (LAW, simple()), (LAW, simple(count=2)), (other, simple()))
    ]

    assert paths[0] == paths[1]
    assert len(set(paths)) == 3
    assert paths[0].name.startswith("resend.unknown-fate-")
    assert paths[0].suffix == ".yaml"


def test_the_file_tells_people_what_it_is(tmp_path: Path) -> None:
    """The breach, why it matters, the check, and both commands; no absolute path, for teams keep such files."""
    folder = tmp_path / ".sms-contract"

    path = written(folder, LAW, BREACH, simple())

    comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert comments[0] == f"# {LAW.id} (critical): {BREACH.said}"
    assert f"# Why it matters: {LAW.sentence}" in comments
    assert f"#     sms-contract client --replay .sms-contract/{path.name}" in comments
    assert f"#     sms-mock serve --scenario .sms-contract/{path.name}" in comments
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
    assert comments[-1].startswith(MARK)
    assert comments[-1].isascii()


@pytest.mark.parametrize(
    "said", ["one\ntwo", "a\u2028b\x85c", "nul \x00 bell \x07", "# : - {", "\u202egnol", "é 👍", "x" * 500]
)
def test_no_sentence_breaks_out_of_its_comment(tmp_path: Path, said: str) -> None:
    """What a client said may stand in it."""
    path = written(tmp_path, LAW, Breach(said), simple())

    assert load_scenario(path).title == "everything is accepted"
    assert case_in(path) == (LAW.id, simple())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence, with the file."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(CouldNotRunError, match=r"The replay .*taken.* cannot be written"):
        written(tmp_path / "taken", LAW, BREACH, simple())


def test_a_file_that_people_have_edited_is_read(tmp_path: Path) -> None:
    """A byte order mark, Windows' line ends, and whatever stands around the line."""
    path = tmp_path / "edited.yaml"
    path.write_bytes(b"\xef\xbb\xbf# mine\r\n" + MARK.encode() + json.dumps(GOOD).encode() + b"\r\nversion: 1\r\n")

    assert case_in(path) == (LAW.id, simple())


def wrong(**members: object) -> str:
    """The line with some members of the case replaced."""
    return MARK + json.dumps({"check": LAW.id, "case": {**simple().as_json(), **members}})


BROKEN: dict[str, tuple[str, str]] = {
    "a scenario of people": ("version: 1\n", "it is no replay: no line begins with '# sms-contract:'"),
    "an empty file": ("", "it is no replay"),
    "broken JSON": (f"# hello\n{MARK}{{", "line 2: the JSON behind '# sms-contract:' is broken"),
    "not a number": (f"{MARK}NaN", "NaN is not JSON"),
    "a nesting bomb": (MARK + "[" * 100_000, "is broken: it is nested too deeply"),
    "no object": (f"{MARK}[]", "an object with the member 'check' is required"),
    "no case": (f'{MARK}{{"check": "a"}}', "the member 'case' is missing"),
    "a case that is none": (f'{MARK}{{"check": "a", "case": 1}}', "case: this is of the wrong type: 1"),
    "a check that is none": (f'{MARK}{{"check": 1, "case": {{}}}}', "check: this is of the wrong type: 1"),
    "an empty case": (f'{MARK}{{"check": "a", "case": {{}}}}', "the member 'operation' is missing"),
    "an unknown step": (wrong(program=["explodes"]), "line 1: no step 'explodes' is known"),
    "a step that is no name": (wrong(program=[["reset"]]), 'the name of a step is required, not ["reset"]'),
    "no list of steps": (wrong(program="reset"), "program: this is of the wrong type"),
    "no messages": (wrong(messages=[]), "messages: at least one object is required"),
    "a message that is none": (wrong(messages=["Hi"]), "messages: at least one object is required"),
    "half a character": (wrong(messages=[{"text": "\ud83d"}]), "half a surrogate pair"),
    "another operation": (wrong(operation="root"), "'root' is neither admin nor services"),
    "no time": (wrong(timeout_s=0), "timeout_s: a number of seconds above 0 is required, not 0"),
    "true for a time": (wrong(timeout_s=True), "a number of seconds above 0 is required, not true"),
    "a huge time": (wrong(timeout_s=1).replace(": 1,", ": 1e999,"), "a number of seconds above 0 is required"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_replay_is_told_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    """Where and what: whoever edited it mends it."""
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence is judged below
        case_in(path)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8, far too large."""
    latin, huge = tmp_path / "latin.yaml", tmp_path / "huge.yaml"
    latin.write_bytes(b"# one\n# caf\xe9\n")
    huge.write_bytes(b"#" * (2**20 + 1))

    for path, said in (
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "it is no regular file"),
        (latin, "line 2 is not UTF-8"),
        (huge, "more than 1 MiB"),
        (tmp_path / ("x" * 300), "it cannot be read"),
    ):
        with pytest.raises(ValueError, match=said):
            case_in(path)


@pytest.mark.parametrize("step", [BY_NAME["refused 61"], BY_NAME["hang"]])
def test_the_scenario_in_the_file_is_that_of_the_case(tmp_path: Path, step: ScriptStep) -> None:
    """Accounts, stubs and seed are those that the breach was seen with."""
    case = Case((simplest(),), (step,), seed=99)

    scenario = load_scenario(written(tmp_path, LAW, BREACH, case))

    assert scenario.seed == 99
    assert [(each.username, each.admin) for each in scenario.accounts] == [
        ("kit-admin", True),
        ("kit-customer", False),
    ]
    assert scenario.accounts[0].password == PASSWORD
    assert [stub.name for stub in scenario.stubs] == [step.name]

"""Replay files: the gateway serves them, the kit replays them, and invalid ones are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.client.checks.check import Breach, CheckSpec, Severity
from contract_tests.client.play.case_sets import generated_cases, simple_case, simplest
from contract_tests.client.play.cases import PASSWORD, Case
from contract_tests.client.play.steps import BY_NAME, STEPS, ScriptStep
from contract_tests.client.run.replay_files import read_replay, write_replay
from contract_tests.target.target import CouldNotRunError
from mock_server.scenario.loader import load_scenario

CHECK = CheckSpec("resend.unknown-fate", "Sent again it may come twice.", Severity.CRITICAL, ("AF-1",))
BREACH = Breach("1 intent, 2 accepted: the client sent +447700900123 again.")
MARK = "# sms-contract: "
GOOD = {"check": CHECK.id, "case": simple_case().as_json()}


def test_a_file_for_each_step_is_a_scenario_and_a_case(tmp_path: Path) -> None:
    """Both commands read it, and the case read is the case written."""
    for step in STEPS:
        case = simple_case("services", 0.5, BY_NAME["accepted"], step, count=2)

        path = write_replay(tmp_path, CHECK, BREACH, case)

        scenario = load_scenario(path)
        assert len(scenario.stubs) == (step.then is not None)
        assert read_replay(path) == (CHECK.id, case)


@pytest.mark.parametrize("operation", ["admin", "services"])
def test_any_case_survives_the_file(tmp_path: Path, operation: str) -> None:
    """Emoji, line separators, backslashes: every text is preserved code point by code point."""
    for case in generated_cases(11, 50, "admin" if operation == "admin" else "services"):
        path = write_replay(tmp_path, CHECK, BREACH, case)

        assert read_replay(path) == (CHECK.id, case)
        assert load_scenario(path).title


def test_the_same_case_is_the_same_file(tmp_path: Path) -> None:
    """A repeated breach adds no file; another case or check does."""
    other = CheckSpec("outcome.truth", "Say what happened.", Severity.MAJOR, ())
    paths = [
        write_replay(tmp_path / "deep" / "down", check, BREACH, case)
        for check, case in (
            (CHECK, simple_case()),
            (CHECK, simple_case()),
            (CHECK, simple_case(count=2)),
            (other, simple_case()),
        )
    ]

    assert paths[0] == paths[1]
    assert len(set(paths)) == 3
    assert paths[0].name.startswith("resend.unknown-fate-")
    assert paths[0].suffix == ".yaml"


def test_the_file_explains_itself(tmp_path: Path) -> None:
    """The breach, why it matters, the check and both commands; no absolute path, since teams share such files."""
    folder = tmp_path / ".sms-contract"

    path = write_replay(folder, CHECK, BREACH, simple_case())

    comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert comments[0] == f"# {CHECK.id} (critical): {BREACH.said}"
    assert f"# Why it matters: {CHECK.sentence}" in comments
    assert f"#     sms-contract client --replay .sms-contract/{path.name}" in comments
    assert f"#     sms-mock serve --scenario .sms-contract/{path.name}" in comments
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
    assert comments[-1].startswith(MARK)
    assert comments[-1].isascii()


@pytest.mark.parametrize(
    "said", ["one\ntwo", "a\u2028b\x85c", "nul \x00 bell \x07", "# : - {", "\u202egnol", "é 👍", "x" * 500]
)
def test_no_sentence_breaks_out_of_its_comment(tmp_path: Path, said: str) -> None:
    """It may quote the client."""
    path = write_replay(tmp_path, CHECK, Breach(said), simple_case())

    assert load_scenario(path).title == "everything is accepted"
    assert read_replay(path) == (CHECK.id, simple_case())


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """In one sentence that names the file."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(CouldNotRunError, match=r"The replay .*taken.* cannot be written"):
        write_replay(tmp_path / "taken", CHECK, BREACH, simple_case())


def test_an_edited_file_is_read(tmp_path: Path) -> None:
    """A byte order mark, Windows line ends, and other lines are accepted."""
    path = tmp_path / "edited.yaml"
    path.write_bytes(b"\xef\xbb\xbf# mine\r\n" + MARK.encode() + json.dumps(GOOD).encode() + b"\r\nversion: 1\r\n")

    assert read_replay(path) == (CHECK.id, simple_case())


def wrong(**members: object) -> str:
    """The line with some members of the case replaced."""
    return MARK + json.dumps({"check": CHECK.id, "case": {**simple_case().as_json(), **members}})


BROKEN: dict[str, tuple[str, str]] = {
    "an ordinary scenario": ("version: 1\n", "it is not a replay: no line begins with '# sms-contract:'"),
    "an empty file": ("", "it is not a replay"),
    "broken JSON": (f"# hello\n{MARK}{{", "line 2: the JSON after '# sms-contract:' is invalid"),
    "not a number": (f"{MARK}NaN", "NaN is not JSON"),
    "a nesting bomb": (MARK + "[" * 100_000, "is invalid: it is nested too deeply"),
    "no object": (f"{MARK}[]", "an object with the member 'check' is required"),
    "no case": (f'{MARK}{{"check": "a"}}', "the member 'case' is missing"),
    "a case of the wrong type": (f'{MARK}{{"check": "a", "case": 1}}', "case: this has the wrong type: 1"),
    "a check of the wrong type": (f'{MARK}{{"check": 1, "case": {{}}}}', "check: this has the wrong type: 1"),
    "an empty case": (f'{MARK}{{"check": "a", "case": {{}}}}', "the member 'operation' is missing"),
    "an unknown step": (wrong(program=["explodes"]), "line 1: no step 'explodes' is known"),
    "a step of the wrong type": (wrong(program=[["reset"]]), 'the name of a step is required, not ["reset"]'),
    "no list of steps": (wrong(program="reset"), "program: this has the wrong type"),
    "no messages": (wrong(messages=[]), "messages: at least one object is required"),
    "a message of the wrong type": (wrong(messages=["Hi"]), "messages: at least one object is required"),
    "an unpaired surrogate": (wrong(messages=[{"text": "\ud83d"}]), "an unpaired surrogate"),
    "another operation": (wrong(operation="root"), "'root' is neither admin nor services"),
    "no time": (wrong(timeout_s=0), "timeout_s: a number of seconds above 0 is required, not 0"),
    "true for a time": (wrong(timeout_s=True), "a number of seconds above 0 is required, not true"),
    "a huge time": (wrong(timeout_s=1).replace(": 1,", ": 1e999,"), "a number of seconds above 0 is required"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_an_invalid_file_is_refused_with_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    """It says where and what is wrong."""
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is checked below
        read_replay(path)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8, too large."""
    latin, huge = tmp_path / "latin.yaml", tmp_path / "huge.yaml"
    latin.write_bytes(b"# one\n# caf\xe9\n")
    huge.write_bytes(b"#" * (2**20 + 1))

    for path, said in (
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "it is not a regular file"),
        (latin, "line 2 is not UTF-8"),
        (huge, "larger than 1 MiB"),
        (tmp_path / ("x" * 300), "it cannot be read"),
    ):
        with pytest.raises(ValueError, match=said):
            read_replay(path)


@pytest.mark.parametrize("step", [BY_NAME["refused 61"], BY_NAME["hang"]])
def test_the_scenario_in_the_file_is_that_of_the_case(tmp_path: Path, step: ScriptStep) -> None:
    """With the same accounts, stubs and seed."""
    case = Case((simplest(),), (step,), seed=99)

    scenario = load_scenario(write_replay(tmp_path, CHECK, BREACH, case))

    assert scenario.seed == 99
    assert [(each.username, each.admin) for each in scenario.accounts] == [
        ("kit-admin", True),
        ("kit-customer", False),
    ]
    assert scenario.accounts[0].password == PASSWORD
    assert [stub.name for stub in scenario.stubs] == [step.name]

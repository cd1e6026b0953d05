"""Replay files: each replays one breach with `sms-contract client --replay` or `sms-mock serve --scenario`.

The file is a scenario. A comment in it holds what a scenario cannot express, such as the messages.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from pathlib import Path
from shlex import quote
from typing import Any, NoReturn

import yaml

from contract_tests.client.checks.check import Breach, CheckSpec
from contract_tests.client.play.cases import Case, case_from_json
from contract_tests.client.play.transcript import escaped_line
from contract_tests.target.target import CouldNotRunError

_MARK = "# sms-contract: "
_WIDTH = 110
_LARGEST = 2**20


def write_replay(folder: Path, check: CheckSpec, breach: Breach, case: Case) -> Path:
    """Write the file, and its folder if needed; the same case of the same check is the same file.

    Raises:
        CouldNotRunError: the file cannot be written.
    """
    data = json.dumps({"check": check.id, "case": case.as_json()})
    path = folder / f"{check.id}-{sha256(data.encode()).hexdigest()[:8]}.yaml"
    scenario = yaml.safe_dump(case.scenario(), sort_keys=False, allow_unicode=True, width=_WIDTH)
    lines = [*_comments(f"{folder.name}/{path.name}", check, breach), _MARK + data, scenario]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise CouldNotRunError(f"The replay {path} cannot be written: {error.strerror or error}.") from None
    return path


def _comments(path: str, check: CheckSpec, breach: Breach) -> list[str]:
    file = quote(escaped_line(path))
    paragraphs = (
        f"{check.id} ({check.severity}): {breach.said}",
        f"Why it matters: {check.sentence}",
        "",
        "Replay it, with your client's driver in SMS_CLIENT:",
        f"    sms-contract client --replay {file}",
        "Or start only the gateway that behaves like this, and call it yourself as kit-admin:",
        f"    sms-mock serve --scenario {file}",
        "",
        "--replay reads the next line: the messages, and what the gateway does with the first send, the second, and",
        "so on; later sends are accepted. The rest of the file is the same as a scenario.",
    )
    lines: list[str] = []
    for paragraph in paragraphs:
        wrapped = (
            [paragraph]
            if paragraph.startswith("    ")
            else textwrap.wrap(escaped_line(" ".join(paragraph.split())), _WIDTH) or [""]
        )
        lines += [f"# {line}".rstrip() for line in wrapped]
    return lines


def read_replay(path: Path) -> tuple[str, Case]:
    """Read the check id and the case from a file of `write_replay`.

    Raises:
        ValueError: it is not a replay file; one sentence says why.
    """
    for number, line in enumerate(_text_of(path).splitlines(), 1):
        if line.startswith(_MARK):
            return _case_of(line.removeprefix(_MARK), number)
    raise ValueError(f"it is not a replay: no line begins with {_MARK.strip()!r}")


def _text_of(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is not a regular file")
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror or error}") from None
    if len(raw) > _LARGEST:
        raise ValueError("it is larger than 1 MiB; no replay is")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} is not UTF-8; save the file as UTF-8") from None


def _case_of(text: str, number: int) -> tuple[str, Case]:
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ValueError(f"line {number}: the JSON after {_MARK.strip()!r} is invalid: {why}") from None
    try:
        check, case = _member(data, "check", str), _member(data, "case", dict)
        _check_types(case)
        return check, case_from_json(case)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None


def _check_types(case: Mapping[str, Any]) -> None:
    """Raise `ValueError` if a member is missing or has the wrong type."""
    _member(case, "operation", str)
    limit = _member(case, "timeout_s", int, float)
    if isinstance(limit, bool) or not isfinite(limit) or limit <= 0:
        raise ValueError(f"timeout_s: a number of seconds above 0 is required, not {json.dumps(limit)}")
    for step in _member(case, "program", list):
        if not isinstance(step, str):
            raise ValueError(f"program: the name of a step is required, not {json.dumps(step)}")  # noqa: TRY004
    try:
        json.dumps(_member(case, "messages", list), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("messages: one contains an unpaired surrogate, which no client can send") from None


def _member(data: Any, name: str, *types: type) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"an object with the member {name!r} is required")  # noqa: TRY004
    if name not in data:
        raise ValueError(f"the member {name!r} is missing")
    if not isinstance(data[name], types):
        raise ValueError(f"{name}: this has the wrong type: {json.dumps(data[name])[:80]}")  # noqa: TRY004
    return data[name]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

"""A breach as a file that plays it again, for `sms-mock serve --scenario` and for `sms-contract client --replay`.

The file is a scenario. What a scenario has no words for, the messages above all, stands in one of its comments.
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

from contract_tests.client.cases import Case, case_of
from contract_tests.client.findings import Breach, ClientLaw
from contract_tests.client.telling import on_one_line, transcript
from contract_tests.target.target import CouldNotRunError

__all__ = ["case_in", "transcript", "written"]

_MARK = "# sms-contract: "
_WIDTH = 110
_LARGEST = 2**20


def written(folder: Path, law: ClientLaw, breach: Breach, case: Case) -> Path:
    """Write the file, and the folder if need be; the same case of the same check is the same file.

    Raises:
        CouldNotRunError: it cannot be written.
    """
    said = json.dumps({"check": law.id, "case": case.as_json()})
    path = folder / f"{law.id}-{sha256(said.encode()).hexdigest()[:8]}.yaml"
    scenario = yaml.safe_dump(case.scenario(), sort_keys=False, allow_unicode=True, width=_WIDTH)
    lines = [*_for_people(f"{folder.name}/{path.name}", law, breach), _MARK + said, scenario]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise CouldNotRunError(f"The replay {path} cannot be written: {error.strerror or error}.") from None
    return path


def _for_people(path: str, law: ClientLaw, breach: Breach) -> list[str]:
    file = quote(on_one_line(path))
    told = (
        f"{law.id} ({law.severity}): {breach.said}",
        f"Why it matters: {law.sentence}",
        "",
        "Play it again, with your client's driver in SMS_CLIENT:",
        f"    sms-contract client --replay {file}",
        "Or have the gateway alone do it again, and call it yourself as kit-admin:",
        f"    sms-mock serve --scenario {file}",
        "",
        "The next line is what --replay reads: the messages, and what the gateway does with the first send, the",
        "second, and so on; what is sent beyond that is accepted. The rest is the same as a scenario.",
    )
    found: list[str] = []
    for paragraph in told:
        cut = (
            [paragraph]
            if paragraph.startswith("    ")
            else textwrap.wrap(on_one_line(" ".join(paragraph.split())), _WIDTH) or [""]
        )
        found += [f"# {line}".rstrip() for line in cut]
    return found


def case_in(path: Path) -> tuple[str, Case]:
    """The check and the case that `written` put into a file.

    Raises:
        ValueError: there is none; one sentence says why.
    """
    for number, line in enumerate(_text_of(path).splitlines(), 1):
        if line.startswith(_MARK):
            return _case_of(line.removeprefix(_MARK), number)
    raise ValueError(f"it is no replay: no line begins with {_MARK.strip()!r}")


def _text_of(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is no regular file")
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror or error}") from None
    if len(raw) > _LARGEST:
        raise ValueError("it holds more than 1 MiB; no replay does")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} is not UTF-8; save the file as UTF-8") from None


def _case_of(said: str, number: int) -> tuple[str, Case]:
    try:
        data = json.loads(said, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ValueError(f"line {number}: the JSON behind {_MARK.strip()!r} is broken: {why}") from None
    try:
        check, case = _member(data, "check", str), _member(data, "case", dict)
        _judge(case)
        return check, case_of(case)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None


def _judge(case: Mapping[str, Any]) -> None:
    """`ValueError` where a member is missing or of another type than a case has there."""
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
        raise ValueError("messages: half a surrogate pair stands in one: no client can send it") from None


def _member(data: Any, name: str, *types: type) -> Any:
    if not isinstance(data, dict):
        raise ValueError(f"an object with the member {name!r} is required")  # noqa: TRY004
    if name not in data:
        raise ValueError(f"the member {name!r} is missing")
    if not isinstance(data[name], types):
        raise ValueError(f"{name}: this is of the wrong type: {json.dumps(data[name])[:80]}")  # noqa: TRY004
    return data[name]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

"""Runnable documentation: blocks marked `runnable`, and the output that the page shows.

    ```bash runnable      is run by bash, `set -euo pipefail`, against a fresh gateway, in a folder with `examples`
    ```python runnable    is run by this Python, in the same folder
    ```json answer        what the block before it prints: the last JSON value of its standard output
    ```text answer        the same for plain text

The blocks of a page run from top to bottom against one gateway, so a later block may use what an earlier one did. The
address in the text, 127.0.0.1:8080, is replaced by that of the gateway. In an answer, `…` stands for any text or, by
itself, for any value; a member with the name `…` stands for any other members, a last item `…` for any other items.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.structure.project_sources import ROOT

WRITTEN_ADDRESS = "127.0.0.1:8080"
ANY = "…"

_BLOCK = re.compile(r"^```(?P<info>\S[^\n]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_PATIENCE = 120.0
"""Seconds of wall time after which a block is stopped; generous, since the machine may be busy."""


class PageStep(NamedTuple):
    """A runnable block: its first line, its language and code, and the answer that the page shows, with its kind."""

    line: int
    language: str
    code: str
    answer_kind: str | None
    answer: str


class BrokenPageError(Exception):
    """A page whose blocks cannot be run as marked."""


def steps(page: str) -> list[PageStep]:
    """The runnable blocks of a page with their answers, in order."""
    found: list[PageStep] = []
    for block in _BLOCK.finditer(page):
        line = page.count("\n", 0, block.start()) + 1
        language, _, mark = block["info"].partition(" ")
        if mark == "runnable":
            found.append(PageStep(line, language, block["code"], None, ""))
        elif mark == "answer":
            if not found or found[-1].answer_kind is not None:
                raise BrokenPageError(f"line {line}: an answer without a runnable block before it")
            found[-1] = found[-1]._replace(answer_kind=language, answer=block["code"])
        elif mark:
            raise BrokenPageError(f"line {line}: {mark!r} is no mark; there are: runnable, answer")
    return found


def run(step: PageStep, address: str, folder: Path) -> str:
    """Run a block and return its standard output. A syntax error or an exit code other than 0 is an error."""
    commands = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
    if step.language not in commands:
        raise BrokenPageError(f"line {step.line}: {step.language} cannot be run; bash and python can")
    if not (folder / "examples").exists():
        (folder / "examples").symlink_to(ROOT / "examples")
    # The reader would have the commands that are installed with this Python.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603
        [*commands[step.language], step.code.replace(WRITTEN_ADDRESS, address)],
        cwd=folder, env={"PATH": path, "HOME": str(folder)}, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=_PATIENCE, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BrokenPageError(f"line {step.line}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def differences(step: PageStep, printed: str, address: str) -> list[str]:
    """The differences between the output and what the page shows."""
    shown = step.answer.replace(WRITTEN_ADDRESS, address)
    if step.answer_kind == "json":
        values = list(_json_values(printed))
        return _unlike(json.loads(shown), values[-1], "$") if values else [f"no JSON was printed: {printed!r}"]
    if step.answer_kind == "text":
        pattern = ".*".join(map(re.escape, shown.strip().split(ANY)))
        return [] if re.fullmatch(pattern, printed.strip(), re.DOTALL) else [f"printed: {printed.strip()}"]
    return [f"{step.answer_kind} cannot be compared; json and text can"]


def _json_values(printed: str) -> Iterator[object]:
    decoder, at = json.JSONDecoder(), 0
    while begin := re.compile(r"[\[{]").search(printed, at):
        value, at = decoder.raw_decode(printed, begin.start())
        yield value


def _unlike(shown: object, found: object, where: str) -> list[str]:
    if shown == ANY:
        return []
    if isinstance(shown, dict) and isinstance(found, dict):
        missing = [f"{where}: no {name!r}" for name in shown.keys() - found.keys() - {ANY}]
        surplus = [] if ANY in shown else [f"{where}: {name!r} is not shown" for name in found.keys() - shown.keys()]
        both = [(shown[name], found[name], f"{where}.{name}") for name in shown.keys() & found.keys()]
        return [*missing, *surplus, *(said for pair in both for said in _unlike(*pair))]
    if isinstance(shown, list) and isinstance(found, list):
        if shown[-1:] == [ANY]:
            shown, found = shown[:-1], found[: len(shown) - 1]
        if len(shown) != len(found):
            return [f"{where}: {len(found)} items, {len(shown)} are shown"]
        pairs = enumerate(zip(shown, found, strict=True))
        return [said for at, (one, other) in pairs for said in _unlike(one, other, f"{where}[{at}]")]
    if isinstance(shown, str) and isinstance(found, str) and ANY in shown:
        pattern = ".*".join(map(re.escape, shown.split(ANY)))
        return [] if re.fullmatch(pattern, found, re.DOTALL) else [f"{where}: {found!r}, {shown!r} is shown"]
    return [] if shown == found and type(shown) is type(found) else [f"{where}: {found!r}, {shown!r} is shown"]

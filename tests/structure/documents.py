"""Documentation that runs: blocks marked `runnable`, and what they are said to print.

    ```bash runnable      is run by bash, `set -euo pipefail`, against a fresh gateway, in a folder with `examples`
    ```python runnable    is run by this Python, in the same folder
    ```json answer        what the block before it prints: the last JSON value of its standard output
    ```text answer        the same for plain text

A page's blocks run from top to bottom against one gateway, so that a later one may build on an earlier one. The
address in the text, 127.0.0.1:8080, becomes that of the gateway. In an answer, `…` stands for any text or, by itself,
for any value; a member whose name is `…` stands for any further members, a last item `…` for any further items.
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
"""Seconds of wall time after which a block is taken to run for ever; a busy machine is no reason."""


class PageStep(NamedTuple):
    """A runnable block: the line it begins at, how to run it, and the answer that the page shows, with its kind."""

    line: int
    language: str
    code: str
    answer_kind: str | None
    answer: str


class BrokenPageError(Exception):
    """A page that cannot be run as it is marked."""


def steps(page: str) -> list[PageStep]:
    """The runnable blocks of a page with their answers, in their order."""
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
    """Run a block; its standard output. What a shell or Python does not take is an error, and so is a failure."""
    commands = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
    if step.language not in commands:
        raise BrokenPageError(f"line {step.line}: {step.language} cannot be run; bash and python can")
    if not (folder / "examples").exists():
        (folder / "examples").symlink_to(ROOT / "examples")
    # What is installed beside this Python is what the reader would have.
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
    """In what the output is not what the page shows."""
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

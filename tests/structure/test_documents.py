"""README and documentation are true: runnable blocks are run, and links have a target."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_server.testing import MockGateway
from tests.structure.documents import BrokenPageError, PageStep, differences, run, steps
from tests.structure.project_sources import ROOT, headings, pages

PAGES = pages()
RUN = [name for name, page in PAGES.items() if steps(page)]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", RUN)
def test_runnable_blocks_do_what_the_page_shows(name: str, tmp_path: Path) -> None:
    """A reader who runs the blocks of a page from top to bottom gets the answers shown below them."""
    found: list[str] = []
    with MockGateway() as gateway:
        address = gateway.url.removeprefix("http://")
        for step in steps(PAGES[name]):
            printed = run(step, address, tmp_path)
            if step.answer_kind is not None:
                found += [f"{name}:{step.line}: {said}" for said in differences(step, printed, address)]

    assert found == []


@pytest.mark.parametrize("name", ["README.md", "docs/control-api.md"])
def test_page_for_users_has_runnable_blocks(name: str) -> None:
    """The pages for users have blocks that a test runs."""
    assert name in RUN


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """A link inside the project names an existing file and, if it has an anchor, an existing heading."""
    broken = []
    for target in LINK.findall(PAGES[name]):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (ROOT / name).parent / path if path else ROOT / name
        anchors = [_anchor(each) for each in headings(linked.read_text(encoding="utf-8"))] if anchor else [""]
        if not linked.exists() or anchor not in anchors:
            broken.append(target)

    assert broken == []


def test_readme_begins_with_the_two_commands() -> None:
    """The first block shows how to serve and how to test."""
    first = re.search(r"^```bash\n(.*?)^```$", PAGES["README.md"], re.DOTALL | re.MULTILINE)

    assert first is not None
    assert re.findall(r"make \w+", first[1]) == ["make serve", "make test"]


def test_decisions_are_numbered_without_gaps() -> None:
    """Decision records are numbered from 0001, so that a missing one is noticed."""
    numbers = [int(Path(name).name[:4]) for name in PAGES if name.startswith("docs/decisions/")]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ('{"code": 61}', '{"code": 60}'),
        ('{"code": 61}', '{"code": 61, "details": null}'),
        ('{"code": 61, "details": null}', '{"code": 61}'),
        ('{"up": 1}', '{"up": true}'),
        ('{"id": "s…"}', '{"id": "t1"}'),
        ('{"messages": [1, "…"]}', '{"messages": []}'),
        ("{}", "no JSON at all"),
    ],
)
def test_other_answers_are_told_apart(shown: str, printed: str) -> None:
    """The comparison finds a wrong value, a missing or an extra member, and output that is not JSON."""
    step = PageStep(1, "bash", "", "json", shown)

    assert differences(step, printed, "")


@pytest.mark.parametrize(
    "code", ["false; true", "false | true", "echo $nothing", "curl --fail -s 127.0.0.1:8080/_nowhere"]
)
def test_failing_block_is_an_error(code: str, tmp_path: Path) -> None:
    """A command that fails is an error of the page, even in the middle of a pipe."""
    with MockGateway() as gateway, pytest.raises(BrokenPageError, match="line 7"):
        run(PageStep(7, "bash", code, None, ""), gateway.url.removeprefix("http://"), tmp_path)


def _anchor(heading: str) -> str:
    """The anchor of a heading: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

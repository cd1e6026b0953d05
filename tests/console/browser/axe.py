"""Accessibility checks by axe-core: WCAG 2.2 AA as far as a program can check it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

_SOURCE = Path(__file__).parent / "vendor" / "axe.min.js"

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

_RUN = """async (runOnly) => {
    const options = {runOnly, resultTypes: ['violations']};
    const found = await axe.run(document, options);
    return found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`));
}"""


@cache
def _source() -> str:
    return _SOURCE.read_text(encoding="utf-8")


def violations(page: Page, *, only_colours: bool = False) -> list[str]:
    """Every violation on the page, with its place and reason."""
    # Evaluated by the browser's protocol and not by the page, whose policy forbids such a script.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_source())
    found: list[str] = page.evaluate(_RUN, ["color-contrast"] if only_colours else list(TAGS))
    return found

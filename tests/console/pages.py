"""Parses a page as a person reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import httpx2

from tests.support import SessionClient

_VOID = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Page(HTMLParser):
    """An answer of the console: its text, its tags with their attributes, and their nesting."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.status = response.status_code
        self.source = response.text
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(response.text)
        self.close()
        assert not self._open, f"unclosed tags: {self._open}"

    @property
    def text(self) -> str:
        """All of its text, with white space collapsed."""
        return re.sub(r"\s+", " ", " ".join(self._texts)).strip()

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [found for name, found in self.tags if name == tag and wanted.items() <= found.items()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the tag."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check the nesting, which a browser would guess."""
        if tag not in {"path", "rect"}:
            assert self._open.pop() == tag, f"</{tag}> closes another one"

    def handle_data(self, data: str) -> None:
        """Record the text."""
        self._texts.append(data)


def opened(world: SessionClient, path: str = "", *, status: int = 200, language: str = "en") -> Page:
    """A page of the session's console."""
    response = world.client.get(f"{world.prefix}/_console{path}", headers={"Accept-Language": language})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response)


def submitted(
    world: SessionClient, path: str, form: Mapping[str, str] | None = None, *, status: int = 303
) -> httpx2.Response:
    """Submit a form of the session's console; return the page."""
    response = world.client.post(f"{world.prefix}/_console{path}", data=dict(form or {}))
    assert response.status_code == status, response.text
    return response

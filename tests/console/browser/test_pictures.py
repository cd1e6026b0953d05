"""Pictures of every view, light, dark and on a phone.

Each run makes them in a temporary folder. `make screenshots` makes them in `build/screenshots`, always of the same
session, at the same time, at README's address, and copies those that the documentation shows to `docs/console`.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from mock_server.testing import MockGateway
from tests.console.browser.views import PATHS, fill, prepare
from tests.console.browser.windows import DESK, PHONE, BrowserWindows, Scheme, Size, Window
from tests.structure.project_sources import ROOT
from tests.support import MORNING, SessionClient

VARIABLE = "SMS_MOCK_SCREENSHOTS"
KEPT = ROOT / "docs" / "console"
PAGES = (ROOT / "docs" / "console.md", ROOT / "README.md")

_README_PORT = 8080
_QUALITY = 80
_MOST_KEPT = 6
"""Each edition of a picture stays in the repository's history."""
_BLANK = 2_000
"""The size of an empty picture, in bytes."""


class Look(NamedTuple):
    """The size and scheme of a picture."""

    scheme: Scheme
    size: Size


LOOKS = {"light": Look("light", DESK), "dark": Look("dark", DESK), "phone": Look("light", PHONE)}

VIEWS = [*(name for name in PATHS if name != "problem"), "empty"]
"""The views that get a picture; `empty` is the inbox before any send."""

SESSIONS = {"inbox": "shop", "empty": "new", "health": "outage"}
"""The session of a view; other views use that of the inbox."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures are written: a temporary folder, unless they are to be kept."""
    kept = os.environ.get(VARIABLE)
    return Path(kept) if kept else tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def shown() -> Iterator[dict[str, SessionClient]]:
    """The sessions on the pictures."""
    port = _README_PORT if os.environ.get(VARIABLE) else 0
    with (
        MockGateway(port=port) as gateway,
        httpx2.Client(
            base_url=gateway.url, timeout=20, trust_env=False, headers={"User-Agent": "web-shop/1.4"}
        ) as client,
    ):
        yield {view: made(client, view, name) for view, name in SESSIONS.items()}


def made(client: httpx2.Client, view: str, name: str) -> SessionClient:
    """A session that is the same in each run."""
    asked = {"name": name, "seed": 7, "clock": {"mode": "frozen", "at": MORNING}}
    client.post("/_control/sessions", json=asked).raise_for_status()
    world = SessionClient(client, name)
    if view != "empty":
        fill(world)
        prepare(world, view)
    return world


@pytest.mark.parametrize("view", VIEWS)
def test_pictures_are_made(windows: BrowserWindows, shown: dict[str, SessionClient], folder: Path, view: str) -> None:
    """What a window of that size and scheme shows."""
    world = shown.get(view, shown["inbox"])
    window = windows(world)
    for look, (scheme, size) in LOOKS.items():
        window.page.emulate_media(color_scheme=scheme)
        if look != "dark":
            window.resize(size)
            window.open("" if view == "empty" else PATHS[view](world))
        picture = picture_of(window)
        (folder / f"{view}-{look}.webp").write_bytes(picture)

        assert len(picture) > _BLANK
        assert size_of(picture) == size


def test_the_documentation_shows_each_kept_picture() -> None:
    """A page shows each picture of `docs/console` and no other; they are few, and each has the size of its look."""
    kept = {path.name for path in KEPT.iterdir()}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = set(re.findall(r"console/([\w-]+\.webp)", text))

    assert kept == shown
    assert len(kept) <= _MOST_KEPT
    for name in kept:
        view, _, look = name.removesuffix(".webp").rpartition("-")
        assert view in VIEWS
        assert size_of((KEPT / name).read_bytes()) == LOOKS[look].size


def picture_of(window: Window) -> bytes:
    """What the window shows, as WebP."""
    asked = {"format": "webp", "quality": _QUALITY}
    answer = window.context.new_cdp_session(window.page).send("Page.captureScreenshot", asked)
    return base64.b64decode(answer["data"])


def size_of(picture: bytes) -> Size:
    """The size in the header of an extended WebP; each number is stored less one."""
    assert (picture[:4], picture[8:16]) == (b"RIFF", b"WEBPVP8X")
    width, height = (int.from_bytes(picture[at : at + 3], "little") + 1 for at in (24, 27))
    return Size(width, height)

"""Following a scenario file while it is edited: one look at a time, and nobody waits."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from mock_server.adapters import scenario_watch
from mock_server.adapters.scenario_watch import ScenarioWatch
from mock_server.bootstrap import MockServer
from mock_server.scenario.loader import load_scenario
from mock_server.session.session import Session


class Edited:
    """A served scenario file, its session and the watch; each writing gives the file another time of change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changes = 0
        self.write("version: 1\ntitle: first\nseed: 7\nclock: {mode: frozen, at: '2026-01-15T09:00:00Z'}\n")
        self.session: Session = MockServer(load_scenario(path)).default
        self.watch = ScenarioWatch(path, self.session)

    def write(self, text: str) -> None:
        """Write over the file."""
        self.path.write_text(text)
        self._touch(self.path)

    def replace(self, text: str) -> None:
        """Replace the file at one stroke, as editors do."""
        beside = self.path.with_suffix(".new")
        beside.write_text(text)
        self._touch(beside)
        beside.replace(self.path)

    def _touch(self, path: Path) -> None:
        self._changes += 1
        os.utime(path, ns=(self._changes, self._changes))

    @property
    def title(self) -> str:
        """Which text is followed."""
        return self.session.scenario.title


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A fresh file under watch."""
    return Edited(tmp_path / "mine.yaml")


def test_a_good_edit_is_followed_at_the_next_look(edited: Edited) -> None:
    """Written over or replaced whole."""
    edited.watch.look()
    before = edited.title
    edited.write("version: 1\ntitle: second\nwatchlist: ['+1*']\n")
    edited.watch.look()
    second = (edited.title, edited.session.policy.watchlist.entries)
    edited.replace("version: 1\ntitle: third\n")
    edited.watch.look()

    assert before == "first"
    assert second == ("second", ("+1*",))
    assert edited.title == "third"


@pytest.mark.parametrize(
    "broken", ["version: 1\nwatchlst: []\n", "version: [", "", "version: 2\n", "\x00", "title: no version\n"]
)
def test_a_broken_edit_keeps_the_last_good_scenario_and_says_so(
    edited: Edited, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning for the edit, not one for every look; the repair is followed."""
    edited.write(broken)
    edited.watch.look()
    edited.watch.look()
    kept = edited.title
    edited.write("version: 1\ntitle: repaired\n")
    edited.watch.look()

    assert kept == "first"
    assert edited.title == "repaired"
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert warnings[0].getMessage().startswith("scenario not reloaded, the last good one stays:\n")
    assert str(edited.path) in warnings[0].getMessage()


def test_bytes_that_are_no_text_are_a_broken_edit(edited: Edited) -> None:
    """Not a crash of the watch."""
    edited.path.write_bytes(b"\xff\xfe\x00")
    edited.watch.look()

    assert edited.title == "first"


def test_a_file_that_is_deleted_keeps_the_last_good_scenario_until_it_is_back(
    edited: Edited, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when a folder takes its place."""
    edited.path.unlink()
    edited.watch.look()
    edited.path.mkdir()
    edited.watch.look()
    gone = edited.title
    edited.path.rmdir()
    edited.write("version: 1\ntitle: back\n")
    edited.watch.look()

    assert gone == "first"
    assert edited.title == "back"
    assert [record.levelname for record in caplog.records if record.levelname == "WARNING"] == ["WARNING"] * 2


def test_a_reload_replaces_the_rules_and_never_clock_or_seed(edited: Edited) -> None:
    """A reset goes back to the new text, and the session keeps the time and the seed it was made with."""
    now = edited.session.now()
    edited.write("version: 1\ntitle: second\nseed: 8\nclock: {mode: real}\n")
    edited.watch.look()

    followed = (edited.session.state.seed, edited.session.now(), edited.session.state.clock.mode)
    asyncio.run(edited.session.reset())

    assert followed == (7, now, "frozen")
    assert edited.title == "second"
    assert (edited.session.state.seed, edited.session.now()) == (7, now)


def test_a_good_edit_is_announced(edited: Edited, caplog: pytest.LogCaptureFixture) -> None:
    """The person who edits sees that it took."""
    caplog.set_level("INFO", "mock_server")
    edited.write("version: 1\ntitle: second\n")
    edited.watch.look()

    assert caplog.messages == [f"scenario reloaded: {edited.path}"]


def test_the_server_looks_again_and_again_until_it_ends(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that watches a file follows an edit by itself."""
    world = MockServer(load_scenario(edited.path), watched=edited.path)
    looked = asyncio.Event()
    look = ScenarioWatch.look

    def look_and_tell(watch: ScenarioWatch) -> None:
        look(watch)
        looked.set()

    monkeypatch.setattr(scenario_watch, "_INTERVAL", 0)
    monkeypatch.setattr(ScenarioWatch, "look", look_and_tell)

    async def told() -> None:
        async with world.lifespan(None):
            await looked.wait()
            edited.write("version: 1\ntitle: second\n")
            for _ in range(2):
                looked.clear()
                await looked.wait()

    asyncio.run(told())

    assert world.default.scenario.title == "second"

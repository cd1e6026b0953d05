"""Reloading an edited scenario file, checked step by step without waiting."""

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
    """A watched scenario file with its session; each write gives the file a new modification time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changes = 0
        self.write("version: 1\ntitle: first\nseed: 7\nclock: {mode: frozen, at: '2026-01-15T09:00:00Z'}\n")
        self.session: Session = MockServer(load_scenario(path)).default
        self.watch = ScenarioWatch(path, self.session)

    def write(self, text: str) -> None:
        """Overwrite the file."""
        self.path.write_text(text)
        self._touch(self.path)

    def replace(self, text: str) -> None:
        """Replace the file atomically, as editors do."""
        replacement = self.path.with_suffix(".new")
        replacement.write_text(text)
        self._touch(replacement)
        replacement.replace(self.path)

    def _touch(self, path: Path) -> None:
        self._changes += 1
        os.utime(path, ns=(self._changes, self._changes))

    @property
    def title(self) -> str:
        """The title of the scenario in force."""
        return self.session.scenario.title


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A fresh file under watch."""
    return Edited(tmp_path / "mine.yaml")


def test_a_valid_edit_is_loaded_at_the_next_check(edited: Edited) -> None:
    """Overwritten or replaced."""
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
def test_an_invalid_edit_keeps_the_last_valid_scenario_and_logs_a_warning(
    edited: Edited, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning per edit, not per check; the repaired file is loaded."""
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


def test_a_file_that_is_not_text_is_an_invalid_edit(edited: Edited) -> None:
    """The watch does not crash."""
    edited.path.write_bytes(b"\xff\xfe\x00")
    edited.watch.look()

    assert edited.title == "first"


def test_after_a_deletion_the_last_valid_scenario_stays_until_the_file_is_back(
    edited: Edited, caplog: pytest.LogCaptureFixture
) -> None:
    """Also when a directory has its name."""
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


def test_a_reload_replaces_the_rules_but_not_clock_and_seed(edited: Edited) -> None:
    """A reset returns to the new text, with the clock and seed of the creation."""
    now = edited.session.now()
    edited.write("version: 1\ntitle: second\nseed: 8\nclock: {mode: real}\n")
    edited.watch.look()

    followed = (edited.session.state.seed, edited.session.now(), edited.session.state.clock.mode)
    asyncio.run(edited.session.reset())

    assert followed == (7, now, "frozen")
    assert edited.title == "second"
    assert (edited.session.state.seed, edited.session.now()) == (7, now)


def test_a_valid_edit_is_logged(edited: Edited, caplog: pytest.LogCaptureFixture) -> None:
    """With the path of the file."""
    caplog.set_level("INFO", "mock_server")
    edited.write("version: 1\ntitle: second\n")
    edited.watch.look()

    assert caplog.messages == [f"scenario reloaded: {edited.path}"]


def test_the_server_checks_the_file_until_it_ends(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit is loaded without a call."""
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

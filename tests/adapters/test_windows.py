"""The windows compared with a naive model, their ids, and their memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mock_server.adapters.ids import SeededIds
from mock_server.adapters.windows import Windows
from mock_server.domain.decision import Refused
from mock_server.domain.flooding import Limits, Offer, WindowKind
from mock_server.domain.instants import HOUR, SECOND, Duration, Instant
from tests.adapters.flooding_model import FloodingModel

START = Instant(1_768_467_600 * SECOND)
DESTINATIONS = ("+447700900001", "+447700900002")
TEXTS = ("a", "b", "c")


class SendStep(NamedTuple):
    """One send."""

    destination: str
    text: str


class AdvanceStep(NamedTuple):
    """Time passes."""

    by: Duration


class Reconsider(NamedTuple):
    """The scenario is patched with other or equal limits."""

    limits: Limits


class SetBack(NamedTuple):
    """The clock is set back."""

    by: Duration


Step = SendStep | AdvanceStep | Reconsider | SetBack

durations = st.sampled_from([HOUR // 2, HOUR // 2 - 1, 1, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR])
windows = st.sampled_from([HOUR, HOUR, HOUR // 2, 2 * HOUR])
limits_of_any_kind = st.builds(
    Limits,
    duplicates=st.integers(1, 2) | st.just(0),
    duplicates_window=windows,
    volume=st.integers(1, 3) | st.just(0),
    volume_window=windows,
    kind=st.sampled_from(WindowKind),
    count_attempts=st.booleans(),
)
# Single steps rarely reach the edge of a full window: a burst fills it, and time moves to the edge.
bursts = st.lists(st.builds(SendStep, st.sampled_from(DESTINATIONS), st.sampled_from(TEXTS)), min_size=1, max_size=5)
passing = st.builds(AdvanceStep, durations)
phases = st.builds(lambda burst, time: [*burst, time], bursts, passing)
patches = st.builds(lambda limits: [Reconsider(limits)], limits_of_any_kind)
set_backs = st.builds(lambda by: [SetBack(by)], durations)


def _flat(phases: list[list[Step]]) -> list[Step]:
    return [step for phase in phases for step in phase]


forward = st.lists(st.one_of(phases, phases, phases, patches), max_size=12).map(_flat)
anywhere = st.lists(st.one_of(phases, phases, patches, set_backs), max_size=12).map(_flat)

REFUSED_IN_THE_SECOND_HOUR: list[Step] = [
    SendStep(DESTINATIONS[1], "a"),
    AdvanceStep(HOUR // 2),
    SendStep(DESTINATIONS[0], "a"),
    AdvanceStep(HOUR // 2),
    SendStep(DESTINATIONS[0], "b"),
    SendStep(DESTINATIONS[0], "b"),
]


def play(limits: Limits, steps: list[Step], on_send: Callable[[SendStep, Limits, Instant, Windows], None]) -> None:
    """Play the steps on fresh windows."""
    windows, now = Windows(), START
    for step in steps:
        match step:
            case SendStep():
                on_send(step, limits, now, windows)
            case AdvanceStep(by):
                now = Instant(now + by)
            case SetBack(by):
                now = Instant(max(0, now - by))
            case Reconsider(other):
                limits = other


@pytest.mark.requirement("AF-1", "AF-2", "AF-4", "AF-5")
@settings(max_examples=150, deadline=None)
@given(limits_of_any_kind, forward)
@example(Limits(volume=1), REFUSED_IN_THE_SECOND_HOUR)
def test_the_windows_say_what_a_naive_model_says(limits: Limits, steps: list[Step]) -> None:
    """AF-1, AF-2, AF-4, AF-5: under every reading, with any patches and times."""
    model = FloodingModel()

    def compare(send: SendStep, limits: Limits, now: Instant, windows: Windows) -> None:
        offer = Offer(send.destination, send.text, "PROVIDER1", limits)
        peeked = windows.peek(offer, now)
        found = windows.reserve(offer, now)
        assert (peeked.objection, peeked.tally) == (found.objection, found.tally)
        said = None if found.objection is None else found.objection.said
        verdict = "accepted" if said is None else "refused" if isinstance(said, Refused) else "dropped"
        assert verdict == model.send(send.destination, send.text, limits, now)

    play(limits, steps, compare)


@settings(max_examples=150, deadline=None)
@given(limits_of_any_kind, anywhere)
def test_ids_are_unique_for_any_movement_of_the_clock(limits: Limits, steps: list[Step]) -> None:
    """Accepted and dropped messages, with passing windows, changed limits and a clock set back."""
    ids, seen = SeededIds(7), set()

    def issue(send: SendStep, limits: Limits, now: Instant, windows: Windows) -> None:
        found = windows.reserve(Offer(send.destination, send.text, "PROVIDER1", limits), now)
        if found.objection is None or not isinstance(found.objection.said, Refused):
            message_id = ids.message_id(send.destination, send.text, "PROVIDER1", found.ordinal)
            assert message_id not in seen
            seen.add(message_id)

    play(limits, steps, issue)


@pytest.mark.requirement("AF-3")
@settings(max_examples=80, deadline=None)
@given(anywhere, durations)
def test_a_clock_that_is_set_back_frees_no_place(steps: list[Step], back: Duration) -> None:
    """AF-3: a message stays counted until it leaves its window."""
    limits = Limits(volume=2, duplicates=5)
    windows = Windows()

    def ignore(send: SendStep, _: Limits, now: Instant, windows: Windows) -> None:
        windows.reserve(Offer(send.destination, send.text, "PROVIDER1", limits), now)

    play(limits, steps, ignore)
    target = "+447700900003"
    for number in range(2):
        found = windows.reserve(Offer(target, f"{number}", "PROVIDER1", limits), START)
        assert found.objection is None

    earlier = Instant(START - back)
    refused = windows.reserve(Offer(target, "one more", "PROVIDER1", limits), earlier)
    refused_again = windows.reserve(Offer(target, "one more", "PROVIDER1", limits), earlier)

    for each in (refused, refused_again):
        assert each.objection is not None
        assert isinstance(each.objection.said, Refused)


def test_destinations_are_forgotten_once_their_windows_have_passed() -> None:
    """Memory is bounded by open windows: of ten hours with a thousand new numbers each, two hours remain."""
    windows, limits = Windows(), Limits()

    for hour in range(10):
        for number in range(1000):
            offer = Offer(f"+44{hour}{number:08}", "a", "PROVIDER1", limits)
            windows.reserve(offer, Instant(START + hour * HOUR))

    assert len(windows) <= 2000


def test_refused_offers_take_no_memory() -> None:
    """For any number of destinations."""
    windows = Windows()

    for number in range(1000):
        windows.reserve(Offer(f"+44{number:08}", "a", None, Limits()), START)
        windows.reserve(Offer(f"+44{number:08}", "a", "PROVIDER1", Limits(volume=0)), START)

    assert len(windows) == 0


def test_the_messages_of_a_busy_number_are_forgotten_when_they_leave_the_windows() -> None:
    """With a send per minute for a day, the log has one hour of messages."""
    windows, limits = Windows(), Limits(volume=1000, duplicates=1000)

    for minute in range(24 * 60):
        found = windows.reserve(
            Offer(DESTINATIONS[0], "a", "PROVIDER1", limits), Instant(START + minute * HOUR // 60)
        )

    assert found.tally.volume == 59
    assert len(windows) == 1

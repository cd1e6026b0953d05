"""Anti-flooding at the edges of its windows: what is counted, and until when."""

from __future__ import annotations

import copy
from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.domain.flooding import (
    NOTHING_COUNTED,
    Limits,
    Log,
    Offer,
    Tally,
    WindowKind,
    copied,
    count_attempt,
    count_message,
    empty_log,
    forget_what_left,
    open_until,
    tally,
)
from mock_server.domain.instants import HOUR, MINUTE, SECOND, Duration, Instant
from tests.domain.asking import MORNING, PREDICTABLE, an_offer

KEY = an_offer(text="Hello").key
OTHER_KEY = an_offer(text="Good-bye").key
SLIDING = Limits()
FIXED = Limits(kind=WindowKind.FIXED)
BOTH_KINDS = pytest.mark.parametrize("limits", [SLIDING, FIXED], ids=["sliding", "fixed"])
EDGES = pytest.mark.parametrize(
    ("offset", "left"),
    [(-SECOND, False), (-1, False), (0, True), (1, True), (SECOND, True)],
    ids=["a second before", "a microsecond before", "at the edge", "a microsecond after", "a second after"],
)


def after(duration: Duration) -> Instant:
    """The instant this long after the morning."""
    return Instant(MORNING + duration)


def a_log(sent: Iterable[Duration], limits: Limits = SLIDING, key: int = KEY) -> Log:
    """The log of a destination that received one text at these times after the morning."""
    log = empty_log()
    for duration in sent:
        count_message(log, key, after(duration), limits)
    return log


@pytest.mark.requirement("AF-4")
@BOTH_KINDS
@EDGES
def test_a_message_leaves_both_windows_exactly_one_hour_after_it_was_counted(
    limits: Limits, offset: Duration, left: bool
) -> None:
    """AF-4: a message leaves its window exactly 3600 s after it was counted, to the microsecond."""
    log = a_log([0], limits)

    found = tally(log, KEY, after(HOUR + offset))

    assert found == (NOTHING_COUNTED if left else Tally(1, after(HOUR), 1, after(HOUR)))


@pytest.mark.requirement("AF-4")
@EDGES
def test_in_a_sliding_window_each_message_leaves_on_its_own(offset: Duration, left: bool) -> None:
    """AF-4: an hour after the first message the second still counts, until its own hour ends."""
    log = a_log([0, 10 * MINUTE])

    found = tally(log, KEY, after(HOUR + offset))

    later = after(HOUR + 10 * MINUTE)
    assert found == (Tally(1, later, 1, later) if left else Tally(2, after(HOUR), 2, after(HOUR)))


@pytest.mark.requirement("AF-4")
@EDGES
def test_in_a_fixed_window_all_messages_leave_with_the_first(offset: Duration, left: bool) -> None:
    """AF-4, the alternative: the window starts with the first message and is empty at its end."""
    log = a_log([0, 10 * MINUTE, HOUR - 1], FIXED)

    found = tally(log, KEY, after(HOUR + offset))

    assert found == (NOTHING_COUNTED if left else Tally(3, after(HOUR), 3, after(HOUR)))


@pytest.mark.requirement("AF-4")
@EDGES
def test_the_next_fixed_window_starts_with_the_next_message(offset: Duration, left: bool) -> None:
    """AF-4, the alternative: each window starts with a message, not at the end of the one before."""
    log = a_log([0, HOUR + 5 * MINUTE], FIXED)

    found = tally(log, KEY, after(2 * HOUR + 5 * MINUTE + offset))

    end = after(2 * HOUR + 5 * MINUTE)
    assert found == (NOTHING_COUNTED if left else Tally(1, end, 1, end))


@pytest.mark.requirement("AF-4")
def test_a_message_at_the_very_end_of_a_fixed_window_opens_the_next() -> None:
    """AF-4, the alternative: the end of a window is exclusive."""
    log = a_log([0, HOUR], FIXED)

    assert tally(log, KEY, after(HOUR)) == Tally(1, after(2 * HOUR), 1, after(2 * HOUR))


@pytest.mark.requirement("AF-1", "AF-4")
def test_fixed_windows_of_copies_and_of_volume_start_each_with_its_own_first_message() -> None:
    """AF-1, AF-4, the alternative: the window of a text starts with that text, during that of the volume."""
    log = a_log([0], FIXED, key=OTHER_KEY)
    count_message(log, KEY, after(30 * MINUTE), FIXED)

    assert tally(log, KEY, after(40 * MINUTE)) == Tally(2, after(HOUR), 1, after(90 * MINUTE))
    assert tally(log, KEY, after(HOUR)) == Tally(0, None, 1, after(90 * MINUTE))
    assert tally(log, KEY, after(90 * MINUTE)) == NOTHING_COUNTED


@pytest.mark.requirement("AF-1", "AF-3")
def test_other_texts_fill_the_volume_and_not_the_copies() -> None:
    """AF-1, AF-3: copies are counted per text, the volume over all of them."""
    log = a_log([0, 1])
    count_message(log, OTHER_KEY, after(2), SLIDING)

    assert tally(log, KEY, after(3)) == Tally(3, after(HOUR), 2, after(HOUR))
    assert tally(log, OTHER_KEY, after(3)) == Tally(3, after(HOUR), 1, after(HOUR + 2))


@pytest.mark.requirement("AF-3")
@pytest.mark.parametrize(
    ("duplicates_window", "volume_window"), [(MINUTE, HOUR), (HOUR, MINUTE), (1, 2), (2, 1)]
)  # fmt: skip
def test_each_mechanism_has_a_window_of_its_own(duplicates_window: Duration, volume_window: Duration) -> None:
    """AF-3: the two are independent: a message leaves the one and stays in the other."""
    limits = Limits(duplicates_window=duplicates_window, volume_window=volume_window)
    log = a_log([0], limits)
    first, second = sorted((duplicates_window, volume_window))

    before = tally(log, KEY, after(first - 1))
    between = tally(log, KEY, after(first))

    assert (before.volume, before.duplicates) == (1, 1)
    assert (between.volume, between.duplicates) == (int(volume_window > first), int(duplicates_window > first))
    assert tally(log, KEY, after(second)) == NOTHING_COUNTED


@pytest.mark.requirement("AF-2", "AF-4")
def test_the_volume_frees_when_the_oldest_open_message_leaves() -> None:
    """AF-2, AF-4: then the window has room again."""
    log = a_log([0, SECOND, 2 * SECOND])

    assert tally(log, KEY, after(3 * SECOND)).volume_frees_at == after(HOUR)
    assert tally(log, KEY, after(HOUR)).volume_frees_at == after(HOUR + SECOND)


@pytest.mark.requirement("AF-5")
@pytest.mark.parametrize("limits", [SLIDING, FIXED], ids=["sliding", "fixed"])
def test_an_attempt_counts_towards_the_volume_only(limits: Limits) -> None:
    """AF-5, the alternative: attempts count towards mechanism 2 and never towards mechanism 1."""
    log = a_log([0], limits)
    count_attempt(log, after(SECOND), limits)
    count_attempt(log, after(2 * SECOND), limits)

    found = tally(log, KEY, after(3 * SECOND))

    assert found == Tally(3, after(HOUR), 1, after(HOUR))
    assert tally(log, 0, after(3 * SECOND)).duplicates == 0


@pytest.mark.requirement("AF-4", "AF-5")
@EDGES
def test_an_attempt_leaves_the_volume_like_a_message(offset: Duration, left: bool) -> None:
    """AF-4, AF-5: an hour after it was made, in both kinds of window."""
    for limits in (SLIDING, FIXED):
        log = empty_log()
        count_attempt(log, MORNING, limits)

        assert tally(log, KEY, after(HOUR + offset)).volume == (0 if left else 1)


@pytest.mark.requirement("AF-4", "AF-5")
def test_an_attempt_opens_a_fixed_window_and_joins_an_open_one() -> None:
    """AF-4, AF-5, both alternatives: the first counted attempt starts the window, sent or not."""
    log = empty_log()
    count_attempt(log, MORNING, FIXED)
    count_message(log, KEY, after(MINUTE), FIXED)
    count_attempt(log, after(2 * MINUTE), FIXED)

    assert tally(log, KEY, after(3 * MINUTE)) == Tally(3, after(HOUR), 1, after(HOUR + MINUTE))
    assert tally(log, KEY, after(HOUR)) == Tally(0, None, 1, after(HOUR + MINUTE))


@pytest.mark.requirement("AF-3")
def test_a_clock_set_back_frees_nothing() -> None:
    """AF-3: only the passing of time resets a window, not a clock that is set back."""
    log = a_log([0])

    assert tally(log, KEY, after(-HOUR)) == Tally(1, after(HOUR), 1, after(HOUR))


@pytest.mark.requirement("AF-3", "AF-4")
def test_what_is_sent_after_the_clock_was_set_back_leaves_first() -> None:
    """AF-4: every message leaves an hour after its own instant, in any order of arrival."""
    log = a_log([30 * MINUTE, 0, 10 * MINUTE, 40 * MINUTE, 10 * MINUTE])

    volumes = [tally(log, KEY, after(HOUR + minutes * MINUTE)).volume for minutes in (-1, 0, 9, 10, 29, 30, 39, 40)]

    assert volumes == [5, 4, 4, 2, 2, 1, 1, 0]
    assert tally(log, KEY, after(0)) == Tally(5, after(HOUR), 5, after(HOUR))


@pytest.mark.requirement("AF-4")
def test_set_back_into_two_fixed_windows_a_message_joins_the_one_that_ends_first() -> None:
    """AF-4, the alternative: the clock is in the first window again, and the second is still kept."""
    log = a_log([0, HOUR, 10 * MINUTE], FIXED)

    assert tally(log, KEY, after(10 * MINUTE)) == Tally(3, after(HOUR), 3, after(HOUR))
    assert tally(log, KEY, after(HOUR)) == Tally(1, after(2 * HOUR), 1, after(2 * HOUR))


@pytest.mark.requirement("AF-4")
def test_a_shortened_window_applies_to_later_messages_only() -> None:
    """AF-4: changing a window does not affect messages that were counted before."""
    log = a_log([0])
    count_message(log, KEY, after(SECOND), Limits(duplicates_window=MINUTE, volume_window=MINUTE))

    assert tally(log, KEY, after(2 * SECOND)) == Tally(2, after(MINUTE + SECOND), 2, after(MINUTE + SECOND))
    assert tally(log, KEY, after(MINUTE + SECOND)) == Tally(1, after(HOUR), 1, after(HOUR))


@pytest.mark.requirement("AF-1", "AF-6")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Hello", "hello", id="case"),
        pytest.param("Hello", "Hello ", id="space after"),
        pytest.param("Hello", " Hello", id="space before"),
        pytest.param("a b", "a  b", id="two spaces"),
        pytest.param("a b", "a\u00a0b", id="no-break space"),
        pytest.param("a\nb", "a\r\nb", id="line ending"),
        pytest.param("\u00e9", "e\u0301", id="composed and decomposed"),
        pytest.param("Hello", "Hello\x00", id="NUL"),
        pytest.param("Hello", "Hello\u200b", id="zero-width space"),
        pytest.param("😀", "😁", id="two emoji"),
        pytest.param("x" * 1600, "x" * 1599 + "y", id="the last of 1600 characters"),
        pytest.param("", " ", id="empty"),
    ],
)
def test_a_text_that_differs_in_anything_is_another_text(one: str, other: str) -> None:
    """AF-6: the hash is over the exact text, without any folding."""
    assert an_offer(text=one).key != an_offer(text=other).key
    assert an_offer(text=one).key == an_offer(text=one).key


@pytest.mark.requirement("AF-1")
@pytest.mark.parametrize("other", ["MITTO", "provider1", "PROVIDER1 ", None])
def test_the_same_text_through_another_provider_is_no_copy(other: str | None) -> None:
    """AF-1: the same text to the same number *through the same provider*."""
    assert an_offer(provider="PROVIDER1").key != an_offer(provider=other).key


@pytest.mark.requirement("AF-1")
def test_provider_and_text_are_hashed_apart() -> None:
    """AF-1: the hash separates provider and text."""
    assert an_offer(provider="A", text="BC").key != an_offer(provider="AB", text="C").key


@pytest.mark.requirement("AF-1")
@given(text=st.text(max_size=40))
@settings(PREDICTABLE, max_examples=100)
def test_the_text_is_kept_as_a_hash_that_fits_a_machine_integer(text: str) -> None:
    """AF-1: texts are compared by hash only; the log holds 64-bit integers and no text."""
    log = a_log([0], key=an_offer(text=text).key)

    assert -(2**63) <= an_offer(text=text).key < 2**63
    assert len(log.rows) == 3
    assert log.rows.itemsize == 8


@pytest.mark.requirement("AF-1")
def test_the_hash_uses_all_64_bits() -> None:
    """AF-1: a shorter hash would drop messages that are not copies."""
    keys = {an_offer(text=str(number)).key for number in range(1000)}

    assert len(keys) == 1000
    assert min(keys) < -(2**62)
    assert max(keys) > 2**62


@pytest.mark.requirement("AF-3")
def test_an_offer_has_no_sender() -> None:
    """AF-3: limits are per destination, not per sender account, so an offer has no sender."""
    assert set(Offer.__struct_fields__) == {"destination", "text", "provider", "limits"}


@pytest.mark.requirement("AF-1", "AF-2", "AF-4")
def test_an_untouched_destination_has_nothing_counted() -> None:
    """AF-1, AF-2: no message is counted, and none leaves."""
    assert tally(empty_log(), KEY, MORNING) == NOTHING_COUNTED == Tally(0, None, 0, None)


@pytest.mark.parametrize("at", [0, 30 * MINUTE, HOUR - 1, HOUR, HOUR + 1])
def test_a_tally_counts_nothing(at: Duration) -> None:
    """A tally changes nothing: asked twice it is the same, and so is the log."""
    log = a_log([0, MINUTE])
    before = copy.deepcopy(log)

    assert tally(log, KEY, after(at)) == tally(log, KEY, after(at))
    assert log == before


@BOTH_KINDS
def test_a_copied_log_is_independent(limits: Limits) -> None:
    """What is counted in a copy is not in the original."""
    log = a_log([0, MINUTE], limits)
    before = copy.deepcopy(log)
    copies = [copied(log), copied(empty_log())]

    for each in copies:
        count_message(each, KEY, after(HOUR // 2), limits)

    assert log == before
    assert tally(copies[0], KEY, after(HOUR // 2)).volume == 3


@pytest.mark.parametrize(
    ("duplicates_window", "volume_window"), [(HOUR, HOUR), (MINUTE, HOUR), (HOUR, MINUTE)]
)  # fmt: skip
def test_a_row_is_forgotten_exactly_when_it_has_left_both_windows(
    duplicates_window: Duration, volume_window: Duration
) -> None:
    """A row is kept exactly as long as it is in either window."""
    limits = Limits(duplicates_window=duplicates_window, volume_window=volume_window)
    log = a_log([0, 2], limits)

    forget_what_left(log, after(HOUR - 1))
    assert len(log) == 2
    forget_what_left(log, after(HOUR))
    assert len(log) == 1
    forget_what_left(log, after(HOUR + 1))
    assert len(log) == 1
    forget_what_left(log, after(HOUR + 2))
    assert log == empty_log()


def test_attempts_are_forgotten_when_they_have_left_the_volume() -> None:
    """An attempt is never in the window of duplicates, so only the volume keeps it."""
    log = empty_log()
    count_attempt(log, MORNING, SLIDING)

    forget_what_left(log, after(HOUR - 1))
    assert len(log) == 1
    forget_what_left(log, after(HOUR))
    assert log == empty_log()


@given(
    sent=st.lists(st.tuples(st.integers(-90, 90), st.integers(0, 3)), min_size=70, max_size=120),
    asked=st.lists(st.integers(0, 200), min_size=1, max_size=4),
    kind=st.sampled_from(WindowKind),
)
@settings(PREDICTABLE, max_examples=60)
def test_a_busy_destination_is_counted_as_any_other(
    sent: list[tuple[int, int]], asked: list[int], kind: WindowKind
) -> None:
    """AF-1, AF-2: the index of a busy log is for speed only; a log without it gives the same tallies."""
    limits = Limits(kind=kind, duplicates_window=40 * SECOND, volume_window=60 * SECOND)
    indexed, plain, now = empty_log(), empty_log(), 0
    for step, text in sent:
        now += step
        plain.copies = None
        for log in (indexed, plain):
            forget_what_left(log, after(now * SECOND))
            if text:
                count_message(log, text, after(now * SECOND), limits)
            else:
                count_attempt(log, after(now * SECOND), limits)
    plain.copies = None

    for later in sorted(asked):
        at = after((now + later) * SECOND)
        assert [tally(indexed, text, at) for text in range(5)] == [tally(plain, text, at) for text in range(5)]


@pytest.mark.parametrize(
    ("duplicates_window", "volume_window"), [(HOUR, HOUR), (MINUTE, HOUR), (HOUR, MINUTE)]
)  # fmt: skip
def test_a_log_is_open_until_its_last_row_has_left_both_windows(
    duplicates_window: Duration, volume_window: Duration
) -> None:
    """The longer window decides."""
    limits = Limits(duplicates_window=duplicates_window, volume_window=volume_window)

    assert open_until(a_log([0, 2], limits)) == after(HOUR + 2)


def test_a_busy_log_is_cut_only_when_that_halves_it() -> None:
    """Deleting rows moves all later ones, so it is deferred; rows that left are not counted meanwhile."""
    log = a_log(range(100))

    forget_what_left(log, after(HOUR + 9))
    assert (len(log), len(log.rows)) == (90, 300)
    assert tally(log, KEY, after(HOUR + 9)) == Tally(90, after(HOUR + 10), 90, after(HOUR + 10))
    forget_what_left(log, after(HOUR + 49))
    assert (len(log), len(log.rows)) == (50, 150)
    forget_what_left(log, after(HOUR + 99))
    assert (len(log), log.copies) == (0, {})


def test_forgetting_in_an_empty_log_is_no_error() -> None:
    """Forgetting in an empty log changes nothing."""
    log = empty_log()

    forget_what_left(log, MORNING)

    assert log == empty_log()


@pytest.mark.requirement("AF-2", "AF-4")
def test_limits_do_not_affect_what_is_counted() -> None:
    """AF-2: limits are applied by the rules; counting does not depend on them."""
    limits = msgspec.structs.replace(SLIDING, volume=0, duplicates=0)

    assert tally(a_log([0, 1, 2], limits), KEY, after(3)).volume == 3

"""Instants as whole microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.domain.instants import (
    HOUR,
    LATEST,
    MINUTE,
    SECOND,
    Instant,
    in_words,
    instant_of,
    rfc3339,
    time_of_day,
    whole_second_from,
)
from tests.domain.asking import PREDICTABLE

FIRST = instant_of(datetime(1, 1, 1, tzinfo=UTC))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01Z", SECOND),
        ("1969-12-31T23:59:59Z", -SECOND),
        ("2026-01-15T09:00:00Z", 1_768_467_600 * SECOND),
        ("2028-02-29T23:59:59Z", 1_835_481_599 * SECOND),
        ("9999-12-31T23:59:59Z", LATEST),
        ("0999-12-31T23:59:59Z", -30_610_224_001 * SECOND),
        ("1000-01-01T00:00:00Z", -30_610_224_000 * SECOND),
        ("0001-01-01T00:00:00Z", FIRST),
    ],
)
def test_an_instant_reads_as_utc_in_whole_seconds_with_z(text: str, instant: int) -> None:
    """MS-5: times are UTC, whole seconds, with `Z`, and the year has four digits."""
    assert rfc3339(Instant(instant)) == text
    assert instant_of(datetime.fromisoformat(text)) == instant


@pytest.mark.parametrize("fraction", [0, 1, 499_999, 500_000, 999_999])
@pytest.mark.parametrize("second", [1_768_467_600, 0, -1])
def test_a_fraction_of_a_second_is_cut_off_and_never_rounded_up(second: int, fraction: int) -> None:
    """MS-5: an event is shown with the second in which it happened, before 1970 too."""
    whole = Instant(second * SECOND)

    assert rfc3339(Instant(whole + fraction)) == rfc3339(whole)


@given(moment=st.datetimes(timezones=ZONES, min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
@settings(PREDICTABLE)
def test_every_datetime_survives_a_round_trip(moment: datetime) -> None:
    """An instant represents a datetime of any time zone to the microsecond; it is rendered to the second."""
    instant = instant_of(moment)

    assert timedelta(microseconds=instant) == moment - datetime(1970, 1, 1, tzinfo=UTC)
    assert datetime.fromisoformat(rfc3339(instant)) == moment.astimezone(UTC).replace(microsecond=0)


@given(seconds=st.integers(FIRST // SECOND, LATEST // SECOND))
@settings(PREDICTABLE)
def test_every_rendered_second_reads_back_as_the_same_instant(seconds: int) -> None:
    """Rendering loses only the fraction of a second."""
    instant = Instant(seconds * SECOND)

    assert instant_of(datetime.fromisoformat(rfc3339(instant))) == instant


@pytest.mark.parametrize("after", [SECOND, HOUR, 10**17])
def test_an_instant_after_the_last_date_is_shown_as_the_last_date(after: int) -> None:
    """A window that starts near the last date ends after it; showing its end is not an error."""
    assert rfc3339(Instant(LATEST + after)) == "9999-12-31T23:59:59Z"


def test_a_datetime_without_a_time_zone_is_an_error() -> None:
    """A naive datetime is ambiguous, and the time zone is not guessed."""
    with pytest.raises(TypeError):
        instant_of(datetime(2026, 1, 15, 9))  # noqa: DTZ001


def test_the_units_of_time_are_microseconds() -> None:
    """A second is a million microseconds, an hour sixty minutes of sixty seconds."""
    assert (SECOND, MINUTE, HOUR) == (1_000_000, 60_000_000, 3_600_000_000)


@pytest.mark.parametrize(
    ("instant", "whole"),
    [(0, 0), (1, SECOND), (SECOND, SECOND), (SECOND + 1, 2 * SECOND), (-1, 0), (-SECOND, -SECOND)],
)
def test_the_whole_second_from_an_instant_is_never_before_it(instant: int, whole: int) -> None:
    """Waiting until the second that is shown is waiting long enough."""
    assert whole_second_from(Instant(instant)) == whole


def test_a_time_on_the_same_day_is_shown_without_its_date() -> None:
    """Another day needs the date."""
    noon = instant_of(datetime(2026, 1, 15, 12, tzinfo=UTC))

    assert time_of_day(Instant(noon + HOUR), noon) == "13:00:00"
    assert time_of_day(Instant(noon - 12 * HOUR), noon) == "00:00:00"
    assert time_of_day(Instant(noon - 12 * HOUR - 1), noon) == "2026-01-14T23:59:59Z"
    assert time_of_day(Instant(noon + 12 * HOUR), noon) == "2026-01-16T00:00:00Z"


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (0, "0s"),
        (1, "1s"),
        (SECOND, "1s"),
        (46 * MINUTE + 12 * SECOND, "46m12s"),
        (HOUR, "1h"),
        (25 * HOUR + SECOND, "25h1s"),
    ],
)
def test_a_duration_is_shown_as_scenarios_write_it(duration: int, said: str) -> None:
    """It can be pasted into an advance of the clock; fractions of a second are rounded up."""
    assert in_words(duration) == said

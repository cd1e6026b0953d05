"""Anti-flooding against a naive model: a list of what was sent, counted again for every question.

The model uses no array, no order and no bisection. One step fills the windows and probes around every edge, since
random sends and waits would not hit an edge that is off by a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mock_server.domain.flooding import (
    Limits,
    Tally,
    WindowKind,
    count_attempt,
    count_message,
    empty_log,
    forget_what_left,
    tally,
)
from mock_server.domain.instants import SECOND, Duration, Instant
from mock_server.domain.rules import object_to_offer
from tests.domain.asking import MORNING, PREDICTABLE, an_offer

TEXTS = ("Hello", "Good-bye", "hello")
AROUND_AN_EDGE = (-SECOND, -1, 0, 1, SECOND)
WINDOWS = st.sampled_from([1, 2, SECOND, 2 * SECOND, 7 * SECOND, 10 * SECOND + 1])
STEPS = st.sampled_from([0, 1, 2, SECOND - 1, SECOND, SECOND + 1, 3 * SECOND, 30 * SECOND])


@dataclass
class Naive:
    """The requirements as code: what was counted when, and what the windows hold now."""

    limits: Limits
    counted: list[tuple[Instant, str | None]] = field(default_factory=list)
    """The time and text of everything counted; an attempt that was not handed over has no text."""

    def ends(self, window: Duration, text: str | None = None) -> list[Instant]:
        """When each counted message leaves: those of this text, or all."""
        found: list[Instant] = []
        for time, sent in self.counted:
            if text is not None and sent != text:
                continue
            open_windows = [end for end in found if end > time]
            joins = self.limits.kind is WindowKind.FIXED and open_windows
            found.append(min(open_windows) if joins else Instant(time + window))
        return found

    def edges(self) -> set[Instant]:
        """Every instant at which a count may change."""
        found = set(self.ends(self.limits.volume_window))
        for text in TEXTS:
            found.update(self.ends(self.limits.duplicates_window, text))
        return found

    def tally(self, text: str, now: Instant) -> Tally:
        """What the windows hold at an instant."""
        volume = [end for end in self.ends(self.limits.volume_window) if end > now]
        copies = [end for end in self.ends(self.limits.duplicates_window, text) if end > now]
        return Tally(len(volume), min(volume, default=None), len(copies), min(copies, default=None))

    def send(self, text: str, now: Instant) -> str | None:
        """Count a send; return the rule that objects, if any."""
        found = self.tally(text, now)
        if found.volume >= self.limits.volume:
            objection = "volume"
        elif found.duplicates >= self.limits.duplicates:
            objection = "duplicate"
        else:
            self.counted.append((now, text))
            return None
        if self.limits.count_attempts:
            self.counted.append((now, None))
        return objection


class Flooding(RuleBasedStateMachine):
    """One destination: its log, a second log that forgets nothing, and the model of both.

    If the clock may be set back, no row is forgotten: a message that has left would count again.
    """

    @initialize(
        duplicates=st.integers(0, 3),
        volume=st.integers(0, 6),
        duplicates_window=WINDOWS,
        volume_window=WINDOWS,
        kind=st.sampled_from(WindowKind),
        count_attempts=st.booleans(),
        clock_may_be_set_back=st.booleans(),
        busy=st.booleans(),
    )
    def begin(
        self,
        duplicates: int,
        volume: int,
        duplicates_window: Duration,
        volume_window: Duration,
        kind: WindowKind,
        count_attempts: bool,
        clock_may_be_set_back: bool,
        busy: bool,
    ) -> None:
        """Choose limits, windows, a reading of AF-4 and of AF-5, and a log with or without index."""
        self.limits = Limits(duplicates, duplicates_window, volume, volume_window, kind, count_attempts)
        self.model = Naive(self.limits)
        self.log, self.whole_log = empty_log(), empty_log()
        self.log.copies = {} if busy else None
        self.clock_may_be_set_back = clock_may_be_set_back
        self.now = MORNING

    def _asked(self, text: str, now: Instant) -> Tally:
        """The tally of the log; the log that forgets nothing must give the same."""
        key = an_offer(text=text).key
        found = tally(self.log, key, now)
        assert found == tally(self.whole_log, key, now), "forgetting rows changed a tally"
        return found

    def _send(self, text: str) -> None:
        """Ask and count as a store does; the model must give the same answer."""
        offer = an_offer(self.limits, text=text)
        objection = object_to_offer(offer, self._asked(text, self.now))
        for log in (self.log, self.whole_log):
            if objection is None:
                count_message(log, offer.key, self.now, self.limits)
            elif self.limits.count_attempts:
                count_attempt(log, self.now, self.limits)
        assert (objection.rule if objection else None) == self.model.send(text, self.now)

    def _instants_around_edges(self) -> Iterator[Instant]:
        """The instants at which an off-by-one error shows, in order."""
        for instant in sorted({edge + offset for edge in self.model.edges() for offset in AROUND_AN_EDGE}):
            if self.clock_may_be_set_back or instant >= self.now:
                yield Instant(instant)

    @rule(texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=5))
    def send(self, texts: list[str]) -> None:
        """Send these texts at the same instant."""
        for text in texts:
            self._send(text)

    @rule(by=STEPS)
    def wait(self, by: Duration) -> None:
        """Advance the clock."""
        self.now = Instant(self.now + by)

    @precondition(lambda self: self.clock_may_be_set_back)
    @rule(by=STEPS)
    def set_the_clock_back(self, by: Duration) -> None:
        """Set the clock back."""
        self.now = Instant(self.now - by)

    @rule(text=st.sampled_from(TEXTS), apart=st.sampled_from([0, 1, SECOND]), data=st.data())
    def fill_and_send_around_an_edge(self, text: str, apart: Duration, data: st.DataObject) -> None:
        """Fill the windows, move to an instant around an edge, and send there."""
        for _ in range(self.limits.volume + 1):
            self._send(text)
            self.now = Instant(self.now + apart)
        around = list(self._instants_around_edges())
        if around:
            self.now = data.draw(st.sampled_from(around))
        for text_there in (text, *TEXTS):
            self._send(text_there)

    @precondition(lambda self: not self.clock_may_be_set_back)
    @rule()
    def forget(self) -> None:
        """Forget what has left, in one of the two logs."""
        forget_what_left(self.log, self.now)

    @invariant()
    def the_windows_hold_what_the_model_counts(self) -> None:
        """AF-1 to AF-5: the tallies agree now and at every instant around every edge."""
        for instant in (self.now, *self._instants_around_edges()):
            for text in TEXTS:
                assert self._asked(text, instant) == self.model.tally(text, instant)

    @invariant()
    def the_rows_ascend(self) -> None:
        """The rows are sorted, as the bisection requires."""
        leaves = self.log.rows[self.log.head :: 3]
        assert list(leaves) == sorted(leaves)


Flooding.TestCase.settings = settings(PREDICTABLE, max_examples=80, stateful_step_count=8)
TestFlooding = Flooding.TestCase

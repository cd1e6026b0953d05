"""The anti-flooding windows of one session, in memory bounded by the open windows."""

from __future__ import annotations

from mock_server.domain import flooding
from mock_server.domain.decision import Drop
from mock_server.domain.flooding import Limits, Log, Offer
from mock_server.domain.instants import Instant
from mock_server.domain.rules import object_to_offer
from mock_server.ports import Ordinal, Reservation


class Windows:
    """The logs of all destinations, and how many ids each pair of destination and text has used.

    The logs live in two generations, each as long as the longer window: a destination moves to the young one when it
    is counted, and when a generation ends the old one is dropped whole, for its windows have passed by then. So
    nothing ever sweeps, and the count of ids, which starts anew with each generation, needs no memory of its own.
    """

    def __init__(self) -> None:
        self._young: dict[str, Log] = {}
        self._old: dict[str, Log] = {}
        self._young_open_until = Instant(0)
        self._old_open_until = Instant(0)
        self._issued: dict[tuple[str, int], int] = {}
        self._generation = 0
        self._ends = Instant(0)
        self._latest = Instant(0)
        self._limits: Limits | None = None

    def __len__(self) -> int:
        """How many destinations are remembered."""
        return len(self._young) + len(self._old)

    def copy(self) -> Windows:
        """An independent copy."""
        made = Windows()
        vars(made).update(vars(self))
        made._young = {destination: flooding.copied(log) for destination, log in self._young.items()}
        made._old = {destination: flooding.copied(log) for destination, log in self._old.items()}
        made._issued = dict(self._issued)
        return made

    def peek(self, offer: Offer, now: Instant) -> Reservation:
        """What `reserve` would say, without counting."""
        log = self._young.get(offer.destination) or self._old.get(offer.destination)
        return self._decide(offer, offer.key, flooding.empty_log() if log is None else log, now)

    def reserve(self, offer: Offer, now: Instant, *, forced: bool = False) -> Reservation:
        """Decide, and count what has no objection or is forced."""
        log = self._log_to_write(offer, now)
        key = offer.key
        reservation = self._decide(offer, key, log, now)
        if forced or reservation.objection is None:
            flooding.count_message(log, key, now, offer.limits)
            self._keep(offer.destination, log)
        elif offer.limits.count_attempts:
            flooding.count_attempt(log, now, offer.limits)
            self._keep(offer.destination, log)
        self._issue(offer, key, reservation if not forced else reservation._replace(objection=None))
        return reservation

    def count_attempt(self, offer: Offer, now: Instant) -> None:
        """Count towards the volume only."""
        log = self._log_to_write(offer, now)
        flooding.count_attempt(log, now, offer.limits)
        self._keep(offer.destination, log)

    def _decide(self, offer: Offer, key: int, log: Log, now: Instant) -> Reservation:
        tally = flooding.tally(log, key, now)
        nth = self._issued.get((offer.destination, key), 0) if self._issued else 0
        objection = object_to_offer(offer, tally)
        if objection is not None:
            # The time of room is computed only where there is none; the rule is asked again to report it.
            tally = flooding.with_room(tally, log, key, now, offer.limits)
            objection = object_to_offer(offer, tally)
        return Reservation(objection, tally, Ordinal(self._generation, nth or tally.duplicates))

    def _issue(self, offer: Offer, key: int, reservation: Reservation) -> None:
        """Record a used id, unless the log alone implies it until the generation ends."""
        objection = reservation.objection
        if objection is not None and not isinstance(objection.said, Drop):
            return
        limits, nth = offer.limits, reservation.ordinal.nth
        if nth or objection is not None or limits.duplicates_window < limits.volume_window:
            self._issued[offer.destination, key] = nth + 1

    def _log_to_write(self, offer: Offer, now: Instant) -> Log:
        if now >= self._ends or now < self._latest or offer.limits != self._limits:
            self._turn(offer.limits, now)
        self._latest = now
        log = self._young.get(offer.destination)
        if log is None:
            log = self._old.pop(offer.destination, None)
            if log is None:
                return flooding.empty_log()
            # Move it before the verdict: a refused offer must not lose the windows.
            self._young[offer.destination] = log
            self._young_open_until = max(self._young_open_until, self._old_open_until)
        flooding.forget_what_left(log, now)
        return log

    def _keep(self, destination: str, log: Log) -> None:
        self._young[destination] = log
        self._young_open_until = max(self._young_open_until, flooding.open_until(log))

    def _turn(self, limits: Limits, now: Instant) -> None:
        """Begin a generation; also when the clock was set back or the limits changed, which ends no window."""
        if now < self._old_open_until:
            self._young = {**self._old, **self._young}
            self._young_open_until = max(self._young_open_until, self._old_open_until)
        self._old, self._young = self._young, {}
        self._old_open_until, self._young_open_until = self._young_open_until, Instant(0)
        self._issued = {}
        self._generation += 1
        self._limits = limits
        self._ends = Instant(now + max(limits.duplicates_window, limits.volume_window))

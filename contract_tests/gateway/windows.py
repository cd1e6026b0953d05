"""The edges of both windows: one second before, exactly at, and after, on the stand-in's clock (AF-1, AF-2, AF-4)."""

from __future__ import annotations

from functools import partial

from contract_tests.contract.document import SERVICES_SEND
from contract_tests.gateway.flooding import FLOODED, copies, delivered, fill
from contract_tests.gateway.lab import Lab
from contract_tests.gateway.suite import Check, Need, add, check
from contract_tests.model.outcome import ACCEPTED, by_reading

_EDGES = {"a second before": -1, "on": 0, "a second behind": 1}


def _volume_edge(offset: int, lab: Lab) -> None:
    """AF-2, AF-4: a message stops counting exactly at the end of the window."""
    number, limits = lab.number(), lab.world.limits
    if fill(lab, number, limits.volume, "AF-2"):
        lab.advance(limits.volume_window + offset)
        expected = FLOODED if offset < 0 else ACCEPTED
        lab.expect(lab.submit(SERVICES_SEND, {"destination": number}), expected, "AF-4", "AF-2")


def _duplicates_edge(offset: int, lab: Lab) -> None:
    """AF-1, AF-4: a copy counts until the end of its hour, to the second."""
    number, text, limits = lab.number(), lab.text(), lab.world.limits
    copies(lab, number, text, limits.duplicates, "AF-1")
    lab.advance(limits.duplicates_window + offset)
    copies(lab, number, text, 1, "AF-1")
    delivered(lab, number, limits.duplicates + (0 if offset < 0 else 1), "AF-4", "AF-1")


for _name, _offset in _EDGES.items():
    _volume, _copies = partial(_volume_edge, _offset), partial(_duplicates_edge, _offset)
    add(Check(f"window of the volume: {_name} its end", ("AF-4", "AF-2"), _volume, (Need.CONTROL,)))
    add(Check(f"window of duplicates: {_name} its end", ("AF-4", "AF-1"), _copies, (Need.CONTROL,)))


@check("window of the volume: sliding or fixed", "AF-4", needs=[Need.CONTROL])
def sliding_or_fixed(lab: Lab) -> None:
    """AF-4: in a sliding window the end of the first message frees one place, in a fixed window all."""
    with lab.in_world(lab.world.with_limits(volume=3)) as small:
        number, window = "+16465550156", small.world.limits.volume_window
        fill(small, number, 1, "AF-4")
        small.advance(window / 2)
        fill(small, number, 2, "AF-4")
        small.advance(window / 2)
        small.expect(small.submit(SERVICES_SEND, {"destination": number}), ACCEPTED, "AF-4")
        second = by_reading("AF-4", {"sliding": FLOODED, "fixed": ACCEPTED})
        small.expect(small.submit(SERVICES_SEND, {"destination": number}), second, "AF-4")


@check("window of duplicates: sliding or fixed", "AF-4", "AF-1", needs=[Need.CONTROL])
def sliding_duplicates(lab: Lab) -> None:
    """AF-4: the same for copies of one text."""
    number, text, limits = "+16465550157", lab.text(), lab.world.limits
    copies(lab, number, text, 1, "AF-4")
    lab.advance(limits.duplicates_window / 2)
    copies(lab, number, text, limits.duplicates - 1, "AF-4")
    lab.advance(limits.duplicates_window / 2)
    copies(lab, number, text, limits.duplicates, "AF-4")
    fixed = lab.readings.known("AF-4") == "fixed"
    delivered(lab, number, limits.duplicates * 2 if fixed else limits.duplicates + 1, "AF-4", "AF-1")

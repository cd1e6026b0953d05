"""How a scenario and a header write faults: by name, with `-before` or `-after` behind it where both can be."""

from __future__ import annotations

from typing import Final

from mock_server.domain.fault import SPOILS_THE_ANSWER, Fault, FaultKind
from mock_server.scenario.problems import did_you_mean

_STAGES: Final = {"-before": False, "-after": True}
_BEFORE_ONLY: Final = frozenset({FaultKind.DOWN})


def parse_fault(text: str) -> Fault:
    """The fault of `reset`, `reset-after` or `truncated-body`.

    Raises:
        ValueError: it is none, or it cannot act when it is told to.
    """
    stage = next((suffix for suffix in _STAGES if text.endswith(suffix)), "")
    name = text.removesuffix(stage)
    if name not in list(FaultKind):
        known = ", ".join(FaultKind)
        raise ValueError(f"must be one of {known}, some with -after behind it{did_you_mean(name, FaultKind)}")
    return fault_at_stage(FaultKind(name), _STAGES.get(stage))


def fault_at_stage(kind: FaultKind, after: bool | None) -> Fault:
    """A fault that acts before or after the gateway has decided; `None` is the usual.

    Raises:
        ValueError: this one cannot act then.
    """
    if kind in SPOILS_THE_ANSWER:
        if after is False:
            raise ValueError(f"{kind} spoils the answer, so the gateway has decided before: it is always after")
        return Fault(kind, after=True)
    if after and kind in _BEFORE_ONLY:
        raise ValueError(f"{kind} keeps every request from the gateway: it is always before; reset-after is not")
    return Fault(kind, after=bool(after))


FAULT_NAMES: Final[tuple[str, ...]] = tuple(
    name
    for kind in FaultKind
    for name in (
        (kind.value,) if kind in SPOILS_THE_ANSWER or kind in _BEFORE_ONLY else (kind.value, f"{kind.value}-after")
    )
)
"""Every fault as it is written, once."""

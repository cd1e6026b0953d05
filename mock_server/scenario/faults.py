"""How scenarios and the outcome header write faults: by name, with `-before` or `-after` where both are possible."""

from __future__ import annotations

from typing import Final

from mock_server.domain.fault import BEFORE_ONLY, SPOILS_THE_ANSWER, Fault, FaultKind
from mock_server.scenario.problems import did_you_mean

_STAGES: Final = {"-before": False, "-after": True}


def parse_fault(text: str) -> Fault:
    """Parse the name of a fault, such as `reset`, `reset-after` or `truncated-body`.

    Raises:
        ValueError: there is no such fault, or it cannot act at that stage.
    """
    stage = next((suffix for suffix in _STAGES if text.endswith(suffix)), "")
    name = text.removesuffix(stage)
    if name not in list(FaultKind):
        known = ", ".join(FaultKind)
        raise ValueError(f"must be one of {known}, some also with the suffix -after{did_you_mean(name, FaultKind)}")
    return fault_at_stage(FaultKind(name), _STAGES.get(stage))


def fault_at_stage(kind: FaultKind, after: bool | None) -> Fault:
    """A fault that acts before or after the gateway's decision; `None` selects the default of its kind.

    Raises:
        ValueError: the fault cannot act at that stage.
    """
    if kind in SPOILS_THE_ANSWER:
        if after is False:
            raise ValueError(f"{kind} changes the gateway's answer, so it can act only after the decision")
        return Fault(kind, after=True)
    if after and kind in BEFORE_ONLY:
        raise ValueError(f"{kind} keeps all requests from the gateway, so it can act only before it; see reset-after")
    return Fault(kind, after=bool(after))


FAULT_NAMES: Final[tuple[str, ...]] = tuple(
    name
    for kind in FaultKind
    for name in (
        (kind.value,) if kind in SPOILS_THE_ANSWER or kind in BEFORE_ONLY else (kind.value, f"{kind.value}-after")
    )
)
"""All fault names, each once."""

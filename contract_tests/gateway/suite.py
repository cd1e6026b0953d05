"""The registry: every check of suite A, the requirements that it exercises, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract_tests.gateway.lab import Lab


class Need(Enum):
    """What a check needs of the target; the value is the reason if that is missing."""

    CONTROL = "it needs the control API of a stand-in (--control)"
    CREDENTIALS = "it needs --username and --password of an account"
    ADMIN = "it needs the credentials of an account with the admin privilege"
    FROM_OUTSIDE = "with --control it is found out in another way"
    STATUS_API = "it needs a key of the Message Status API (--api-key, and --status-url for its own host)"
    STAND_IN = "it sends many messages: never in live mode"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. It runs in a session of its own if the target has sessions."""

    name: str
    ids: tuple[str, ...]
    run: Callable[[Lab], None]
    needs: tuple[Need, ...] = ()
    generated: bool = False
    """Its examples are drawn from the seed, and their number follows `--max-examples`."""


_CHECKS: dict[str, Check] = {}

_SUBJECTS = (
    "health",
    "authentication",
    "acceptance",
    "malformed",
    "protocol",
    "refusals",
    "flooding",
    "windows",
    "provider_states",
    "lookups",
    "ordering",
    "delivery",
    "receipts",
    "retries",
    "machine",
    "fuzzing",
)


def check(
    name: str, *ids: str, needs: Iterable[Need] = (), generated: bool = False
) -> Callable[[Callable[[Lab], None]], Callable[[Lab], None]]:
    """Register a function as a check."""

    def entered(run: Callable[[Lab], None]) -> Callable[[Lab], None]:
        add(Check(name, ids, run, tuple(needs), generated))
        return run

    return entered


def add(new: Check) -> None:
    """Register a check; its name must be new, and it must name a requirement."""
    if new.name in _CHECKS or not new.ids:
        raise ValueError(f"the check {new.name!r} is there already, or names no statement")
    _CHECKS[new.name] = new


def all_checks() -> tuple[Check, ...]:
    """Every check, in the order of the modules."""
    for subject in _SUBJECTS:
        import_module(f"contract_tests.gateway.{subject}")
    return tuple(_CHECKS.values())

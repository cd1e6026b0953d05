"""The description of a broken client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contract_tests.client.driver.interface import Driver
from tests.kit.broken_clients.base import ClientDriver, Variant

Program = tuple[str, ...]
"""Names of steps."""


@dataclass(frozen=True)
class BrokenClient:
    """A client with one defect."""

    name: str
    check: str
    """The check that must break; others may too."""
    make: Callable[[], Driver]
    programs: tuple[Program, ...] = ()
    """The programs that show the defect; by default all fast fixed cases."""
    messages: int = 1
    """The number of messages for each program."""
    waits: bool = False
    """Whether it waits for the client's time-out or the kit's deadline."""

    def __str__(self) -> str:
        return self.name


def broken(
    name: str, check: str, behaviour: Variant, *programs: Program, messages: int = 1, waits: bool = False
) -> BrokenClient:
    """A client in this process with this behaviour."""
    return BrokenClient(name, check, lambda: ClientDriver(behaviour), programs, messages, waits)

"""One entry of the table, and how it is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contract_tests.client.driver.interface import Driver
from tests.kit.broken_clients.base import Behaviour, ClientDriver

Program = tuple[str, ...]
"""Names of steps, as the gateway takes them."""


@dataclass(frozen=True)
class BrokenClient:
    """A client with one defect."""

    name: str
    check: str
    """The check that has to tell; others may as well."""
    make: Callable[[], Driver]
    programs: tuple[Program, ...] = ()
    """What it is played with; none: everything that is enumerated and needs no waiting."""
    messages: int = 1
    """How many intents each of those programs is for."""
    waits: bool = False
    """Whether the client's own time-out has to pass, or the kit's patience with it."""

    def __str__(self) -> str:
        return self.name


def broken(
    name: str, check: str, ways: Behaviour, *programs: Program, messages: int = 1, waits: bool = False
) -> BrokenClient:
    """A client in this process that has one bad way."""
    return BrokenClient(name, check, lambda: ClientDriver(ways), programs, messages, waits)

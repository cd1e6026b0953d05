"""What a test's gateway needs from the server behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from mock_server.client import Control


class AccountOfScenario(Protocol):
    """An account of a scenario."""

    @property
    def username(self) -> str:
        """Its name."""
        ...

    @property
    def password(self) -> str:
        """Its password."""
        ...

    @property
    def administers(self) -> bool:
        """Whether it is an active administrator."""
        ...


class Host(Protocol):
    """The server that a gateway is a session of."""

    @property
    def token(self) -> str | None:
        """What control requests present."""
        ...

    def accounts_of(self, control: Control) -> Sequence[AccountOfScenario]:
        """The accounts that a session began with."""
        ...

    def transport(self, library: str) -> Any:
        """What httpx clients send through."""
        ...

    def ended(self, base_url: str) -> None:
        """Notify the server that a session ended."""
        ...

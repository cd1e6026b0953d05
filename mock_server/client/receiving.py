"""The session's own receivers of notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.client.asking import given, quoted
from mock_server.client.results import Received


class Receiver:
    """A receiver of the session: what it got, and how it answers."""

    def __init__(self, ask: Callable[..., Any], name: str, url: str) -> None:
        self._ask = ask
        self._path = f"/receiver/{quoted(name)}"
        self.name = name
        self.url = f"{url}/_control{self._path}"
        """The URL for a message's webhook."""

    def received(self) -> list[Received]:
        """What arrived, oldest first."""
        return Received.all_of(self._ask("GET", self._path), "received")

    def answer_with(self, answer: int | str, *, times: int | None = None) -> None:
        """Answer with a status, or `hang`, `redirect` or `reset`, a number of times or from now on."""
        self._ask("PUT", self._path, given(answer=answer, times=times))

    def forget(self) -> None:
        """Delete the receiver and its records."""
        self._ask("DELETE", self._path)

"""The error of the client."""

from __future__ import annotations


class ControlError(Exception):
    """A call that failed: the answer's HTTP status, what is wrong, and what to do.

    `status` is `None` where no mock answered: nobody was there, it took too long, or it was something else.
    """

    def __init__(
        self, status: int | None, message: str, details: object = None, *, sentence: str | None = None
    ) -> None:
        self.status = status
        self.message = message
        self.details = details
        self._sentence = sentence
        super().__init__(status, message, details)

    def __str__(self) -> str:
        """One sentence."""
        if self._sentence is not None:
            return self._sentence
        if not self.details:
            return self.message
        told = self.details if isinstance(self.details, list) else [self.details]
        return f"{self.message}: {'; '.join(map(str, told))}"

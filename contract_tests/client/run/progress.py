"""The progress line of suite B: played cases, and broken checks so far."""

from __future__ import annotations

from contract_tests.report.progress import ProgressLine


class ClientProgress(ProgressLine):
    """Shows the cases of a run."""

    def step(self, played: int, of: int, broken: int) -> None:
        """Show that one more case was played."""
        self.show(played, of, broken, "shrinking the failures …" if broken and played == of else "")

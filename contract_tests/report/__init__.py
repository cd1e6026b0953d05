"""The results of a run: failures, verdicts, and their output."""

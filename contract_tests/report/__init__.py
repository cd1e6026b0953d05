"""What a run found: failures, verdicts, and how they are printed and written."""

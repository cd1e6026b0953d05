"""The four ways to force an outcome, and everything that can be forced."""

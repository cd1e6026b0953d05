"""Find exchanges, messages and webhook attempts by filters."""

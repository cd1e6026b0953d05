"""The console in a real browser: journeys, what everybody can use, and what must never happen."""

"""The world outside: wall clocks, seeded draws, state."""

"""Implementations of the ports: clocks, seeded draws, state, webhook sender."""

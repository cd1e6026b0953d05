"""Tests of the kit: the contract, the suites, and gateways and clients that are broken on purpose."""

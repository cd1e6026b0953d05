"""Tests of the kit: the contract, the suite, and gateways that are wrong on purpose."""

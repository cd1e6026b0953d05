"""The contract of the gateway, and the suites that check servers and clients by it."""

"""The contract of the gateway, and the means to tell who keeps it."""

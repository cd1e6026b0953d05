"""The server that suite A judges, and the way to call it."""

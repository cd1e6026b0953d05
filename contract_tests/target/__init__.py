"""The server that suite A judges, and how it is spoken to."""

"""A run in print: for a terminal, for machines, and as a page."""

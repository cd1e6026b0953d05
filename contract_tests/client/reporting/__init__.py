"""The report of a run: on a terminal, as JSON and JUnit XML, and as an HTML page."""

"""The reference model: what a gateway must answer, written down apart from the mock."""

"""The reference model: what a gateway must answer, stated independently of the mock."""

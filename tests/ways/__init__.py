"""The ways in to a forced outcome, and everything that can be forced by them."""

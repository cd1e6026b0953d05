"""What happens to a submission, and what follows an acceptance."""

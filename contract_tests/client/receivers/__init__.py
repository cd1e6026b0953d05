"""The checks for clients that take delivery receipts: posted receipts, and their race with the answer."""

"""What a server remembers of requests and notifications: bounded, and without secrets."""

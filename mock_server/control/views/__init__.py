"""What only the console asks for: verbs without a route of the control API."""

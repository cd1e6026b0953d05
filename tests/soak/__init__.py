"""Many tests share one server, each in its own session, and must not affect each other."""

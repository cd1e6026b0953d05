"""One isolated world: its state, who waits in it, and the registry that finds it by name."""

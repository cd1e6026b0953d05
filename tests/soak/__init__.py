"""Many tests share one server, each in a session of its own: whatever one does, no other sees."""

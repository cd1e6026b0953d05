"""The console: what its pages say and do."""

"""The outer shell: HTTP to plain calls and back. Starlette lives here and in the console only."""

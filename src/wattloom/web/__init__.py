"""The server: HTTP around streams that are pure functions of time."""

"""What a room sees: calls, metrics, duty reports, the wallboard page."""

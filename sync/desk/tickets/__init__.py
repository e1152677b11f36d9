"""Pages of tickets and of the business catalogue."""

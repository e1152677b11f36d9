"""What is entered from a card: tickets, call-backs, windows, wrap-ups."""

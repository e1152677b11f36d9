"""What the popup shows, as a value: messages come in, a new state and effects go out. Knows no screen."""

"""The hub process: its home, its application, and what it does by the clock."""

"""The ready-to-search file of a PC: its tables, its index, making it and checking it."""

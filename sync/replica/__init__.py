"""The half of a PC: its home, its cache, and keeping that equal to the hub."""

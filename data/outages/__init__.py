"""Outage windows: what they are, what they make of a place at a moment, and how people set them."""

"""Answers to what the popup asks, from the cache or the hub."""

"""Notices to all agents, and who has read them."""

"""Pages of people, their devices, and what they did."""

"""Pages of outage windows: lists, entry, acts, planned works, suspicions, and who must be told."""

"""The audit trail of a hub: its checkpoints, proving it, showing it."""

"""What people enter at their PCs, applied exactly once."""

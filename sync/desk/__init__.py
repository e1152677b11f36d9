"""Pages for the duty desk."""

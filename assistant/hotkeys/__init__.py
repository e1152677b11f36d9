"""The key that shows the popup over anything: `combination` reads it, `arming` has the system watch for it."""

"""The resident process: tray, hotkey, queue, workers, and what ties them together."""

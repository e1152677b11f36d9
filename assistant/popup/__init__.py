"""The popup's window: what to draw (`picture`), how (`drawing`, `theme`), and where (`window`, `surroundings`)."""

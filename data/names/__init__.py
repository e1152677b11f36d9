"""Names as they are spoken and typed: readings, syllables, tokens, short codes."""
